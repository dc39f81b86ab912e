import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { RecordBatchStreamWriter } from "apache-arrow";
import fc from "fast-check";
import { RankMeError } from "../../../src/errors.ts";
import { ArrowStreamParser } from "../../../src/sources/arrow/stream.ts";
import {
  batchMessage,
  embeddingBatch,
  embeddingSchema,
  END,
  fixture,
  readPulled,
  readStream,
  schemaMessage,
} from "./arrow_bytes.ts";
import { byteStream, concatenated, expectedRows, type Read } from "../inputs.ts";
import { ending, inLittleMemory, randomBytes, randomWords } from "../hostile.ts";

/*
 * What an Arrow stream has to be is shown in arrow_batch_stream_test.ts, where chunks are pushed. Here
 * the same bytes are pulled, which must come to the same.
 */

/** How reading ended, in a form to compare. */
async function outcome(read: () => Promise<Read>) {
  const end = await ending(read);
  return end instanceof RankMeError
    ? { code: end.code, message: end.message }
    : { rows: end.rows, skippedRows: end.skippedRows, missingEnd: end.missingEnd };
}

async function assertSame(bytes: Uint8Array, sizes?: number[]): Promise<void> {
  assertEquals(
    await outcome(() => readPulled(byteStream(bytes, sizes))),
    await outcome(() => readStream(bytes)),
  );
}

/** Two batches whose bodies are larger than a chunk, and a small one between them. */
function largeBatches(): Uint8Array<ArrayBuffer> {
  const schema = embeddingSchema();
  const batches = [[0, 20_000], [20_000, 20_010], [20_010, 30_000]]
    .map(([first, end]) => embeddingBatch(first, end, schema));
  return RecordBatchStreamWriter.writeAll(batches).toUint8Array(true) as Uint8Array<ArrayBuffer>;
}

Deno.test("cut at any byte a stream that is pulled ends as one that is pushed", async () => {
  for (const name of ["fixed-size-list-f32", "dictionary-delta", "no-batches"]) {
    const bytes = fixture(`${name}.arrows`);
    for (let length = 0; length <= bytes.length; length++) {
      await assertSame(bytes.subarray(0, length));
    }
  }
});

Deno.test("large batches are pulled whole, however they are cut, and cut off are refused", async () => {
  const bytes = largeBatches();
  const expected = expectedRows(0, 30_000);
  for (const sizes of [[65536], [1 << 20], [99_991, 3], [1000]]) {
    const { rows, missingEnd } = await readPulled(byteStream(bytes, sizes));
    assertEquals(missingEnd, false);
    assertEquals(rows.length, expected.length);
    assert(rows.every((row, i) => row.every((number, k) => number === expected[i][k])));
  }
  const end = bytes.length;
  for (const length of [65536, 65537, 131_072, 240_000, 250_000, end - 9, end - 8, end - 1]) {
    await assertSame(bytes.subarray(0, length), [65536]);
  }
});

Deno.test("each batch that is pulled has memory of its own", async () => {
  const { batches } = await readPulled(concatenated(largeBatches(), largeBatches()));
  assertEquals(new Set(batches.map(({ data }) => data.buffer)).size, 6);
  const small = await readPulled(fixture("one-row-batches.arrows"));
  assertEquals(new Set(small.batches.map(({ data }) => data.buffer)).size, small.batches.length);
});

Deno.test("streams joined by cat, markers that are missing and bytes that follow are the same pulled", async () => {
  const list = fixture("list-f32.arrows"), fixed = fixture("fixed-size-list-f64.arrows");
  const none = fixture("no-batches.arrows"), open = list.subarray(0, -END.length);
  const inputs = [
    concatenated(list, none, fixed),
    concatenated(list, open),
    concatenated(open, list),
    concatenated(list, new Uint8Array(9)),
    concatenated(list, new TextEncoder().encode("done\n")),
    new TextEncoder().encode("0.25,0.5\n"),
    fixture("list-f32.arrow"),
  ];
  for (const bytes of inputs) for (const sizes of [[1 << 16], [1]]) await assertSame(bytes, sizes);
  assertEquals((await readPulled(inputs[0])).rows.length, 20);
});

