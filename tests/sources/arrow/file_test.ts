import {
  assert,
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { RecordBatchFileWriter, type Schema, Table, tableToIPC, Vector } from "apache-arrow";
import { FileBlock, Footer } from "apache-arrow/ipc/metadata/file";
import { RankMeError } from "../../../src/errors.ts";
import { arrowFileBatches } from "../../../src/sources/arrow/file.ts";
import { openFile, type RandomAccess } from "../../../src/sources/bytes/random_access.ts";
import {
  embeddingBatch,
  embeddingSchema,
  fixture,
  fixtureUrl,
  readFile,
  readFixture,
  WRITE_AGAIN,
} from "./arrow_bytes.ts";
import { concatenated, expectedRow, expectedRows, inMemory, rowsOf } from "../inputs.ts";
import { ending, flipEveryBit, inLittleMemory, randomBytes, randomWords } from "../hostile.ts";

const DTYPES = ["f16", "f32", "f64"] as const;
const ARRAYS = { f16: Float16Array, f32: Float32Array, f64: Float64Array };
const LAYOUTS = ["fixed-size-list", "list", "large-list"] as const;
const MAGIC = new TextEncoder().encode("ARROW1");

async function failure(bytes: Uint8Array): Promise<RankMeError> {
  return await assertRejects(() => readFile(bytes), RankMeError);
}

/** A file of three record batches of 16 rows. */
function threeBatches(): Uint8Array<ArrayBuffer> {
  const schema = embeddingSchema();
  const batches = [0, 16, 32].map((first) => embeddingBatch(first, first + 16, schema));
  return RecordBatchFileWriter.writeAll(batches).toUint8Array(true) as Uint8Array<ArrayBuffer>;
}

/** What the footer of a file lists. */
interface Blocks {
  readonly schema: Schema;
  readonly dictionaries: readonly FileBlock[];
  readonly batches: readonly FileBlock[];
}

/** The same file with another footer. */
function withFooter(bytes: Uint8Array, change: (footer: Blocks) => Partial<Blocks>): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const end = bytes.length - 10;
  const start = end - view.getInt32(end, true);
  const old = Footer.decode(bytes.subarray(start, end));
  const listed = {
    schema: old.schema,
    dictionaries: [...old.dictionaryBatches()],
    batches: [...old.recordBatches()],
  };
  const { schema, dictionaries, batches } = { ...listed, ...change(listed) };
  const blocks = new (class extends Footer {
    override get numRecordBatches() {
      return batches.length;
    }
    override get numDictionaries() {
      return dictionaries.length;
    }
    override recordBatches() {
      return batches[Symbol.iterator]() as IterableIterator<FileBlock>;
    }
    override dictionaryBatches() {
      return dictionaries[Symbol.iterator]() as IterableIterator<FileBlock>;
    }
  })(schema);
  const footer = Footer.encode(blocks);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setInt32(0, footer.length, true);
  return concatenated(bytes.subarray(0, start), footer, length, MAGIC);
}

// --- What other programs write ---

for (const dtype of DTYPES) {
  for (const layout of LAYOUTS) {
    Deno.test(`a pyarrow file of ${layout} of ${dtype} is read to the last bit`, async () => {
      const { rows, batches } = await readFixture(`${layout}-${dtype}.arrow`);
      assertEquals(rows, expectedRows());
      assertEquals(batches.map((batch) => batch.offset), [0, 4, 8]);
      assertInstanceOf(batches[0].data, ARRAYS[dtype]);
    });
  }

  Deno.test(`a pyarrow file of one ${dtype} column per dimension is read`, async () => {
    const { rows } = await readFixture(`columns-${dtype}.arrow`, { columns: ["dim_*"] });
    assertEquals(rows, expectedRows());
  });
}

Deno.test("a file of Polars is read, whose schema is no message of its own", async () => {
  for (const column of ["array", "list"]) {
    assertEquals((await readFixture("polars.arrow", { column })).rows, expectedRows());
    assertEquals((await readFixture("polars-slice.arrow", { column })).rows, expectedRows(3, 8));
    const options = { column, nonFinite: "skip" } as const;
    const { rows, skippedRows } = await readFixture("polars-null-rows.arrow", options);
    assertEquals(rows, expectedRows(0, 10, [2, 7]));
    assertEquals(skippedRows, 2);
  }
});

Deno.test("a file of arrow-rs is read, whose magic is padded to 64 bytes", async () => {
  assertEquals((await readFixture("arrow-rs.arrow")).rows, expectedRows());
});

