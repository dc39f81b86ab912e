import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { EmbeddingBatch } from "../batch.ts";
import { RankMeError } from "../errors.ts";
import { eigenvalues } from "../linalg/eigenvalues.ts";
import type { Spectrum } from "../linalg/spectrum.ts";

/** The shape of a made-up spectrum. */
export type SyntheticSpectrum =
  /** Independent standard normal numbers. */
  | { readonly kind: "gaussian" }
  /** σₖ ∝ k^−alpha. */
  | { readonly kind: "power"; readonly alpha: number }
  /** `rank` equal singular values, the others 0. */
  | { readonly kind: "rank"; readonly rank: number };

/** Which embeddings to make up. */
export interface SyntheticOptions {
  /** N, at least 2 unless the spectrum is Gaussian. */
  readonly rows: number;
  /** D. */
  readonly dim: number;
  /** A whole number from 0 to 2³² − 1; the same seed gives the same numbers. Default: 0. */
  readonly seed?: number;
  /** Default: Gaussian. Values have a mean square of 1 in every case, before noise and mean. */
  readonly spectrum?: SyntheticSpectrum;
  /** Standard deviation of what is added in every direction. Default: 0. */
  readonly noise?: number;
  /** What is added to every number. Default: 0. */
  readonly mean?: number;
}

/** How many numbers a batch holds, about: 2 MB as float64. */
const BATCH_NUMBERS = 1 << 18;
/** A rotation is started afresh from its exact angle after so many steps, to stop errors growing. */
const ROTATION_STEPS = 32;

/**
 * Makes up embeddings with a known spectrum, row by row, any number of them in constant memory.
 *
 * With a `power` or `rank` spectrum the singular values are *exactly* the ones asked for, to rounding:
 * the rows are U·diag(σ)·Vᵀ with the orthonormal columns of a discrete cosine transform as U (rows in
 * a scattered order) and seeded random rotations as V. Gaussian rows are random draws.
 *
 * @param options What to make.
 * @returns A stream of float64 batches.
 * @throws {RankMeError} `usage`, when the options make no sense.
 *
 * @example A matrix of rank 3
 * ```ts
 * import { score } from "@rankme/rankme";
 * import { syntheticEmbeddings } from "@rankme/rankme/sources";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const spectrum = { kind: "rank", rank: 3 } as const;
 * const report = await score(syntheticEmbeddings({ rows: 1000, dim: 8, spectrum }));
 * assertAlmostEquals(report.rankMe, 3, 1e-4);
 * ```
 */
export function syntheticEmbeddings(options: SyntheticOptions): ReadableStream<EmbeddingBatch> {
  check(options);
  const { rows, dim, spectrum } = options;
  const batchRows = Math.max(1, Math.floor(BATCH_NUMBERS / dim));
  const writeRow = spectrum && spectrum.kind !== "gaussian"
    ? exactRows(options)
    : gaussianRows(options);
  let offset = 0;
  return new ReadableStream({
    pull(controller) {
      const count = Math.min(batchRows, rows - offset);
      const data = new Float64Array(count * dim);
      for (let i = 0; i < count; i++) writeRow(data.subarray(i * dim, (i + 1) * dim), offset + i);
      controller.enqueue(new EmbeddingBatch({ data, dim, offset }));
      offset += count;
      if (offset === rows) controller.close();
    },
  }, { highWaterMark: 0 });
}

/**
 * The spectrum that {@linkcode syntheticEmbeddings} gives the matrix, from its construction and
 * without making a row. For Gaussian rows it is that of their distribution, which a sample approaches
 * from below as N grows.
 *
 * @param options What would be made.
 * @param centered Whether the mean is subtracted first.
 * @returns The spectrum.
 * @throws {RankMeError} `usage`, when the options make no sense.
 *
 * @example The effective rank that a power law has
 * ```ts
 * import { rankMe } from "@rankme/rankme";
 * import { syntheticSpectrum } from "@rankme/rankme/sources";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const spectrum = { kind: "power", alpha: 0 } as const;
 * assertAlmostEquals(rankMe(syntheticSpectrum({ rows: 100, dim: 8, spectrum })), 8, 1e-4);
 * ```
 */
