import { EmbeddingBatch } from "../batch.ts";
import { OnlineCovariance } from "../covariance/online_covariance.ts";
import { EXIT_STATUS } from "../errors.ts";
import type { Backend } from "../linalg/backend.ts";
import { openBlas, type RefusedLibrary } from "../linalg/blas/open_blas.ts";
import { reasonsOf } from "../linalg/blas/reasons.ts";
import { eigenvalues } from "../linalg/eigenvalues.ts";
import { fastestBackend } from "../linalg/fastest_backend.ts";
import { referenceBackend } from "../linalg/reference/backend.ts";
import { mathjsEigenvalues } from "../linalg/reference/mathjs_eigenvalues.ts";
import { multiplyAddPeak } from "../linalg/wasm/multiply_add_peak.ts";
import { labelled } from "../report/labelled.ts";
import { wrap } from "../report/layout.ts";
import { VERSION } from "../report/version.ts";
import type { Command } from "./command.ts";
import { print, terminalWidth } from "./output.ts";
import { describeBackend } from "./shared_flags.ts";

/** Small enough for mathjs, large enough to go round every loop. */
const CHECK_DIM = 24;
/** A common width of embeddings. */
const SPEED_DIM = 384;
const SPEED_ROWS = 2048;
/** Measured for about so long each, after a run to warm the compiler up. */
const SPEED_MILLISECONDS = 200;

/** `rankme doctor`. */
export const doctorCommand: Command = {
  name: "doctor",
  summary: "show what this machine offers, check the numbers, measure the speed",
  usage: "[--json]",
  description:
    `Checks the eigenvalues of each backend against those of mathjs, and measures each for a moment,
in billions of floating-point operations a second (GF/s). WebAssembly is held against the peak: what
one thread does with vectors of 128 bits that stay in registers.

Needs no permission. A native BLAS is looked for with --allow-ffi; the ones inside Python packages are
found with --allow-read and --allow-env too. Exits with 70 when a check fails.`,
  operands: [],
  flags: [{ name: "json", help: "print one JSON object" }],
  examples: [
    ["rankme doctor", "before a long run, or when reporting a problem"],
    ["deno run --allow-ffi cli.ts doctor", "with a BLAS of the system"],
  ],
  async run(args) {
    const examination = await examine();
    print(args.on("json") ? `${JSON.stringify(examination)}\n` : describe(examination));
    return examination.backends.every(({ correct }) => correct)
      ? EXIT_STATUS.done
      : EXIT_STATUS.internal;
  },
};

interface Examination {
  readonly version: string;
  readonly deno: string;
  readonly platform: string;
  readonly cores: number;
  readonly sharedMemory: boolean;
  /** What one thread can do with 128-bit vectors in registers; absent without fused multiply-add. */
  readonly peakGflops?: number;
  readonly backends: readonly BackendExamination[];
  /** Native libraries that were tried and cannot be used. */
  readonly refused: readonly RefusedLibrary[];
}

interface BackendExamination {
  readonly name: string;
  readonly threads: number;
  readonly relaxedSimd?: boolean;
  readonly library?: string;
  /** Whether eigenvalues agree with those of mathjs. */
  readonly correct: boolean;
  /** Largest difference to mathjs, relative to the largest eigenvalue. */
  readonly eigenvalueError: number;
  /** Rank-k update, billions of multiplications and additions a second. */
  readonly updateGflops: number;
  /** The same as a share of the peak of all its threads; absent where there is none. */
  readonly peakFraction?: number;
  /** Eigenvalues of a matrix of {@linkcode SPEED_DIM} rows. */
  readonly eigenvalueSeconds: number;
}

async function examine(): Promise<Examination> {
  const threads = navigator.hardwareConcurrency;
  const { backend: blas, tried } = openBlas({ threads, fallback: fastestBackend(threads) });
  const backends = new Set([referenceBackend, fastestBackend(), fastestBackend(threads)]);
  if (blas) backends.add(blas);
  const peak = multiplyAddPeak(SPEED_MILLISECONDS);
  const examinations: BackendExamination[] = [];
  for (const backend of backends) examinations.push(await examineBackend(backend, peak));
  return {
    version: VERSION,
    deno: Deno.version.deno,
    platform: `${Deno.build.os} ${Deno.build.arch}`,
    cores: threads,
    sharedMemory: typeof SharedArrayBuffer !== "undefined",
    ...peak !== undefined && { peakGflops: peak },
    backends: examinations,
    refused: tried,
  };
}

