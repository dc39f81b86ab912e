import { ROOT, SCRATCH } from "./settings.ts";

const VENV = new URL("venv/", SCRATCH);
const REQUIREMENTS = new URL("python/requirements.txt", import.meta.url);
/** A copy made once everything is installed. */
const INSTALLED = new URL("requirements.txt", VENV);

/** The Python with NumPy and pyarrow that {@linkcode setUpPython} makes. */
export const PYTHON: string = new URL("bin/python", VENV).pathname;

/** Makes `.bench/venv`, unless it has just these packages already. */
export async function setUpPython(): Promise<void> {
  const wanted = await Deno.readTextFile(REQUIREMENTS);
  if (await Deno.readTextFile(INSTALLED).catch(() => "") === wanted) return;
  await run(Deno.env.get("PYTHON") ?? "python3", "-m", "venv", "--clear", VENV.pathname);
  await run(PYTHON, "-m", "pip", "install", "--quiet", "-r", REQUIREMENTS.pathname);
  await Deno.copyFile(REQUIREMENTS, INSTALLED);
}

async function run(command: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(command, { args, cwd: ROOT }).spawn().status;
  if (!success) throw new Error(`${command} ${args.join(" ")} failed`);
}

/** A Python that has what a peer needs. */
export interface PeerPython {
  readonly executable: string;
  /** Name and version of the package, as "torch 2.1.0". */
  readonly name: string;
}

/** The bench's own. */
export async function numpyPython(): Promise<PeerPython> {
  const found = await probe(PYTHON, "numpy");
  if (!found) throw new Error("NumPy is missing from .bench/venv: remove that folder");
  return found;
}

/** Every torch within reach; one that several Pythons share is listed once. */
export async function torchPythons(): Promise<PeerPython[]> {
  const named = Deno.env.get("TORCH_PYTHON");
  const executables = [...named ? [named] : [], "python3", "/usr/bin/python3", PYTHON];
  const found = await Promise.all(executables.map((executable) => probe(executable, "torch")));
  const byFile = new Map(found.filter((one) => one !== undefined).map((one) => [one.file, one]));
  return [...byFile.values()];
}

async function probe(
  executable: string,
  name: "numpy" | "torch",
): Promise<(PeerPython & { readonly file: string }) | undefined> {
  const script = `import numpy, ${name}; print(${name}.__version__, ${name}.__file__)`;
  try {
    const { success, stdout } = await new Deno.Command(executable, {
      args: ["-c", script],
      stderr: "null",
    }).output();
    if (!success) return undefined;
    const [version, file] = new TextDecoder().decode(stdout).trim().split(" ");
    return { executable, name: `${name === "numpy" ? "NumPy" : name} ${version}`, file };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** How numerical libraries are told how many threads to use. */
export function threadVariables(threads: number): Record<string, string> {
  const names = ["OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM"];
  return Object.fromEntries(names.map((name) => [`${name}_NUM_THREADS`, String(threads)]));
}
