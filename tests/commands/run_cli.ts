import { DENO_RUN } from "../deno_run.ts";

/** What a run of the command line left behind. */
export interface CliRun {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run the command line. */
export interface CliOptions {
  /** What is piped in. Default: nothing, at once. */
  readonly stdin?: ReadableStream<Uint8Array> | Uint8Array;
  /** Permission flags. Default: none at all. */
  readonly permissions?: readonly string[];
}

const CLI = new URL("../../cli.ts", import.meta.url).href;
const decoder = new TextDecoder();

/** Starts the command line as a process of its own behind real pipes. */
export function startCli(
  args: readonly string[],
  permissions: readonly string[] = [],
): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [...DENO_RUN, ...permissions, CLI, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
}

/** Runs the command line to its end. */
export async function runCli(
  args: readonly string[],
  { stdin = new Uint8Array(0), permissions }: CliOptions = {},
): Promise<CliRun> {
  const child = startCli(args, permissions);
  const input = stdin instanceof ReadableStream ? stdin : ReadableStream.from([stdin]);
  // A child that refuses its input early closes the pipe: that is for the test to judge by status.
  const fed = input.pipeTo(child.stdin).catch(() => {});
  const [{ code, stdout, stderr }] = await Promise.all([child.output(), fed]);
  return { status: code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
