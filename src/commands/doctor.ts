import { EmbeddingBatch } from "../batch.ts";
import { OnlineCovariance } from "../covariance/online_covariance.ts";
import { EXIT_STATUS } from "../errors.ts";
import type { Backend } from "../linalg/backend.ts";
import { eigenvalues } from "../linalg/eigenvalues.ts";
import { referenceBackend } from "../linalg/reference/backend.ts";
import { mathjsEigenvalues } from "../linalg/reference/mathjs_eigenvalues.ts";
import { VERSION } from "../report/version.ts";
import type { Command } from "./command.ts";
import { print } from "./output.ts";

/** Small enough for mathjs, large enough to go round every loop. */
const CHECK_DIM = 24;
/** A common width of embeddings. */
const SPEED_DIM = 384;
const SPEED_ROWS = 2048;

/** `rankme doctor`. */
export const doctorCommand: Command = {
  name: "doctor",
  summary: "show what this machine offers, check the numbers, measure the speed",
  usage: "[--json]",
  description:
    `Checks the eigenvalues against those of mathjs, and measures each backend for a moment.
Needs no permission. Exits with 70 when the check fails.`,
  flags: [{ name: "json", help: "print one JSON object" }],
  examples: [["rankme doctor", "before a long run, or when reporting a problem"]],
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
  readonly backends: readonly BackendExamination[];
}

interface BackendExamination {
  readonly name: string;
  readonly threads: number;
  /** Whether eigenvalues agree with those of mathjs. */
  readonly correct: boolean;
  /** Largest difference to mathjs, relative to the largest eigenvalue. */
  readonly eigenvalueError: number;
  /** Rank-k update, billions of multiplications and additions a second. */
  readonly updateGflops: number;
  /** Eigenvalues of a matrix of {@linkcode SPEED_DIM} rows. */
  readonly eigenvalueSeconds: number;
}

async function examine(): Promise<Examination> {
  return {
    version: VERSION,
    deno: Deno.version.deno,
    platform: `${Deno.build.os} ${Deno.build.arch}`,
    cores: navigator.hardwareConcurrency,
    sharedMemory: typeof SharedArrayBuffer !== "undefined",
    backends: [await examineBackend(referenceBackend)],
  };
}

async function examineBackend(backend: Backend): Promise<BackendExamination> {
  const matrix = testState(backend, CHECK_DIM, 2 * CHECK_DIM).secondMoment();
  const ours = eigenvalues(matrix, CHECK_DIM, backend);
  const theirs = await mathjsEigenvalues(matrix, CHECK_DIM);
  const eigenvalueError = Math.max(...ours.map((value, i) => Math.abs(value - theirs[i]))) /
    theirs[0];

  // The first state warms the compiler up.
  testState(backend, SPEED_DIM, SPEED_ROWS);
  const started = performance.now();
  const state = testState(backend, SPEED_DIM, SPEED_ROWS);
  const updated = performance.now();
  state.spectrum();
  const decomposed = performance.now();
  return {
    name: backend.name,
    threads: backend.threads,
    correct: eigenvalueError < 1e-12,
    eigenvalueError,
    updateGflops: SPEED_ROWS * SPEED_DIM * (SPEED_DIM + 1) / (updated - started) / 1e6,
    eigenvalueSeconds: (decomposed - updated) / 1000,
  };
}

/** A state of rows without pattern: fractions of multiples of the golden ratio, by Weyl dense in [0, 1). */
function testState(backend: Backend, dim: number, rows: number): OnlineCovariance {
  const golden = (Math.sqrt(5) - 1) / 2;
  const data = Float64Array.from({ length: rows * dim }, (_, i) => (i * i * golden) % 1);
  return new OnlineCovariance(backend).update(new EmbeddingBatch({ data, dim }));
}

function describe(examination: Examination): string {
  const { version, deno, platform, cores, sharedMemory, backends } = examination;
  return [
    `rankme ${version}, Deno ${deno}, ${platform}, ${cores} cores`,
    `shared memory   ${sharedMemory ? "yes" : "no"}`,
    ...backends.map((backend) =>
      [
        "",
        `backend         ${backend.name}, ${backend.threads} thread${
          backend.threads === 1 ? "" : "s"
        }`,
        `eigenvalues     ${backend.correct ? "right" : "WRONG"}: ${
          backend.eigenvalueError.toExponential(1)
        } from mathjs`,
        `rank-k update   ${backend.updateGflops.toFixed(1)} GF/s in float64, D = ${SPEED_DIM}`,
        `decomposition   ${backend.eigenvalueSeconds.toFixed(3)} s, D = ${SPEED_DIM}`,
      ].join("\n")
    ),
    "",
  ].join("\n");
}
