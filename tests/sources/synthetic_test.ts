import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertNotEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import type { EmbeddingBatch } from "../../src/batch.ts";
import { RankMeError } from "../../src/errors.ts";
import { eigenvalues } from "../../src/linalg/eigenvalues.ts";
import {
  syntheticEmbeddings,
  type SyntheticOptions,
  type SyntheticSpectrum,
  syntheticSpectrum,
} from "../../src/sources/synthetic.ts";
import { memoryHeld } from "./hostile.ts";

/** All numbers of the matrix, row by row. */
async function matrix(options: SyntheticOptions): Promise<Float64Array> {
  const data = new Float64Array(options.rows * options.dim);
  let rows = 0;
  for await (const batch of syntheticEmbeddings(options)) {
    assertEquals([batch.offset, batch.dim], [rows, options.dim]);
    data.set(batch.data, rows * options.dim);
    rows += batch.rows;
  }
  assertEquals(rows, options.rows);
  return data;
}

/** The first batch, whatever would follow. */
async function firstBatch(options: SyntheticOptions): Promise<EmbeddingBatch> {
  for await (const batch of syntheticEmbeddings(options)) return batch;
  throw new Error("no batch");
}

/** Eigenvalues of ZᵀZ, or of the scatter when centred, largest first, straight from the definition. */
function squaredSingularValues(data: Float64Array, dim: number, centered: boolean): Float64Array {
  const rows = data.length / dim;
  const z = data.slice();
  if (centered) {
    for (let j = 0; j < dim; j++) {
      let sum = 0;
      for (let i = 0; i < rows; i++) sum += z[i * dim + j];
      for (let i = 0; i < rows; i++) z[i * dim + j] -= sum / rows;
    }
  }
  const gram = new Float64Array(dim * dim);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < dim; j++) {
      for (let k = 0; k < dim; k++) gram[j * dim + k] += z[i * dim + j] * z[i * dim + k];
    }
  }
  return eigenvalues(gram, dim);
}

/** The spectrum that was promised is the matrix's, to `relative` of each value above the noise floor. */
async function assertSpectrum(options: SyntheticOptions, relative = 1e-10): Promise<void> {
  const data = await matrix(options);
  for (const centered of [false, true]) {
    const promised = syntheticSpectrum(options, centered);
    const found = squaredSingularValues(data, options.dim, centered);
    const size = Math.min(options.rows, options.dim);
    assertEquals(promised.singularValues.length, size);
    assertEquals([promised.rows, promised.dim], [options.rows, options.dim]);
    assertEquals(promised.centered, centered);
    // Values of the Gram matrix are known to a few 2⁻⁵² of the largest.
    const floor = 1e-13 * found[0];
    const what = `${JSON.stringify(options)}, ${centered ? "" : "not "}centred`;
    promised.singularValues.forEach((sigma, k) => {
      const tolerance = 2 * relative * sigma * sigma + floor;
      assertAlmostEquals(found[k], sigma * sigma, tolerance, `σ[${k}] of ${what}`);
      assertAlmostEquals(promised.eigenvalues[k], sigma * sigma, 1e-12 * sigma * sigma + floor);
    });
    for (const rest of found.slice(size)) assertLess(Math.abs(rest), floor);
  }
}

const SPECTRA: readonly SyntheticSpectrum[] = [
  { kind: "power", alpha: 0 },
  { kind: "power", alpha: 0.5 },
  { kind: "power", alpha: 1 },
  { kind: "power", alpha: -0.3 },
  { kind: "rank", rank: 1 },
  { kind: "rank", rank: 5 },
];

for (const spectrum of SPECTRA) {
  const name = JSON.stringify(spectrum).replaceAll('"', "");
  Deno.test(`the singular values of ${name} are exactly the promised ones`, async () => {
    for (const [rows, dim] of [[200, 24], [97, 7], [33, 32], [64, 64], [7, 20], [6, 5]]) {
      await assertSpectrum({ rows, dim, spectrum });
      await assertSpectrum({ rows, dim, spectrum, seed: 3, noise: 0.1 });
      await assertSpectrum({ rows, dim, spectrum, seed: 4, mean: -2 });
      await assertSpectrum({ rows, dim, spectrum, seed: 5, noise: 1.5, mean: 0.25 });
    }
  });
}

