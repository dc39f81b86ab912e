import {
  assertEquals,
  assertInstanceOf,
  assertLess,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { RankMeError } from "../../../src/errors.ts";
import { openEmbeddings, RawEmbeddingStream, type RawFormat } from "../../../src/sources/mod.ts";
import { rawReader } from "../../../src/sources/dense/raw.ts";
import { chunked, expectedRows, readAsItComes, rowsOf } from "../inputs.ts";
import {
  assertNumbers,
  bytesIn,
  CHUNKS,
  failure,
  fixture,
  fixtureUrl,
  parsedBlocks,
  valuesOf,
} from "./dense_bytes.ts";

const ARRAYS = { f16: Float16Array, f32: Float32Array, f64: Float64Array, bf16: Float32Array };

for (const [name, Numbers] of Object.entries(ARRAYS)) {
  const format = name as RawFormat;

  Deno.test(`raw ${format} is read to the last bit`, async () => {
    const bytes = fixture(`rows.${format}`);
    for (const size of CHUNKS) {
      const { rows, batches } = readAsItComes(rawReader(format), bytes, { dim: 3 }, [size]);
      assertEquals(rows, expectedRows());
      assertInstanceOf(batches[0].data, Numbers);
    }
    const opened = await openEmbeddings(fixtureUrl(`rows.${format}`), { format, dim: 3 });
    assertEquals(rowsOf(await Array.fromAsync(opened.batches)), expectedRows());
  });

  Deno.test(`raw ${format} cut off inside a row is an error; at a row's end nothing tells`, async () => {
    const bytes = fixture(`rows.${format}`);
    const row = bytes.length / 10;
    for (let length = 0; length < bytes.length; length++) {
      const part = bytes.subarray(0, length);
      if (length > 0 && length % row === 0) {
        const { rows } = readAsItComes(rawReader(format), part, { dim: 3 });
        assertEquals(rows, expectedRows(0, length / row));
      } else {
        const error = await failure(rawReader(format), part, { dim: 3 });
        assertEquals(error.code, length === 0 ? "empty" : "truncated");
      }
    }
  });
}

Deno.test("a size that is known is checked before a row is read", () => {
  const error = assertThrows(
    () => rawReader("f32").parse!({ dim: 3 }, { bytes: 121 }),
    RankMeError,
  );
  assertEquals(
    error.message,
    "121 bytes are no whole rows of 3 float32 (12 bytes each): 1 bytes are left over; check --dim and " +
      "--format; if both are right, its producer was cut off",
  );
});

Deno.test("blocks of about 1 MiB are views on memory that is theirs alone", () => {
  const [rows, dim] = [3001, 257];
  const numbers = Float32Array.from(valuesOf(rows, dim));
  const bytes = bytesIn(numbers);
  const parser = rawReader("f32").parse!({ dim });
  const blocks = [...parser.push(bytes), ...parser.finish()];
  assertEquals(blocks.map(({ rows }) => rows), [1020, 1020, 961]);
  for (const { data, memory } of blocks) {
    assertStrictEquals(data.buffer, memory);
    // A read has room for 4 KiB of what follows.
    assertLess(memory!.byteLength - data.byteLength, 4097);
  }
  assertEquals(blocks[2].data, numbers.subarray(2040 * dim));
});

Deno.test("the memory of a block may be freed before the next is read", async () => {
  const [rows, dim] = [3001, 257];
  for (const [format, Numbers] of [["f32", Float32Array], ["f64", Float64Array]] as const) {
    const bytes = bytesIn(Numbers.from(valuesOf(rows, dim)));
    await assertNumbers(parsedBlocks(rawReader(format), bytes, { dim }), valuesOf(rows, dim));
  }
  const halves = Uint16Array.from({ length: 3 << 19 }, (_, i) => i % 0x7f80);
  const wide = new Float32Array(Uint32Array.from(halves, (bits) => bits * 65536).buffer);
  await assertNumbers(parsedBlocks(rawReader("bf16"), bytesIn(halves), { dim: 8 }), wide);
});

Deno.test("D has to be told, and to be a whole number", () => {
  for (
    const [options, found] of [
      [{}, "raw f32 does not say how many dimensions a row has; pass --dim D"],
      [{ dim: 0 }, "rows of 0 dimensions"],
      [{ dim: 1.5 }, "rows of 1.5 dimensions"],
      [{ dim: NaN }, "rows of NaN dimensions"],
      [{ dim: 3, column: "emb" }, "raw numbers has no names"],
    ] as const
  ) {
    const error = assertThrows(() => rawReader("f32").parse!(options), RankMeError);
    assertEquals(error.code, "usage");
    assertStringIncludes(error.message, found);
  }
});

Deno.test("a row of 2⁵⁰ dimensions is an error, and takes no memory", async () => {
  const error = await failure(rawReader("f32"), new Uint8Array(100), { dim: 2 ** 50 });
  assertEquals(error.code, "truncated");
});

Deno.test("the stage reads bytes and counts the rows it leaves out", async () => {
  const numbers = Float64Array.from(valuesOf());
  numbers[7] = NaN;
  const stage = new RawEmbeddingStream({ format: "f64", dim: 3, nonFinite: "skip" });
  const batches = await Array.fromAsync(chunked(bytesIn(numbers), [7]).pipeThrough(stage));
  assertEquals(rowsOf(batches), expectedRows(0, 10, [2]));
  assertEquals(stage.skippedRows, 1);
});
