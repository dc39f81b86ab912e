import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { toSvg } from "../../src/report/charts/svg.ts";
import { checkpointChart } from "../../src/selection/checkpoint_chart.ts";
import { findDrops } from "../../src/selection/checkpoints.ts";
import { reportOf } from "../report/reports.ts";
import { sureReport } from "./sure_reports.ts";

const RANKS = [[1000, 30], [2000, 40], [3000, 35], [4000, 8]] as const;
const steady = (rank: number) => [rank, rank + 0.01, rank - 0.01, rank];

/** How many paths of an SVG are filled with a colour. */
function filled(svg: string, color: string): number {
  return svg.match(new RegExp(`<path[^>]*aria-roledescription="point"[^>]*fill="${color}"`, "g"))
    ?.length ?? 0;
}

Deno.test("the picture has a mark for each checkpoint, of another colour where RankMe dropped", async () => {
  const watched = findDrops(RANKS.map(([x, rank]) => ({
    name: `step-${x}`,
    x,
    report: sureReport(rank, steady(rank)),
  })));
  const svg = await toSvg(checkpointChart(watched, "step"));
  assertEquals([filled(svg, "#3468c0"), filled(svg, "#e08a1e"), filled(svg, "#c0392b")], [2, 1, 1]);
  for (const word of ["RankMe", "step", "no drop", "collapse"]) assertStringIncludes(svg, word);
  assertEquals(svg.match(/mark-area/g)?.length, 1);
  // What a screen reader says of a mark is what the table says.
  assertStringIncludes(svg, 'aria-label="step-2000: RankMe 40.0 ± 2.0"');
});

Deno.test("without intervals there is no band", async () => {
  const watched = findDrops(RANKS.map(([x, rankMe]) => ({
    name: `step-${x}`,
    x,
    report: reportOf({ rankMe }),
  })));
  const svg = await toSvg(checkpointChart(watched, "step"));
  assert(!svg.includes("mark-area"));
  assert(svg.includes("mark-line"));
});

Deno.test("where checkpoints crowd at the beginning the axis is logarithmic", async () => {
  const ticks = async (xs: readonly number[]) => {
    const watched = findDrops(xs.map((x) => ({ name: String(x), x, report: reportOf() })));
    return await toSvg(checkpointChart(watched, "step"));
  };
  assertStringIncludes(await ticks([1, 10, 100, 1000, 10_000]), "log scale");
  assertStringIncludes(await ticks([1000, 2000, 3000]), "linear scale");
});
