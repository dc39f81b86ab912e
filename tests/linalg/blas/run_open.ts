import { DENO_RUN } from "../../deno_run.ts";
import type { Opened } from "./open.ts";

/** How to run open.ts. */
export interface OpenRun {
  readonly permissions?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly threads?: number;
  readonly path?: string;
}

/** What open.ts prints in a process with no environment but `env`. */
export async function runOpen(
  { permissions = [], env = {}, threads = 2, path }: OpenRun,
): Promise<Opened> {
  const script = new URL("open.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...DENO_RUN,
      ...permissions,
      script,
      String(threads),
      ...path === undefined ? [] : [path],
    ],
    clearEnv: true,
    env: { DENO_DIR: Deno.env.get("DENO_DIR") ?? "", HOME: Deno.env.get("HOME") ?? "", ...env },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (code !== 0) throw new Error(`open.ts ended with status ${code}: ${text(stderr)}`);
  return JSON.parse(text(stdout));
}

/** What sums.ts prints: see there. */
export async function runSums(path: string, threads: number, how = ""): Promise<unknown> {
  const script = new URL("sums.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...DENO_RUN, `--allow-ffi=${path},${path}.nowhere`, script, path, String(threads), how],
    signal: AbortSignal.timeout(60_000),
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (code !== 0) throw new Error(`sums.ts ended with status ${code}: ${text(stderr)}`);
  return JSON.parse(text(stdout));
}
