import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { EmbeddingBatch } from "../src/batch.ts";
import { RankMeError } from "../src/errors.ts";

function batchOf(dim: number, ...numbers: number[]): EmbeddingBatch {
  return new EmbeddingBatch({ data: Float64Array.from(numbers), dim });
}

Deno.test("a batch knows its shape and begins at row 0 unless told", () => {
  const batch = batchOf(3, 1, 2, 3, 4, 5, 6);
  assertEquals([batch.rows, batch.dim, batch.offset], [2, 3, 0]);
  assertEquals(new EmbeddingBatch({ data: batch.data, dim: 2, offset: 7 }).offset, 7);
});

Deno.test("a batch may have no rows", () => {
  const batch = new EmbeddingBatch({ data: new Float32Array(0), dim: 4 });
  assertEquals([batch.rows, batch.dim], [0, 4]);
  assertEquals(batch.findNonFinite(), undefined);
});

Deno.test("a batch refuses numbers that do not fill whole rows", () => {
  const error = assertThrows(() => batchOf(3, 1, 2, 3, 4), RankMeError);
  assertEquals(error.code, "dimension");
  assertEquals(error.message, "4 numbers do not fill rows of 3");
});

Deno.test("a batch refuses rows of no, negative or fractional dimensions", () => {
  for (const dim of [0, -1, 1.5, NaN, Infinity]) {
    const error = assertThrows(() => batchOf(dim), RankMeError);
    assertEquals(error.code, "dimension");
    assertEquals(error.message, `an embedding needs at least one dimension, not ${dim}`);
  }
});

Deno.test("rows and slices of a batch are views on its numbers", () => {
  const batch = new EmbeddingBatch({ data: Float32Array.of(1, 2, 3, 4, 5, 6), dim: 2, offset: 10 });
  assertEquals(batch.row(2), Float32Array.of(5, 6));
  assertStrictEquals(batch.row(2).buffer, batch.data.buffer);
  const middle = batch.slice(1, 2);
  assertEquals([...middle.data], [3, 4]);
  assertEquals([middle.rows, middle.offset], [1, 11]);
  assertStrictEquals(middle.data.buffer, batch.data.buffer);
  assertEquals([...batch.slice(1).data], [3, 4, 5, 6]);
  assertEquals([...middle.slice(0).data], [3, 4]);
  assertEquals(middle.slice(1).offset, 12);
});

Deno.test("a batch at another offset has the same numbers, and at its own is itself", () => {
  const batch = batchOf(2, 1, 2);
  assertStrictEquals(batch.at(0), batch);
  const moved = batch.at(5);
  assertEquals(moved.offset, 5);
  assertStrictEquals(moved.data, batch.data);
  assertEquals(batch.offset, 0);
});

Deno.test("mapRows() changes a float64 copy and leaves the batch as it was", () => {
  const batch = new EmbeddingBatch({ data: Float32Array.of(1, 2, 3, 4), dim: 2, offset: 3 });
  const thirds = batch.mapRows((row) => row.forEach((x, i) => row[i] = x / 3));
  assertEquals(thirds.data, Float64Array.of(1 / 3, 2 / 3, 1, 4 / 3));
  assertEquals([thirds.rows, thirds.dim, thirds.offset], [2, 2, 3]);
  assertEquals(batch.data, Float32Array.of(1, 2, 3, 4));
});

Deno.test("mapRows() of a slice sees the rows of the slice only", () => {
  const seen: number[][] = [];
  batchOf(2, 1, 2, 3, 4, 5, 6).slice(1, 3).mapRows((row) => void seen.push([...row]));
  assertEquals(seen, [[3, 4], [5, 6]]);
});

Deno.test("findNonFinite() finds the first NaN or infinity, wherever it stands", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    for (let at = 0; at < 6; at++) {
      for (const data of [new Float64Array(6), new Float32Array(6)]) {
        data.fill(-0);
        data[at] = value;
        data[5] = at === 5 ? value : NaN;
        const found = new EmbeddingBatch({ data, dim: 2 }).findNonFinite();
        assertEquals(found, { row: Math.floor(at / 2), dimension: at % 2, value });
      }
    }
  }
});

Deno.test("findNonFinite() takes the largest and smallest numbers for finite", () => {
  const { MAX_VALUE, MIN_VALUE } = Number;
  const extremes = batchOf(3, MAX_VALUE, -MAX_VALUE, MAX_VALUE, MIN_VALUE, -MIN_VALUE, -0);
  assertEquals(extremes.findNonFinite(), undefined);
  const narrow = new EmbeddingBatch({ data: Float32Array.of(3.4e38, -3.4e38, 1e-45), dim: 1 });
  assertEquals(narrow.findNonFinite(), undefined);
});
