import {
  assert,
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertLess,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { NpyEmbeddingStream } from "../../../src/sources/mod.ts";
import { npyReader } from "../../../src/sources/dense/npy.ts";
import type { RowBlock } from "../../../src/sources/row_block.ts";
import { ending, flipEveryBit, inLittleMemory, randomBytes } from "../hostile.ts";
import {
  chunked,
  concatenated,
  expectedRows,
  inMemory,
  readAsItComes,
  readAtRandom,
  rowsOf,
  value,
} from "../inputs.ts";
import {
  assertNumbers,
  CHUNKS,
  failure,
  failures,
  fixture,
  npyFile,
  npyHeader,
  parsedBlocks,
  readBothWays,
  valuesOf,
} from "./dense_bytes.ts";

const ARRAYS = {
  f2: Float16Array,
  f4: Float32Array,
  f8: Float64Array,
  i1: Float32Array,
  i2: Float32Array,
  i4: Float64Array,
  i8: Float64Array,
  u1: Float32Array,
  u2: Float32Array,
  u4: Float64Array,
  u8: Float64Array,
};

/** The rows of a fixture of some type. */
function expected(code: string): number[][] {
  const rows = expectedRows();
  if (code[0] === "f") return rows;
  return rows.map((row) => row.map((number) => number * 8 + (code[0] === "u" ? 30 : 0)));
}

/** Reads at random. */
async function blocksAtRandom(bytes: Uint8Array): Promise<RowBlock[]> {
  return await Array.fromAsync(npyReader.read!(inMemory(bytes), {}));
}

// --- What NumPy writes ---

for (const [code, Numbers] of Object.entries(ARRAYS)) {
  for (const order of code[1] === "1" ? ["little"] : ["little", "big"]) {
    Deno.test(`${order}-endian ${code} is read to the last bit, in C and in Fortran order`, async () => {
      const bytes = fixture(`${code}-${order}-c.npy`);
      for (const size of CHUNKS) {
        const { rows, batches } = readAsItComes(npyReader, bytes, {}, [size]);
        assertEquals(rows, expected(code));
        assertInstanceOf(batches[0].data, Numbers);
      }
      for (const layout of ["c", "fortran"]) {
        const file = fixture(`${code}-${order}-${layout}.npy`);
        const { rows, batches } = await readAtRandom(npyReader, file);
        assertEquals(rows, expected(code));
        assertInstanceOf(batches[0].data, Numbers);
      }
    });
  }
}

Deno.test("all versions of the header are read", async () => {
  for (const version of [1, 2, 3]) {
    const bytes = fixture(`version-${version}.npy`);
    assertEquals((await readBothWays(npyReader, bytes)).rows, expectedRows());
    for (const size of CHUNKS) {
      assertEquals(readAsItComes(npyReader, bytes, {}, [size]).rows, expectedRows());
    }
  }
});

Deno.test("64-bit integers beyond 2⁵³ are rounded as JavaScript rounds them", async () => {
  const edges = [2n ** 53n, 2n ** 53n + 1n, 2n ** 53n + 3n, 2n ** 62n + 513n, 2n ** 63n - 1n, 0n];
  const signed = [edges, edges.map((edge) => -edge)];
  const { rows } = await readBothWays(npyReader, fixture("large-i8.npy"));
  assertEquals(rows.flat(), signed.flat().map((edge) => Number(edge)));
  const unsigned = [edges, edges.map((edge) => 2n ** 64n - 1n - edge)];
  const large = await readBothWays(npyReader, fixture("large-u8.npy"));
  assertEquals(large.rows.flat(), unsigned.flat().map(Number));
});

Deno.test("every int8 and uint8, every half and NaN keep their values", async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
  for (const [descr, Numbers] of [["|i1", Int8Array], ["|u1", Uint8Array]] as const) {
    const { rows } = await readBothWays(npyReader, npyFile(npyHeader(descr, [2, 128]), bytes));
    assertEquals(rows.flat(), Array.from(new Numbers(bytes.buffer)));
  }
  const halves = Float16Array.from({ length: 0x7c00 }, (_, i) => {
    return new Float16Array(Uint16Array.of(i).buffer)[0];
  });
  const { rows } = await readBothWays(npyReader, npyFile(npyHeader("<f2", [31, 1024]), halves));
  assertEquals(rows.flat(), Array.from(halves));
  const nan = npyFile(npyHeader(">f4", [2, 1]), Uint8Array.of(0x3f, 0x80, 0, 0, 0x7f, 0xc0, 0, 1));
  assertEquals((await failure(npyReader, nan)).message, NAN);
  assertEquals((await readBothWays(npyReader, nan, { nonFinite: "skip" })).rows, [[1]]);
});
const NAN = "row 1: NaN in dimension 0; pass --non-finite skip to leave such rows out";

