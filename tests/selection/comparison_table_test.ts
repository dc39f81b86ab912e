import { assertEquals } from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import type { EachOutcome } from "../../src/pipeline/each_outcome.ts";
import { csvTable, textTable } from "../../src/report/table.ts";
import { findDrops } from "../../src/selection/checkpoints.ts";
import { compare } from "../../src/selection/comparison.ts";
import { comparisonJson } from "../../src/selection/comparison_json.ts";
import { comparisonRecords, comparisonTable } from "../../src/selection/comparison_table.ts";
import { reportOf } from "../report/reports.ts";
import { sureReport } from "./sure_reports.ts";

const FAILED = {
  name: "bad",
  error: new RankMeError("empty", "no rows", { place: { input: "bad" } }),
};
const OUTCOMES: readonly EachOutcome[] = [
  FAILED,
  { name: "step-1", report: sureReport(80, [80, 81, 79, 80]) },
  { name: "step-2", report: sureReport(79.5, [80, 80, 78, 80]) },
  { name: "step-1000", report: sureReport(20, [20, 20.5, 19.5, 20]) },
];
const CHECKPOINTS = {
  word: "step",
  watched: findDrops([1000, 1, 2].map((x) => {
    const outcome = OUTCOMES.find(({ name }) => name === `step-${x}`)!;
    return { name: outcome.name, x, report: "report" in outcome ? outcome.report : reportOf() };
  })),
};

Deno.test("the table has the best first, and what could not be scored last", () => {
  assertEquals(textTable(comparisonTable(compare(OUTCOMES))).split("\n"), [
    "name         rows × dim  RankMe ± 95 %  vs best ± 95 %",
    "step-1     25,600 × 384     80.0 ± 2.0            best",
    "step-2     25,600 × 384     79.5 ± 2.0      −0.5 ± 2.8  ≈",
    "step-1000  25,600 × 384     20.0 ± 2.0     −60.0 ± 1.9",
    "bad                             failed",
    "",
  ]);
});

Deno.test("checkpoints stand in the order of the training, with what became of RankMe", () => {
  const table = comparisonTable(compare(OUTCOMES), { checkpoints: CHECKPOINTS });
  assertEquals(table.heads.slice(0, 2), ["name", "step"]);
  assertEquals(table.rows.map((row) => [row[0], row[1], row.at(-1)]), [
    ["step-1", "1", ""],
    ["step-2", "2", ""],
    ["step-1000", "1,000", "collapse −75 %"],
    ["bad", "", ""],
  ]);
});

Deno.test("without intervals their columns are not there", () => {
  const outcomes = [{ name: "a", report: reportOf({ rankMe: 3 }) }, {
    name: "b",
    report: reportOf(),
  }];
  assertEquals(textTable(comparisonTable(compare(outcomes))).split("\n"), [
    "name    rows × dim  RankMe  vs best",
    "b     25,600 × 384   31.65     best",
    "a     25,600 × 384   3.000  −28.646",
    "",
  ]);
});

Deno.test("what is ranked by, and metrics that were asked for, stand beside RankMe, once each", () => {
  const outcomes = [
    { name: "a", report: reportOf({ metrics: { alpha: 1.25, beta: 2 } }) },
    { name: "b", report: reportOf({ metrics: { beta: 3 } }) },
  ];
  const table = comparisonTable(compare(outcomes, { sort: "beta" }), {
    metrics: ["alpha", "beta"],
  });
  assertEquals(table.heads, ["name", "rows × dim", "RankMe", "beta", "alpha", "vs best"]);
  assertEquals(table.rows.map((row) => row.slice(2)), [
    ["31.65", "3.000", "", "best"],
    ["31.65", "2.000", "1.250", "−1.000"],
  ]);
});

Deno.test("CSV has all digits, and an error where there is one", () => {
  const outcomes = [
    FAILED,
    { name: "a,b", report: sureReport(20 / 3, [6, 7], { metrics: { alpha: 1 / 3 } }) },
  ];
  assertEquals(csvTable(comparisonRecords(compare(outcomes))).split("\n"), [
    "name,rankMe,standardError,low,high,alpha,difference,differenceStandardError,differenceLow," +
    "differenceHigh,tied,rows,dim,complete,error",
    `"a,b",6.666666666666667,1,4.666666666666667,8.666666666666668,0.3333333333333333,,,,,,25600,` +
    "384,true,",
    "bad,,,,,,,,,,,,,,bad: no rows",
    "",
  ]);
});

