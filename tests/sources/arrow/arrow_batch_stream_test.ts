import {
  assert,
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertLess,
  assertLessOrEqual,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import {
  Bool,
  Dictionary,
  Field,
  FixedSizeList,
  Float16,
  Float32,
  Float64,
  Int32,
  LargeList,
  List,
  RecordBatch,
  RecordBatchStreamWriter,
  Table,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import fc from "fast-check";
import { RankMeError } from "../../../src/errors.ts";
import { ArrowBatchStream } from "../../../src/sources/arrow/arrow_batch_stream.ts";
import {
  batchMessage,
  embeddingBatch,
  embeddingSchema,
  END,
  fixture,
  messageEnds,
  readFixture,
  readStream,
  schemaMessage,
} from "./arrow_bytes.ts";
import { chunked, concatenated, expectedRow, expectedRows, rowsOf, value } from "../inputs.ts";
import { ending, flipEveryBit, inLittleMemory, randomBytes, randomWords } from "../hostile.ts";

const DTYPES = ["f16", "f32", "f64"] as const;
const ARRAYS = { f16: Float16Array, f32: Float32Array, f64: Float64Array };
const LAYOUTS = ["fixed-size-list", "list", "large-list"] as const;

/** The error that reading a stream ends in. */
async function failure(
  bytes: Uint8Array | ReadableStream<Uint8Array>,
  options: { strict?: boolean } = {},
): Promise<RankMeError> {
  const source = bytes instanceof ReadableStream ? bytes : chunked(bytes);
  const stream = source.pipeThrough(new ArrowBatchStream(options));
  return await assertRejects(() => Array.fromAsync(stream), RankMeError);
}

/** A stream of two record batches of 16 rows, big enough that padding hides nothing. */
function twoBatches(): Uint8Array<ArrayBuffer> {
  const schema = embeddingSchema();
  const batches = [embeddingBatch(0, 16, schema), embeddingBatch(16, 32, schema)];
  return RecordBatchStreamWriter.writeAll(batches).toUint8Array(true) as Uint8Array<ArrayBuffer>;
}

// --- What other programs write ---

for (const dtype of DTYPES) {
  for (const layout of LAYOUTS) {
    Deno.test(`a pyarrow stream of ${layout} of ${dtype} is read to the last bit`, async () => {
      const { rows, batches, missingEnd } = await readFixture(`${layout}-${dtype}.arrows`);
      assertEquals(rows, expectedRows());
      assertEquals(batches.map((batch) => batch.offset), [0, 4, 8]);
      assertInstanceOf(batches[0].data, ARRAYS[dtype]);
      assertEquals(missingEnd, false);
    });
  }

  Deno.test(`a pyarrow stream of one ${dtype} column per dimension is read`, async () => {
    const { rows } = await readFixture(`columns-${dtype}.arrows`, { columns: ["dim_*"] });
    assertEquals(rows, expectedRows());
  });
}

for (const layout of LAYOUTS) {
  Deno.test(`a slice of a ${layout} column that pyarrow wrote holds its rows only`, async () => {
    const { rows, skippedRows } = await readFixture(`slice-${layout}.arrows`);
    assertEquals(rows, expectedRows(3, 8));
    assertEquals(skippedRows, 0);
  });

  Deno.test(`a slice of a ${layout} column finds its null rows where they are`, async () => {
    const options = { nonFinite: "skip" } as const;
    const { rows, skippedRows } = await readFixture(`slice-null-${layout}.arrows`, options);
    assertEquals(rows, expectedRows(3, 8, [5]));
    assertEquals(skippedRows, 1);
  });
}

Deno.test("streams of pandas, Polars, arrow-rs and nanoarrow are read", async () => {
  assertEquals((await readFixture("pandas.arrows")).rows, expectedRows());
  assertEquals((await readFixture("polars.arrows", { column: "array" })).rows, expectedRows());
  assertEquals((await readFixture("polars.arrows", { column: "list" })).rows, expectedRows());
  assertEquals((await readFixture("arrow-rs.arrows")).rows, expectedRows());
  assertEquals((await readFixture("arrow-rs-slice.arrows")).rows, expectedRows(3, 8));
  assertEquals((await readFixture("nanoarrow.arrows")).rows, expectedRows());
});

Deno.test("columns of all other types around the embeddings change nothing", async () => {
  assertEquals((await readFixture("company.arrows")).rows, expectedRows());
});

Deno.test("dictionaries that grow or are replaced keep their values beside the embeddings", async () => {
  const grown = ["a", "b", "a", "a", "a", "b", "a", "b"];
  const replaced = ["a", "b", "a", "b", "c", "a", "c", "a"];
  for (const [name, labels] of [["delta", grown], ["replaced", replaced]] as const) {
    const bytes = fixture(`dictionary-${name}.arrows`);
    const batches = await Array.fromAsync(chunked(bytes).pipeThrough(new ArrowBatchStream()));
    assertEquals(batches.flatMap((batch) => [...batch.getChild("label")!]), labels);
    assertEquals((await readStream(bytes)).rows, expectedRows(0, 8));
  }
});

Deno.test("a stream of one-row batches is read, and one with empty batches between", async () => {
  assertEquals((await readFixture("one-row-batches.arrows")).rows, expectedRows());
  assertEquals((await readFixture("empty-batches.arrows")).rows, expectedRows());
});

Deno.test("a stream with a schema and no record batch has no rows, and is complete", async () => {
  const { rows, missingEnd } = await readFixture("no-batches.arrows");
  assertEquals(rows, []);
  assertEquals(missingEnd, false);
});

Deno.test("what apache-arrow writes is read, of each layout and slices of it", async () => {
  for (const Type of [Float16, Float32, Float64]) {
    const item = new Field("item", new Type(), true);
    for (const type of [new FixedSizeList(3, item), new List(item), new LargeList(item)]) {
      const table = new Table({
        flag: vectorFromArray([true, null, false, true, true], new Bool()),
        label: vectorFromArray(["a", "b", null, "a", "c"], new Dictionary(new Utf8(), new Int32())),
        embedding: vectorFromArray(expectedRows(0, 5), type),
        text: vectorFromArray(["one", "two", null, "a text longer than twelve bytes", ""]),
      });
      for (const [start, end] of [[0, 5], [1, 4], [3, 5]]) {
        const { rows } = await readStream(tableToIPC(table.slice(start, end), "stream"));
        assertEquals(rows, expectedRows(start, end), `${type} from ${start} to ${end}`);
      }
    }
  }
});

Deno.test("streams joined by cat are read as one", async () => {
  const list = fixture("list-f32.arrows"), fixed = fixture("fixed-size-list-f64.arrows");
  const none = fixture("no-batches.arrows");
  const { rows, batches } = await readStream(concatenated(list, none, fixed));
  assertEquals(rows, [...expectedRows(), ...expectedRows()]);
  assertEquals(batches.map((batch) => batch.offset), [0, 4, 8, 10, 14, 18]);
});

Deno.test("of joined streams only the last can lack its end marker", async () => {
  const bytes = fixture("list-f32.arrows"), open = bytes.subarray(0, -END.length);
  assertEquals((await readStream(concatenated(bytes, open))).missingEnd, true);
  const error = await failure(concatenated(open, bytes));
  assertEquals(error.code, "corrupt");
  assertStringIncludes(error.message, "batch 3: not valid Arrow data: a second schema before");
});

// --- Ends ---

Deno.test("a stream without its end marker gives its rows and says so, or fails when strict", async () => {
  const bytes = fixture("list-f32.arrows").subarray(0, -END.length);
  const { rows, missingEnd } = await readStream(bytes);
  assertEquals(rows, expectedRows());
  assertEquals(missingEnd, true);
  const error = await failure(bytes, { strict: true });
  assertEquals(error.code, "truncated");
  assertEquals(
    error.message,
    "batch 3: the stream has no end-of-stream marker; its producer may have been cut off between " +
      "two batches; close the writer",
  );
});

Deno.test("a complete stream is no trouble when strict", async () => {
  const reader = new ArrowBatchStream({ strict: true });
  await Array.fromAsync(chunked(fixture("list-f32.arrows")).pipeThrough(reader));
  assertEquals(reader.missingEnd, false);
});

Deno.test("a stream of no bytes is refused, with a guess at why", async () => {
  for (const bytes of [ReadableStream.from<Uint8Array>([]), chunked(new Uint8Array(0))]) {
    const error = await failure(bytes);
    assertEquals(error.code, "empty");
    assertStringIncludes(error.message, "no bytes at all");
    assertStringIncludes(error.message, "did its producer fail?");
  }
});

Deno.test("a stream that is cut says by how much and in which batch", async () => {
  const bytes = fixture("list-f32.arrows");
  const [, , second] = messageEnds(bytes);
  const error = await failure(bytes.subarray(0, second - 5));
  assertEquals(
    error.message,
    `byte ${second - 5}, batch 1: the stream ends 5 bytes short, inside a message; its producer ` +
      `was cut off: run it again`,
  );
});

Deno.test("cut at any byte a stream ends in an error, or in the batches that came before", async () => {
  for (const name of ["fixed-size-list-f32", "dictionary-delta", "large-list-f16"]) {
    const bytes = fixture(`${name}.arrows`);
    const ends = messageEnds(bytes);
    const total = (await readStream(bytes)).rows;
    for (let length = 0; length < bytes.length; length++) {
      const end = await ending(() => readStream(bytes.subarray(0, length)));
      if (!ends.includes(length)) {
        assertInstanceOf(end, RankMeError, `${name} cut at ${length}`);
        assertEquals(end.code, length === 0 ? "empty" : "truncated");
      } else {
        assert(!(end instanceof RankMeError), `${name} cut at ${length}: ${end}`);
        assertEquals(end.missingEnd, true);
        assertEquals(end.rows, total.slice(0, end.rows.length));
        // The schema, and dictionaries, are messages without rows.
        const messages = ends.filter((at) => at <= length).length;
        assertLessOrEqual(end.rows.length, 4 * (messages - 1));
      }
    }
  }
});

Deno.test("bytes after the end marker are refused, be they few, many or zero", async () => {
  const bytes = fixture("list-f32.arrows");
  for (const more of [1, 7, 8, 64, 1000]) {
    const error = await failure(concatenated(bytes, new Uint8Array(more)));
    assertEquals(error.code, "corrupt");
    assertStringIncludes(error.message, "00 where the next message should begin");
  }
  const error = await failure(concatenated(bytes, new TextEncoder().encode("done\n")));
  assertStringIncludes(error.message, 'text ("done\\n") where the next message should begin');
  assertEquals(
    (await failure(concatenated(fixture("no-batches.arrows"), bytes.subarray(3)))).code,
    "corrupt",
  );
});

// --- What is no Arrow stream ---

Deno.test("other formats are refused by name", async () => {
  const text = (string: string) => new TextEncoder().encode(string);
  const cases: [Uint8Array, string][] = [
    [text("PAR1 and so on"), "a Parquet file"],
    [Uint8Array.of(0x93, ...text("NUMPY\x01\x00")), "a NumPy .npy file"],
    [Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0), "gzip data"],
    [text("FEA1\0\0\0\0"), "a Feather V1 file"],
    [text("0.25,0.5\n"), 'text ("0.25,0.5")'],
    [text("no\n"), 'text ("no\\n")'],
    [Uint8Array.of(0xff, 0xfe, 0x30, 0, 0x2e, 0, 0x32, 0), "UTF-16 text"],
    [Uint8Array.of(0x80, 2, 0x8a, 10, 1, 2, 3, 4), "a Python pickle"],
  ];
  for (const [bytes, name] of cases) {
    const error = await failure(bytes);
    assertEquals(error.code, "format");
    assertEquals(
      error.message,
      `this is ${name}, not an Arrow IPC stream; write one with pyarrow.ipc.new_stream`,
    );
  }
});

Deno.test("an IPC file on a pipe is refused, with two ways out", async () => {
  const error = await failure(fixture("list-f32.arrow"));
  assertEquals(error.code, "format");
  assertEquals(
    error.message,
    "this is an Arrow IPC file, not an Arrow IPC stream; an IPC file is read from its end: pass its " +
      "path instead of piping it, or pipe a stream",
  );
});

Deno.test("columns of types that cannot be decoded are refused by name and type", async () => {
  const runs = await failure(fixture("run-end-encoded.arrows"));
  assertEquals(runs.code, "unsupported");
  assertStringIncludes(
    runs.message,
    'column "runs" is of type RunEndEncoded; write the data without',
  );
  const views = await failure(fixture("list-view.arrows"));
  assertStringIncludes(views.message, 'column "embedding" is of type ListView');
});

Deno.test("unions of the old metadata version are refused, which apache-arrow would misread", async () => {
  const error = await failure(fixture("company-v4.arrows"));
  assertEquals(error.code, "unsupported");
  assertStringIncludes(error.message, "a union column in Arrow metadata of version V4; write V5");
});

Deno.test("streams of before Arrow 0.15 and messages that are tensors are refused", async () => {
  assertEquals((await failure(fixture("before-0.15.arrows"))).code, "format");
  const tensor = await failure(fixture("tensor-message.arrows"));
  assertEquals(tensor.code, "unsupported");
  assertStringIncludes(tensor.message, "a stream of record batches is needed");
});

// --- Streams ---

Deno.test("how a stream is cut into chunks changes nothing", async () => {
  const streams = [
    fixture("list-f32.arrows"),
    fixture("dictionary-delta.arrows"),
    concatenated(fixture("one-row-batches.arrows"), fixture("empty-batches.arrows")),
  ];
  const whole = await Promise.all(streams.map((bytes) => readStream(bytes)));
  const sizes = fc.array(
    fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 999 })),
    {
      minLength: 1,
      maxLength: 20,
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: streams.length - 1 }), sizes, async (which, sizes) => {
      const { rows, missingEnd } = await readStream(chunked(streams[which], sizes));
      assertEquals(rows, whole[which].rows);
      assertEquals(missingEnd, false);
    }),
    { numRuns: 60 },
  );
  for (const [which, bytes] of streams.entries()) {
    assertEquals((await readStream(chunked(bytes, [1]))).rows, whole[which].rows);
    assertEquals((await readStream(chunked(bytes, [0, 1, 0, 0, 7]))).rows, whole[which].rows);
  }
});