Deno.test("one row, one dimension and no rows are read", async () => {
  assertEquals((await readBothWays(npyReader, fixture("one-row.npy"))).rows, expectedRows(0, 1));
  const column = await readBothWays(npyReader, fixture("one-dimension.npy"));
  assertEquals(column.rows, Array.from({ length: 10 }, (_, row) => [value(row, 0)]));
  assertEquals((await readBothWays(npyReader, fixture("no-rows.npy"))).rows, []);
});

Deno.test("more than two axes are rows only as the user says", async () => {
  const bytes = fixture("axes-3.npy");
  const error = await failure(npyReader, bytes);
  assertEquals(error.code, "dimension");
  assertStringIncludes(error.message, "the array has shape (2, 5, 3)");
  const { rows } = await readBothWays(npyReader, bytes, { axes: "rows" });
  assertEquals(rows, expectedRows());
  const flat = await readBothWays(npyReader, bytes, { axes: "flat" });
  assertEquals(flat.rows, [expectedRows(0, 5).flat(), expectedRows(5, 10).flat()]);
  for (const options of [{ axes: "rows" }, { axes: "flat" }] as const) {
    const error = await failure(npyReader, fixture("axes-3-fortran.npy"), options);
    assertEquals(error.code, "unsupported");
    assertStringIncludes(error.message, "np.ascontiguousarray");
  }
});

Deno.test("headers of other writers are read: other spaces, quotes, order, and Python 2's L", async () => {
  const data = Float32Array.from(valuesOf());
  for (
    const header of [
      "{'shape': (10L, 3L), 'fortran_order': False, 'descr': '<f4'}",
      '{"descr":"<f4","fortran_order":False,"shape":(10,3)}\n',
      "  { 'descr' : '<f4' ,\n'fortran_order' : False, 'shape' : ( 10 , 3 , ) , }   \n",
    ]
  ) {
    assertEquals((await readBothWays(npyReader, npyFile(header, data))).rows, expectedRows());
  }
});

// --- Blocks ---

Deno.test("blocks of about 1 MiB are views on memory that is theirs alone", async () => {
  const [rows, dim] = [3001, 257];
  const numbers = Float32Array.from(valuesOf(rows, dim));
  const bytes = npyFile(npyHeader("<f4", [rows, dim]), numbers);
  for (const blocks of [[...parsedBlocks(npyReader, bytes)], await blocksAtRandom(bytes)]) {
    assertEquals(blocks.map(({ rows }) => rows), [1020, 1020, 961]);
    let first = 0;
    for (const { data, memory } of blocks) {
      assertStrictEquals(data.buffer, memory);
      // A read has room for 4 KiB of what follows.
      assertLess(memory!.byteLength - data.byteLength, 4097);
      assertEquals(data, numbers.subarray(first, first + data.length));
      first += data.length;
    }
  }
});

