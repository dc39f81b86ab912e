import { assertEquals, assertStringIncludes } from "@std/assert";
import { toSvg } from "../../src/report/charts/svg.ts";
import { parseManifest } from "../../src/selection/manifest.ts";
import { selectRuns } from "../../src/selection/select_runs.ts";
import { selectionChart } from "../../src/selection/selection_chart.ts";

const WIDE = `method,lr,wd,seed,score,accuracy_a,accuracy_b,status
m,1,1,0,10,50,60,
m,1,1,1,11,51,61,
m,2,1,0,20,52,,
m,1,2,0,30,53,63,
m,1,3,0,,54,64,
n,1,,0,500,70,80,
n,2,,0,400,71,81,
n,3,,0,300,72,82,failed
`;

async function svgOf(text: string): Promise<string | undefined> {
  const manifest = await parseManifest(text);
  const chart = selectionChart(manifest, selectRuns(manifest));
  return chart && await toSvg(chart);
}

/** The marks of runs, by what a screen reader says of them. */
function marksIn(svg: string): readonly string[] {
  return [
    ...svg.matchAll(/aria-label="([^"]*)" role="graphics-symbol" aria-roledescription="point"/g),
  ]
    .map(([, label]) => label);
}

Deno.test("the figure has a mark for each run that has a score and an accuracy", async () => {
  const svg = (await svgOf(WIDE))!;
  // Six runs have accuracy a, and five of them b.
  assertEquals(marksIn(svg).length, 6 + 5);
  for (const word of ["accuracy_a", "accuracy_b", "RankMe", "default", "lr", "wd", "chosen"]) {
    assertStringIncludes(svg, `>${word}</text>`);
  }
});

Deno.test("the figure has a panel for each method and task, so that methods share no axis", async () => {
  const manifest = await parseManifest(WIDE);
  const chart = selectionChart(manifest, selectRuns(manifest))!;
  const svg = await toSvg(chart);
  for (const label of ["m", "n"]) assertStringIncludes(svg, `>${label}</text>`);
  // On one axis of both, nothing would tell the ranks of m apart: ticks would be hundreds.
  assertStringIncludes(svg, ">15</text>");
  assertStringIncludes(svg, ">420</text>");
});

Deno.test("in the long form the default, which stands on every axis, is one mark", async () => {
  const svg = (await svgOf(`hyperparameter,value,name,score,acc
lr,1,default,10,50
lr,2,a,20,52
wd,1,default,10,50
wd,2,b,30,53
`))!;
  assertEquals(marksIn(svg).length, 3);
  assertStringIncludes(svg, ">default</text>");
});

Deno.test("the same runs are the same figure", async () => {
  assertEquals(await svgOf(WIDE), await svgOf(WIDE));
});

Deno.test("without a run that has both there is no figure", async () => {
  assertEquals(await svgOf("lr,score,acc\n1,2,\n2,3,\n"), undefined);
});
