import { parseArgs } from "@std/cli/parse-args";
import { type BackendName, isBackendName } from "./backends.ts";

/** The repository's root. */
export const ROOT: URL = new URL("../", import.meta.url);
/** What benchmarks need and leave behind: data, a Python, results. Git ignores it. */
export const SCRATCH: URL = new URL(".bench/", ROOT);

/** How many times each contestant is measured, unless told otherwise. */
export const RUNS = 5;

/** What to measure, and how. */
export interface Settings {
  /** Names of parts; empty for all. */
  readonly parts: readonly string[];
  /** How many times each contestant is measured. */
  readonly runs: number;
  /** Rows and dimensions are multiplied by this. Anything but 1 is a trial, whose figures are not kept. */
  readonly scale: number;
  /** How many threads ours and the peers have, where they have several. */
  readonly threads: number;
  /** Which of ours are measured. */
  readonly backends: readonly BackendName[];
  /** The BLAS library that ours loads; absent for the one inside NumPy. */
  readonly blas?: string;
}

/**
 * Reads the command line.
 *
 * @param args As the program was given them.
 * @param names What parts there are.
 * @throws {Error} What to print, when it cannot be understood.
 */
export function parseSettings(args: readonly string[], names: readonly string[]): Settings {
  const flags = parseArgs([...args], {
    string: ["runs", "scale", "threads", "backends", "blas"],
    unknown: (arg) => {
      if (arg.startsWith("-")) throw new Error(`there is no flag ${arg}`);
    },
  });
  const backends = (flags.backends ?? "wasm,blas").split(",");
  if (!backends.every(isBackendName)) {
    throw new Error(`--backends: wasm, blas or reference, not ${flags.backends}`);
  }
  const parts = flags._.map(String);
  const unknown = parts.filter((part) => !names.includes(part));
  if (unknown.length > 0) throw new Error(`no part "${unknown[0]}": there are ${names.join(", ")}`);
  return {
    parts,
    runs: count("runs", flags.runs, RUNS),
    scale: positive("scale", flags.scale, 1),
    threads: count("threads", flags.threads, navigator.hardwareConcurrency),
    backends: backends.filter(isBackendName),
    blas: flags.blas,
  };
}

function positive(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!(value > 0 && value < Infinity)) throw new Error(`--${name} is above 0, not ${text}`);
  return value;
}

function count(name: string, text: string | undefined, otherwise: number): number {
  const value = positive(name, text, otherwise);
  if (!Number.isInteger(value)) throw new Error(`--${name} is a whole number, not ${text}`);
  return value;
}

/** Rows N at this scale: whole thousands, so that they are whole blocks; the exact N at scale 1. */
export function scaledRows(rows: number, { scale }: Settings): number {
  return scale === 1 ? rows : Math.ceil(rows * scale / 1000) * 1000;
}

/** Dimensions D at this scale. */
export function scaledDim(dim: number, { scale }: Settings): number {
  return Math.max(8, Math.round(dim * scale));
}

/** As "25,600 × 2048". */
export function shapeName(rows: number, dim: number): string {
  return `${rows.toLocaleString("en-US")} × ${dim}`;
}
