import {
  assert,
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertStringIncludes,
} from "@std/assert";
import { SafetensorsEmbeddingStream } from "../../../src/sources/mod.ts";
import { safetensorsReader } from "../../../src/sources/dense/safetensors.ts";
import { flipEveryBit, inLittleMemory, randomBytes } from "../hostile.ts";
import {
  chunked,
  concatenated,
  expectedRow,
  expectedRows,
  inMemory,
  readAsItComes,
  readAtRandom,
  rowsOf,
} from "../inputs.ts";
import {
  assertNumbers,
  bytesIn,
  CHUNKS,
  failure,
  failures,
  fixture,
  parsedBlocks,
  readBothWays,
  safetensorsFile,
  valuesOf,
} from "./dense_bytes.ts";

const ARRAYS = { f2: Float16Array, f4: Float32Array, f8: Float64Array, bf2: Float32Array };

/** A tensor of the fixtures' embeddings, as the header tells of it. */
const EMB = { dtype: "F32", shape: [10, 3], data_offsets: [0, 120] };
const NUMBERS = Float32Array.from(valuesOf());

/** A file whose only tensor is told of otherwise. */
function told(changes: object, data: ArrayBufferView = NUMBERS): Uint8Array {
  return safetensorsFile({ emb: { ...EMB, ...changes } }, data);
}

for (const [name, Numbers] of Object.entries(ARRAYS)) {
  Deno.test(`${name} is read to the last bit`, async () => {
    const bytes = fixture(`${name}.safetensors`);
    const { rows, batches } = await readBothWays(safetensorsReader, bytes);
    assertEquals(rows, expectedRows());
    assertInstanceOf(batches[0].data, Numbers);
    for (const size of CHUNKS) {
      assertEquals(readAsItComes(safetensorsReader, bytes, {}, [size]).rows, expectedRows());
    }
  });
}

Deno.test("every bfloat16 keeps its value, of an even and of an odd number of them", async () => {
  const finite = Array.from({ length: 65536 }, (_, bits) => bits)
    .filter((bits) => (bits & 0x7f80) !== 0x7f80);
  const wide = (bits: number) => new Float32Array(Uint32Array.of(bits * 65536).buffer)[0];
  for (const bits of [finite, finite.slice(1)]) {
    const shape = [bits.length, 1];
    const emb = { dtype: "BF16", shape, data_offsets: [0, 2 * bits.length] };
    const bytes = safetensorsFile({ emb }, Uint16Array.from(bits));
    const { batches } = await readBothWays(safetensorsReader, bytes);
    assertEquals(batches[0].data, Float32Array.from(bits, wide));
  }
});

Deno.test("the only matrix of floats is read, wherever it is among other tensors", async () => {
  const bytes = fixture("others.safetensors");
  assertEquals((await readBothWays(safetensorsReader, bytes)).rows, expectedRows());
  for (const size of CHUNKS) {
    assertEquals(readAsItComes(safetensorsReader, bytes, {}, [size]).rows, expectedRows());
  }
});

Deno.test("tensors of megabytes before and after the embeddings are passed over", async () => {
  const [before, after] = [2_500_001, 1_500_000];
  const header = {
    a: { dtype: "U8", shape: [before], data_offsets: [0, before] },
    emb: { ...EMB, data_offsets: [before, before + 120] },
    z: { dtype: "U8", shape: [after], data_offsets: [before + 120, before + 120 + after] },
  };
  const data = concatenated(new Uint8Array(before), bytesIn(NUMBERS), new Uint8Array(after));
  const bytes = safetensorsFile(header, data);
  assertEquals((await readBothWays(safetensorsReader, bytes)).rows, expectedRows());
  for (const error of await failures(safetensorsReader, bytes.subarray(0, -1))) {
    assertEquals(error.code, "truncated");
  }
});

Deno.test("the memory of a block may be freed before the next is read", async () => {
  const [rows, dim] = [3001, 257];
  const emb = { dtype: "F32", shape: [rows, dim], data_offsets: [0, 4 * rows * dim] };
  const bytes = safetensorsFile({ emb }, Float32Array.from(valuesOf(rows, dim)));
  await assertNumbers(parsedBlocks(safetensorsReader, bytes), valuesOf(rows, dim));
  await assertNumbers(safetensorsReader.read!(inMemory(bytes), {}), valuesOf(rows, dim));
});