Deno.test("the memory of a block may be freed before the next is read", async () => {
  const [rows, dim] = [3001, 257];
  const expected = valuesOf(rows, dim);
  for (const [descr, Numbers] of [["<f4", Float32Array], ["<i2", Int16Array]] as const) {
    const numbers = Numbers.from(expected.map((number) => number * 8));
    const bytes = npyFile(npyHeader(descr, [rows, dim]), numbers);
    await assertNumbers(parsedBlocks(npyReader, bytes), numbers);
    await assertNumbers(npyReader.read!(inMemory(bytes), {}), numbers);
    const columns = new Numbers(numbers.length);
    numbers.forEach((number, i) => columns[(i % dim) * rows + Math.floor(i / dim)] = number);
    const fortran = npyFile(npyHeader(descr, [rows, dim], true), columns);
    await assertNumbers(npyReader.read!(inMemory(fortran), {}), numbers);
  }
});

Deno.test("a row of more than a block is a block", async () => {
  const dim = 300_001;
  const numbers = Float64Array.from(valuesOf(2, dim));
  const bytes = npyFile(npyHeader("<f8", [2, dim]), numbers);
  for (const blocks of [[...parsedBlocks(npyReader, bytes)], await blocksAtRandom(bytes)]) {
    assertEquals(blocks.map(({ rows }) => rows), [1, 1]);
    assertEquals(blocks[1].data, numbers.subarray(dim));
  }
});

for (
  const [descr, Numbers, rows, dim] of [
    ["<f4", Float32Array, 30_001, 101],
    ["<f8", Float64Array, 1000, 1500],
    ["|u1", Uint8Array, 70_000, 21],
    ["<f2", Float16Array, 3, 70_001],
  ] as const
) {
  Deno.test(`Fortran order is read by parts of every column: ${descr} ${rows} × ${dim}`, async () => {
    const numbers = new Numbers(rows * dim);
    const rowMajor = new Numbers(rows * dim);
    for (let i = 0; i < numbers.length; i++) {
      const [row, d] = [i % rows, Math.floor(i / rows)];
      rowMajor[row * dim + d] = numbers[i] = value(row, d) * 8;
    }
    const blocks = await blocksAtRandom(npyFile(npyHeader(descr, [rows, dim], true), numbers));
    let first = 0;
    for (const block of blocks) {
      assertEquals(block.data.length, block.rows * dim);
      assertLess(block.memory!.byteLength, 1.1 * 2 ** 20);
      assertStrictEquals(block.data.buffer, block.memory);
      assert(block.data.every((number, i) => number === rowMajor[first + i]));
      first += block.data.length;
    }
    assertEquals(first, rows * dim);
  });
}

// --- What is refused ---

Deno.test("Fortran order as it comes is refused with what would do", () => {
  const parser = npyReader.parse!({});
  const bytes = fixture("f4-little-fortran.npy");
  const error = (() => {
    try {
      return [...parser.push(bytes)];
    } catch (error) {
      return error;
    }
  })();
  assertInstanceOf(error, Error);
  assertEquals(
    error.message,
    "the array is in Fortran order, whose rows are spread over all of the bytes; pass the path of an " +
      "uncompressed file, or save it in C order: np.save(path, np.ascontiguousarray(array))",
  );
});

for (
  const [name, found] of [
    ["object", '"|O": Python objects, saved as a pickle; make numbers of it, row by row: np.save('],
    ["complex", '"<c8": complex numbers; save real numbers'],
    ["unicode", '"<U1": text'],
    ["bytes", '"|S1": text'],
    ["bool", '"|b1": booleans; save it as numbers: np.save(path, array.astype(np.float32))'],
    ["longdouble", '"<f16": floats of another size; save np.float64'],
    ["date", '"<M8[s]": dates'],
    ["bfloat16", '"<V2": raw bytes, as bfloat16 of ml_dtypes is saved; save it as numbers'],
    ["float8", '"<V1": raw bytes'],
    ["fields", "the array is a structured array, of several fields; save one field"],
    ["axes-1", "the array has shape (30,)"],
    ["axes-0", "the array has shape ()"],
    ["no-dimensions", "the array has shape (10, 0): embeddings of no dimensions"],
    [
      "appended",
      "more bytes follow the array of shape (10, 3); does the file hold more than one array?",
    ],
  ]
) {
  Deno.test(`${name}.npy is refused: ${found}`, async () => {
    for (const error of await failures(npyReader, fixture(`${name}.npy`))) {
      assertStringIncludes(error.message, found);
      assertEquals(error.exitStatus, 3);
    }
  });
}