Deno.test("a file of apache-arrow is read", async () => {
  assertEquals((await readFile(threeBatches())).rows, expectedRows(0, 48));
  const table = new Table([embeddingBatch(0, 5)]).slice(1, 4);
  assertEquals((await readFile(tableToIPC(table, "file"))).rows, expectedRows(1, 4));
});

Deno.test("a file with dictionaries that grow is read", async () => {
  const bytes = fixture("dictionary-delta.arrow");
  const batches = await Array.fromAsync(arrowFileBatches(inMemory(bytes)));
  const labels = ["a", "b", "a", "a", "a", "b", "a", "b"];
  assertEquals(batches.flatMap(({ data }) => [...new Vector([data.children[0]])]), labels);
  assertEquals((await readFile(bytes)).rows, expectedRows(0, 8));
});

Deno.test("files of one-row batches, of empty batches and of none are read", async () => {
  assertEquals((await readFixture("one-row-batches.arrow")).rows, expectedRows());
  assertEquals((await readFixture("empty-batches.arrow")).rows, expectedRows());
  assertEquals((await readFixture("no-batches.arrow")).rows, []);
});

// --- Footers that are not true ---

Deno.test("a footer may list the batches in another order, which is theirs", async () => {
  const bytes = withFooter(threeBatches(), ({ batches }) => ({ batches: batches.toReversed() }));
  const { rows } = await readFile(bytes);
  assertEquals(rows, [...expectedRows(32, 48), ...expectedRows(16, 32), ...expectedRows(0, 16)]);
});

Deno.test("a footer that leaves out a batch is refused with the byte where it is", async () => {
  const bytes = threeBatches();
  for (const [left, kept] of [[0, [1, 2]], [1, [0, 2]], [2, [0, 1]], [0, []]] as const) {
    let byte = -1;
    const error = await failure(withFooter(bytes, ({ batches }) => {
      byte = batches[left].offset;
      return { batches: kept.map((index) => batches[index]) };
    }));
    assertEquals(error.code, "corrupt");
    assertEquals(
      error.message,
      `byte ${byte}: not valid Arrow data: a message that the footer does not list${WRITE_AGAIN}`,
    );
  }
});

Deno.test("a footer that leaves out a dictionary is refused", async () => {
  const bytes = withFooter(fixture("dictionary-delta.arrow"), ({ dictionaries }) => ({
    dictionaries: dictionaries.slice(0, 1),
  }));
  assertStringIncludes((await failure(bytes)).message, "a message that the footer does not list");
});

Deno.test("a footer that lists a batch twice is refused", async () => {
  const bytes = withFooter(
    threeBatches(),
    ({ batches }) => ({ batches: [...batches, batches[1]] }),
  );
  const error = await failure(bytes);
  assertEquals(error.code, "corrupt");
  assertStringIncludes(error.message, "a block that reaches into the next");
});

Deno.test("blocks of lengths or places that are not the message's are refused", async () => {
  const moved = (offset: number, metadata: number, body: number) =>
    withFooter(threeBatches(), ({ batches: [first, ...others] }) => ({
      batches: [
        new FileBlock(
          first.metaDataLength + metadata,
          BigInt(first.bodyLength + body),
          BigInt(first.offset + offset),
        ),
        ...others,
      ],
    }));
  const [all, ...changed] = [
    moved(0, 0, 0),
    moved(0, 8, 0),
    moved(0, -8, 0),
    moved(0, 8, -8),
    moved(0, 0, 8),
    moved(0, 0, -8),
    moved(8, -8, 0),
    moved(-8, 8, 0),
    moved(-1e4, 0, 0),
    moved(1e6, 0, 0),
    moved(0, 0, 2 ** 40),
    moved(0, -1e6, 1e6),
  ];
  assertEquals((await readFile(all)).rows.length, 48);
  for (const bytes of changed) {
    const end = await ending(() => readFile(bytes));
    // A batch whose body is said to begin later is found by its own prefix: nothing is lost.
    if (end instanceof RankMeError) assertEquals(end.code, "corrupt");
    else assertEquals(end.rows, expectedRows(0, 48));
  }
});

Deno.test("a dictionary listed as a batch is refused, and a batch as a dictionary", async () => {
  const bytes = fixture("dictionary-delta.arrow");
  const swapped = withFooter(bytes, ({ dictionaries, batches }) => ({
    dictionaries: batches,
    batches: dictionaries,
  }));
  assertStringIncludes((await failure(swapped)).message, "a message of kind batch, not dictionary");
});

Deno.test("a footer with another schema than the batches have is refused", async () => {
  for (const dim of [2, 4]) {
    const bytes = withFooter(threeBatches(), () => ({ schema: embeddingSchema(dim) }));
    const error = await failure(bytes);
    assertEquals(error.code, "corrupt");
    assertStringIncludes(error.message, "batch 0: not valid Arrow data: a column of 48 values");
  }
});

