import { DENO_RUN } from "./deno_run.ts";

/** The repository's root, where examples are run. */
export const ROOT: URL = new URL("../", import.meta.url);

/** Starts a TypeScript example as a process of its own, without any permission. */
export function startExample(
  name: string,
  args: readonly string[] = [],
  stdin: "piped" | "null" = "null",
): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [...DENO_RUN, `examples/${name}`, ...args],
    cwd: ROOT,
    stdin,
    stdout: "piped",
  }).spawn();
}
