import { assertEquals } from "@std/assert";
import { score } from "../../src/pipeline/score.ts";
import { toJson } from "../../src/report/json.ts";
import { batchOf } from "../covariance/rows.ts";
import { reportOf } from "./reports.ts";

/** The keys of the design's example, in its order. */
const KEYS = [
  "rankMe",
  "rows",
  "dim",
  "skippedRows",
  "complete",
  "convention",
  "centered",
  "epsilon",
  "normalized",
  "metrics",
  "accuracy",
  "confidence",
  "settled",
  "confidence",
  "singularValues",
  "backend",
  "timing",
  "inputs",
  "warnings",
  "version",
];

Deno.test("the JSON of a report has the report's numbers", () => {
  assertEquals(JSON.parse(toJson(reportOf({ skippedRows: 3, warnings: ["mind this"] }))), {
    rankMe: 31.646,
    rows: 25_600,
    dim: 384,
    skippedRows: 3,
    complete: true,
    convention: "paper",
    centered: false,
    epsilon: 1e-7,
    normalized: false,
    metrics: { effectiveRank: 31.63 },
    accuracy: { rankMeBound: 1.2e-9, method: "gram" },
    backend: { name: "reference", threads: 1 },
    timing: { seconds: 0.41, rowsPerSecond: 62_439 },
    inputs: [{ name: "a.arrow", format: "arrow-stream", rows: 25_600 }],
    warnings: ["mind this"],
    version: "0.1.0",
  });
});

Deno.test("the keys of the JSON stand in the order of the design, and no others", () => {
  for (const spectrum of [false, true]) {
    const keys = Object.keys(JSON.parse(toJson(reportOf(), { spectrum })));
    assertEquals(keys, KEYS.filter((key) => keys.includes(key)));
  }
});

Deno.test("the JSON has singular values only when they are asked for, and then all", () => {
  assertEquals("singularValues" in JSON.parse(toJson(reportOf())), false);
  assertEquals("singularValues" in JSON.parse(toJson(reportOf(), { spectrum: false })), false);
  const { singularValues } = JSON.parse(toJson(reportOf(), { spectrum: true }));
  assertEquals(singularValues, [400, 200, 100, 0.5]);
});

Deno.test("the JSON is one line, without null, also when names and warnings have line breaks", () => {
  const report = reportOf({
    inputs: [{ name: "two\nlines", format: "arrow-file", rows: 1 }],
    warnings: ["first\nsecond"],
  });
  const json = toJson(report, { spectrum: true });
  assertEquals(json.includes("\n"), false);
  assertEquals(json.includes("null"), false);
  assertEquals(JSON.parse(json).inputs[0].name, "two\nlines");
});

Deno.test("the JSON of a real score keeps every digit", async () => {
  const report = await score([batchOf(2, 3, 0.1, -0.7, 4, 1 / 3, 5)]);
  const parsed = JSON.parse(toJson(report, { spectrum: true }));
  assertEquals(parsed.rankMe, report.rankMe);
  assertEquals(parsed.metrics, report.metrics);
  assertEquals(parsed.singularValues, [...report.spectrum.singularValues]);
  assertEquals(parsed.timing, report.timing);
  assertEquals(Object.values(parsed).includes(null), false);
});