Deno.test("how a stream is cut changes nothing where it is pulled", async () => {
  const bytes = concatenated(fixture("one-row-batches.arrows"), fixture("large-list-f16.arrows"));
  const { rows } = await readStream(bytes);
  const sizes = fc.array(fc.integer({ min: 1, max: 999 }), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(sizes, async (sizes) => {
      assertEquals((await readPulled(byteStream(bytes, sizes))).rows, rows);
    }),
    { numRuns: 40 },
  );
});

/** A schema, and the beginning of a batch that claims a body of so many bytes. */
function claiming(bodyLength: number): Uint8Array {
  const claims = { length: 1, nodes: [], buffers: [], bodyLength };
  return concatenated(schemaMessage(embeddingSchema()), batchMessage(claims));
}

Deno.test("a body that claims 1 TB and does not come is cut off, whatever comes of it", async () => {
  const claim = 10 ** 12;
  for (const length of [0, 100, 3 << 20]) {
    const bytes = concatenated(claiming(claim), new Uint8Array(length));
    const end = await inLittleMemory(() => ending(() => readPulled(byteStream(bytes))), 100e6);
    assertInstanceOf(end, RankMeError);
    assertEquals(end.code, "truncated");
    assertEquals(
      end.message,
      `byte ${bytes.length}, batch 0: the stream ends 1.00 TB short, inside a message; ` +
        "its producer was cut off: run it again",
    );
    await assertSame(bytes);
  }
});

Deno.test("a body of which more has come than can be held is too large, and takes no memory", async () => {
  const parser = new ArrowStreamParser();
  const chunk = new Uint8Array(1 << 24);
  assertEquals([...parser.push(claiming(2 ** 32 + 8))], []);
  const end = await inLittleMemory(() =>
    // deno-lint-ignore require-await
    ending<unknown>(async () => {
      for (let come = 0; come < 2 ** 32; come += chunk.length) {
        assertEquals([...parser.push(chunk)], []);
      }
    }), 100e6);
  assertInstanceOf(end, RankMeError);
  assertEquals([end.code, end.exitStatus, end.place.batch], ["memory", 4, 0]);
  assertEquals(
    end.message,
    "batch 0: a record batch of 4.29 GB; write batches of at most 4.29 GB",
  );
});

Deno.test("a body that is longer than its file is cut off, however long that is", async () => {
  const chunk = new Uint8Array(1 << 24), bytes = 2 ** 32 + 2 ** 24;
  const parser = new ArrowStreamParser({ input: { bytes } });
  assertEquals([...parser.push(claiming(2 ** 40))], []);
  const end = await inLittleMemory(() =>
    // deno-lint-ignore require-await
    ending<unknown>(async () => {
      for (let come = chunk.length; come < bytes; come += chunk.length) {
        assertEquals([...parser.push(chunk)], []);
      }
      parser.finish();
    }), 100e6);
  assertInstanceOf(end, RankMeError);
  assertEquals([end.code, end.exitStatus, end.place.batch], ["truncated", 3, 0]);
});

Deno.test("a missing end marker is an error where streams are to be strict", async () => {
  const bytes = fixture("list-f32.arrows").subarray(0, -END.length);
  const error = await assertRejects(() => readPulled(bytes, { strict: true }), RankMeError);
  assertEquals([error.code, error.place.batch], ["truncated", 3]);
});

Deno.test("flipped bits and random bytes end the same, pulled or pushed", async () => {
  const next = randomWords(5);
  await inLittleMemory(async () => {
    for (const name of ["list-f32", "dictionary-delta", "company"]) {
      const bytes = fixture(`${name}.arrows`);
      for (let trial = 0; trial < 300; trial++) {
        const flipped = bytes.slice();
        flipped[next() % flipped.length] ^= 1 << (next() & 7);
        await assertSame(flipped);
      }
    }
    for (let seed = 1; seed <= 50; seed++) {
      const noise = concatenated(END.subarray(0, 4), randomBytes(seed, 4096));
      assertInstanceOf(await ending(() => readPulled(noise)), RankMeError);
    }
  });
});
