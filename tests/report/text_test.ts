import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { toTable } from "../../src/report/parts_table.ts";
import { toText } from "../../src/report/text.ts";
import type { ScoreReport } from "../../src/report/report.ts";
import { reportOf } from "./reports.ts";

const ESCAPE = "\x1b[";

function spectrumOf(...values: number[]): ScoreReport["spectrum"] {
  const singularValues = Float64Array.from(values);
  return { ...reportOf().spectrum, singularValues, eigenvalues: singularValues.map((σ) => σ * σ) };
}

/** The line that begins with a label. */
function line(report: ScoreReport, label: string): string {
  return toText(report).split("\n").find((line) => line.startsWith(label)) ?? "";
}

Deno.test("the first line is the rank, with four digits", () => {
  assertEquals(toText(reportOf()).split("\n")[0], "RankMe  31.65");
  assertEquals(toText(reportOf({ rankMe: 1.23456 })).split("\n")[0], "RankMe  1.235");
});

Deno.test("the first line says when the rank is only partial", () => {
  assertStringIncludes(toText(reportOf({ complete: false })).split("\n")[0], "partial");
  assert(!toText(reportOf()).includes("partial"));
});

Deno.test("the text shows rows and dimensions, and skipped rows if there are any", () => {
  assertStringIncludes(line(reportOf(), "rows × dim"), "25,600 × 384");
  assert(!toText(reportOf()).includes("skipped"));
  assertStringIncludes(line(reportOf({ skippedRows: 1234 }), "rows"), "1,234 rows skipped");
});

Deno.test("the spread is RankMe as a share of what it can be, and no verdict", () => {
  const spread = (rankMe: number) => line(reportOf({ rankMe }), "spread").slice(15);
  const compare = "dimensions (compare with runs of the same method)";
  assertEquals(spread(192), `50 % of 384 ${compare}`);
  assertEquals(spread(383.5), `99.9 % of 384 ${compare}`);
  assertEquals(spread(384), `100 % of 384 ${compare}`);
  assertEquals(spread(3.84), `1.0 % of 384 ${compare}`);
  for (const rankMe of [0, 1, 38, 200, 384]) {
    assert(!/verdict|collapse/.test(toText(reportOf({ rankMe }))));
  }
});

Deno.test("with fewer rows than dimensions the spread is of what so few rows can have", () => {
  const spread = line(reportOf({ rows: 40, rankMe: 36 }), "spread");
  assertStringIncludes(spread, "90 % of 40 possible with so few rows");
});

Deno.test("with an interval the rank is shown to its second digit", () => {
  const confidence = {
    ...{ level: 0.95, method: "jackknife" as const, groups: 16, replicates: [] },
    ...{ standardError: 0.006, low: 127.888, high: 127.912 },
    metrics: { effectiveRank: { standardError: 1, low: 29.5, high: 33.7 } },
  };
  const report = reportOf({ rankMe: 127.9, confidence, metrics: { effectiveRank: 31.6 } });
  assertEquals(toText(report).split("\n")[0], "RankMe  127.900 ± 0.012  (95 % interval)");
  assertEquals(line(report, "effectiveRank"), "effectiveRank  31.6 ± 2.1");
  assertMatch(toTable([report]), /^ *RankMe ± 95 % .*\n127\.900 ± 0\.012 .* 31\.6 ± 2\.1\n/);
});

Deno.test("the spectrum is a line of bars with its largest and smallest value", () => {
  // 1, ½, ¼ and 1/800 are 0, 0.05, 0.10 and 0.48 of six decades down.
  assertStringIncludes(line(reportOf(), "spectrum"), "██▇▅");
  assertStringIncludes(toText(reportOf()), "σ₁ 400.0 … σ₄ 0.5000");
  const many = Float64Array.from({ length: 120 }, (_, k) => 120 - k);
  assertStringIncludes(
    toText(reportOf({ spectrum: spectrumOf(...many) })),
    "σ₁ 120.0 … σ₁₂₀ 1.000",
  );
});

