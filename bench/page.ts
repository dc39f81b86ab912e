import { CHARTS } from "./charts.ts";
import type { Measurement } from "./findings.ts";
import { type Limit, type Line, passes } from "./line.ts";
import type { Part } from "./part.ts";
import type { Result } from "./results.ts";
import type { Spread } from "./spread.ts";

/** A part, and its latest result. */
export interface Section {
  readonly part: Part;
  readonly result?: Result;
}

/** The page of all results, as Markdown. */
export function page(sections: readonly Section[]): string {
  const drawn = sections.some(({ result }) => result?.points?.length);
  return [
    "# Performance",
    "Written by `deno task bench`; do not edit.",
    "A ratio is of two figures taken in turns in the same run, ours over what it is held against. " +
    "Figures are medians, with the least and the most in brackets. All contestants must agree on " +
    "RankMe before a figure counts: to 1e-9 in float64, to 1e-4 in float32. Times hold for one " +
    "machine at one hour; ratios hold better.",
    "## What was asked, and what was measured",
    askedTable(sections),
    ...drawn ? CHARTS.map(({ name, caption }) => `![${caption}](${name}.svg)`) : [],
    ...sections.flatMap(section),
  ].join("\n\n") + "\n";
}

function askedTable(sections: readonly Section[]): string {
  const rows = sections.flatMap(({ part, result }) => {
    const asked = (result?.lines ?? []).filter(({ limit }) => limit);
    return asked.map((line) => [part.title, ...cells(line)]);
  });
  return table(["", ...LINE_HEAD], rows);
}

function section({ part, result }: Section): string[] {
  const heading = [`## ${part.title}`, part.method];
  if (!result) return [...heading, `Not measured yet: \`deno task bench ${part.name}\`.`];
  const { date, machine, deno, runs, lines, measurements } = result;
  const others = lines.filter(({ limit }) => !limit);
  return [
    ...heading,
    costTable(measurements),
    ...others.length > 0 ? ["Ratios of which nothing was asked:", lineTable(others)] : [],
    `${date}, ${runs} runs, ${machine}, Deno ${deno}.`,
  ];
}

const LINE_HEAD = ["work", "ours", "against", "measured", "asked", ""];

/** Figures beside their limits. */
export function lineTable(lines: readonly Line[]): string {
  return table(LINE_HEAD, lines.map(cells));
}

function cells(line: Line): string[] {
  return [
    line.work,
    line.ours,
    line.against ?? "",
    line.measured ? shown(line.measured, line.unit) : "not measured",
    line.limit ? limitText(line.limit, line.unit) : "",
    mark(line),
  ];
}

function mark(line: Line): string {
  const passed = passes(line);
  return passed === undefined ? "" : passed ? "✓" : "✗";
}

function limitText(limit: Limit, unit = ""): string {
  const [sign, value] = "atMost" in limit ? ["≤", limit.atMost] : ["≥", limit.atLeast];
  return `${sign} ${value} ${unit}`.trim();
}

function costTable(measurements: readonly Measurement[]): string {
  const columns = [
    { title: "seconds", of: ({ seconds }: Measurement) => seconds },
    { title: "peak MB", of: ({ megabytes }: Measurement) => megabytes },
    { title: "GF/s", of: ({ gflops }: Measurement) => gflops },
  ].filter((column) => measurements.some((one) => column.of(one)));
  return table(
    ["work", "who", ...columns.map(({ title }) => title)],
    measurements.map((one) => [
      one.work,
      one.contestant,
      ...columns.map((column) => {
        const value = column.of(one);
        return value ? shown(value) : "";
      }),
    ]),
  );
}

/** As "0.61 (0.58–0.66)", with as many digits as a noisy figure deserves. */
export function shown({ median, least, most }: Spread, unit = ""): string {
  const number = (value: number) =>
    value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toPrecision(3);
  return `${number(median)} ${unit} (${number(least)}–${number(most)})`.replace("  ", " ");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}
