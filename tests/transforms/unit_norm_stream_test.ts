import { assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { EmbeddingBatch } from "../../src/batch.ts";
import { UnitNormStream } from "../../src/transforms/unit_norm_stream.ts";

async function unitRows(data: EmbeddingBatch["data"], dim: number): Promise<EmbeddingBatch> {
  const batch = new EmbeddingBatch({ data, dim, offset: 5 });
  const batches = await Array.fromAsync(
    ReadableStream.from([batch]).pipeThrough(new UnitNormStream()),
  );
  assertEquals(batches.length, 1);
  return batches[0];
}

Deno.test("rows are scaled to length 1", async () => {
  const { data } = await unitRows(Float64Array.of(3, 4, 0, -5, 1, 1), 2);
  const half = Math.SQRT1_2;
  assertEquals(data.subarray(0, 4), Float64Array.of(0.6, 0.8, 0, -1));
  assertAlmostEquals(data[4], half, 2e-16);
  assertAlmostEquals(data[5], half, 2e-16);
});

Deno.test("a zero row stays zero", async () => {
  const { data } = await unitRows(Float64Array.of(0, 0, -0, 0, 2, 0), 2);
  assertEquals([...data], [0, 0, -0, 0, 1, 0]);
});

Deno.test("rows at both ends of float64's range are scaled to length 1", async () => {
  const { MAX_VALUE, MIN_VALUE } = Number;
  for (const size of [MAX_VALUE / 5, 1e200, 1e-200, 1e-310, MIN_VALUE]) {
    const { data } = await unitRows(Float64Array.of(3 * size, -4 * size, MAX_VALUE, MAX_VALUE), 2);
    assertAlmostEquals(data[0], 0.6, 1e-12);
    assertAlmostEquals(data[1], -0.8, 1e-12);
    assertAlmostEquals(data[2], Math.SQRT1_2, 1e-15);
  }
});

Deno.test("float32 rows come out in float64, not rounded to float32", async () => {
  const { data } = await unitRows(Float32Array.of(1, 1, 1), 3);
  assertEquals(data instanceof Float64Array, true);
  assertAlmostEquals(data[0], 1 / Math.sqrt(3), 1e-16);
});

Deno.test("a batch keeps its shape and its place, and the one that came in its numbers", async () => {
  const numbers = Float32Array.of(3, 4, 6, 8);
  const batch = await unitRows(numbers, 2);
  assertEquals([batch.rows, batch.dim, batch.offset], [2, 2, 5]);
  assertEquals(numbers, Float32Array.of(3, 4, 6, 8));
});

Deno.test("rows with NaN or an infinity are left for the covariance to refuse", async () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    const batch = await unitRows(Float64Array.of(3, 4, 1, value), 2);
    assertEquals(batch.data.subarray(0, 2), Float64Array.of(0.6, 0.8));
    assertEquals(batch.findNonFinite(), { row: 1, dimension: 1, value });
  }
});

Deno.test("any row comes out with length 1 and its direction", async () => {
  const row = fc.array(fc.double({ min: -1e100, max: 1e100, noNaN: true }), {
    minLength: 1,
    maxLength: 20,
  }).filter((row) => row.some((x) => Math.abs(x) > 1e-100));
  await fc.assert(fc.asyncProperty(row, async (row) => {
    const { data } = await unitRows(Float64Array.from(row), row.length);
    assertAlmostEquals(Math.hypot(...data), 1, 1e-14);
    const length = Math.hypot(...row);
    row.forEach((x, i) => assertAlmostEquals(data[i], x / length, 1e-14));
  }));
});

Deno.test("rows keep their columns, and what they belong to", async () => {
  const columns = [{ name: "a", start: 0, end: 1 }, { name: "b", start: 1, end: 2 }];
  const keys = { class: ["p", "q"] };
  const batch = new EmbeddingBatch({ data: Float32Array.of(1, 2, 3, 4), dim: 2, columns, keys });
  const [out] = await Array.fromAsync(
    ReadableStream.from([batch]).pipeThrough(new UnitNormStream()),
  );
  assertEquals([out.columns, out.keys], [columns, { class: ["p", "q"] }]);
});
