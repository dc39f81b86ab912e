import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { toTable } from "../../src/report/parts_table.ts";
import { displayWidth } from "../../src/report/layout.ts";
import { ckaToText } from "../../src/report/cka.ts";
import { textTable } from "../../src/report/table.ts";
import { toText } from "../../src/report/text.ts";
import { compare } from "../../src/selection/comparison.ts";
import { comparisonTable } from "../../src/selection/comparison_table.ts";
import { sureReport } from "../selection/sure_reports.ts";
import { reportOf } from "./reports.ts";

const WIDTHS = [60, 80, 120];
const LONG = "runs/vicreg/lr-0.3/epoch-100/embeddings/validation/all-of-them";
const METRICS = [
  "effectiveRank",
  "participationRatio",
  "pseudoConditionNumber",
  "explainedVariance90",
  "alphaReq",
  "isotropy",
  "my_own_metric_with_a_name_that_is_longer_than_any_line_needs_to_be",
];

function assertFits(text: string, width: number): void {
  for (const line of text.split("\n")) {
    assert(displayWidth(line) <= width, `${displayWidth(line)} > ${width}: ${line}`);
  }
}

function metrics(value: number) {
  return Object.fromEntries(METRICS.map((name, at) => [name, value + at]));
}

for (const width of WIDTHS) {
  Deno.test(`a report fits ${width} columns`, () => {
    const report = sureReport(31.646, [31, 32], {
      complete: false,
      skippedRows: 1_234_567,
      normalized: true,
      convention: "stable-pretraining",
      metrics: metrics(1.5),
      column: "a-column-with-a-name-of-many-characters-and-no-blank-at-all",
    });
    assertFits(toText(report, { width }), width);
  });

  Deno.test(`parts with long names, wide letters and many metrics fit ${width} columns`, () => {
    const reports = ["layer", "嵌入向量".repeat(9), LONG].map((column, at) =>
      reportOf({ column, group: `${at}`, metrics: metrics(at) })
    );
    const text = toTable(reports, { width });
    assertFits(text, width);
    // Nothing is left out.
    for (const name of METRICS.slice(0, -1)) assertStringIncludes(text, name.slice(0, 5));
    assertStringIncludes(text, "convention paper");
  });

  Deno.test(`a comparison of long names fits ${width} columns`, () => {
    const outcomes = [80, 79.5, 20].map((rankMe, seed) => ({
      name: `${LONG}/seed-${seed}.parquet`,
      report: sureReport(rankMe, [rankMe, rankMe + 1, rankMe - 1]),
    }));
    const text = textTable(comparisonTable(compare(outcomes)), { width });
    assertFits(text, width);
    assertEquals(new Set(text.split("\n").map((line) => line.split(" ")[0])).size, 5, text);
  });

  Deno.test(`the CKA of many layers fits ${width} columns, each with each`, () => {
    const names = Array.from(
      { length: 24 },
      (_, layer) => `backbone.encoder.layer.${layer}.output`,
    );
    const square = names.map((_, i) => names.map((_, j) => i === j ? 1 : 1 / (i + j + 2)));
    const text = ckaToText({
      ...reportOf(),
      names,
      dims: names.map(() => 8),
      cka: square,
      chance: square,
    }, { width });
    assertFits(text, width);
    const pair = ckaToText({
      ...reportOf(),
      names: [`${LONG}/a.npy`, `${LONG}/b.npy`],
      dims: [8, 16],
      cka: square,
      chance: square,
    }, { width });
    assertFits(pair, width);
    assertEquals([pair.includes("a.npy,"), pair.includes("b.npy,")], [true, true]);
    assertEquals(text.match(/\b[01]\.\d{4}\b/g)!.length, 24 * 24 + 1);
  });
}

Deno.test("a table that fits is as it was, and without a width it is whole", () => {
  const table = { heads: ["name", "n"], rows: [[LONG, "1"]], texts: 1 };
  assertStringIncludes(textTable(table), LONG);
  assertEquals(textTable(table, { width: LONG.length + 3 }), textTable(table));
  assertFits(textTable(table, { width: LONG.length + 2 }), LONG.length + 2);
});

Deno.test("numbers that find no room stand below, beside their names", () => {
  const table = { heads: ["name", "one", "two", "three"], rows: [["a", "1", "2", "3"]], texts: 1 };
  assertEquals(
    textTable(table, { width: 14 }),
    "name  one  two\na       1    2\n\nname  three\na         3\n",
  );
});
