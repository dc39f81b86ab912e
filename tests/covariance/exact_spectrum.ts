/** Spectra in whole numbers of any size: nothing of the rows is rounded, whatever their mean. */
import type { EmbeddingData } from "../../src/batch.ts";
import type { Spectrum } from "../../src/linalg/spectrum.ts";

/** Bits behind the point in all that is no whole number. */
const BITS = 320n;
const ONE = 1n << BITS;

/**
 * The spectrum of rows of float64, of which no digit is lost to rounding before the last step.
 *
 * The rows are whole numbers of a power of two, and so are the entries of N·S or of ZᵀZ. Their
 * eigenvalues come of Jacobi's rotations in fixed point with 320 bits (Golub & Van Loan, Matrix
 * Computations, 4th ed., §8.5): singular values down to 2⁻¹²⁰·σ₁ are right to float64's last digit.
 *
 * @param data Rows of D numbers.
 * @param dim D.
 * @param centered Whether to subtract the mean.
 * @returns The min(N, D) largest values, in units of the sum of the singular values.
 */
export function exactSpectrum(
  data: EmbeddingData,
  dim: number,
  centered: boolean,
): Pick<Spectrum, "singularValues" | "eigenvalues"> {
  const singularValues = exactShares(data, dim, centered);
  return { singularValues, eigenvalues: singularValues.map((share) => share * share) };
}

function exactShares(data: EmbeddingData, dim: number, centered: boolean): Float64Array {
  const rows = data.length / dim;
  const numbers = wholeNumbers(data);
  const sum = new Array<bigint>(dim).fill(0n);
  const products = Array.from({ length: dim }, () => new Array<bigint>(dim).fill(0n));
  for (let at = 0; at < numbers.length; at += dim) {
    for (let i = 0; i < dim; i++) {
      sum[i] += numbers[at + i];
      for (let j = 0; j < dim; j++) products[i][j] += numbers[at + i] * numbers[at + j];
    }
  }
  const matrix = products.map((row, i) =>
    row.map((value, j) => BigInt(rows) * value - (centered ? sum[i] * sum[j] : 0n))
  );
  const values = eigenvalues(matrix).slice(0, rows).map((value) => squareRoot(value << BITS));
  const total = values.reduce((sum, value) => sum + value, 0n);
  if (total === 0n) return new Float64Array(values.length);
  return Float64Array.from(values, (value) => Number((value << BITS) / total) / 2 ** Number(BITS));
}

/** Numbers of float64 in units of a power of two that divides all of them. */
function wholeNumbers(data: EmbeddingData): bigint[] {
  const parts = Array.from(data, (value) => {
    if (value === 0) return { digits: 0n, exponent: Infinity };
    const exponent = Math.max(Math.floor(Math.log2(Math.abs(value))) - 53, -1074);
    return {
      digits: BigInt(value * 2 ** (-exponent >> 1) * 2 ** -(exponent + (-exponent >> 1))),
      exponent,
    };
  });
  const least = parts.reduce((least, { exponent }) => Math.min(least, exponent), Infinity);
  return parts.map(({ digits, exponent }) =>
    digits === 0n ? 0n : digits << BigInt(exponent - least)
  );
}

/** Largest first, in units that they share; rounding below 2⁻³⁰⁰ of the largest. */
function eigenvalues(matrix: readonly (readonly bigint[])[]): bigint[] {
  const largest = matrix.flat().reduce((most, x) => magnitude(x) > most ? magnitude(x) : most, 0n);
  const shift = BITS - BigInt(largest.toString(2).length);
  const a = matrix.map((row) => row.map((value) => shift > 0n ? value << shift : value >> -shift));
  const dim = a.length;
  for (let isDiagonal = false; !isDiagonal;) {
    isDiagonal = true;
    for (let p = 0; p < dim; p++) {
      for (let q = p + 1; q < dim; q++) {
        if (magnitude(a[p][q]) <= 16n) continue;
        isDiagonal = false;
        rotate(a, p, q);
      }
    }
  }
  return a.map((row, i) => row[i] > 0n ? row[i] : 0n).sort((x, y) => x < y ? 1 : x > y ? -1 : 0);
}

/** Makes a[p][q] zero. */
function rotate(a: bigint[][], p: number, q: number): void {
  const θ = ((a[q][q] - a[p][p]) << BITS) / (2n * a[p][q]);
  const root = squareRoot(θ * θ + ONE * ONE);
  const t = (θ < 0n ? -1n : 1n) * ((ONE << BITS) / (magnitude(θ) + root));
  const c = (ONE << BITS) / squareRoot(t * t + ONE * ONE);
  const s = times(t, c);
  for (const row of a) {
    [row[p], row[q]] = [times(c, row[p]) - times(s, row[q]), times(s, row[p]) + times(c, row[q])];
  }
  const [first, second] = [a[p], a[q]];
  a[p] = first.map((value, k) => times(c, value) - times(s, second[k]));
  a[q] = first.map((value, k) => times(s, value) + times(c, second[k]));
}

function times(x: bigint, y: bigint): bigint {
  return x * y >> BITS;
}

function magnitude(x: bigint): bigint {
  return x < 0n ? -x : x;
}

/** The whole number whose square is at most x, by Newton's iteration from above. */
function squareRoot(x: bigint): bigint {
  if (x === 0n) return 0n;
  let root = 1n << BigInt((x.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + x / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}
