import {
  assert,
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertLess,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { Field, Float64, List, Schema, Utf8 } from "apache-arrow";
import { CompressionType } from "apache-arrow/fb/compression-type";
import { zstdCompressSync } from "node:zlib";
import { RankMeError } from "../../../src/errors.ts";
import { ArrowBatchStream } from "../../../src/sources/arrow/arrow_batch_stream.ts";
import { arrowFileReader, arrowStreamReader } from "../../../src/sources/arrow/reader.ts";
import type { RowOptions } from "../../../src/sources/format_reader.ts";
import type { UsableRowsOptions } from "../../../src/sources/usable_rows.ts";
import {
  chunked,
  concatenated,
  expectedRows,
  type Read,
  readAsItComes,
  readAtRandom,
} from "../inputs.ts";
import { ending, flipEveryBit, inLittleMemory, memoryHeld, randomBytes } from "../hostile.ts";
import {
  batchMessage,
  embeddingSchema,
  END,
  fixture,
  messageEnds,
  readStream,
  schemaMessage,
} from "./arrow_bytes.ts";

const CODECS = ["lz4", "zstd"] as const;
const SKIP = { nonFinite: "skip" } as const;

/** Reads a fixture as the product does: what is not needed is not decompressed. */
async function read(name: string, options: RowOptions & UsableRowsOptions = {}): Promise<Read> {
  const bytes = fixture(name);
  return name.endsWith(".arrow")
    ? await readAtRandom(arrowFileReader, bytes, options)
    : readAsItComes(arrowStreamReader, bytes, options);
}

// --- What other programs write ---

for (const codec of CODECS) {
  for (const extension of ["arrow", "arrows"]) {
    Deno.test(`${codec} of pyarrow is read in .${extension}, whatever the layout`, async () => {
      assertEquals((await read(`compressed-${codec}.${extension}`)).rows, expectedRows(0, 64));
      const name = `compressed-${codec}-columns.${extension}`;
      for (const column of ["fixed", "list", "large", "struct.inner", "entry"]) {
        const { rows, batches } = await read(name, { column });
        assertEquals(rows, expectedRows(), column);
        assertEquals(batches.map(({ offset }) => offset), [0, 4, 8]);
      }
      assertEquals((await read(name, { columns: ["dim_*"] })).rows, expectedRows());
      const { rows, skippedRows } = await read(name, { column: "nulls", ...SKIP });
      assertEquals(rows, expectedRows(0, 10, [2, 7]));
      assertEquals(skippedRows, 2);
    });

    Deno.test(`${codec} of Polars and arrow-rs is read in .${extension}`, async () => {
      for (const column of ["array", "list"]) {
        assertEquals(
          (await read(`polars-${codec}.${extension}`, { column })).rows,
          expectedRows(),
        );
      }
      assertEquals((await read(`arrow-rs-${codec}.${extension}`)).rows, expectedRows());
    });
  }
}

Deno.test("Feather as pyarrow writes it by default is read, and with other settings", async () => {
  for (const name of ["feather.arrow", "feather-zstd.arrow"]) {
    const error = await assertRejects(() => read(name), RankMeError);
    assertStringIncludes(error.message, 'batch 0, row 2: a null in column "nulls"; pass');
    assertEquals((await read(name, SKIP)).rows, expectedRows(0, 10, [2, 7]));
  }
});

Deno.test("all columns of a record batch are decompressed for whoever takes these", async () => {
  for (const codec of CODECS) {
    const bytes = fixture(`compressed-${codec}-columns.arrows`);
    const batches = await Array.fromAsync(chunked(bytes).pipeThrough(new ArrowBatchStream()));
    const values = (name: string) => batches.flatMap((batch) => [...batch.getChild(name)!]);
    const text = Array.from({ length: 10 }, (_, row) => `the text of row ${row}`);
    assertEquals(values("text"), text);
    assertEquals(values("view"), text);
    assertEquals(values("label"), ["a", "b", null, "a", "c", "a", "b", null, "a", "c"]);
    assertEquals(values("dim_1"), expectedRows().map((row) => row[1]));
  }
});

Deno.test("which columns there are is said as it is without compression", async () => {
  for (const name of ["compressed-lz4-columns.arrow", "compressed-lz4-columns.arrows"]) {
    const error = await assertRejects(() => read(name), RankMeError);
    assertEquals([error.code, error.place], ["column", {}]);
    assertStringIncludes(error.message, "several columns could be embeddings: fixed (fixed_size");
  }
});

// --- Batches put together by hand ---

/** A buffer of a compressed body: how many bytes it holds, and what it holds them in. */
function buffer(length: number | bigint, contents: Uint8Array): Uint8Array {
  const prefix = new Uint8Array(8);
  new DataView(prefix.buffer).setBigInt64(0, BigInt(length), true);
  return concatenated(prefix, contents);
}

interface Batch {
  readonly schema?: Schema;
  readonly codec?: CompressionType;
  readonly length?: number;
  readonly nodes?: readonly (readonly [number, number])[];
  readonly buffers: readonly Uint8Array[];
}

/** A stream of one compressed record batch, of two rows unless it says otherwise. */
function streamOf(
  { schema = embeddingSchema(), codec = CompressionType.ZSTD, buffers, ...claims }: Batch,
): Uint8Array<ArrayBuffer> {
  let end = 0;
  const regions = buffers.map(({ length }): [number, number] => {
    const region: [number, number] = [end, length];
    end += length + (-length & 7);
    return region;
  });
  const padded = buffers.flatMap((bytes) => [bytes, new Uint8Array(-bytes.length & 7)]);
  const { length = 2, nodes = [[2, 0], [6, 0]] } = claims;
  const message = batchMessage(
    { length, nodes, buffers: regions, codec },
    concatenated(...padded),
  );
  return concatenated(schemaMessage(schema), message, END);
}

const none = new Uint8Array(0);
const numbers = new Uint8Array(Float32Array.from(expectedRows(0, 2).flat()).buffer);

/** A stream of two rows whose numbers are in a buffer. */
const valuesIn = (values: Uint8Array, codec?: CompressionType) =>
  streamOf({ codec, buffers: [none, none, values] });

/** A frame of one stored block. */
function lz4Stored(bytes: Uint8Array): Uint8Array {
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, 0x80000000 + bytes.length, true);
  const header = Uint8Array.of(4, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82);
  return concatenated(header, size, bytes, new Uint8Array(4));
}

