/**
 * The golden matrices, rebuilt from their seeds.
 *
 * Twin of the generator in make_golden.py. Both use only integer arithmetic and single IEEE
 * operations in the same order, so the matrices agree to the last bit: keep it so when editing, or
 * {@linkcode checksum} will tell.
 */

/** An embedding matrix: `rows` × `dim`, row-major, its entries exact in the dtype of its case. */
export interface GoldenMatrix {
  readonly rows: number;
  readonly dim: number;
  readonly data: Float64Array;
}

type Build = (rows: number, dim: number) => Float64Array;

// --- Counter-based random numbers: the value at an index depends on nothing but seed and index.

/** MurmurHash3's 32-bit finaliser. */
function mix32(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
}

/** Uniform 32-bit words by index; two rounds, so that seeds are not shifts of one sequence. */
function randomWords(seed: number): (index: number) => number {
  const key = mix32(seed + 0x9e3779b9);
  return (index) => mix32(mix32(index) + key);
}

/** Sums of twelve 16-bit uniforms, centred on 0: variance 1, multiples of 2^-16 within ±6. */
export function gaussian(seed: number, count: number): Float64Array {
  const word = randomWords(seed);
  return Float64Array.from({ length: count }, (_, i) => {
    let total = -6 * 0xffff;
    for (let k = 6 * i; k < 6 * i + 6; k++) total += (word(k) & 0xffff) + (word(k) >>> 16);
    return total / 65536;
  });
}

/** Uniform integers from -8 to 7. */
function smallIntegers(seed: number, count: number): Float64Array {
  const word = randomWords(seed);
  return Float64Array.from({ length: count }, (_, i) => (word(i) >>> 28) - 8);
}

/** Uniform multiples of 2^-16 in (0, 1]. */
function unitUniform(seed: number, count: number): Float64Array {
  const word = randomWords(seed);
  return Float64Array.from({ length: count }, (_, i) => ((word(i) >>> 16) + 1) / 65536);
}

// --- Pieces of matrices.

/** Row-major rows × dim matrix with the given entry at row i, column j. */
function matrix(rows: number, dim: number, entry: (i: number, j: number) => number): Float64Array {
  return Float64Array.from(
    { length: rows * dim },
    (_, at) => entry(Math.floor(at / dim), at % dim),
  );
}

/** left · right, summed over the inner index in ascending order, each step rounded. */
function product(left: Float64Array, inner: number, right: Float64Array): Float64Array {
  const dim = right.length / inner;
  return matrix(left.length / inner, dim, (i, j) => {
    let total = 0;
    for (let k = 0; k < inner; k++) total += left[i * inner + k] * right[k * dim + j];
    return total;
  });
}

/** Sylvester–Hadamard entry (-1)^popcount(row & column): orthogonal columns of ±1. */
function hadamard(row: number, column: number): number {
  let bits = row & column;
  for (const shift of [8, 4, 2, 1]) bits ^= bits >> shift;
  return 1 - 2 * (bits & 1);
}

/** Gaussian factors of the given rank, plus noise, plus a mean in every coordinate. */
function lowRank(rank: number, noise: number, mean: number): Build {
  return (rows, dim) => {
    const signal = product(gaussian(21, rows * rank), rank, gaussian(22, rank * dim));
    const g = gaussian(23, rows * dim);
    return signal.map((x, at) => x + noise * g[at] + mean);
  };
}

function standardGaussian(seed: number, scale = 1): Build {
  return (rows, dim) => gaussian(seed, rows * dim).map((x) => x * scale);
}

/** Column j scaled by 1/(j+1). */
function anisotropic(rows: number, dim: number): Float64Array {
  return gaussian(31, rows * dim).map((x, at) => x / (at % dim + 1));
}

/** Singular values 1/k, the first along the mean; rows · dim must be half a square. */
function powerLaw(rows: number, dim: number): Float64Array {
  const left = matrix(rows, dim, (i, k) => hadamard(i, 7 * k) / (k + 1));
  const right = matrix(dim, dim, hadamard);
  const scale = Math.sqrt(0.5) / Math.sqrt(rows * dim / 2);
  return product(left, dim, right).map((x) => x * scale);
}

