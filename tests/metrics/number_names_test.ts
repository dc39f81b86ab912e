import { assert, assertEquals } from "@std/assert";
import { EmbeddingBatch } from "../../src/batch.ts";
import { METRICS, metricsNamed } from "../../src/metrics/metrics.ts";
import { possibleRange } from "../../src/metrics/possible_range.ts";
import { numberNames } from "../../src/metrics/number_names.ts";
import { score } from "../../src/pipeline/score.ts";

Deno.test("the numbers of metrics are known before there are any", async () => {
  const names = numberNames(METRICS);
  const dim = 128, rows = 600;
  const data = Float64Array.from({ length: rows * dim }, (_, i) => Math.sin(i * i) / (1 + i % dim));
  const keys = { object: Array.from({ length: rows }, (_, row) => `${row >> 1}`) };
  const batch = new EmbeddingBatch({ data, dim, keys });
  const objects = await score([batch], { metrics: "all", group: "object" });
  const leverages = await score([batch], { metrics: "all", sample: rows });
  const metrics = { ...objects.metrics, ...leverages.metrics };
  assert("lidar" in metrics && "coherence" in metrics && "explainedVariance90" in metrics);
  // rankMe is a metric that can be asked for, and is not among them.
  assertEquals(
    [...names.keys()].filter((name) => name !== "rankMe").sort(),
    Object.keys(metrics).sort(),
  );
});

Deno.test("every number of every metric has a range, of an expression anything is possible", () => {
  const shape = { rows: 40, dim: 16 };
  for (const name of numberNames(METRICS).keys()) {
    const [least, most] = possibleRange(name, shape);
    assert(least > -Infinity || most < Infinity, name);
  }
  assertEquals(possibleRange("alphaReqTo", shape), [0, 16]);
  assertEquals(possibleRange("gap", shape), [-Infinity, Infinity]);
});

Deno.test("a number is known by its metric, which may have several", () => {
  const names = numberNames(metricsNamed(["explainedVariance", "stableRank"]));
  assertEquals(names.get("explainedVariance90"), "explainedVariance");
  assertEquals(names.get("stableRank"), "stableRank");
  assertEquals([...names.keys()].includes("explainedVariance"), false);
});