async function failure(
  bytes: Uint8Array,
  options: RowOptions = {},
): Promise<RankMeError> {
  const end = await ending(() => Promise.resolve(readAsItComes(arrowStreamReader, bytes, options)));
  assertInstanceOf(end, RankMeError);
  return end;
}

Deno.test("buffers that are stored as they are, or compressed, are read", () => {
  const { LZ4_FRAME, ZSTD } = CompressionType;
  for (
    const bytes of [
      valuesIn(buffer(24, zstdCompressSync(numbers)), ZSTD),
      valuesIn(buffer(24, lz4Stored(numbers)), LZ4_FRAME),
      valuesIn(buffer(-1, numbers), ZSTD),
      valuesIn(buffer(-1, numbers), LZ4_FRAME),
    ]
  ) {
    assertEquals(readAsItComes(arrowStreamReader, bytes).rows, expectedRows(0, 2));
  }
});

Deno.test("empty buffers are so with and without a length", () => {
  for (
    const empty of [none, buffer(0, none), buffer(0, zstdCompressSync(none)), buffer(-1, none)]
  ) {
    const bytes = streamOf({
      length: 0,
      nodes: [[0, 0], [0, 0]],
      buffers: [empty, empty, empty],
    });
    assertEquals(readAsItComes(arrowStreamReader, bytes).rows, []);
  }
});

Deno.test("a buffer that holds more or fewer bytes than it claims is refused", async () => {
  const { LZ4_FRAME, ZSTD } = CompressionType;
  for (const [claimed, rows] of [[24, 1], [24, 3], [28, 2]]) {
    const held = new Uint8Array(12 * rows);
    for (
      const bytes of [
        valuesIn(buffer(claimed, zstdCompressSync(held)), ZSTD),
        valuesIn(buffer(claimed, lz4Stored(held)), LZ4_FRAME),
      ]
    ) {
      const error = await failure(bytes);
      assertEquals([error.code, error.place], ["corrupt", { batch: 0 }]);
    }
  }
  assertStringIncludes(
    (await failure(valuesIn(buffer(24, lz4Stored(numbers.subarray(0, 20))), LZ4_FRAME))).message,
    "batch 0: not valid Arrow data: 35 bytes of LZ4 that hold 20 bytes, not 24; it was damaged",
  );
});

