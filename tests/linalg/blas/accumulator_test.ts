import { assertEquals, assertThrows } from "@std/assert";
import type { EmbeddingData } from "../../../src/batch.ts";
import { RankMeError } from "../../../src/errors.ts";
import type { Accumulator, ShiftedSums } from "../../../src/linalg/backend.ts";
import {
  BlasAccumulator,
  blockColumnsOf,
  panelRowsOf,
} from "../../../src/linalg/blas/accumulator.ts";
import { Helpers } from "../../../src/linalg/threads/helpers.ts";
import { referenceBackend } from "../../../src/linalg/reference/backend.ts";
import { integers } from "../matrices.ts";
import { plainLibrary } from "./plain_library.ts";

function accumulatorOf(pivot: Float64Array, library = plainLibrary()): Accumulator {
  return new BlasAccumulator(() => library, new Helpers(0, ""), pivot);
}

/** What the reference makes of the same rows: with whole numbers the same bits in any order. */
function referenceSums(pivot: Float64Array, rows: EmbeddingData): ShiftedSums {
  const accumulator = referenceBackend.accumulator(pivot);
  accumulator.add(rows);
  return accumulator.sums();
}

function assertSums(actual: ShiftedSums, expected: ShiftedSums, message?: string): void {
  assertEquals(actual.sum, expected.sum, message);
  const lower = ({ scatter, dim }: ShiftedSums) =>
    scatter.map((value, at) => at % dim > Math.floor(at / dim) ? 0 : value);
  assertEquals(lower(actual), lower(expected), message);
}

function addInChunks(to: Accumulator, rows: Float64Array, chunk: number): void {
  for (let at = 0; at < rows.length; at += chunk) to.add(rows.subarray(at, at + chunk));
}

Deno.test("a panel is multiplied when its place is needed, and all when the sums are asked for", () => {
  const dim = 3, full = panelRowsOf(dim, 1);
  for (const count of [0, 1, full - 1, full, full + 1, 2 * full, 2 * full + 5, 3 * full]) {
    const library = plainLibrary();
    const products = () =>
      library.calls.filter(({ routine }) => routine === "dsyrk").map(({ rows }) => rows);
    const rows = integers(count, count * dim, 9), pivot = integers(dim, dim, 9);
    const accumulator = accumulatorOf(pivot, library);
    accumulator.add(rows);
    // There is room for one.
    const panels = new Array(Math.floor(count / full)).fill(full);
    if (count % full > 0) panels.push(count % full);
    assertEquals(products(), panels.slice(0, Math.max(0, panels.length - 1)));
    assertSums(accumulator.sums(), referenceSums(pivot, rows), `${count} rows`);
    assertEquals(products(), panels);
    assertSums(accumulator.sums(), referenceSums(pivot, rows), `${count} rows, asked again`);
    assertEquals(products(), panels);
  }
});

Deno.test("the sums are the reference's for every type of number", () => {
  for (const dim of [1, 2, 3, 8, 17]) {
    for (const count of [0, 1, 2, 50]) {
      const rows = integers(dim + 100 * count, count * dim, 100);
      const pivot = integers(dim, dim, 100);
      const expected = referenceSums(pivot, rows);
      for (const data of [rows, Float32Array.from(rows), Float16Array.from(rows)]) {
        const accumulator = accumulatorOf(pivot);
        accumulator.add(data);
        assertSums(accumulator.sums(), expected, `${count} × ${dim}`);
      }
    }
  }
});

Deno.test("the size of the chunks changes nothing", () => {
  const dim = 2, count = 2 * panelRowsOf(dim, 1) + 3;
  const rows = integers(1, count * dim, 100), pivot = integers(2, dim, 100);
  const expected = referenceSums(pivot, rows);
  for (const chunk of [1, 2, 3, 1000, 4095, 4096, 4097, 5000, count]) {
    const accumulator = accumulatorOf(pivot);
    addInChunks(accumulator, rows, chunk * dim);
    assertSums(accumulator.sums(), expected, `chunks of ${chunk}`);
  }
});

Deno.test("rows are copied: what becomes of them later does not count", () => {
  const rows = Float64Array.of(1, 2, 3, 4);
  const pivot = new Float64Array(2);
  const accumulator = accumulatorOf(pivot);
  accumulator.add(rows.subarray(2));
  rows.fill(NaN);
  pivot.fill(NaN);
  assertEquals(accumulator.sums().sum, Float64Array.of(3, 4));
});

Deno.test("what is written to the sums counts, and rows are added to it", () => {
  const accumulator = accumulatorOf(Float64Array.of(1));
  accumulator.add(Float64Array.of(3));
  const sums = accumulator.sums();
  assertEquals([sums.sum[0], sums.scatter[0]], [2, 4]);
  sums.sum[0] += 10;
  sums.scatter[0] += 100;
  accumulator.add(Float64Array.of(4));
  const { sum, scatter } = accumulator.sums();
  assertEquals([sum[0], scatter[0]], [15, 113]);
});

Deno.test("two sums at once do not disturb each other", () => {
  const library = plainLibrary();
  const a = accumulatorOf(new Float64Array(1), library);
  const b = accumulatorOf(new Float64Array(1), library);
  a.add(Float64Array.of(2));
  b.add(Float64Array.of(3));
  a.add(Float64Array.of(4));
  assertEquals([a.sums().scatter[0], b.sums().scatter[0]], [20, 9]);
});

Deno.test("every call is told to use one thread, so that each thread can make its own", () => {
  const library = plainLibrary(3);
  const accumulator = accumulatorOf(new Float64Array(1), library);
  accumulator.add(Float64Array.of(1, 2));
  library.useThreads(3);
  accumulator.sums();
  assertEquals(library.calls, [
    { routine: "dger", rows: 2, threads: 1 },
    { routine: "dgemv", rows: 2, threads: 1 },
    { routine: "dsyrk", rows: 2, threads: 1 },
  ]);
});

Deno.test("blocks are few for one thread, and enough to keep any number of threads busy", () => {
  for (const dim of [1, 2, 63, 64, 191, 192, 384, 2048, 16384]) {
    assertEquals(blockColumnsOf(dim, 1), dim);
    for (const threads of [2, 3, 4, 16, 64]) {
      const columns = blockColumnsOf(dim, threads), side = Math.ceil(dim / columns);
      const what = `D = ${dim} on ${threads} threads`;
      assertEquals(columns >= Math.min(dim, 32) && columns <= 1024, true, what);
      if (dim >= 32 * side + 32) assertEquals(side ** 2 / 2 >= threads, true, what);
    }
  }
});

Deno.test("panels are a few megabytes, but never so low that the products are slow", () => {
  for (const [threads, panels] of [[1, 1], [2, 2], [3, 2], [16, 2]]) {
    for (const dim of [1, 64, 384, 2048, 16384]) {
      const rows = panelRowsOf(dim, threads), what = `D = ${dim} on ${threads} threads`;
      assertEquals(Number.isInteger(rows) && rows * panels >= 256 && rows <= 4096, true, what);
      if (dim <= 2048) assertEquals(panels * rows * dim * 8 <= 2 ** 22, true, what);
    }
  }
});

Deno.test("more dimensions than memory holds are refused by name", () => {
  const pivot = new Float64Array(2 ** 21);
  const error = assertThrows(() => accumulatorOf(pivot), RankMeError);
  assertEquals(error.code, "memory");
});