Deno.test("the spectrum holds for any shape, exponent, noise and mean", async () => {
  const hundredths = (min: number, max: number) => fc.integer({ min, max }).map((n) => n / 100);
  const options = fc.record({
    rows: fc.integer({ min: 2, max: 60 }),
    dim: fc.integer({ min: 1, max: 20 }),
    seed: fc.nat(),
    spectrum: hundredths(-100, 100).map((alpha) => ({ kind: "power", alpha }) as const),
    noise: hundredths(0, 300),
    mean: hundredths(-300, 300),
  });
  await fc.assert(fc.asyncProperty(options, (options) => assertSpectrum(options)), { numRuns: 60 });
});

Deno.test("numbers have a mean square of 1, plus that of noise and mean", async () => {
  for (const spectrum of [...SPECTRA, undefined]) {
    const options = { rows: 2000, dim: 16, spectrum, noise: 0.5, mean: 2 };
    const data = await matrix(options);
    const square = data.reduce((sum, value) => sum + value * value, 0) / data.length;
    assertAlmostEquals(square, 1 + 0.25 + 4, spectrum ? 1e-9 : 0.2);
  }
});

Deno.test("the first rows of a designed spectrum are like the rest", async () => {
  const options = { rows: 20_000, dim: 8, spectrum: { kind: "power", alpha: 1 } } as const;
  const data = await matrix(options);
  const promised = syntheticSpectrum(options).singularValues;
  for (const [start, end] of [[0, 1000], [9500, 10_500], [19_000, 20_000]]) {
    const part = squaredSingularValues(data.subarray(8 * start, 8 * end), 8, false);
    part.forEach((square, k) => {
      assertAlmostEquals(square * 20, promised[k] ** 2, 0.02 * promised[k] ** 2);
    });
  }
});

Deno.test("Gaussian rows have the moments of the normal distribution", async () => {
  const data = await matrix({ rows: 20_000, dim: 10, seed: 1 });
  const moment = (power: number) => data.reduce((sum, x) => sum + x ** power, 0) / data.length;
  // Five standard errors, of 200,000 draws.
  assertAlmostEquals(moment(1), 0, 5 * Math.sqrt(1 / data.length));
  assertAlmostEquals(moment(2), 1, 5 * Math.sqrt(2 / data.length));
  assertAlmostEquals(moment(3), 0, 5 * Math.sqrt(15 / data.length));
  assertAlmostEquals(moment(4), 3, 5 * Math.sqrt(96 / data.length));
  const shifted = await matrix({ rows: 20_000, dim: 10, seed: 1, mean: 5, noise: Math.sqrt(3) });
  assertAlmostEquals(shifted[7], 5 + 2 * data[7], 1e-12);
});

Deno.test("the spectrum of Gaussian rows comes near that of their distribution", async () => {
  for (const mean of [0, 1]) {
    const options = { rows: 20_000, dim: 6, mean };
    const found = squaredSingularValues(await matrix(options), 6, false);
    syntheticSpectrum(options).eigenvalues.forEach((value, k) => {
      assertAlmostEquals(found[k], value, 0.05 * value);
    });
  }
});

Deno.test("the same seed makes the same numbers, another seed others", async () => {
  for (const spectrum of [undefined, SPECTRA[2], SPECTRA[5]]) {
    const options = { rows: 300, dim: 12, spectrum, noise: 0.1 };
    const once = await matrix({ ...options, seed: 42 });
    assertEquals(await matrix({ ...options, seed: 42 }), once);
    assertNotEquals(await matrix({ ...options, seed: 43 }), once);
    assertEquals(await matrix({ ...options, seed: 0 }), await matrix(options));
  }
});

Deno.test("the first Gaussian rows do not depend on how many follow", async () => {
  const few = await matrix({ rows: 37, dim: 5, seed: 9 });
  const many = await matrix({ rows: 60_000, dim: 5, seed: 9 });
  assertEquals(many.subarray(0, few.length), few);
  assertEquals(
    (await firstBatch({ rows: 1e12, dim: 5, seed: 9 })).data.subarray(0, few.length),
    few,
  );
});