export function syntheticSpectrum(options: SyntheticOptions, centered = false): Spectrum {
  check(options);
  const { rows, dim, mean = 0 } = options;
  const squares = designedSingularValues(options).map((sigma) => sigma * sigma);
  let values: Float64Array = squares;
  if (mean !== 0 && !centered) {
    // ZᵀZ = VΛVᵀ + N·m²·11ᵀ, which has the eigenvalues of Λ + N·m²·bbᵀ with b = Vᵀ1.
    const b = rotatedOnes(options);
    const matrix = new Float64Array(dim * dim);
    for (let i = 0; i < dim; i++) {
      for (let j = 0; j < dim; j++) matrix[i * dim + j] = rows * mean * mean * b[i] * b[j];
      matrix[i * dim + i] += squares[i];
    }
    values = eigenvalues(matrix, dim);
  }
  const kept = values.slice().sort().reverse()
    .subarray(0, Math.min(rows, dim))
    .map((value) => Math.max(value, 0));
  return { eigenvalues: kept, singularValues: kept.map(Math.sqrt), rows, dim, centered };
}

function check({ rows, dim, seed = 0, spectrum, noise = 0, mean = 0 }: SyntheticOptions): void {
  const wrong = (what: string) => new RankMeError("usage", what);
  const least = spectrum && spectrum.kind !== "gaussian" ? 2 : 1;
  if (!(Number.isSafeInteger(rows) && rows >= least)) {
    throw wrong(`rows must be a whole number from ${least} on, not ${rows}`);
  }
  if (!(Number.isSafeInteger(dim) && dim >= 1)) {
    throw wrong(`dim must be a whole number from 1 on, not ${dim}`);
  }
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) {
    throw wrong(`seed must be a whole number from 0 to 2³² − 1, not ${seed}`);
  }
  if (!(noise >= 0 && noise < Infinity)) throw wrong(`noise must be 0 or more, not ${noise}`);
  if (!Number.isFinite(mean)) throw wrong(`mean must be a finite number, not ${mean}`);
  if (spectrum?.kind === "power" && !Number.isFinite(spectrum.alpha)) {
    throw wrong(`the exponent of a power law must be a finite number, not ${spectrum.alpha}`);
  }
  if (spectrum?.kind === "rank") {
    const most = Math.min(rows - 1, dim);
    if (!(Number.isSafeInteger(spectrum.rank) && spectrum.rank >= 1 && spectrum.rank <= most)) {
      throw wrong(`rank must be from 1 to ${most} (rows − 1 or dim), not ${spectrum.rank}`);
    }
  }
}

/** σ in the order of the columns of U: D numbers, 0 where N leaves no direction. */
function designedSingularValues(
  { rows, dim, spectrum = { kind: "gaussian" }, noise = 0 }: SyntheticOptions,
): Float64Array {
  if (spectrum.kind === "gaussian") {
    return new Float64Array(dim).fill(Math.sqrt(rows * (1 + noise * noise)));
  }
  const directions = Math.min(rows - 1, dim);
  const shape = Float64Array.from({ length: directions }, (_, k) => {
    if (spectrum.kind === "power") return (k + 1) ** -spectrum.alpha;
    return k < spectrum.rank ? 1 : 0;
  });
  const energy = shape.reduce((sum, value) => sum + value * value, 0);
  const scale = rows * dim / energy;
  const sigmas = new Float64Array(dim);
  shape.forEach((value, k) => {
    sigmas[k] = Math.sqrt(scale * value * value + rows * noise * noise);
  });
  return sigmas;
}

type RowWriter = (row: Float64Array, index: number) => void;

/** Rows of independent normal numbers, by Marsaglia's polar method. */
function gaussianRows({ seed = 0, noise = 0, mean = 0 }: SyntheticOptions): RowWriter {
  const random = xoroshiro128plus(seed);
  const deviation = Math.sqrt(1 + noise * noise);
  let spare: number | undefined;
  const normal = () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const x = 2 * uniformFloat64(random) - 1, y = 2 * uniformFloat64(random) - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt(-2 * Math.log(square) / square);
      spare = y * factor;
      return x * factor;
    }
  };
  return (row) => {
    for (let i = 0; i < row.length; i++) row[i] = mean + deviation * normal();
  };
}

