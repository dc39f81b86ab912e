import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { EmbeddingBatch } from "../../src/batch.ts";
import { RankMeError } from "../../src/errors.ts";
import { score, scoreParts, scoreStream } from "../../src/pipeline/score.ts";
import type { ScoreOptions } from "../../src/pipeline/score_options.ts";
import { objectCases, type ObjectRows, objectRows } from "../golden/objects.ts";
import { watchedSource } from "./streams.ts";

/** Rows that know their objects, in batches of some size. */
function batches({ data, dim, objects }: ObjectRows, size: number): EmbeddingBatch[] {
  const whole = new EmbeddingBatch({ data, dim, keys: { image: objects } });
  return Array.from(
    { length: Math.ceil(whole.rows / size) },
    (_, i) => whole.slice(size * i, Math.min(whole.rows, size * (i + 1))),
  );
}

/** The same rows in an order in which objects come back. */
function shuffled({ data, dim, objects }: ObjectRows): ObjectRows {
  const order = objects.map((_, row) => row).sort((a, b) => a % 7 - b % 7 || a - b);
  return {
    data: Float64Array.from(order.flatMap((row) => [...data.subarray(row * dim, (row + 1) * dim)])),
    dim,
    objects: order.map((row) => objects[row]),
  };
}

Deno.test("--group gives LiDAR as the paper's formula in NumPy does, however rows are batched", async () => {
  for (const one of objectCases) {
    const { lidar } = one.expected.find(({ delta }) => delta === 1e-4)!;
    for (const size of [1, 5, 1000]) {
      const report = await score(batches(objectRows(one), size), { group: "image" });
      assertAlmostEquals(report.metrics.lidar, lidar, 1e-8 * lidar, one.name);
      assert(report.metrics.effectiveRank, "the metrics that come by themselves are there, too");
    }
  }
});

Deno.test("objects that come back need memory, and then the order is of no matter", async () => {
  const [one] = objectCases;
  const { lidar } = one.expected.find(({ delta }) => delta === 1e-4)!;
  const rows = batches(shuffled(objectRows(one)), 5);
  const { code, message } = await assertRejects(() => score(rows, { group: "image" }), RankMeError);
  assertEquals(code, "usage");
  assertStringIncludes(message, "--group-memory");
  const report = await score(rows, { group: "image", groupMemory: 1e8 });
  assertAlmostEquals(report.metrics.lidar, lidar, 1e-8 * lidar);
  const little = await assertRejects(
    () => score(rows, { group: "image", groupMemory: 100 }),
    RankMeError,
  );
  assertEquals(little.code, "memory");
});

Deno.test("intervals leave whole objects out, of RankMe too", async () => {
  const one = objectCases.find(({ objects }) => objects >= 24)!;
  const rows = objectRows(one);
  const groups = 4;
  for (const [made, options] of [[rows, {}], [shuffled(rows), { groupMemory: 1e8 }]] as const) {
    const { confidence } = await score(batches(made, 9), {
      ...options,
      group: "image",
      ci: { groups },
    });
    const names = [...new Set(made.objects)];
    for (const [left, numbers] of confidence!.replicates.entries()) {
      const stays = (row: number) => names.indexOf(made.objects[row]) % groups !== left;
      const kept = {
        dim: made.dim,
        objects: made.objects.filter((_, row) => stays(row)),
        data: made.data.filter((_, at) => stays(Math.floor(at / made.dim))),
      };
      const alone = await score(batches(kept, 9), { ...options, group: "image" });
      assertAlmostEquals(numbers.rankMe, alone.rankMe, 1e-9 * alone.rankMe);
      assertAlmostEquals(numbers.lidar, alone.metrics.lidar, 1e-8 * alone.metrics.lidar);
    }
  }
});

Deno.test("rounds before there are two objects go without LiDAR, and few objects without intervals", async () => {
  const data = Float64Array.from({ length: 400 }, (_, i) => Math.sin(i * i));
  const image = Array.from({ length: 100 }, (_, row) => `image ${Math.floor(row / 10)}`);
  const rows = () => [new EmbeddingBatch({ data, dim: 4, keys: { image } })];
  const rounds = await Array.fromAsync(scoreStream(rows(), { group: "image", every: 6 }));
  assertEquals(rounds.slice(0, 4).map(({ metrics }) => "lidar" in metrics), [
    false,
    true,
    true,
    true,
  ]);
  const { confidence, warnings, metrics } = await score(rows(), { group: "image", ci: true });
  assertEquals([confidence, "lidar" in metrics], [undefined, true]);
  assertStringIncludes(warnings.join(), "10 objects are too few for an interval");
  const one = [rows()[0].slice(0, 10)];
  await assertRejects(() => score(one, { group: "image" }), RankMeError, "two objects");
});

Deno.test("what LiDAR should be known to depend on is a warning", async () => {
  const data = Float64Array.from({ length: 40 }, (_, i) => Math.sin(i * i));
  const keys = { image: ["a", "a", "b", "b", "c"] };
  const { warnings } = await score([new EmbeddingBatch({ data, dim: 8, keys })], {
    group: "image",
  });
  assertStringIncludes(warnings.join("\n"), "1 of 3 objects have one row");
  assertStringIncludes(warnings.join("\n"), "LiDAR cannot exceed 2");
});

Deno.test("metrics that lack what they need are refused before anything is read", async () => {
  const choices: (readonly [ScoreOptions, string])[] = [
    [{ metrics: ["lidar"] }, "--group COLUMN"],
    [{ metrics: ["coherence"] }, "--sample N"],
    [{ metrics: ["no such"] }, "there is no metric"],
  ];
  for (const [options, advice] of choices) {
    const source = watchedSource<EmbeddingBatch>(() => undefined);
    const { code, message } = await assertRejects(() => score(source.stream, options), RankMeError);
    assertEquals([code, source.pulled], ["usage", 0]);
    assertStringIncludes(message, advice);
  }
});

Deno.test("all metrics are those that have what they need", async () => {
  const { data, dim, objects } = objectRows(objectCases[0]);
  const metricsOf = async (options: ScoreOptions) => {
    const keys = { image: objects };
    const [{ metrics }] = await scoreParts([new EmbeddingBatch({ data, dim, keys })], options);
    return metrics;
  };
  const all = await metricsOf({ metrics: "all" });
  assertEquals(["lidar" in all, "coherence" in all, "selfCluster" in all], [false, false, true]);
  const more = await metricsOf({ metrics: "all", group: "image", sample: objects.length });
  assertEquals(["lidar" in more, "coherence" in more, "selfCluster" in more], [true, true, true]);
});
