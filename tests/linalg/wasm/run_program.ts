import { DENO_RUN } from "../../deno_run.ts";

/** What ends by itself has ended long before. */
const LIMIT_MILLISECONDS = 60_000;

/** Runs a program beside this file without any permission; what it prints as JSON. */
export async function runProgram(name: string, ...args: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...DENO_RUN, new URL(name, import.meta.url).pathname, ...args],
    signal: AbortSignal.timeout(LIMIT_MILLISECONDS),
  }).output();
  const text = new TextDecoder();
  if (code !== 0) throw new Error(`${name} ${args} ended with ${code}: ${text.decode(stderr)}`);
  return JSON.parse(text.decode(stdout));
}
