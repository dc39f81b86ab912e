import { glob } from "node:fs/promises";
import {
  backendFlags,
  type BackendName,
  type BackendOptions,
  backendPermissions,
  backendTitle,
} from "./backends.ts";
import { BLOCK_ROWS, type Data } from "./data.ts";
import { type Piece, type Program, wholeProcess } from "./launch.ts";
import { numpyPython, PYTHON, threadVariables, torchPythons } from "./python.ts";
import type { Contestant } from "./rounds.ts";
import { ROOT, SCRATCH, type Settings } from "./settings.ts";

/** Float64 throughout: only rounding is left. */
export const FLOAT64_TOLERANCE = 1e-9;
/** What singular values in float32 are worth. */
export const FLOAT32_TOLERANCE = 1e-4;

const CLI = new URL("cli.ts", ROOT).pathname;
const PEERS = new URL("python/peers.py", import.meta.url).pathname;

/** What ours reads: a file by its path, or what is written into a pipe. */
export type Input = { readonly file: string } | { readonly pipe: readonly Piece[] };

/** An Arrow stream of a block of rows, so many times over. */
export function repeatedBlock({ path }: Data, rows: number): Input {
  const piece = (ending: string, times: number) => ({ file: `${path}.${ending}`, times });
  return { pipe: [piece("begin", 1), piece("batch", rows / BLOCK_ROWS), piece("end", 1)] };
}

/** One of ours on all threads, unless told otherwise. */
export async function ours(
  backend: BackendName,
  settings: Settings,
  threads = settings.threads,
): Promise<BackendOptions> {
  return { backend, threads, blas: settings.blas ?? await numpyBlas() };
}

/** `score` on the command line; its role is the backend. */
export async function ourProcess(
  backend: BackendName,
  input: Input,
  settings: Settings,
): Promise<Contestant> {
  const options = await ours(backend, settings);
  const how = "file" in input ? "from a file" : "from a pipe";
  return wholeProcess({
    name: `${backendTitle(options)}, ${how}`,
    role: backend,
    tolerance: FLOAT64_TOLERANCE,
  }, ourProgram(options, input));
}

/**
 * The same with more flags; its role are these flags. Several reports have no one answer, and some of
 * the rows have another one.
 */
export async function ourProcessWith(
  flags: readonly string[],
  backend: BackendName,
  input: Input,
  settings: Settings,
): Promise<Contestant> {
  const options = await ours(backend, settings);
  const role = flags.join(" ");
  const isAnother = flags.includes("--by") || flags.includes("--limit");
  const tolerance = isAnother ? undefined : FLOAT64_TOLERANCE;
  return wholeProcess(
    { name: `${backendTitle(options)}, ${role || "RankMe alone"}`, role, tolerance },
    ourProgram(options, input, flags),
  );
}

function ourProgram(
  options: BackendOptions,
  input: Input,
  flags: readonly string[] = [],
): Program {
  const [read, operand, stdin] = "file" in input
    ? [[`--allow-read=${input.file}`], input.file, []]
    : [[], "-", input.pipe];
  const permissions = [...read, ...backendPermissions(options)];
  const run = [Deno.execPath(), "run", "--no-prompt", ...permissions, CLI];
  return {
    command: [...run, "score", operand, "--json", "--quiet", ...backendFlags(options), ...flags],
    stdin,
  };
}

/** The peers that read a whole .npy file. */
export async function peerProcesses(file: string, { threads }: Settings): Promise<Contestant[]> {
  const numpy = await numpyPython();
  const peer = (role: string, name: string, executable: string, tolerance: number) =>
    wholeProcess({ name, role, tolerance }, {
      command: [executable, "-B", PEERS, role, file],
      env: threadVariables(threads),
    });
  return [
    ...(await torchPythons()).map(({ name, executable }) =>
      peer("torch-svdvals", `${name} svdvals, float32`, executable, FLOAT32_TOLERANCE)
    ),
    peer("numpy-svd", `${numpy.name} svd, float32`, PYTHON, FLOAT32_TOLERANCE),
    peer("numpy-gram", `${numpy.name} Gram in chunks, float64`, PYTHON, FLOAT64_TOLERANCE),
  ];
}

/** The OpenBLAS inside the NumPy that the peers use, where it has one: both then have the same library. */
async function numpyBlas(): Promise<string | undefined> {
  const libraries = "venv/lib/python3*/site-packages/numpy.libs/*openblas*";
  for await (const path of glob(libraries, { cwd: SCRATCH.pathname })) {
    return new URL(path, SCRATCH).pathname;
  }
}
