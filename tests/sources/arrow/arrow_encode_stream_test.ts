import { assertEquals, assertLessOrEqual, assertRejects } from "@std/assert";
import { type Table, tableFromIPC } from "apache-arrow";
import fc from "fast-check";
import { EmbeddingBatch } from "../../../src/batch.ts";
import { RankMeError } from "../../../src/errors.ts";
import {
  ArrowEncodeStream,
  type ArrowEncodeStreamOptions,
  type ArrowLayout,
} from "../../../src/sources/arrow/arrow_encode_stream.ts";
import { readStream } from "./arrow_bytes.ts";
import { concatenated } from "../inputs.ts";

const LAYOUTS: readonly ArrowLayout[] = ["fixed-size-list", "list", "large-list", "columns"];
const ROUNDED = { f16: Float16Array, f32: Float32Array, f64: Float64Array } as const;

function batch(dim: number, ...numbers: number[]): EmbeddingBatch {
  return new EmbeddingBatch({ data: Float64Array.from(numbers), dim });
}

async function encode(
  batches: readonly EmbeddingBatch[],
  options?: ArrowEncodeStreamOptions,
): Promise<Uint8Array> {
  const stream = ReadableStream.from(batches).pipeThrough(new ArrowEncodeStream(options));
  return concatenated(...await Array.fromAsync(stream));
}

Deno.test("what is written is read back, rounded to its type, of any layout", async () => {
  const dtypes = ["f16", "f32", "f64"] as const;
  const numbers = fc.integer({ min: 1, max: 5 }).chain((dim) => {
    const number = fc.double({ min: -6e4, max: 6e4, noNaN: true });
    const rows = fc.array(fc.array(number, { minLength: dim, maxLength: dim }), { maxLength: 6 });
    return fc.array(rows, { minLength: 1, maxLength: 4 });
  });
  await fc.assert(
    fc.asyncProperty(
      numbers,
      fc.constantFrom(...LAYOUTS),
      fc.constantFrom(...dtypes),
      async (parts, layout, dtype) => {
        const dim = parts.flat()[0]?.length ?? 1;
        const bytes = await encode(parts.map((rows) => batch(dim, ...rows.flat())), {
          layout,
          dtype,
        });
        const options = layout === "columns"
          ? { columns: ["embedding_*"] }
          : { rowNumbers: "take" } as const;
        const { rows, missingEnd } = await readStream(bytes, options);
        assertEquals(rows, parts.flat().map((row) => Array.from(ROUNDED[dtype].from(row))));
        assertEquals(missingEnd, false);
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("apache-arrow's own reader reads the same", async () => {
  const batches = [batch(2, 1, 2, 3, 4), batch(2, 5, 6)];
  const rows = (table: Table) =>
    table.toArray().map((row) => [...row].map(([, value]) => value.toArray?.() ?? value));
  for (const layout of LAYOUTS.slice(0, 3)) {
    const table = tableFromIPC(await encode(batches, { layout, dtype: "f64", column: "z" }));
    assertEquals(table.schema.fields.map((field) => field.name), ["z"]);
    assertEquals(table.batches.map((batch) => batch.numRows), [2, 1]);
    assertEquals(
      rows(table),
      [[[1, 2]], [[3, 4]], [[5, 6]]].map(([row]) => [Float64Array.from(row)]),
    );
  }
  const table = tableFromIPC(await encode(batches, { layout: "columns", column: "dim" }));
  assertEquals(table.schema.fields.map((field) => field.name), ["dim_0", "dim_1"]);
  assertEquals(rows(table), [[1, 2], [3, 4], [5, 6]]);
});

Deno.test("batches of no rows are written as such", async () => {
  for (const layout of LAYOUTS) {
    const bytes = await encode([batch(2), batch(2, 1, 2), batch(2)], { layout });
    const options = layout === "columns" ? { columns: ["*"] } : {};
    assertEquals((await readStream(bytes, options)).rows, [[1, 2]]);
  }
});

Deno.test("an empty stream is no bytes, as its dimension is unknown", async () => {
  assertEquals((await encode([])).length, 0);
});

Deno.test("another dimension than before is refused with its row, not written as other rows", async () => {
  for (const layout of LAYOUTS) {
    const batches = [batch(2, 1, 2, 3, 4), batch(3, 1, 2, 3, 4, 5, 6).at(2)];
    const error = await assertRejects(() => encode(batches, { layout }), RankMeError);
    assertEquals(error.code, "dimension");
    assertEquals(error.message, "row 2: an embedding of 3 dimensions where earlier ones have 2");
  }
});

Deno.test("each batch is written when it comes, and no more are taken than are read", async () => {
  let pulls = 0;
  const source = new ReadableStream<EmbeddingBatch>({
    pull: (controller) => controller.enqueue(batch(2, pulls++, 0)),
  }, { highWaterMark: 0 });
  const reader = source.pipeThrough(new ArrowEncodeStream()).getReader();
  await reader.read();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertLessOrEqual(pulls, 3);
  await reader.cancel();
});

Deno.test("a number that its type cannot hold is refused with its row, an infinity kept", async () => {
  const encode = (value: number, dtype: "f16" | "f32" | "f64") => {
    const batch = new EmbeddingBatch({ data: Float64Array.of(1, 2, 3, value), dim: 2, offset: 10 });
    return Array.fromAsync(
      ReadableStream.from([batch]).pipeThrough(new ArrowEncodeStream({ dtype })),
    );
  };
  for (const [value, dtype] of [[65520, "f16"], [-1e39, "f32"]] as const) {
    const error = await assertRejects(() => encode(value, dtype), RankMeError);
    assertEquals(error.code, "range");
    assertEquals(
      error.message,
      `row 11: ${value} does not fit into ${dtype}; choose a wider dtype`,
    );
  }
  await encode(65519, "f16");
  await encode(Infinity, "f16");
  await encode(1e300, "f64");
});