Deno.test("what the user asked for and an array has not is refused", async () => {
  const bytes = fixture("f4-little-c.npy");
  assertEquals((await readBothWays(npyReader, bytes, { dim: 3 })).rows, expectedRows());
  for (
    const [options, found] of [
      [{ dim: 4 }, "the array has 3 dimensions, not 4"],
      [{ column: "emb" }, '"emb" was asked for, but .npy has no names; leave out --column'],
      [{ columns: ["a*", "b"] }, '"a*,b" was asked for'],
    ] as const
  ) {
    const error = await failure(npyReader, bytes, options);
    assertEquals(error.code, "usage");
    assertStringIncludes(error.message, found);
  }
});

const FLOATS = new Uint8Array(120);
for (
  const [what, bytes, code, found] of [
    ["no bytes", new Uint8Array(0), "empty", "no bytes at all"],
    ["text", new TextEncoder().encode("hello world"), "format", "not a NumPy .npy file"],
    ["version 4", npyFile(npyHeader("<f4", [10, 3]), FLOATS, 4), "unsupported", "version 4.0"],
    ["version 0", npyFile(npyHeader("<f4", [10, 3]), FLOATS, 0), "unsupported", "version 0.0"],
    ["a header of 4 GB", withHeaderLength(0xffffffff), "corrupt", "a header of 4.29 GB"],
    ["a header of 2 MB", withHeaderLength(2e6), "corrupt", "a header of 2.00 MB"],
    ["an empty header", npyFile("", FLOATS), "corrupt", "an empty header"],
    ["no dictionary", npyFile("(1, 2)", FLOATS), "corrupt", "no dictionary"],
    ["a deep header", npyFile("(".repeat(60_000), FLOATS), "corrupt", "brackets too deep"],
    ["a call", npyFile("{'descr': __import__('os')}", FLOATS), "corrupt", "cannot be read"],
    ["a missing key", npyFile("{'descr': '<f4', 'shape': (10, 3)}", FLOATS), "corrupt", "keys"],
    ["a key more", npyFile(changed("}", "'a': 1}"), FLOATS), "corrupt", "keys"],
    ["a key twice", npyFile(changed("}", "'descr': '<f8'}"), FLOATS), "corrupt", "twice"],
    ["no byte order", npyFile(changed("<f4", "f4"), FLOATS), "unsupported", '"f4"'],
    ["the writer's byte order", npyFile(changed("<f4", "=f4"), FLOATS), "unsupported", '"=f4"'],
    ["no type", npyFile(changed("<f4", ""), FLOATS), "unsupported", '""'],
    ["a type that is a number", npyFile(changed("'<f4'", "4"), FLOATS), "corrupt", "no data type"],
    [
      "a type of objects",
      npyFile(changed("<f4", "<constructor"), FLOATS),
      "unsupported",
      "<constructor",
    ],
    ["an order that is none", npyFile(changed("False", "0"), FLOATS), "corrupt", "neither True"],
    ["a negative length", npyFile(changed("10", "-10"), FLOATS), "corrupt", "no tuple of lengths"],
    ["a length as text", npyFile(changed("10", "'10'"), FLOATS), "corrupt", "no tuple of lengths"],
    ["a length True", npyFile(changed("10", "True"), FLOATS), "corrupt", "no tuple of lengths"],
    ["a list of lengths", npyFile(changed("(10, 3)", "[10, 3]"), FLOATS), "corrupt", "no tuple"],
    ["lengths without a comma", npyFile(changed("10, 3", "10 3"), FLOATS), "corrupt", "unexpected"],
    ["a length of 2⁶³", npyFile(changed("10", `${2n ** 63n}`), FLOATS), "corrupt", "no tuple"],
    ["a product of 2⁸⁰", npyFile(huge(2 ** 40, 2 ** 40), FLOATS), "corrupt", "more than there can"],
    ["rows of 2⁴⁰", npyFile(huge(1, 2 ** 40), FLOATS), "truncated", "short"],
    ["2⁴⁰ rows", npyFile(huge(2 ** 40, 3), FLOATS), "truncated", "short"],
  ] as const
) {
  Deno.test(`an array with ${what} is refused, soon and in little memory`, async () => {
    await inLittleMemory(async () => {
      for (const error of await failures(npyReader, bytes)) {
        assertEquals(error.code, code);
        assertStringIncludes(error.message, found);
      }
    });
  });
}

