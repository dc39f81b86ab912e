/**
 * One operation of ours, again and again in one process that has everything in memory.
 *
 *     deno run -A bench/warm_ours.ts '{"task": NAME, …}'
 *
 * Prints a line of JSON when all is loaded; then, for each line that comes in, does the operation once
 * and prints a sample.
 */
import { TextLineStream } from "@std/streams/text-line-stream";
import { rankMe } from "../src/metrics/rank_me.ts";
import { score } from "../src/pipeline/score.ts";
import { openEmbeddings } from "../src/sources/open_embeddings.ts";
import { type BackendOptions, makeBackend } from "./backends.ts";
import { multiplyAddPeak } from "../src/linalg/wasm/multiply_add_peak.ts";
import type { Sample } from "./rounds.ts";

/** The peak is measured for so long. */
const PEAK_MILLISECONDS = 200;

type Job =
  /** `score()` of the batches of an Arrow file, which are in memory. */
  | BackendOptions & { readonly task: "score"; readonly file: string }
  /** Adds the same rows of a file of float32 numbers, so many times. */
  | BackendOptions & {
    readonly task: "update";
    readonly file: string;
    readonly rows: number;
    readonly dim: number;
    readonly repeats: number;
  }
  /** The eigenvalues of a symmetric matrix, a file of float64 numbers. */
  | BackendOptions & {
    readonly task: "eigenvalues";
    readonly file: string;
    readonly dim: number;
  }
  /** The machine's limit: multiply-adds on 128-bit vectors in registers. */
  | { readonly task: "fma-peak" };

type Run = () => Sample | Promise<Sample>;

async function prepare(job: Job): Promise<Run> {
  switch (job.task) {
    case "score":
      return await prepareScore(job);
    case "update":
      return await prepareUpdate(job);
    case "eigenvalues":
      return await prepareEigenvalues(job);
    case "fma-peak":
      return measurePeak;
  }
}

function measurePeak(): Sample {
  const start = performance.now();
  const gflops = multiplyAddPeak(PEAK_MILLISECONDS);
  return { seconds: secondsSince(start), gflops };
}

async function prepareScore(job: Job & { task: "score" }): Promise<Run> {
  const backend = makeBackend(job);
  const batches = await Array.fromAsync((await openEmbeddings(job.file)).batches);
  return async () => {
    const start = performance.now();
    const { rankMe } = await score(batches, { backend });
    return { seconds: secondsSince(start), answer: rankMe };
  };
}

async function prepareUpdate(job: Job & { task: "update" }): Promise<Run> {
  const { dim, rows, repeats } = job;
  const backend = makeBackend(job);
  const { buffer } = await Deno.readFile(job.file);
  const data = new Float32Array(buffer, 0, rows * dim);
  const accumulator = backend.accumulator(new Float64Array(dim));
  let seen = 0;
  return () => {
    const start = performance.now();
    for (let i = 0; i < repeats; i++) accumulator.add(data);
    const { scatter, stride } = accumulator.sums();
    const seconds = secondsSince(start);
    seen += rows * repeats;
    return {
      seconds,
      gflops: rows * repeats * dim * (dim + 1) / seconds / 1e9,
      answer: triangleNorm(scatter, stride, dim) / seen,
    };
  };
}

/** The Frobenius norm of the lower triangle: a wrong entry anywhere changes it. */
function triangleNorm(matrix: Float64Array, stride: number, dim: number): number {
  let squares = 0;
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j <= i; j++) squares += matrix[i * stride + j] ** 2;
  }
  return Math.sqrt(squares);
}

async function prepareEigenvalues(job: Job & { task: "eigenvalues" }): Promise<Run> {
  const { dim } = job;
  const backend = makeBackend(job);
  const { buffer } = await Deno.readFile(job.file);
  const full = new Float64Array(buffer);
  const writeTriangle = (matrix: Float64Array, stride: number) => {
    for (let i = 0; i < dim; i++) {
      matrix.set(full.subarray(i * dim, i * dim + i + 1), i * stride);
    }
  };
  return () => {
    const start = performance.now();
    const eigenvalues = backend.eigenvalues(dim, writeTriangle);
    const seconds = secondsSince(start);
    const singularValues = eigenvalues.map((value) => Math.sqrt(Math.max(value, 0)));
    return { seconds, answer: rankMe({ eigenvalues, singularValues }) };
  };
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}

const say = (message: unknown) => console.log(JSON.stringify(message));
const run = await prepare(JSON.parse(Deno.args[0]));
say({ ready: true });
const requests = Deno.stdin.readable
  .pipeThrough(new TextDecoderStream())
  .pipeThrough(new TextLineStream());
for await (const _ of requests) say(await run());
// Threads of a backend would keep the process alive.
Deno.exit();