/** Singular values 2^-k for k = 1..20, exactly: 256 rows of mean 0, every entry dyadic. */
function geometric(rows: number, dim: number): Float64Array {
  const left = matrix(rows, dim, (i, k) => hadamard(i, 13 * (k + 1) % rows) / 16 / 2 ** (k + 1));
  // A Householder reflection I − v·vᵀ/32 with |v|² = 64, so that it too is dyadic.
  const v = (j: number) => j < 12 ? 2 : j < 19 ? 1 : 3;
  const right = matrix(dim, dim, (i, j) => (i === j ? 1 : 0) - v(i) * v(j) / 32);
  return product(left, dim, right);
}

function integerFactors(rank: number): Build {
  return (rows, dim) =>
    product(smallIntegers(41, rows * rank), rank, smallIntegers(42, rank * dim));
}

function constantRows(rows: number, dim: number): Float64Array {
  return matrix(rows, dim, (_, j) => (j + 1) / 7);
}

function twinColumns(rows: number, dim: number): Float64Array {
  const z = gaussian(51, rows * dim);
  for (let at = 0; at < z.length; at += dim) z[at + 17] = z[at + 3];
  return z;
}

/** Columns of their own mean and scale, exact in 35 bits, then rounded to the narrower type. */
function rounded(Narrow: Float32ArrayConstructor | Float16ArrayConstructor): Build {
  return (rows, dim) => {
    const spread = gaussian(61, rows * dim);
    const scale = unitUniform(62, dim), mean = gaussian(63, dim);
    return Float64Array.from(
      new Narrow(spread.map((x, at) => x * scale[at % dim] + mean[at % dim])),
    );
  };
}

// The twin of this table is CASES in make_golden.py.
const recipes: Readonly<Record<string, readonly [rows: number, dim: number, build: Build]>> = {
  "gaussian": [1000, 48, standardGaussian(11)],
  "gaussian-scaled-down": [1000, 48, standardGaussian(11, 1e-3)],
  "gaussian-scaled-up": [1000, 48, standardGaussian(11, 1e6)],
  "anisotropic": [1000, 128, anisotropic],
  "power-law": [512, 64, powerLaw],
  "geometric": [256, 20, geometric],
  "low-rank": [2000, 40, lowRank(8, 1e-4, 0)],
  "low-rank-large-mean": [2000, 40, lowRank(8, 1e-4, 100)],
  "low-rank-tiny-noise": [2000, 40, lowRank(8, 1e-6, 3)],
  "rank-deficient": [300, 24, integerFactors(5)],
  "twin-columns": [200, 24, twinColumns],
  "one-row": [1, 32, standardGaussian(12)],
  "one-column": [500, 1, standardGaussian(13)],
  "fewer-rows-than-columns": [20, 64, standardGaussian(14)],
  "square": [32, 32, standardGaussian(15)],
  "constant-rows": [100, 16, constantRows],
  "float32": [800, 32, rounded(Float32Array)],
  "float16": [800, 32, rounded(Float16Array)],
  "rank-32": [1024, 128, lowRank(32, 1e-4, 3)],
  "rank-32-faint-noise": [1024, 128, lowRank(32, 1e-6, 0)],
  "rank-32-fainter-noise": [1024, 128, lowRank(32, 1e-8, 0)],
  "rank-32-fainter-noise-mean": [1024, 128, lowRank(32, 1e-8, 3)],
  "wide-low-rank": [48, 96, lowRank(8, 1e-8, 3)],
};

/** The names {@linkcode goldenMatrix} knows, in the order of golden.json. */
export const goldenNames: readonly string[] = Object.keys(recipes);

/** Rebuilds a golden matrix; a fresh copy on every call. */
export function goldenMatrix(name: string): GoldenMatrix {
  const recipe = recipes[name];
  if (recipe === undefined) {
    throw new RangeError(`no golden matrix "${name}"; there are ${goldenNames.join(", ")}`);
  }
  const [rows, dim, build] = recipe;
  return { rows, dim, data: build(rows, dim) };
}

/**
 * Fingerprint of a matrix, eight hexadecimal digits: the sum modulo 2^32 of the mixed 32-bit words
 * of its entries, each tied to its position. One changed bit anywhere changes it.
 */
export function checksum(data: Float64Array): string {
  // Every machine Deno runs on is little-endian: the low word of an entry comes first.
  const words = new Uint32Array(data.buffer, data.byteOffset, 2 * data.length);
  const sum = words.reduce((sum, word, at) => (sum + mix32(word ^ mix32(at + 1))) >>> 0, 0);
  return sum.toString(16).padStart(8, "0");
}