Deno.test("a batch that was handed out is not written to again", async () => {
  const bytes = concatenated(fixture("list-f32.arrows"), fixture("fixed-size-list-f32.arrows"));
  // A source that uses one buffer for all it sends.
  const buffer = new Uint8Array(100);
  let at = 0;
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = bytes.subarray(at, at + buffer.length);
      buffer.fill(0xaa);
      buffer.set(part);
      controller.enqueue(buffer.subarray(0, part.length));
      at += part.length;
      if (at === bytes.length) controller.close();
    },
  }, { highWaterMark: 0 });
  const { batches } = await readStream(source);
  buffer.fill(0x55);
  assertEquals(rowsOf(batches), [...expectedRows(), ...expectedRows()]);
  // Nor does one batch share memory with another.
  assertEquals(new Set(batches.map((batch) => batch.data.buffer)).size, batches.length);
});

Deno.test("a record batch of 70 MB arrives whole, in chunks of a pipe's size", async () => {
  const rows = 17_500, dim = 1000;
  const numbers = new Float32Array(rows * dim);
  for (let i = 0; i < numbers.length; i++) numbers[i] = i % 8191;
  const claims = {
    length: rows,
    nodes: [[rows, 0], [rows * dim, 0]],
    buffers: [[0, 0], [0, 0], [0, numbers.byteLength]],
  } as const;
  const bytes = concatenated(
    schemaMessage(embeddingSchema(dim)),
    batchMessage(claims, new Uint8Array(numbers.buffer)),
    END,
  );
  const read = chunked(bytes, [65536]).pipeThrough(new ArrowBatchStream());
  const [{ data: { children: [lists] } }] = await Array.fromAsync(read);
  const values: Float32Array = lists.children[0].values;
  assertEquals(values.length, numbers.length);
  assertEquals(values.findIndex((number, i) => number !== numbers[i]), -1);
});

