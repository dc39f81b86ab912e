import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { EmbeddingBatch, type NonFinite } from "../src/batch.ts";
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
      for (const data of [new Float64Array(6), new Float32Array(6), new Float16Array(6)]) {
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

Deno.test("findNonFinite() finds one value among many, in any type and wherever a view begins", () => {
  for (const Type of [Float64Array, Float32Array, Float16Array]) {
    for (const length of [1, 2, 3, 4, 5, 7, 8, 9, 4095, 4096, 4097, 8193]) {
      const memory = new Type(length + 3).fill(1.5);
      for (const start of [0, 1, 2, 3]) {
        const data = memory.subarray(start, start + length);
        const found = () => new EmbeddingBatch({ data, dim: 1 }).findNonFinite();
        assertEquals(found(), undefined);
        for (const row of new Set([0, 1, 2, length >> 1, length - 3, length - 2, length - 1])) {
          if (row < 0 || row >= length) continue;
          for (const value of [NaN, Infinity, -Infinity]) {
            data[row] = value;
            assertEquals(found(), { row, dimension: 0, value });
          }
          data[row] = 1.5;
        }
        // What lies around the view does not count.
        if (start > 0) {
          memory[start - 1] = NaN;
          assertEquals(found(), undefined);
          memory[start - 1] = 1.5;
        }
      }
    }
  }
});

Deno.test("numbers that are finite though their sum is not are finite", () => {
  const data = new Float64Array(10).fill(Number.MAX_VALUE);
  assertEquals(new EmbeddingBatch({ data, dim: 5 }).findNonFinite(), undefined);
  data[7] = -Infinity;
  const found = new EmbeddingBatch({ data, dim: 5 }).findNonFinite();
  assertEquals(found, { row: 1, dimension: 2, value: -Infinity });
});

Deno.test("every float16 is finite unless its exponent is all ones", () => {
  for (let bits = 0; bits < 65536; bits++) {
    const data = new Float16Array(Uint16Array.of(0x3c00, bits, 0x3c00, 0x3c00).buffer);
    const finite = new EmbeddingBatch({ data, dim: 1 }).findNonFinite() === undefined;
    assertEquals(finite, Number.isFinite(data[1]), `bits ${bits}`);
  }
});

Deno.test("numbers that were found finite are not looked at again, in slices neither", () => {
  const data = Float32Array.of(1, 2, 3, 4);
  const batch = new EmbeddingBatch({ data, dim: 2 });
  const unseen = batch.slice(0);
  assertEquals(batch.findNonFinite(), undefined);
  // Nobody may do this: it only shows who looks.
  data[3] = NaN;
  assertEquals(batch.findNonFinite(), undefined);
  assertEquals([batch.slice(1), batch.at(7)].map((view) => view.findNonFinite()), [
    undefined,
    undefined,
  ]);
  assertEquals(unseen.findNonFinite()?.row, 1);
  assertEquals(batch.mapRows(() => {}).findNonFinite()?.row, 1);
});

Deno.test("a batch whose memory was transferred is an error, never a number", () => {
  const batch = batchOf(2, 1, 2, 3, 4);
  batch.findNonFinite();
  const half = batch.slice(0, 1);
  (batch.data.buffer as ArrayBuffer).transfer(0);
  for (const gone of [batch, half]) {
    assertThrows(() => gone.findNonFinite(), TypeError, "the memory of this batch was transferred");
    assertThrows(() => gone.row(0), TypeError);
    assertThrows(() => gone.slice(0), TypeError);
    assertThrows(() => gone.mapRows(() => {}), TypeError);
  }
});

Deno.test("some dimensions are a copy in the same type, and keep their place", () => {
  const batch = new EmbeddingBatch({ data: Float32Array.of(1, 2, 3, 4, 5, 6), dim: 3, offset: 8 });
  const part = batch.dimensions(1, 3);
  assertEquals([part.data, part.dim, part.rows, part.offset], [
    Float32Array.of(2, 3, 5, 6),
    2,
    2,
    8,
  ]);
  assertEquals(part.data.buffer === batch.data.buffer, false);
  assertEquals(batch.data, Float32Array.of(1, 2, 3, 4, 5, 6));
  for (const [start, end] of [[0, 4], [2, 2], [-1, 2], [3, 4]]) {
    const refused = assertThrows(() => batch.dimensions(start, end), RankMeError);
    assertEquals([refused.code, refused.place.row], ["dimension", 8]);
  }
});

Deno.test("a NaN is refused with what is known of its place, however the batch was derived", () => {
  const data = Float32Array.of(1, 2, 3, 4, 5, NaN);
  assertThrows(
    () => new EmbeddingBatch({ data, dim: 3, offset: 8 }).refuseNonFinite(),
    RankMeError,
    "row 9: NaN (dimension 2)",
  );
  const refusal = ({ row, dimension, value }: NonFinite) =>
    new RankMeError("non-finite", `${value} in "d${dimension}"`, { place: { row: 100 + row } });
  const batch = new EmbeddingBatch({ data, dim: 3, offset: 8, refusal });
  const derived = [
    batch,
    batch.slice(1),
    batch.slice(1).slice(0),
    batch.at(50),
    batch.mapRows((row) => row.reverse().reverse()),
    batch.dimensions(1, 3),
    batch.slice(1).dimensions(1, 3).dimensions(1, 2).at(3),
  ];
  for (const one of derived) {
    assertThrows(() => one.refuseNonFinite(), RankMeError, 'row 101: NaN in "d2"');
  }
  batch.slice(0, 1).refuseNonFinite();
});