Deno.test("a buffer that claims what its type does not demand is refused unread", async () => {
  // Neither a frame nor a codec that could be asked: the lengths are enough.
  const contents = new Uint8Array(24);
  const cases: [number | bigint, string][] = [
    [20, "a buffer of 20 bytes where 24 are needed"],
    [200, "200 bytes of floats where 24 are due"],
    [-2, "24 bytes of ZSTD that claim to hold -2 bytes"],
    [2 ** 40, "24 bytes of ZSTD that claim to hold 1099511627776 bytes"],
    [2n ** 62n, "24 bytes of ZSTD that claim to hold 4611686018427388000 bytes"],
    [-(2n ** 63n), "24 bytes of ZSTD that claim to hold"],
  ];
  for (const [claimed, what] of cases) {
    const error = await failure(valuesIn(buffer(claimed, contents)));
    assertEquals(error.code, "corrupt");
    assertStringIncludes(error.message, what);
  }
  for (const length of [1, 7]) {
    const error = await failure(valuesIn(new Uint8Array(length)));
    assertStringIncludes(error.message, `a compressed buffer of ${length} bytes`);
  }
});

Deno.test("data of another codec, or of none, is refused", async () => {
  const { LZ4_FRAME, ZSTD } = CompressionType;
  for (const contents of [numbers, randomBytes(3, 100), none]) {
    for (const codec of [LZ4_FRAME, ZSTD]) {
      assertEquals((await failure(valuesIn(buffer(24, contents), codec))).code, "corrupt");
    }
  }
  const swapped = [
    valuesIn(buffer(24, lz4Stored(numbers)), ZSTD),
    valuesIn(buffer(24, zstdCompressSync(numbers)), LZ4_FRAME),
  ];
  for (const bytes of swapped) assertEquals((await failure(bytes)).code, "corrupt");
});

Deno.test("a codec that is not known is refused by its number", async () => {
  const error = await failure(valuesIn(buffer(24, numbers), 7 as CompressionType));
  assertEquals(error.code, "unsupported");
  assertStringIncludes(error.message, "a record batch compressed with codec 7; LZ4 and ZSTD can");
});

Deno.test("lengths that lie, and agree with each other, cost little and are found out", async () => {
  const { LZ4_FRAME, ZSTD } = CompressionType;
  const rows = 2 ** 26, claimed = 12 * rows;
  const claims = { length: rows, nodes: [[rows, 0], [3 * rows, 0]] as [number, number][] };
  const megabyte = randomBytes(7, 1 << 20);
  const zeros = zstdCompressSync(new Uint8Array(1 << 20));
  const before = memoryHeld(), start = performance.now();
  const lies: [CompressionType, Uint8Array][] = [
    [LZ4_FRAME, lz4Stored(megabyte)],
    [LZ4_FRAME, concatenated(lz4Stored(megabyte.subarray(0, 1 << 16)), new Uint8Array(4 << 20))],
    [ZSTD, zstdCompressSync(megabyte)],
    [ZSTD, concatenated(zeros, megabyte)],
  ];
  for (const [codec, contents] of lies) {
    const bytes = streamOf({ ...claims, codec, buffers: [none, none, buffer(claimed, contents)] });
    assertEquals((await failure(bytes)).code, "corrupt");
  }
  assertLess(performance.now() - start, 2000);
  assertLess(memoryHeld() - before, 200e6 + claimed);
});

Deno.test("more than one record batch can hold is refused before it is decompressed", async () => {
  const rows = 2 ** 30;
  const error = await failure(streamOf({
    length: rows,
    nodes: [[rows, 0], [3 * rows, 0]],
    buffers: [none, none, buffer(12 * rows, new Uint8Array(1 << 20))],
  }));
  assertEquals(error.code, "memory");
  assertStringIncludes(
    error.message,
    "batch 0: a record batch of 12.9 GB; write batches of at most",
  );
});

Deno.test("columns that are not needed are not decompressed, whatever is in them", async () => {
  const schema = new Schema([
    new Field("text", new Utf8()),
    ...embeddingSchema().fields,
    new Field("words", new List(new Field("item", new Utf8()))),
  ]);
  const rubbish = buffer(100, new Uint8Array(50).fill(0xee));
  const offsets = buffer(12, rubbish);
  const bytes = streamOf({
    schema,
    nodes: [[2, 0], [2, 0], [6, 0], [2, 0], [9, 0]],
    buffers: [
      ...[none, offsets, rubbish],
      ...[none, none, buffer(24, zstdCompressSync(numbers))],
      ...[none, offsets, none, buffer(40, rubbish), rubbish],
    ],
  });
  assertEquals(readAsItComes(arrowStreamReader, bytes).rows, expectedRows(0, 2));
  const all = Array.fromAsync(chunked(bytes).pipeThrough(new ArrowBatchStream()));
  assertEquals((await assertRejects(() => all, RankMeError)).code, "corrupt");
});