Deno.test("no more is read ahead than a few batches", async () => {
  const schema = embeddingSchema();
  const head = schemaMessage(schema);
  const one = RecordBatchStreamWriter.writeAll([embeddingBatch(0, 16, schema)]).toUint8Array(true);
  const body = one.slice(head.length, -END.length);
  let pulls = 0;
  let cancelled: unknown;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(pulls++ === 0 ? concatenated(head, body) : body),
    cancel: (reason) => void (cancelled = reason),
  }, { highWaterMark: 0 });
  const reader = endless.pipeThrough(new ArrowBatchStream()).getReader();
  for (let read = 1; read <= 5; read++) {
    assertEquals((await reader.read()).value?.numRows, 16);
    await new Promise((resolve) => setTimeout(resolve, 5));
    assertLessOrEqual(pulls, read + 3);
  }
  await reader.cancel("enough");
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(cancelled, "enough");
});

Deno.test("an error of the source comes out as it is", async () => {
  const broken = new Error("the disk is on fire");
  const bytes = fixture("list-f32.arrows").subarray(0, 600);
  const source = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes),
    pull: (controller) => controller.error(broken),
  });
  const error = await assertRejects(() =>
    Array.fromAsync(source.pipeThrough(new ArrowBatchStream()))
  );
  assertStrictEquals(error, broken);
});

