import type { Contestant, Sample } from "./rounds.ts";
import { PYTHON } from "./python.ts";
import { ROOT } from "./settings.ts";

const MEASURE = new URL("python/measure.py", import.meta.url).pathname;

/** A file to write into a program's standard input, so many times over. */
export interface Piece {
  readonly file: string;
  readonly times: number;
}

/** A program that prints JSON, with what it computed under the key `rankMe` or `answer`, if anything. */
export interface Program {
  readonly command: readonly string[];
  /** What is piped into it. Default: nothing. */
  readonly stdin?: readonly Piece[];
  readonly env?: Record<string, string>;
  /** The status it should end with; with another than 0 it prints no JSON. Default: 0. */
  readonly status?: number;
}

/** What measure.py prints. */
interface Cost {
  readonly status: number;
  readonly seconds: number;
  readonly peakBytes: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program from start to end: its time, its peak memory, and what it computed. */
export async function launch({ command, stdin = [], env, status = 0 }: Program): Promise<Sample> {
  const pieces = stdin.flatMap(({ file, times }) => ["--stdin", file, String(times)]);
  const { success, stdout } = await new Deno.Command(PYTHON, {
    args: ["-B", MEASURE, ...pieces, "--", ...command],
    cwd: ROOT,
    env,
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${command.join(" ")} could not be measured`);
  const cost: Cost = JSON.parse(new TextDecoder().decode(stdout));
  if (cost.status !== status) {
    throw new Error(`${command.join(" ")} ended with status ${cost.status}:\n${cost.stderr}`);
  }
  const { rankMe, answer = rankMe } = status === 0 ? JSON.parse(cost.stdout) : {};
  return { seconds: cost.seconds, peakBytes: cost.peakBytes, answer };
}

/** A contestant that is a whole process each time. */
export function wholeProcess(
  description: Omit<Contestant, "measure" | "stop">,
  program: Program,
): Contestant {
  return { ...description, measure: () => launch(program) };
}
