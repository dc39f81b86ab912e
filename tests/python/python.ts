/** The repository's root. */
export const ROOT: URL = new URL("../../", import.meta.url);

/** Python in the virtual environment that setup.ts makes. */
export const PYTHON: URL = new URL(
  Deno.build.os === "windows" ? ".venv/Scripts/python.exe" : ".venv/bin/python",
  ROOT,
);

/** RankMe by NumPy's float64 SVD, by convention, as reference_rankme.py prints it. */
export interface Reference {
  readonly rows: number;
  readonly dim: number;
  readonly rankMe: { readonly [convention: string]: number };
}

/** Starts a Python script of this repository; what it says on standard error is shown. */
export function startPython(
  script: string,
  args: readonly string[] = [],
  stdin: "piped" | "null" = "null",
): Deno.ChildProcess {
  return new Deno.Command(PYTHON, {
    // -B: leave no compiled files beside the sources.
    args: ["-B", script, ...args],
    cwd: ROOT,
    stdin,
    stdout: "piped",
  }).spawn();
}

/** What a Python script prints, as JSON. */
export async function jsonOf<T>(script: Deno.ChildProcess): Promise<T> {
  const { code, stdout } = await script.output();
  if (code !== 0) throw new Error(`Python ended with status ${code}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** What NumPy makes of an Arrow IPC stream. */
export async function referenceRankMe(stream: ReadableStream<Uint8Array>): Promise<Reference> {
  const script = startPython("tests/python/reference_rankme.py", [], "piped");
  const [reference] = await Promise.all([jsonOf<Reference>(script), stream.pipeTo(script.stdin)]);
  return reference;
}