Deno.test("numbers of 64 bits are read wherever their buffer lies", () => {
  // Where no buffer is padded, one may begin anywhere.
  const type = new List(new Field("item", new Float64()));
  const values = new Uint8Array(Float64Array.from(expectedRows(0, 2).flat()).buffer);
  const offsets = zstdCompressSync(new Uint8Array(Int32Array.of(0, 3, 6).buffer));
  const schema = new Schema([new Field("z", type)]);
  for (const codec of [CompressionType.LZ4_FRAME, CompressionType.ZSTD]) {
    const stored = buffer(-1, new Uint8Array(Int32Array.of(0, 3, 6).buffer));
    const first = codec === CompressionType.ZSTD ? buffer(12, offsets) : stored;
    const length = first.length + 8 + values.length;
    const bytes = concatenated(
      schemaMessage(schema),
      batchMessage({
        length: 2,
        nodes: [[2, 0], [6, 0]],
        buffers: [[0, 0], [0, first.length], [0, 0], [first.length, 8 + values.length]],
        codec,
      }, concatenated(first, buffer(-1, values), new Uint8Array(-length & 7))),
      END,
    );
    const { rows, batches } = readAsItComes(arrowStreamReader, bytes);
    assertEquals(rows, expectedRows(0, 2));
    assertInstanceOf(batches[0].data, Float64Array);
  }
});

Deno.test("each batch has memory of its own, which nobody else has a part of", async () => {
  for (const codec of CODECS) {
    for (const column of ["fixed", "list", "large", "entry"]) {
      const { batches } = await read(`compressed-${codec}-columns.arrows`, { column });
      for (const { data } of batches) {
        if (column === "fixed") assertEquals(data.buffer.byteLength, data.byteLength);
        (data.buffer as ArrayBuffer).transfer();
        assertEquals(data.length, 0);
      }
      const again = await read(`compressed-${codec}-columns.arrows`, { column });
      assertEquals(again.rows, expectedRows());
    }
  }
});

// --- Hostile input ---

Deno.test("cut at any byte a compressed stream ends in an error, or where a batch does", async () => {
  for (const name of ["compressed-lz4.arrows", "polars-zstd.arrows"]) {
    const bytes = fixture(name), ends = messageEnds(bytes), column = "array";
    const options = name.startsWith("polars") ? { column } : {};
    for (let length = 0; length < bytes.length; length++) {
      const end = await ending(() => readStream(bytes.subarray(0, length), options));
      if (ends.includes(length)) assert(!(end instanceof RankMeError) && end.missingEnd);
      else assertInstanceOf(end, RankMeError);
    }
  }
});

Deno.test("cut at any byte a compressed file ends in an error", async () => {
  for (const name of ["feather.arrow", "arrow-rs-zstd.arrow"]) {
    const bytes = fixture(name);
    for (let length = 0; length < bytes.length; length++) {
      const cut = bytes.subarray(0, length);
      assertInstanceOf(await ending(() => readAtRandom(arrowFileReader, cut, SKIP)), RankMeError);
    }
  }
});

Deno.test("where the writer made checksums, no flipped bit changes a number", async () => {
  // Polars writes LZ4 with those of blocks and of contents. Of the wider numbers, as the narrower ones
  // are so few that with a schema of half their width they could be padding.
  const bytes = fixture("polars-lz4.arrows");
  const read = (bytes: Uint8Array) =>
    Promise.resolve(readAsItComes(arrowStreamReader, bytes, { column: "list" }));
  const flips = await inLittleMemory(() => flipEveryBit(bytes, read, expectedRows()));
  assertEquals(flips.oneNumber, 0);
  assertGreater(flips.errors, 2000);
});

Deno.test("without checksums a flipped bit is an error, or costs no row", async () => {
  await inLittleMemory(async () => {
    for (const name of ["compressed-lz4", "compressed-zstd", "arrow-rs-lz4", "arrow-rs-zstd"]) {
      for (const [extension, count] of [["arrow", 1000], ["arrows", 1000]] as const) {
        const bytes = fixture(`${name}.${extension}`);
        const step = Math.max(1, Math.floor(8 * bytes.length / count));
        for (let bit = 0; bit < 8 * bytes.length; bit += step) {
          const flipped = bytes.slice();
          flipped[bit >> 3] ^= 1 << (bit & 7);
          const end = await ending(() =>
            extension === "arrow"
              ? readAtRandom(arrowFileReader, flipped)
              : Promise.resolve(readAsItComes(arrowStreamReader, flipped))
          );
          if (end instanceof RankMeError) continue;
          assertEquals(end.rows.length, name.startsWith("arrow-rs") ? 10 : 64, `bit ${bit}`);
        }
      }
    }
  });
});
