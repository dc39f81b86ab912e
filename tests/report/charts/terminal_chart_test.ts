import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type TerminalChart, terminalChart } from "../../../src/report/charts/terminal_chart.ts";

const CHART: TerminalChart = {
  points: [[1000, 60], [2000, 80], [3000, 20]],
  marked: [2],
  xLabel: "step",
  yLabel: "RankMe",
};

/** The places of a character, lines counted from the top. */
function places(text: string, character: string): [line: number, column: number][] {
  return text.split("\n").flatMap((line, y) =>
    [...line].flatMap((one, x): [number, number][] => one === character ? [[y, x]] : [])
  );
}

Deno.test("a chart has what y is above it and what x is below, and every line ends", async () => {
  const text = await terminalChart(CHART);
  const lines = text.split("\n");
  assertEquals(lines[0], "RankMe");
  assertEquals(lines.at(-2)!.trim(), "step");
  assertEquals(lines.at(-1), "");
  assert(!/[ \t]\n/.test(text));
});

Deno.test("y begins at 0 and ends at a round number, x at the first and the last point", async () => {
  const text = await terminalChart(CHART);
  assertMatch(text, /^ *80┤/m);
  assertMatch(text, /^ *40┤/m);
  assertMatch(text, /^ *0┤/m);
  assertMatch(text, /^ *1,000 +2,000 +3,000$/m);
});

Deno.test("a mark is as far along and as high as its point", async () => {
  const lineOf = async (y: number) => {
    const points: [number, number][] = [[0, 100], [50, y], [100, 100]];
    const [[line, column]] = places(await terminalChart({ ...CHART, points, marked: [1] }), "●");
    return [line, column];
  };
  const [high, column] = await lineOf(100);
  const [middle] = await lineOf(50);
  const [low] = await lineOf(0);
  assert(high < middle && middle < low);
  assert(Math.abs(middle - (high + low) / 2) <= 1);
  const [[, axis]] = places(await terminalChart(CHART), "└");
  const [[, end]] = places(await terminalChart(CHART), "▶");
  assert(Math.abs(column - (axis + end) / 2) <= 3, `${column} between ${axis} and ${end}`);
});

Deno.test("where points crowd at the beginning the axis of x is logarithmic", async () => {
  const points: [number, number][] = [[1, 1], [10, 2], [100, 3], [1000, 4], [10_000, 5]];
  const text = await terminalChart({ ...CHART, points, marked: [0, 1, 2, 3, 4] });
  const columns = places(text, "●").map(([, column]) => column).sort((a, b) => a - b);
  const steps = columns.slice(1).map((column, i) => column - columns[i]);
  assert(Math.max(...steps) - Math.min(...steps) <= 1, String(steps));
  assertMatch(text, /^ *1 +10 +100 +1,000 +10,000$/m);
});

Deno.test("a chart fits the width, and is never wider than a page", async () => {
  const widest = async (width: number) =>
    Math.max(...(await terminalChart(CHART, { width })).split("\n").map((line) => line.length));
  for (const width of [40, 60, 80]) assert(await widest(width) <= width);
  assert(await widest(1000) <= 110);
  assert(await widest(5) > 0);
});

Deno.test("marks are red when colours are asked for, and nothing else", async () => {
  const plain = await terminalChart(CHART);
  assert(!plain.includes("\x1b"));
  const colored = await terminalChart(CHART, { color: true });
  assertStringIncludes(colored, "\x1b[31m●\x1b[0m");
  // deno-lint-ignore no-control-regex
  assertEquals(colored.replaceAll(/\x1b\[\d+m/g, ""), plain);
});

Deno.test("one point, many points and only zeros can be drawn", async () => {
  const draw = (points: [number, number][]) => terminalChart({ ...CHART, points, marked: [] });
  const many = Array.from({ length: 500 }, (_, i): [number, number] => [i * 1000, 400 - i / 2]);
  for (const points of [[[5, 3]], [[5, 0]], [[1, 0], [2, 0]], many] as [number, number][][]) {
    const text = await draw(points);
    assert(!/NaN|undefined|Infinity/.test(text), text);
    assertStringIncludes(text, "━");
  }
  assertMatch(await draw([[5, 0]]), /^0\.5┤/m);
});

for (const width of [60, 80, 120]) {
  Deno.test(`a chart fits ${width} columns, however long its numbers are`, async () => {
    const points = [[1, 12_345.678], [1_000_000, 16_000], [123_456_789, 9]] as const;
    const text = await terminalChart({ ...CHART, points }, { width });
    for (const line of text.split("\n")) assert([...line].length <= width, line);
  });
}
