import { cpus, totalmem } from "node:os";
import type { Findings } from "./findings.ts";
import { SCRATCH, type Settings } from "./settings.ts";

/** Findings, and the circumstances. */
export interface Result extends Findings {
  readonly part: string;
  readonly date: string;
  readonly machine: string;
  readonly deno: string;
  readonly runs: number;
}

/** Figures of a trial are kept apart, so that they never reach the page. */
function folder({ scale }: Settings): URL {
  return new URL(scale === 1 ? "results/" : "trial/", SCRATCH);
}

/** Keeps what a part found, in place of what it found before. */
export async function keep(part: string, findings: Findings, settings: Settings): Promise<void> {
  const result: Result = {
    part,
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    deno: Deno.version.deno,
    runs: settings.runs,
    ...findings,
  };
  await Deno.mkdir(folder(settings), { recursive: true });
  const file = new URL(`${part}.json`, folder(settings));
  await Deno.writeTextFile(file, JSON.stringify(result, null, 1));
}

/** The latest result of a part, if it was ever measured. */
export async function latest(part: string, settings: Settings): Promise<Result | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(new URL(`${part}.json`, folder(settings))));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function machine(): string {
  const [{ model }] = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${model.trim()}${generation()}, ${cpus().length} cores, ${gigabytes} GB, ${Deno.build.os}`;
}

/** Which generation a processor is of, as names in the cloud leave it out; known on Linux. */
function generation(): string {
  try {
    const text = Deno.readTextFileSync("/proc/cpuinfo");
    const [family, number] = ["cpu family", "model"]
      .map((name) => new RegExp(`^${name}\\s*: (\\d+)$`, "m").exec(text)?.[1]);
    return family && number ? ` (family ${family}, model ${number})` : "";
  } catch {
    return "";
  }
}