Deno.test("the bars fit the width, down to none", () => {
  const many = reportOf({ spectrum: spectrumOf(...new Array(500).fill(1)) });
  const bars = (width: number) => [...toText(many, { width })].filter((c) => c === "█").length;
  assertEquals(bars(80), 48);
  assertEquals(bars(1000), 48);
  for (const width of [20, 30, 40]) {
    const lines = toText(many, { width }).split("\n");
    const spectrum = lines.find((line) => line.startsWith("spectrum"))!;
    assert(bars(width) > 0);
    assertEquals([...spectrum].length <= width, true, spectrum);
  }
  assertEquals(bars(5), 0);
});

Deno.test("the text shows other metrics and how all was computed", () => {
  const text = toText(reportOf({ metrics: { effectiveRank: 31.6299, stableRank: 2048.16 } }));
  assertStringIncludes(text, "31.63");
  assert(/effectiveRank +31\.63\n/.test(text), text);
  assert(/stableRank +2048\.2\n/.test(text), text);
  assertStringIncludes(text, "convention paper, not centred, ε = 1e-7");
  const own = reportOf({ convention: "reptrix", centered: true, epsilon: 0 });
  assertStringIncludes(toText(own), "convention reptrix, centred, ε = 0");
});

Deno.test("the values stand below one another", () => {
  const lines = toText(reportOf()).trimEnd().split("\n").slice(2);
  const starts = lines.map((line) => line.search(/(?<= {2})\S/));
  assertEquals(new Set(starts).size, 1, lines.join("\n"));
});

Deno.test("colours come only when asked for, and change no word", () => {
  for (const report of [reportOf(), reportOf({ complete: false, rankMe: 1 })]) {
    const plain = toText(report);
    assert(!plain.includes(ESCAPE));
    assertEquals(toText(report, { color: false }), plain);
    const colored = toText(report, { color: true });
    assertStringIncludes(colored, ESCAPE);
    // deno-lint-ignore no-control-regex
    assertEquals(colored.replaceAll(/\x1b\[\d+m/g, "").replaceAll(/ +\n/g, "\n"), plain);
    // Every colour that is switched on is switched off on the same line.
    for (const line of colored.split("\n")) {
      // deno-lint-ignore no-control-regex
      const codes = line.match(/\x1b\[\d+m/g) ?? [];
      codes.forEach((code, i) => assertEquals(code === "\x1b[0m", i % 2 === 1));
      assertEquals(codes.length % 2, 0);
    }
  }
});

Deno.test("every line ends, none with blanks", () => {
  const text = toText(reportOf());
  assert(text.endsWith("\n"));
  assert(!/[ \t]\n/.test(text));
});

Deno.test("a spectrum of zeros can be shown", () => {
  const text = toText(reportOf({ rankMe: 0, spectrum: spectrumOf(0, 0, 0) }));
  assertStringIncludes(text, "RankMe  0.000");
  assertStringIncludes(text, "▁▁▁");
  assert(!text.includes("NaN"));
});

Deno.test("a table has a line for each report, its columns lined up", () => {
  const reports = [
    reportOf({ dims: [0, 64], dim: 64, rankMe: 32 }),
    reportOf({ dims: [0, 1024], dim: 1024, rankMe: 1024 }),
  ];
  const lines = toTable(reports).split("\n");
  assertEquals(lines.slice(0, 4), [
    "dims    RankMe  spread  effectiveRank",
    "0:64     32.00    50 %          31.63",
    "0:1024  1024.0   100 %          31.63",
    "",
  ]);
  assertStringIncludes(lines[4], "25,600 rows; convention paper");
  assertStringIncludes(toTable(reports, { color: true }), "\x1b[2mdims");
});

Deno.test("a table says what is missing, and counts few rows as the most that is possible", () => {
  const table = toTable([reportOf({ rows: 40, rankMe: 36, complete: false, skippedRows: 1234 })]);
  assertStringIncludes(table, "\n 36.00    90 %");
  assertStringIncludes(table, "40 rows, 1,234 rows skipped, partial;");
});