Deno.test("a tensor is chosen by its name", async () => {
  const bytes = fixture("several.safetensors");
  const first = await readBothWays(safetensorsReader, bytes, { column: "first" });
  assertEquals(first.rows, expectedRows());
  const { rows } = await readBothWays(safetensorsReader, bytes, { column: "second" });
  assertEquals(rows, Array.from({ length: 10 }, (_, row) => expectedRow(row, 2)));
});

Deno.test("more than two axes are rows only as the user says, and no rows are none", async () => {
  const bytes = fixture("axes-3.safetensors");
  assertStringIncludes(
    (await failure(safetensorsReader, bytes)).message,
    'tensor "emb" has shape (2, 5, 3); pass --axes rows',
  );
  const { rows } = await readBothWays(safetensorsReader, bytes, { axes: "rows" });
  assertEquals(rows, expectedRows());
  const flat = await readBothWays(safetensorsReader, bytes, { axes: "flat" });
  assertEquals(flat.rows, [expectedRows(0, 5).flat(), expectedRows(5, 10).flat()]);
  assertEquals((await readBothWays(safetensorsReader, fixture("no-rows.safetensors"))).rows, []);
});

for (
  const [name, options, code, found] of [
    ["several", {}, "column", "could be embeddings: second (F64 (10, 2)), first (F16 (10, 3));"],
    ["no-matrix", {}, "column", "ids (I64 (2, 3)), small (I8 (6,)); a tensor of F16, BF16, F32 or"],
    ["no-matrix", { column: "ids" }, "unsupported", 'tensor "ids" has the data type I64; save the'],
    ["others", { column: "a.bias" }, "dimension", 'tensor "a.bias" has shape (7,)'],
    ["others", { column: "mask" }, "unsupported", 'tensor "mask" has the data type BOOL'],
    ["others", { column: "no" }, "column", 'there is no column "no"; there are: '],
    ["others", { columns: ["emb"] }, "usage", "choose one array with --column NAME"],
    ["f4", { dim: 4 }, "usage", 'tensor "emb" has 3 dimensions, not 4'],
  ] as const
) {
  Deno.test(`${name}.safetensors with ${JSON.stringify(options)} is refused: ${found}`, async () => {
    const error = await failure(safetensorsReader, fixture(`${name}.safetensors`), options);
    assertEquals(error.code, code);
    assertStringIncludes(error.message, found);
  });
}

for (
  const [what, bytes, code, found] of [
    ["no bytes", new Uint8Array(0), "empty", "no bytes at all"],
    ["text", new TextEncoder().encode("hello world"), "format", "not a safetensors file"],
    ["a header of 2⁴⁰ bytes", withLength(2n ** 40n), "corrupt", "a header of 1.10 TB"],
    ["a header of 2⁶³ bytes", withLength(2n ** 63n), "corrupt", "a header of"],
    ["a header of 1 byte", withLength(1n), "corrupt", "a header of 1 bytes"],
    ["a header longer than the file", withLength(90_000_000n), "truncated", "inside the header"],
    ["a header cut short", withLength(20n), "corrupt", "the header is not JSON"],
    ["a header that is not JSON", safetensorsFile("{'a': 1}"), "corrupt", "not JSON"],
    ["a header that is not UTF-8", notText(), "corrupt", "not UTF-8"],
    ["no tensors", safetensorsFile({}), "column", "there are: none"],
    ["only metadata", safetensorsFile({ __metadata__: { a: "b" } }), "column", "there are: none"],
    ["a tensor that is null", safetensorsFile({ emb: null }), "corrupt", "no description"],
    ["no dtype", told({ dtype: 3 }), "corrupt", 'tensor "emb" has no dtype'],
    ["a dtype of objects", told({ dtype: "constructor" }), "column", "constructor (10, 3)"],
    ["no shape", told({ shape: "10, 3" }), "corrupt", "no shape"],
    ["a negative length", told({ shape: [-10, -3] }), "corrupt", "no shape"],
    ["half a length", told({ shape: [0.5, 60] }), "corrupt", "no shape"],
    ["a length of 2⁶³", told({ shape: [2 ** 63, 3] }), "corrupt", "no shape"],
    ["a product of 2⁸⁰", told({ shape: [2 ** 40, 2 ** 40] }), "corrupt", "120 bytes, and shape"],
    ["one row more", told({ shape: [11, 3] }), "corrupt", "120 bytes, and shape (11, 3) of F32"],
    ["no offsets", told({ data_offsets: 0 }), "corrupt", "no data_offsets"],
    ["three offsets", told({ data_offsets: [0, 120, 120] }), "corrupt", "no data_offsets"],
    ["offsets turned round", told({ data_offsets: [120, 0] }), "corrupt", "no data_offsets"],
    [
      "a hole before",
      told({ data_offsets: [4, 124] }),
      "corrupt",
      "begins after a hole, at byte 4",
    ],
    ["a hole between", pair([0, 60], [64, 124]), "corrupt", "begins after a hole, at byte 64"],
    ["an overlap", pair([0, 60], [56, 116]), "corrupt", "begins inside another, at byte 56"],
    ["one inside the other", pair([0, 60], [0, 60]), "corrupt", "begins inside another, at byte 0"],
    [
      "2⁴⁰ rows",
      told({ shape: [2 ** 40, 3], data_offsets: [0, 12 * 2 ** 40] }),
      "truncated",
      "short",
    ],
    [
      "rows of 2⁴⁰",
      told({ shape: [1, 2 ** 40], data_offsets: [0, 2 ** 42] }),
      "truncated",
      "short",
    ],
    ["no dimensions", told({ shape: [10, 0], data_offsets: [0, 0] }), "dimension", "(10, 0)"],
  ] as const
) {
  Deno.test(`safetensors with ${what} are refused, soon and in little memory`, async () => {
    await inLittleMemory(async () => {
      for (const error of await failures(safetensorsReader, bytes)) {
        assertEquals(error.code, code);
        assertStringIncludes(error.message, found);
      }
    });
  });
}