Deno.test("CSV of checkpoints has how far each had come, and its drop", () => {
  const { heads, rows } = comparisonRecords(compare(OUTCOMES), CHECKPOINTS);
  const cells = (name: string) => {
    const row = rows.find(([first]) => first === name)!;
    return Object.fromEntries(heads.map((head, i) => [head, row[i]]));
  };
  assertEquals(rows.map(([name]) => name), ["step-1", "step-2", "step-1000", "bad"]);
  const { step, drop, dropFrom, collapse } = cells("step-1000");
  assertEquals({ step, drop, dropFrom, collapse }, {
    step: "1000",
    drop: "-60",
    dropFrom: "1",
    collapse: "true",
  });
  assertEquals([cells("step-2").drop, cells("step-2").tied], ["", "true"]);
});

Deno.test("the JSON is an array, best first, of what reports say and the differences", () => {
  const [best, tied, worst, failed] = JSON.parse(comparisonJson(compare(OUTCOMES)));
  assertEquals([best.name, best.rankMe, best.rows, best.confidence.low], [
    "step-1",
    80,
    25_600,
    78,
  ]);
  assertEquals(["difference" in best, "tied" in best, "x" in best], [false, false, false]);
  assertEquals("replicates" in best.confidence, false);
  assertEquals([tied.name, tied.difference.value, tied.tied], ["step-2", -0.5, true]);
  assertEquals(Object.keys(tied.difference), ["value", "standardError", "low", "high"]);
  assertEquals([worst.name, worst.tied], ["step-1000", false]);
  assertEquals(failed, { name: "bad", error: { code: "empty", message: "bad: no rows" } });
});

Deno.test("the JSON of checkpoints is in the order of the training, with x and drops", () => {
  const objects = JSON.parse(comparisonJson(compare(OUTCOMES), { checkpoints: CHECKPOINTS }));
  assertEquals(objects.map(({ x }: { x?: number }) => x), [1, 2, 1000, undefined]);
  assertEquals(objects[1].drop, undefined);
  const { from, value, share, collapse } = objects[2].drop;
  assertEquals({ from, value, share, collapse }, {
    from: 1,
    value: -60,
    share: 0.25,
    collapse: true,
  });
});

Deno.test("singular values are in the JSON when asked for", () => {
  const [best] = JSON.parse(comparisonJson(compare(OUTCOMES), { spectrum: true }));
  assertEquals(best.singularValues, [400, 200, 100, 0.5]);
  assertEquals(JSON.parse(comparisonJson(compare(OUTCOMES)))[0].singularValues, undefined);
});

Deno.test("an interval is shown to its second digit, and as 0 only where it is", () => {
  const outcomes = [
    { name: "a", report: sureReport(80, [80, 80 + 2 ** -10, 80 - 2 ** -10, 80]) },
    { name: "b", report: sureReport(70, [70, 70, 70, 70]) },
    { name: "c", report: sureReport(60, [60, 60 + 2 ** -10, 60 - 2 ** -10, 60]) },
  ];
  const [, , b, c] = textTable(comparisonTable(compare(outcomes))).split("\n");
  assertEquals(b.split("−")[1].trim(), "10.0000 ± 0.0038");
  // What both have in common is not an error of their difference.
  assertEquals(c.split("−")[1].trim(), "20.00 ± 0");
});

Deno.test("an interrupted comparison lists what was not scored, and has no best", () => {
  const outcomes = [{ name: "a", report: reportOf({ rankMe: 10 }) }];
  const comparison = compare(outcomes, { unscored: ["b", "c"] });
  const { heads, rows } = comparisonTable(comparison);
  assertEquals(heads, ["name", "rows × dim", "RankMe"]);
  assertEquals(rows.map((row) => [row[0], row[2]]), [
    ["a", "10.00"],
    ["b", "not scored"],
    ["c", "not scored"],
  ]);
  const records = comparisonRecords(comparison);
  assertEquals(records.rows.map((row) => [row[0], row.at(-1)]), [
    ["a", ""],
    ["b", "interrupted"],
    ["c", "interrupted"],
  ]);
  assertEquals(JSON.parse(comparisonJson(comparison)).slice(1), [
    { name: "b", interrupted: true },
    { name: "c", interrupted: true },
  ]);
});