function changed(from: string, to: string): string {
  return npyHeader("<f4", [10, 3]).replace(from, to);
}

function huge(rows: number, dim: number): string {
  return npyHeader("<f4", [rows, dim]);
}

function withHeaderLength(length: number): Uint8Array {
  const bytes = npyFile(npyHeader("<f4", [10, 3]), FLOATS, 2);
  new DataView(bytes.buffer).setUint32(8, length, true);
  return bytes;
}

Deno.test("a size that is known is compared before a row is read", async () => {
  const bytes = fixture("f4-little-c.npy");
  const parser = npyReader.parse!({}, { bytes: bytes.length - 1 });
  const error = await ending(() => Promise.resolve().then(() => [...parser.push(bytes)] as never));
  assertInstanceOf(error, Error);
  assertEquals(
    error.message,
    "the input ends 1 bytes short, inside the array of float32 (10, 3); its producer was cut off: run " +
      "it again",
  );
});

Deno.test("an array cut off at any byte, or with a byte more, is an error", async () => {
  for (const name of ["f4-little-c", "f4-big-fortran", "i8-little-c", "version-2", "no-rows"]) {
    const bytes = fixture(`${name}.npy`);
    for (let length = 0; length < bytes.length; length++) {
      for (const error of await failures(npyReader, bytes.subarray(0, length))) {
        if (error.code === "unsupported") assertGreater(length, 127);
        else assertEquals(error.code, length === 0 ? "empty" : "truncated");
      }
    }
    for (const error of await failures(npyReader, concatenated(bytes, Uint8Array.of(0)))) {
      assert(["corrupt", "unsupported"].includes(error.code), error.message);
    }
  }
});

Deno.test("a flipped bit is an error or one other number", async () => {
  for (const layout of ["c", "fortran"]) {
    const bytes = fixture(`i1-little-${layout}.npy`);
    const read = (flipped: Uint8Array) => readAtRandom(npyReader, flipped);
    const flips = await flipEveryBit(bytes, read, expected("i1"));
    // Nothing but the numbers tells of a flip in them.
    assertEquals(flips.oneNumber, 8 * 30);
    assertGreater(flips.errors, 8 * 110);
  }
});

Deno.test("random bytes after the magic are errors", async () => {
  const magic = fixture("f4-little-c.npy").subarray(0, 8);
  for (let seed = 1; seed <= 200; seed++) {
    await failures(npyReader, concatenated(magic, randomBytes(seed, 300)));
  }
});

// --- The stage ---

Deno.test("the stage reads bytes and counts the rows it leaves out", async () => {
  const numbers = Float32Array.from(valuesOf());
  numbers[7] = NaN;
  const bytes = npyFile(npyHeader("<f4", [10, 3]), numbers);
  const stage = new NpyEmbeddingStream({ nonFinite: "skip" });
  const batches = await Array.fromAsync(chunked(bytes, [7]).pipeThrough(stage));
  assertEquals(rowsOf(batches), expectedRows(0, 10, [2]));
  assertEquals(stage.skippedRows, 1);
  const flat = chunked(fixture("axes-3.npy")).pipeThrough(new NpyEmbeddingStream({ axes: "flat" }));
  assertEquals((await Array.fromAsync(flat))[0].dim, 15);
});