Deno.test("an error cancels the source", async () => {
  let reason: unknown;
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode("not Arrow at all")),
    cancel: (why) => void (reason = why),
  });
  const error = await failure(source);
  assertStrictEquals(reason, error);
});

Deno.test("both branches of a tee get all batches", async () => {
  const stream = chunked(fixture("list-f32.arrows"), [50]).pipeThrough(new ArrowBatchStream());
  const [one, other] = await Promise.all(stream.tee().map((branch) => Array.fromAsync(branch)));
  assertEquals(one.map((batch) => batch.numRows), [4, 4, 2]);
  assertEquals(other, one);
});

Deno.test("what comes out are apache-arrow's record batches, with all columns", async () => {
  const bytes = fixture("company.arrows");
  const [batch] = await Array.fromAsync(chunked(bytes).pipeThrough(new ArrowBatchStream()));
  assertInstanceOf(batch, RecordBatch);
  assertEquals(batch.getChild("string")?.get(7), "the text of row 7");
  assertEquals(batch.getChild("string_view")?.get(8), "the text of row 8");
  assertEquals(batch.getChild("dense_union")?.get(9), "the text of row 9");
  assertEquals(batch.getChild("dictionary")?.toArray(), [
    "a",
    "b",
    null,
    "a",
    "c",
    "a",
    "b",
    null,
    "a",
    "c",
  ]);
  assertEquals(batch.getChild("list_of_dictionary")?.get(3)?.toArray(), ["y"]);
});