Deno.test("each row is made when it is asked for, so that there may be any number of them", async () => {
  for (const spectrum of [undefined, SPECTRA[2], SPECTRA[5]]) {
    const options = { rows: 1e12, dim: 64, spectrum };
    const before = memoryHeld();
    const reader = syntheticEmbeddings(options).getReader();
    const { value } = await reader.read();
    const next = await reader.read();
    assertEquals([value?.rows, next.value?.offset], [4096, 4096]);
    assert(value!.data.every(Number.isFinite));
    await reader.cancel();
    assertLess(memoryHeld() - before, 100e6);
    assertAlmostEquals(syntheticSpectrum(options).eigenvalues.reduce((a, b) => a + b), 64e12, 1e4);
  }
});

Deno.test("the first rows of very many have the size that all have on average", async () => {
  const options = { rows: 1e12, dim: 2, spectrum: { kind: "power", alpha: 0 } } as const;
  const data = Float64Array.from((await firstBatch(options)).data);
  const square = data.reduce((sum, value) => sum + value * value, 0) / data.length;
  assertAlmostEquals(square, 1, 1e-3);
});

Deno.test("a matrix may have one row, one dimension, or a row longer than a batch", async () => {
  assertEquals((await matrix({ rows: 1, dim: 3 })).length, 3);
  await assertSpectrum({ rows: 2, dim: 1, spectrum: { kind: "rank", rank: 1 } });
  const wide = await Array.fromAsync(syntheticEmbeddings({ rows: 2, dim: 300_000 }));
  assertEquals(wide.map((batch) => batch.rows), [1, 1]);
});

Deno.test("options that make no sense are refused with what was given", () => {
  const right = { rows: 10, dim: 4 };
  const power = (alpha: number) => ({ kind: "power", alpha }) as const;
  const rank = (rank: number) => ({ kind: "rank", rank }) as const;
  const cases: [SyntheticOptions, string][] = [
    [{ ...right, rows: 0 }, "rows must be a whole number from 1 on, not 0"],
    [{ ...right, rows: 2.5 }, "rows must be a whole number from 1 on, not 2.5"],
    [{ ...right, rows: NaN }, "not NaN"],
    [{ ...right, rows: Infinity }, "not Infinity"],
    [{ ...right, rows: 2 ** 53 }, "not 9007199254740992"],
    [{ ...right, rows: 1, spectrum: power(1) }, "rows must be a whole number from 2 on, not 1"],
    [{ ...right, dim: 0 }, "dim must be a whole number from 1 on, not 0"],
    [{ ...right, dim: -3 }, "not -3"],
    [{ ...right, dim: 1.5 }, "not 1.5"],
    [{ ...right, seed: 0.5 }, "seed must be a whole number from 0 to 2³² − 1, not 0.5"],
    [{ ...right, seed: -1 }, "seed must be a whole number from 0 to 2³² − 1, not -1"],
    [{ ...right, seed: 2 ** 32 }, "seed must be a whole number from 0 to 2³² − 1, not 4294967296"],
    [{ ...right, noise: -1 }, "noise must be 0 or more, not -1"],
    [{ ...right, noise: NaN }, "noise must be 0 or more, not NaN"],
    [{ ...right, noise: Infinity }, "noise must be 0 or more, not Infinity"],
    [{ ...right, mean: Infinity }, "mean must be a finite number, not Infinity"],
    [{ ...right, spectrum: power(NaN) }, "the exponent of a power law must be a finite number"],
    [{ ...right, spectrum: rank(0) }, "rank must be from 1 to 4 (rows − 1 or dim), not 0"],
    [{ ...right, spectrum: rank(5) }, "rank must be from 1 to 4 (rows − 1 or dim), not 5"],
    [{ ...right, rows: 3, spectrum: rank(3) }, "rank must be from 1 to 2 (rows − 1 or dim), not 3"],
    [{ ...right, spectrum: rank(1.5) }, "not 1.5"],
  ];
  for (const [options, what] of cases) {
    for (const make of [syntheticEmbeddings, syntheticSpectrum]) {
      const error = assertThrows(() => make(options), RankMeError);
      assertEquals(error.code, "usage");
      assertStringIncludes(error.message, what);
    }
  }
});
