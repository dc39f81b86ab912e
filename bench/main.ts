/**
 * The benchmarks: ours beside what people run today, in turns. `deno task bench --help` says how.
 */
import { CHARTS, toSvg } from "./charts.ts";
import { EarlierPage } from "./earlier_page.ts";
import { guard } from "./guard.ts";
import { benchHelp } from "./help.ts";
import { lineTable, page } from "./page.ts";
import type { Part } from "./part.ts";
import { computeOnly } from "./parts/compute_only.ts";
import { download } from "./parts/download.ts";
import { eigenvalues } from "./parts/eigenvalues.ts";
import { endToEnd } from "./parts/end_to_end.ts";
import { graphs } from "./parts/graphs.ts";
import { kernel } from "./parts/kernel.ts";
import { longPipe } from "./parts/long_pipe.ts";
import { memory } from "./parts/memory.ts";
import { more } from "./parts/more.ts";
import { reading } from "./parts/reading.ts";
import { select } from "./parts/select.ts";
import { startUp } from "./parts/start_up.ts";
import { throughput } from "./parts/throughput.ts";
import { keep, latest } from "./results.ts";
import { parseSettings, ROOT, type Settings } from "./settings.ts";

const PARTS: readonly Part[] = [
  throughput,
  endToEnd,
  computeOnly,
  longPipe,
  kernel,
  eigenvalues,
  memory,
  more,
  reading,
  select,
  startUp,
  download,
  graphs,
];

if (Deno.args.includes("--help") || Deno.args.includes("-h")) {
  console.log(benchHelp(PARTS));
  Deno.exit();
}
const settings = parseOrExit();
if (settings.parts.includes("guard")) guard();
const measured = PARTS.filter(({ name }) =>
  settings.parts.length === 0 || settings.parts.includes(name)
);
if (measured.length > 0) warnWhenBusy();
for (const part of measured) await measure(part, settings);
if (measured.length > 0 || settings.parts.includes("page")) await writePage(settings);

function parseOrExit(): Settings {
  try {
    return parseSettings(Deno.args, [...PARTS.map(({ name }) => name), "guard", "page"]);
  } catch (error) {
    console.error(`bench: ${(error as Error).message}; see deno task bench --help`);
    Deno.exit(2);
  }
}

/** Taking turns evens out a slow machine, but not one that others use by fits and starts. */
function warnWhenBusy(): void {
  const [load] = Deno.loadavg();
  if (load < 0.5) return;
  console.error(`bench: the machine is busy (load ${load.toFixed(1)}): figures will be off`);
}

/** Runs a part and keeps what it found; one that fails does not take the others with it. */
async function measure(part: Part, settings: Settings): Promise<void> {
  console.error(`${part.name} …`);
  const start = performance.now();
  try {
    const findings = await part.run(settings);
    await keep(part.name, findings, settings);
    if (findings.lines.length > 0) console.log(`\n${part.title}\n\n${lineTable(findings.lines)}\n`);
  } catch (error) {
    console.error(`${part.name} failed:`, error);
    Deno.exitCode = 1;
  }
  console.error(`${part.name}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
}

/** Writes the page and its graphs from the latest results of all parts. */
async function writePage(settings: Settings): Promise<void> {
  const folder = new URL(settings.scale === 1 ? "docs/" : ".bench/trial/", ROOT);
  const sections = await Promise.all(
    PARTS.map(async (part) => ({ part, result: await latest(part.name, settings) })),
  );
  await Deno.mkdir(folder, { recursive: true });
  const files = [new URL("performance.md", folder)];
  const earlier = new EarlierPage(await Deno.readTextFile(files[0]).catch(() => ""));
  await Deno.writeTextFile(files[0], page(sections, earlier));
  const points = sections.flatMap(({ result }) => result?.points ?? []);
  for (const chart of points.length > 0 ? CHARTS : []) {
    const file = new URL(`${chart.name}.svg`, folder);
    await Deno.writeTextFile(file, await toSvg(chart, points));
    files.push(file);
  }
  const paths = files.map(({ pathname }) => pathname);
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", ...paths], cwd: ROOT })
    .output();
  console.log(`${paths.join("\n")}`);
}