// --- Hostile input ---

Deno.test("a flipped bit never costs a row, moves one or changes more than one number", async () => {
  const bytes = twoBatches();
  const expected = Array.from({ length: 32 }, (_, row) => expectedRow(row));
  const flips = await inLittleMemory(() => flipEveryBit(bytes, readStream, expected));
  assertGreater(flips.errors, 1000);
  // The bits of 96 numbers; a few make NaN.
  assertGreater(flips.oneNumber, 96 * 31);
  assertLessOrEqual(flips.oneNumber, 96 * 32);
});

Deno.test("a flipped bit never breaks streams of lists, dictionaries and other columns", async () => {
  const lists = fixture("large-list-f16.arrows");
  const dictionaries = fixture("dictionary-delta.arrows");
  await inLittleMemory(async () => {
    await flipEveryBit(lists, readStream, expectedRows());
    const next = randomWords(7);
    for (const bytes of [dictionaries, fixture("company.arrows"), fixture("polars.arrows")]) {
      for (let trial = 0; trial < 1500; trial++) {
        const flipped = bytes.slice();
        // Several at once, which no check of a single length can foresee.
        for (let flips = 1 + next() % 4; flips > 0; flips--) {
          flipped[next() % flipped.length] ^= 1 << (next() & 7);
        }
        await ending(() => readStream(flipped));
      }
    }
  });
});

