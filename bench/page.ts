import { CHARTS } from "./charts.ts";
import { EarlierPage } from "./earlier_page.ts";
import type { Measurement, Rate } from "./findings.ts";
import { type Limit, type Line, passes } from "./line.ts";
import type { Part } from "./part.ts";
import type { Result } from "./results.ts";
import type { Spread } from "./spread.ts";

/** A part, and its latest result. */
export interface Section {
  readonly part: Part;
  readonly result?: Result;
}

const TARGETS = "Targets, and what was measured";

/**
 * The page of all results, as Markdown: what a user of the tool wants to know first.
 *
 * @param sections The parts, each with its latest result if there is one.
 * @param earlier The page as it stands, which keeps what is said of parts without a result.
 */
export function page(sections: readonly Section[], earlier = new EarlierPage("")): string {
  const drawn = sections.some(({ part, result }) =>
    result ? result.points?.length : part.name === "graphs" && earlier.section(part.title)
  );
  const [first, others] = [true, false].map((isOfRates) =>
    sections.filter((one) => Boolean(one.part.measuresRates) === isOfRates)
  );
  return [
    "# Performance",
    "Written by `deno task bench`; do not edit.",
    ...machines(sections, earlier),
    ...first.flatMap((one) => section(one, earlier)),
    `## ${TARGETS}`,
    "A ratio is of two figures taken in turns in the same run, ours over what it is held against. " +
    "Figures are medians, with the least and the most in brackets. All contestants must agree on " +
    "RankMe before a figure counts: to 1e-9 in float64, to 1e-4 in float32. Times hold for one " +
    "machine at one hour; ratios hold better.",
    targetTable(sections, earlier),
    ...drawn ? CHARTS.map(({ name, caption }) => `![${caption}](${name}.svg)`) : [],
    ...others.flatMap((one) => section(one, earlier)),
  ].join("\n\n") + "\n";
}

/** What everything was measured on. */
function machines(sections: readonly Section[], earlier: EarlierPage): string[] {
  const names = new Set(
    sections.flatMap(({ part, result }) => (result?.machine ?? earlier.machine(part.title)) || []),
  );
  return names.size === 0 ? [] : [`Processor: ${[...names].join("; ")}.`];
}

function targetTable(sections: readonly Section[], earlier: EarlierPage): string {
  const rows = sections.flatMap(({ part, result }) => {
    if (!result) return earlier.targets(part.title, TARGETS);
    return result.lines.filter(({ limit }) => limit).map((line) => [part.title, ...cells(line)]);
  });
  return table(["", ...LINE_HEAD], rows);
}

function section({ part, result }: Section, earlier: EarlierPage): string[] {
  const heading = [`## ${part.title}`, part.method];
  if (!result) {
    const kept = earlier.section(part.title);
    return kept ? [kept] : [...heading, `Not measured yet: \`deno task bench ${part.name}\`.`];
  }
  const { date, machine, deno, runs, lines, measurements, rates = [] } = result;
  const others = lines.filter(({ limit }) => !limit);
  return [
    ...heading,
    ...rates.length > 0 ? [rateTable(rates)] : [],
    ...rates.length === 0 && measurements.length > 0 ? [costTable(measurements)] : [],
    ...others.length > 0 ? ["Without a target:", lineTable(others)] : [],
    `${date}, ${runs} runs, ${machine}, Deno ${deno}.`,
  ];
}

/** Rows a second: a row for each format, a column for each D. */
function rateTable(rates: readonly Rate[]): string {
  const dims = [...new Set(rates.map(({ dim }) => dim))];
  const formats = Map.groupBy(rates, ({ format }) => format);
  return table(
    ["format", ...dims.map((dim) => `D = ${dim}`)],
    Array.from(formats, ([format, some]) => [
      format,
      ...dims.map((dim) => rounded(some.find((one) => one.dim === dim)?.perSecond)),
    ]),
  );
}

/** To two digits, which is what a rate is worth. */
function rounded(spread: Spread | undefined): string {
  if (!spread) return "";
  const number = (value: number) => Number(value.toPrecision(2)).toLocaleString("en-US");
  return `${number(spread.median)} (${number(spread.least)}–${number(spread.most)})`;
}

const LINE_HEAD = ["work", "ours", "against", "measured", "target", ""];

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
