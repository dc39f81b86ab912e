import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { EmbeddingBatch, type EmbeddingData } from "../../src/batch.ts";
import { RankMeError } from "../../src/errors.ts";
import { pairedRows, type PairedSide } from "../../src/pipeline/paired_rows.ts";

/** Rows 0, 1, 2 … of one stream, in batches of some sizes; dimension d of row r holds first + 10·r + d. */
function sideOf(name: string, dim: number, first: number, sizes: readonly number[]): PairedSide {
  let offset = 0;
  const batches = sizes.map((rows) => {
    const data = Float64Array.from(
      { length: rows * dim },
      (_, at) => first + 10 * (offset + Math.floor(at / dim)) + at % dim,
    );
    const batch = new EmbeddingBatch({ data, dim, offset });
    offset += rows;
    return batch;
  });
  return { name, batches: ReadableStream.from(batches) };
}

const sizes = fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 8 });

/** The same number of rows in other batches. */
function recut(rows: number, size: number): number[] {
  return Array.from({ length: Math.ceil(rows / size) }, (_, i) => Math.min(size, rows - i * size));
}

Deno.test("rows stand side by side by their order, whatever the batches of each", async () => {
  await fc.assert(fc.asyncProperty(sizes, fc.integer({ min: 1, max: 9 }), async (cut, size) => {
    const rows = cut.reduce((sum, count) => sum + count, 0);
    const a = sideOf("a", 2, 0, cut), b = sideOf("b", 1, 0.5, recut(rows, size));
    const batches = await Array.fromAsync(pairedRows([a, b]));
    const all = batches.flatMap(({ data }) => [...data]);
    assertEquals(
      all,
      Array.from({ length: rows }, (_, r) => [10 * r, 10 * r + 1, 10 * r + 0.5]).flat(),
    );
    let offset = 0;
    for (const batch of batches) {
      assertEquals([batch.dim, batch.offset], [3, offset]);
      offset += batch.rows;
    }
  }));
});

Deno.test("it is told which dimensions are whose, and of which column", async () => {
  const columns = [{ name: "x", start: 0, end: 1 }, { name: "y", start: 1, end: 3 }];
  const one = new EmbeddingBatch({ data: new Float64Array(3), dim: 3, columns });
  const side = { name: "b.parquet", batches: ReadableStream.from([one]) };
  const [batch] = await Array.fromAsync(pairedRows([sideOf("a.npy", 2, 0, [1]), side]));
  assertEquals(batch.columns, [
    { name: "a.npy", start: 0, end: 2 },
    { name: "b.parquet:x", start: 2, end: 3 },
    { name: "b.parquet:y", start: 3, end: 5 },
  ]);
});

Deno.test("the wider type of the two holds all numbers as they were", async () => {
  const typed = (data: EmbeddingData): PairedSide => ({
    name: "",
    batches: ReadableStream.from([new EmbeddingBatch({ data, dim: 1 })]),
  });
  for (
    const [a, b, type] of [
      [Float16Array.of(0.5), Float64Array.of(1e-9), Float64Array],
      [Float32Array.of(0.5), Float16Array.of(3), Float32Array],
      [Float16Array.of(0.5), Float16Array.of(3), Float16Array],
    ] as const
  ) {
    const [{ data }] = await Array.fromAsync(pairedRows([typed(a), typed(b)]));
    assertEquals(data.constructor, type);
    assertEquals([...data], [a[0], b[0]]);
  }
});

Deno.test("batches may be given back once all of their rows have been copied", async () => {
  const told: [string, number][] = [];
  const side = (name: string, sizes: number[]): PairedSide => ({
    ...sideOf(name, 1, 0, sizes),
    onRows: (rows) => told.push([name, rows]),
  });
  for await (const _ of pairedRows([side("a", [2, 3]), side("b", [5])])) { /* read on */ }
  assertEquals(told, [["a", 2], ["a", 5], ["b", 5]]);
});

Deno.test("different numbers of rows are an error that names both and counts all", async () => {
  for (const [a, b] of [[[3, 4], [5]], [[5], [3, 4]], [[], [2]], [[2], []], [[3], [3, 1]]]) {
    const [rowsA, rowsB] = [a, b].map((sizes) => sizes.reduce((sum, x) => sum + x, 0));
    const error = await assertRejects(
      () => Array.fromAsync(pairedRows([sideOf("a.npy", 1, 0, a), sideOf("b.npy", 2, 0, b)])),
      RankMeError,
    );
    assertEquals(error.code, "dimension");
    assertEquals(error.what, `a.npy has ${rowsA} rows, and b.npy has ${rowsB} rows`);
  }
});

Deno.test("two streams without rows make one without rows", async () => {
  const sides = [sideOf("a", 1, 0, []), sideOf("b", 1, 0, [0, 0])] as const;
  assertEquals(await Array.fromAsync(pairedRows(sides)), []);
});