function withLength(length: bigint): Uint8Array {
  const bytes = told({});
  new DataView(bytes.buffer).setBigUint64(0, length, true);
  return bytes;
}

function notText(): Uint8Array {
  const bytes = told({});
  bytes[12] = 0xff;
  return bytes;
}

function pair(...offsets: readonly (readonly number[])[]): Uint8Array {
  const [a, b] = offsets.map((data_offsets) => ({ dtype: "F32", shape: [5, 3], data_offsets }));
  return safetensorsFile({ a, b }, new Uint8Array(124));
}

Deno.test("a file cut off at any byte, or with a byte more, is an error", async () => {
  for (const name of ["f4", "bf2", "others", "no-rows"]) {
    const bytes = fixture(`${name}.safetensors`);
    for (let length = 0; length < bytes.length; length++) {
      for (const error of await failures(safetensorsReader, bytes.subarray(0, length))) {
        assertEquals(error.code, length === 0 ? "empty" : "truncated");
      }
    }
    for (const error of await failures(safetensorsReader, concatenated(bytes, Uint8Array.of(0)))) {
      assertEquals(error.code, "corrupt");
      assertStringIncludes(error.message, "more bytes follow the tensors");
    }
  }
});

Deno.test("a flipped bit is an error or one other number", async () => {
  const bytes = fixture("f4.safetensors");
  const flips = await flipEveryBit(
    bytes,
    (flipped) => readAtRandom(safetensorsReader, flipped),
    expectedRows(),
  );
  // Its name may be any; nothing but the numbers tells of a flip in them.
  assertGreater(flips.oneNumber, 7 * 120);
  assertGreater(flips.errors, 7 * 60);
});

Deno.test("random bytes for a header are errors", async () => {
  for (let seed = 1; seed <= 200; seed++) {
    const header = concatenated(bytesIn(BigUint64Array.of(100n)), Uint8Array.of(0x7b));
    await failures(safetensorsReader, concatenated(header, randomBytes(seed, 300)));
  }
});

Deno.test("the stage reads bytes and counts the rows it leaves out", async () => {
  const numbers = NUMBERS.slice();
  numbers[7] = Infinity;
  const stage = new SafetensorsEmbeddingStream({ nonFinite: "skip", column: "emb" });
  const batches = await Array.fromAsync(chunked(told({}, numbers), [7]).pipeThrough(stage));
  assertEquals(rowsOf(batches), expectedRows(0, 10, [2]));
  assertEquals(stage.skippedRows, 1);
  assert(batches.every(({ dim }) => dim === 3));
});