// --- Hostile input ---

Deno.test("cut at any byte a file ends in an error that says it is not whole", async () => {
  for (const name of ["fixed-size-list-f32", "dictionary-delta", "polars", "no-batches"]) {
    const bytes = fixture(`${name}.arrow`);
    for (let length = 0; length < bytes.length; length++) {
      const end = await ending(() => readFile(bytes.subarray(0, length)));
      assertInstanceOf(end, RankMeError);
      assertEquals(
        end.message,
        "an Arrow IPC file without its footer; its writer was not closed: write it again",
      );
      assertEquals(end.code, "truncated");
    }
  }
});

Deno.test("a flipped bit never costs a row, moves one or changes more than one number", async () => {
  const bytes = threeBatches();
  const expected = Array.from({ length: 48 }, (_, row) => expectedRow(row));
  const flips = await inLittleMemory(() => flipEveryBit(bytes, readFile, expected));
  assertGreater(flips.errors, 1000);
  assertGreater(flips.oneNumber, 144 * 31);
});

Deno.test("flipped bits never break files of other layouts", async () => {
  await inLittleMemory(async () => {
    await flipEveryBit(fixture("large-list-f16.arrow"), readFile, expectedRows());
    const next = randomWords(11);
    for (const name of ["dictionary-delta", "polars", "arrow-rs", "columns-f32"]) {
      const bytes = fixture(`${name}.arrow`);
      for (let trial = 0; trial < 1500; trial++) {
        const flipped = bytes.slice();
        for (let flips = 1 + next() % 4; flips > 0; flips--) {
          // Mostly at the end, where the footer is.
          const from = next() % 3 === 0 ? 0 : Math.floor(bytes.length * 2 / 3);
          flipped[from + next() % (flipped.length - from)] ^= 1 << (next() & 7);
        }
        await ending(() => readFile(flipped, { column: name === "polars" ? "array" : undefined }));
      }
    }
  });
});

Deno.test("random bytes in place of the footer, or of all, end in an error", async () => {
  const bytes = threeBatches();
  const length = new Uint8Array(4);
  await inLittleMemory(async () => {
    for (let seed = 1; seed <= 500; seed++) {
      const noise = randomBytes(seed, 512);
      new DataView(length.buffer).setInt32(0, 8 + seed, true);
      const ends = [
        concatenated(MAGIC, noise, MAGIC),
        concatenated(MAGIC, noise, length, MAGIC),
        concatenated(bytes.subarray(0, 1000), noise, length, MAGIC),
      ];
      for (const end of ends) assertInstanceOf(await ending(() => readFile(end)), RankMeError);
    }
  });
});

Deno.test("absurd lengths of footers are refused", async () => {
  const bytes = threeBatches();
  for (const length of [0, -1, -(2 ** 31), 2 ** 31 - 1, bytes.length, bytes.length - 17]) {
    const changed = bytes.slice();
    new DataView(changed.buffer).setInt32(bytes.length - 10, length, true);
    const error = await failure(changed);
    assertEquals(error.code, "corrupt");
    assertStringIncludes(error.message, `a footer of ${length} bytes`);
  }
});

// --- Reading ---

Deno.test("a real file is read, and not closed, at its end nor on an error", async () => {
  for (const name of ["list-f32.arrow", "list-f32.arrows"]) {
    const file = await openFile(fixtureUrl(name));
    assert(!(file instanceof Deno.FsFile));
    // The sanitizer fails the test if nobody closes it, and closing it twice would throw.
    const batches = Array.fromAsync(arrowFileBatches(file));
    if (name.endsWith(".arrows")) await assertRejects(() => batches, RankMeError);
    else assertEquals((await batches).map(({ data }) => data.length), [4, 4, 2]);
    await file.checkUnchanged();
    file.close();
  }
});

Deno.test("nothing is read before it is asked for, and batches do not share memory", async () => {
  const reads: number[] = [];
  const bytes = fixture("list-f32.arrow");
  const file = inMemory(bytes);
  const watched: RandomAccess = {
    ...file,
    fill(position, memory) {
      reads.push(position);
      return file.fill(position, memory);
    },
  };
  const reader = arrowFileBatches(watched);
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(reads, []);
  await reader.next();
  const before = reads.length;
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals(reads.length, before);
  await reader.return();

  const { batches } = await readFile(bytes);
  assertEquals(rowsOf(batches), expectedRows());
  assertEquals(new Set(batches.map((batch) => batch.data.buffer)).size, batches.length);
});
