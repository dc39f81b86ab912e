/** What docs/metrics.md shows. */
import { assertEquals } from "@std/assert";
import { CONVENTIONS } from "../../src/metrics/conventions.ts";
import { METRICS } from "../../src/metrics/metrics.ts";
import { golden } from "../golden/golden.ts";
import expectations from "./metrics.json" with { type: "json" };

const PAGE = await Deno.readTextFile(new URL("../../docs/metrics.md", import.meta.url));
const MATRICES = ["gaussian", "anisotropic", "rank-32"] as const;

/** The cells of a table's rows, without the marks of code, below a heading. */
function tableBelow(heading: string): string[][] {
  const section = PAGE.split(`## ${heading}\n`)[1].split("\n## ")[0];
  const [, , ...rows] = section.split("\n").filter((line) => line.startsWith("|"));
  return rows.map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim()));
}

function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function rankMe(matrix: string, convention: keyof typeof CONVENTIONS): string {
  return shown(golden.find(({ name }) => name === matrix)!.expected[convention]!.value);
}

Deno.test("every metric has a line in the first table and a section", () => {
  const [first] = PAGE.split("\n## ");
  const linked = [...first.matchAll(/^\| \[`(\w+)`\]\(#(\w+)\)/gm)];
  const sections = [...PAGE.matchAll(/^### (\w+)$/gm)].map(([, name]) => name.toLowerCase());
  for (const [, , target] of linked) assertEquals(sections.includes(target), true, target);
  const names = linked.map(([, name]) => name);
  for (const { name } of METRICS) assertEquals(names.includes(name), true, name);
});

Deno.test("the numbers of three spectra are NumPy's", () => {
  const [rankMeRow, ...rows] = tableBelow("Three spectra");
  assertEquals(rankMeRow, ["rankMe", ...MATRICES.map((matrix) => rankMe(matrix, "paper"))]);
  const expected = MATRICES.map((matrix) =>
    expectations[matrix].metrics as Readonly<Record<string, number>>
  );
  assertEquals(rows.map(([name]) => name).toSorted(), Object.keys(expected[0]).toSorted());
  for (const [name, ...cells] of rows) {
    assertEquals(cells, expected.map((metrics) => shown(metrics[name])), name);
  }
});

Deno.test("the table of conventions says what they are, and NumPy's numbers", () => {
  const rows = tableBelow("The conventions");
  assertEquals(rows.map(([name]) => name.replaceAll("`", "")), Object.keys(CONVENTIONS));
  for (const [code, ...cells] of rows) {
    const name = code.replaceAll("`", "") as keyof typeof CONVENTIONS;
    const { centered, values, epsilon } = CONVENTIONS[name];
    assertEquals(cells, [
      centered ? "less the mean" : "as they are",
      values === "eigen" ? "λ" : "σ",
      epsilon === 0 ? "0" : epsilon.toExponential(),
      ...MATRICES.map((matrix) => rankMe(matrix, name)),
    ]);
  }
});