Deno.test("random bytes end in an error, behind a valid beginning too", async () => {
  const bytes = twoBatches();
  const ends = messageEnds(bytes);
  await inLittleMemory(async () => {
    for (let seed = 1; seed <= 300; seed++) {
      const noise = randomBytes(seed, 4096);
      assertInstanceOf(await ending(() => readStream(noise)), RankMeError);
      const marked = concatenated(END.subarray(0, 4), noise);
      assertInstanceOf(await ending(() => readStream(marked)), RankMeError);
      for (const prefix of [ends[0], ends[0] + 8, ends[1], ends[1] + 40]) {
        const mixed = concatenated(bytes.subarray(0, prefix), noise);
        assertInstanceOf(await ending(() => readStream(mixed)), RankMeError);
      }
      // A plausible length before metadata that is noise.
      const plausible = Uint8Array.of(255, 255, 255, 255, 0, 1, 0, 0);
      assertInstanceOf(await ending(() => readStream(concatenated(plausible, noise))), RankMeError);
    }
  });
});

Deno.test("absurd lengths are refused at once, or cost no more memory than what was sent", async () => {
  const head = schemaMessage(embeddingSchema());
  const filler = new Uint8Array(1 << 20);
  const prefix = (length: number) => {
    const bytes = new Uint8Array(8).fill(0xff, 0, 4);
    new DataView(bytes.buffer).setInt32(4, length, true);
    return bytes;
  };
  const body = (bodyLength: number) => {
    const claims = { length: 1, nodes: [], buffers: [], bodyLength };
    return concatenated(head, batchMessage(claims), filler);
  };
  await inLittleMemory(async () => {
    for (const length of [2 ** 31 - 1, 2 ** 26 + 8, -8, -1]) {
      assertEquals((await failure(concatenated(prefix(length), filler))).code, "corrupt");
    }
    assertEquals((await failure(concatenated(prefix(2 ** 26), filler))).code, "truncated");
    for (const length of [2 ** 53, -8]) assertEquals((await failure(body(length))).code, "corrupt");
    for (const length of [2 ** 52, 2 ** 40, 2 ** 32, 2 ** 31, 2 ** 30]) {
      assertEquals((await failure(body(length))).code, "truncated");
    }
  });
});

Deno.test("an endless stream that is no Arrow is given up after its first bytes", async () => {
  let pulls = 0;
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulls++;
      controller.enqueue(new TextEncoder().encode("0.25,0.5,0.75\n"));
    },
  }, { highWaterMark: 0 });
  assertEquals((await failure(source)).code, "format");
  assertLess(pulls, 4);
});

Deno.test("the values of the fixtures are what the tests take them for", () => {
  assertEquals([value(0, 0), value(0, 2), value(1, 1), value(9, 2)], [-3.75, -3, -2.375, -2.375]);
});
