/** Rows drawn from distributions with a known spectrum and known tails, or from those of a file. */
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { EmbeddingBatch } from "../../src/batch.ts";

/** The spectra: standard deviations of the directions, and what noise every number has besides. */
export const SPECTRA = {
  "flat": { deviation: () => 1, noise: 0 },
  "σₖ = 1/k": { deviation: (k: number) => 1 / (k + 1), noise: 0 },
  "rank 8 + 1e-3 noise": { deviation: (k: number) => k < 8 ? 1 : 0, noise: 1e-3 },
} as const;

/** The name of one of the {@linkcode SPECTRA}. */
export type SpectrumName = keyof typeof SPECTRA;

/** Draws numbers. */
export interface Draws {
  /** A number from 0 to 1. */
  uniform(): number;
  /** A standard normal number. */
  normal(): number;
  /** A number of Student's t distribution. */
  studentT(degrees: number): number;
}

/** What makes the numbers of a row heavy-tailed: `entry` draws each, `length` multiplies a row. */
interface Tails {
  entry(draws: Draws): number;
  length(draws: Draws): number;
}

const normalEntries = { entry: (draws: Draws) => draws.normal() };
const evenLengths = { length: () => 1 };

/** 1/√(χ²/ν), which makes a row of normal numbers one of a multivariate t. */
function studentLength(degrees: number): Tails {
  return {
    ...normalEntries,
    length(draws) {
      let squares = 0;
      for (let i = 0; i < degrees; i++) squares += draws.normal() ** 2;
      return 1 / Math.sqrt(squares / degrees);
    },
  };
}

/** The tails. */
export const TAILS = {
  "normal": { ...normalEntries, ...evenLengths },
  "numbers t₅": { entry: (draws: Draws) => draws.studentT(5), ...evenLengths },
  "rows t₅": studentLength(5),
  "rows t₃": studentLength(3),
  "lengths log-normal": {
    ...normalEntries,
    length: (draws: Draws) => Math.exp(draws.normal() / 2),
  },
  "1 % of rows 5× as long": {
    ...normalEntries,
    length: (draws: Draws) => draws.uniform() < 0.01 ? 5 : 1,
  },
  "ReLU of normal": { entry: (draws: Draws) => Math.max(0, draws.normal()), ...evenLengths },
} as const satisfies Record<string, Tails>;

/** The name of one of the {@linkcode TAILS}. */
export type TailsName = keyof typeof TAILS;

/** Which distribution to draw rows from. */
export interface Distribution {
  readonly spectrum: SpectrumName;
  readonly tails: TailsName;
  readonly dim: number;
}

/** Draws from one seed; each call goes on where the last one ended. */
export function drawsFrom(seed: number): Draws {
  const random = xoroshiro128plus(seed);
  const uniform = () => uniformFloat64(random);
  let spare: number | undefined;
  /** A point in the unit disc, and the square of its distance from the middle. */
  const inDisc = () => {
    for (;;) {
      const x = 2 * uniform() - 1, y = 2 * uniform() - 1;
      const square = x * x + y * y;
      if (square < 1 && square > 0) return { x, y, square };
    }
  };
  return {
    uniform,
    /** Marsaglia's polar method. */
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const { x, y, square } = inDisc();
      const factor = Math.sqrt(-2 * Math.log(square) / square);
      spare = y * factor;
      return x * factor;
    },
    /** Bailey, "Polar generation of random variates with the t-distribution", Math. Comp. 62, 1994. */
    studentT(degrees) {
      const { x, square } = inDisc();
      return x * Math.sqrt(degrees * (square ** (-2 / degrees) - 1) / square);
    },
  };
}

/**
 * Draws an embedding matrix. Its directions are the axes, which a spectrum knows nothing of.
 *
 * @param distribution What to draw from.
 * @param rows N.
 * @param draws The source of chance.
 * @returns N rows.
 */
export function drawRows(
  { spectrum, tails, dim }: Distribution,
  rows: number,
  draws: Draws,
): EmbeddingBatch {
  const { deviation, noise } = SPECTRA[spectrum];
  const { entry, length } = TAILS[tails];
  const data = new Float64Array(rows * dim);
  for (let at = 0; at < data.length; at += dim) {
    const scale = length(draws);
    for (let k = 0; k < dim; k++) {
      const size = scale * deviation(k);
      data[at + k] = (size === 0 ? 0 : size * entry(draws)) +
        (noise === 0 ? 0 : noise * draws.normal());
    }
  }
  return new EmbeddingBatch({ data, dim });
}

/**
 * Draws some of the rows that there are, each at most once.
 *
 * @param all The rows to draw from.
 * @param rows N.
 * @param draws The source of chance.
 * @returns N rows.
 */
export function drawAmong(
  all: readonly EmbeddingBatch[],
  rows: number,
  draws: Draws,
): EmbeddingBatch {
  const [{ dim }] = all;
  const ends: number[] = [];
  for (const batch of all) ends.push((ends.at(-1) ?? 0) + batch.rows);
  const total = ends.at(-1)!;
  if (rows > total) throw new Error(`${rows} of ${total} rows`);
  const data = new Float64Array(rows * dim);
  const drawn = new Set<number>();
  while (drawn.size < rows) {
    const row = Math.floor(draws.uniform() * total);
    if (drawn.has(row)) continue;
    const at = ends.findIndex((end) => row < end);
    data.set(all[at].row(row - (ends[at - 1] ?? 0)), drawn.size * dim);
    drawn.add(row);
  }
  return new EmbeddingBatch({ data, dim });
}