/** Rows of U·diag(σ)·Vᵀ plus the mean. */
function exactRows(options: SyntheticOptions): RowWriter {
  const { rows, dim, mean = 0 } = options;
  const weights = designedSingularValues(options).map((sigma) => sigma * Math.sqrt(2 / rows));
  const directions = Math.min(rows - 1, dim);
  const rotate = randomRotations(options);
  const order = scatteredOrder(rows);
  return (row, index) => {
    cosines(row.subarray(0, directions), order(index), rows);
    for (let k = 0; k < dim; k++) row[k] *= weights[k];
    rotate(row);
    for (let k = 0; k < dim; k++) row[k] += mean;
  };
}

/** out[k−1] = cos(π(2n+1)k/2N): row n of the DCT without its constant column, k = 1, 2, … */
function cosines(out: Float64Array, n: number, rows: number): void {
  const step = Math.PI * (2 * n + 1) / (2 * rows);
  const c = Math.cos(step), s = Math.sin(step);
  for (let start = 0; start < out.length; start += ROTATION_STEPS) {
    // (2n+1)k mod 4N in whole numbers keeps the angle exact, however large k is.
    const turn = Number(BigInt(2 * n + 1) * BigInt(start + 1) % BigInt(4 * rows));
    const angle = Math.PI * turn / (2 * rows);
    let x = Math.cos(angle), y = Math.sin(angle);
    const end = Math.min(out.length, start + ROTATION_STEPS);
    for (let k = start; k < end; k++) {
      out[k] = x;
      [x, y] = [x * c - y * s, y * c + x * s];
    }
  }
}

/** Visits 0…rows−1 once each, near neighbours far apart, so that the first rows are like the rest. */
function scatteredOrder(rows: number): (index: number) => number {
  let stride = Math.max(1, Math.round(rows * (Math.sqrt(5) - 1) / 2));
  while (greatestCommonDivisor(stride, rows) !== 1) stride++;
  let index = 0, at = 0;
  return (wanted) => {
    for (; index < wanted; index++) at = (at + stride) % rows;
    return at;
  };
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/** An orthogonal V: rotations of pairs of coordinates 1, 2, 4, … apart, by random angles. */
function randomRotations({ dim, seed = 0 }: SyntheticOptions): (row: Float64Array) => void {
  const random = xoroshiro128plus(seed);
  const cos: number[] = [], sin: number[] = [];
  forEachPair(dim, () => {
    const angle = 2 * Math.PI * uniformFloat64(random);
    cos.push(Math.cos(angle));
    sin.push(Math.sin(angle));
  });
  const c = Float64Array.from(cos), s = Float64Array.from(sin);
  return (row) => {
    let pair = 0;
    for (let stride = 1; stride < dim; stride *= 2) {
      for (let block = 0; block < dim; block += 2 * stride) {
        for (let i = block; i < block + stride && i + stride < dim; i++, pair++) {
          const x = row[i], y = row[i + stride];
          row[i] = x * c[pair] - y * s[pair];
          row[i + stride] = y * c[pair] + x * s[pair];
        }
      }
    }
  };
}

function forEachPair(dim: number, visit: () => void): void {
  for (let stride = 1; stride < dim; stride *= 2) {
    for (let block = 0; block < dim; block += 2 * stride) {
      for (let i = block; i < block + stride && i + stride < dim; i++) visit();
    }
  }
}

/** Vᵀ1: the sum of each rotated unit vector. */
function rotatedOnes(options: SyntheticOptions): Float64Array {
  const { dim, spectrum = { kind: "gaussian" } } = options;
  const rotate = spectrum.kind === "gaussian" ? () => {} : randomRotations(options);
  return Float64Array.from({ length: dim }, (_, k) => {
    const unit = new Float64Array(dim);
    unit[k] = 1;
    rotate(unit);
    return unit.reduce((sum, value) => sum + value, 0);
  });
}
