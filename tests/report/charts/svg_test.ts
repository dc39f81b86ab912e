import { assertEquals, assertMatch } from "@std/assert";
import { toSvg } from "../../../src/report/charts/svg.ts";

const CHART = {
  data: { values: [{ x: 1, y: 2, name: 'a < b & "c"' }, { x: 2, y: 3, name: "d" }] },
  mark: { type: "point", clip: true },
  encoding: {
    x: { field: "x", type: "quantitative" },
    y: { field: "y", type: "quantitative" },
    color: { field: "name", type: "nominal" },
  },
} as const;

Deno.test("a chart is an SVG document whose tags are closed and whose text is escaped", async () => {
  const svg = await toSvg(CHART);
  assertMatch(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^]*<\/svg>$/);
  const open: string[] = [];
  for (const [, close, name, empty] of svg.matchAll(/<(\/?)(\w+)[^<>]*?(\/?)>/g)) {
    if (close) assertEquals(open.pop(), name);
    else if (!empty) open.push(name);
  }
  assertEquals(open, []);
  assertMatch(svg, />a &lt; b &amp; "c"<\/text>/);
});

Deno.test("the same chart is the same text, however many were drawn before", async () => {
  assertEquals(await toSvg(CHART), await toSvg(CHART));
});