async function examineBackend(
  backend: Backend,
  peak: number | undefined,
): Promise<BackendExamination> {
  const { name, threads, relaxedSimd, library } = backend;
  const matrix = new OnlineCovariance(backend)
    .update(testBatch(CHECK_DIM, 2 * CHECK_DIM))
    .secondMoment();
  const ours = eigenvalues(matrix, CHECK_DIM, backend);
  const theirs = await mathjsEigenvalues(matrix, CHECK_DIM);
  const eigenvalueError = Math.max(...ours.map((value, i) => Math.abs(value - theirs[i]))) /
    theirs[0];

  const batch = testBatch(SPEED_DIM, SPEED_ROWS);
  const state = new OnlineCovariance(backend);
  const gflops = rate(state, batch);
  state.spectrum();
  const started = performance.now();
  state.spectrum();
  const eigenvalueSeconds = (performance.now() - started) / 1000;
  backend.release();
  return {
    name,
    threads,
    ...relaxedSimd !== undefined && { relaxedSimd },
    ...library !== undefined && { library },
    correct: eigenvalueError < 1e-12,
    eigenvalueError,
    updateGflops: gflops,
    ...peak !== undefined && relaxedSimd && { peakFraction: gflops / (peak * threads) },
    eigenvalueSeconds,
  };
}

/** Billions of operations a second that a state takes rows in with. */
function rate(state: OnlineCovariance, batch: EmbeddingBatch): number {
  const add = () => state.update(batch).mean;
  add();
  const started = performance.now();
  let batches = 0;
  do {
    add();
    batches++;
  } while (performance.now() - started < SPEED_MILLISECONDS);
  const operations = batches * batch.rows * batch.dim * (batch.dim + 1);
  return operations / (performance.now() - started) / 1e6;
}

/** Rows without pattern: fractions of multiples of the golden ratio, by Weyl dense in [0, 1). */
function testBatch(dim: number, rows: number): EmbeddingBatch {
  const golden = (Math.sqrt(5) - 1) / 2;
  const data = Float64Array.from({ length: rows * dim }, (_, i) => (i * i * golden) % 1);
  return new EmbeddingBatch({ data, dim });
}

function describe(examination: Examination): string {
  const { version, deno, platform, cores, sharedMemory, peakGflops, backends, refused } =
    examination;
  const width = terminalWidth();
  const lines = (entries: readonly (readonly [string, string])[]) => labelled(entries, { width });
  return [
    ...wrap(`rankme ${version}, Deno ${deno}, ${platform}, ${cores} cores`, width),
    ...lines([
      ["shared memory", sharedMemory ? "yes" : "no"],
      ...peakGflops === undefined
        ? []
        : [["peak", `${peakGflops.toFixed(1)} GF/s a thread, 128-bit fused multiply-add`] as const],
    ]),
    ...backends.flatMap((backend) => ["", ...lines(describeExamination(backend))]),
    ...refused.length > 0 ? ["", ...lines(reasonsOf(refused).map((one) => ["not used", one]))] : [],
  ].map((line) => `${line}\n`).join("");
}

function describeExamination(backend: BackendExamination): (readonly [string, string])[] {
  const { correct, eigenvalueError, updateGflops, peakFraction, eigenvalueSeconds } = backend;
  const share = peakFraction === undefined
    ? ""
    : `, ${Math.round(100 * peakFraction)} % of the peak`;
  const error = eigenvalueError.toExponential(1);
  return [
    ["backend", describeBackend(backend)],
    ["eigenvalues", `${correct ? "right" : "WRONG"}: ${error} from mathjs`],
    ["rank-k update", `${updateGflops.toFixed(1)} GF/s in float64, D = ${SPEED_DIM}${share}`],
    ["decomposition", `${eigenvalueSeconds.toFixed(3)} s, D = ${SPEED_DIM}`],
  ];
}
