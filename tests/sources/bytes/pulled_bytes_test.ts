import { assert, assertEquals, assertLess, assertRejects, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { RankMeError } from "../../../src/errors.ts";
import { ChunkFeeder, exactly, type ExactReader } from "../../../src/sources/bytes/exact_reads.ts";
import { peek } from "../../../src/sources/bytes/peek.ts";
import {
  type ByteReader,
  type ByteSource,
  byteSource,
  closingStream,
  isByteReader,
  isByteStream,
  pull,
  readerSource,
  readUpTo,
} from "../../../src/sources/bytes/pulled_bytes.ts";
import { byteStream, chunked, concatenated } from "../inputs.ts";
import { memoryHeld, randomBytes } from "../hostile.ts";

/** Reads records of four bytes of length and so many more, up to the end; yields each. */
function* records(): ExactReader<Uint8Array> {
  for (;;) {
    const prefix = yield 4;
    if (prefix.length === 0) return;
    const length = new DataView(prefix.slice().buffer).getUint32(0, true);
    yield yield* exactly(length, "a record");
  }
}

function encoded(wanted: readonly Uint8Array[]): Uint8Array {
  return concatenated(
    ...wanted.flatMap((record) => [new Uint8Array(Uint32Array.of(record.length).buffer), record]),
  );
}

function pulled(stream: ReadableStream<Uint8Array>): Promise<Uint8Array[]> {
  return Array.fromAsync(pull(byteSource(stream), new ChunkFeeder(records())));
}

/** A source that puts bytes where it is told to, and remembers what it was asked for. */
function watchedBytes(bytes: Uint8Array) {
  const asked: number[] = [];
  const memories = new Set<ArrayBuffer>();
  let at = 0;
  const source: ByteSource = {
    // deno-lint-ignore require-await
    async read(memory) {
      asked.push(memory.length);
      memories.add(memory.buffer);
      const part = bytes.subarray(at, at + memory.length);
      memory.set(part);
      at += part.length;
      return memory.subarray(0, part.length);
    },
    close() {},
  };
  return { source, asked, memories };
}

Deno.test("a parser is pulled exactly the bytes it asks for, however a stream is cut", async () => {
  const length = fc.oneof(fc.nat(40), fc.integer({ min: 65_000, max: 66_000 }), fc.nat(300_000));
  const cuts = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(fc.array(length, { maxLength: 6 }), cuts, async (lengths, cuts) => {
      const wanted = lengths.map((length, i) => randomBytes(i + 1, length));
      const found = await pulled(byteStream(encoded(wanted), cuts));
      assertEquals(found.length, wanted.length);
      for (const [i, record] of found.entries()) {
        assertEquals(record.length, wanted[i].length);
        assertEquals(record.findIndex((byte, at) => byte !== wanted[i][at]), -1);
      }
    }),
    { numRuns: 30 },
  );
});

Deno.test("what is larger than a chunk is read right into its place, once it is asked for", async () => {
  const wanted = randomBytes(1, 1_000_000);
  const { source, asked, memories } = watchedBytes(encoded([wanted]));
  const [record] = await Array.fromAsync(pull(source, new ChunkFeeder(records())));
  assertEquals(record, wanted);
  assert(memories.has(record.buffer as ArrayBuffer), "the record is where it was read to");
  // A chunk with the length and what came along, all of the rest at once with some of what may
  // follow, and a look for more.
  const chunk = 65536, rest = 1_000_000 - (chunk - 4);
  assertEquals(asked, [chunk, rest + 4096, chunk]);
});

Deno.test("small reads are cut out of chunks, and do not share their memory", async () => {
  const wanted = Array.from({ length: 1000 }, (_, i) => randomBytes(i + 1, 20));
  const { source, asked, memories } = watchedBytes(encoded(wanted));
  const found = await Array.fromAsync(pull(source, new ChunkFeeder(records())));
  assertEquals(found, wanted);
  assertEquals(asked.length, 2);
  assertEquals(found.some((record) => memories.has(record.buffer as ArrayBuffer)), false);
});

Deno.test("what has come is given out before more is waited for", async () => {
  let write!: (bytes: Uint8Array) => void;
  const stream = new ReadableStream<Uint8Array>({
    type: "bytes",
    start: (controller) => void (write = (bytes) => controller.enqueue(bytes.slice())),
  });
  const found = pull(byteSource(stream), new ChunkFeeder(records()));
  const bytes = encoded([randomBytes(1, 30), randomBytes(2, 30)]);
  const first = found.next();
  write(bytes.subarray(0, 40));
  assertEquals((await first).value, randomBytes(1, 30));
  const second = found.next();
  write(bytes.subarray(40));
  assertEquals((await second).value, randomBytes(2, 30));
});

Deno.test("a length that lies takes no more memory than what arrives", async () => {
  const bytes = concatenated(Uint8Array.of(0, 0, 0, 0xf0), new Uint8Array(1 << 20));
  const before = memoryHeld();
  const error = await assertRejects(() => pulled(byteStream(bytes)), RankMeError);
  assertEquals(error.code, "truncated");
  assertEquals(error.place.byte, bytes.length);
  assertLess(memoryHeld() - before, 150e6);
});

Deno.test("a stream of bytes is told from others without being locked or read", async () => {
  const bytes = byteStream(Uint8Array.of(1, 2, 3)), other = chunked(Uint8Array.of(1, 2, 3));
  assertEquals([isByteStream(bytes), isByteStream(other)], [true, false]);
  assertEquals([bytes.locked, other.locked], [false, false]);
  for (const stream of [bytes, other]) {
    assertEquals(await Array.fromAsync(stream), [Uint8Array.of(1, 2, 3)]);
  }
});

Deno.test("a stream that someone else is reading is refused", async () => {
  const stream = byteStream(Uint8Array.of(1));
  const reader = stream.getReader();
  await assertRejects(async () => await byteSource(stream).close(), TypeError);
  await reader.cancel();
});

Deno.test("closing a source cancels the stream with the reason and ends the read under way", async () => {
  let reason: unknown;
  const silent = new ReadableStream<Uint8Array>({
    type: "bytes",
    cancel: (why) => void (reason = why),
  });
  const source = byteSource(silent);
  const reading = source.read(new Uint8Array(10));
  await source.close("enough");
  assertEquals(reason, "enough");
  assertEquals((await reading).length, 0);
});

Deno.test("closing a source of chunks cancels the stream and ends the read under way", async () => {
  let reason: unknown;
  const silent = new ReadableStream<Uint8Array>({ cancel: (why) => void (reason = why) });
  const source = byteSource(silent);
  const reading = source.read(new Uint8Array(10));
  await source.close("enough");
  assertEquals(reason, "enough");
  assertEquals((await reading).length, 0);
});

Deno.test("of a stream of chunks these are copied, whatever their sizes", async () => {
  const wanted = Array.from({ length: 30 }, (_, i) => randomBytes(i + 1, i * i * 100));
  for (const sizes of [[1_000_000], [100_000, 0, 7], [4, 0, 65_536]]) {
    assertEquals(await pulled(chunked(encoded(wanted), sizes)), wanted);
  }
  const chunk = Uint8Array.of(1, 2, 3);
  const source = byteSource(ReadableStream.from([chunk]));
  const part = await source.read(new Uint8Array(2));
  chunk.fill(0);
  assertEquals(part, Uint8Array.of(1, 2));
  assertEquals(await source.read(new Uint8Array(5)), Uint8Array.of(0));
  for (let i = 0; i < 2; i++) assertEquals((await source.read(new Uint8Array(5))).length, 0);
});

Deno.test("an input that ends inside a read is an error, however it comes", async () => {
  const bytes = encoded([randomBytes(1, 20), randomBytes(2, 300_000)]);
  for (const length of [1, 10, 24, 28, 29, 70_000, bytes.length - 1]) {
    for (const stream of [byteStream, chunked]) {
      const input = stream(bytes.subarray(0, length), [50_000]);
      if (length === 24) assertEquals(await pulled(input), [randomBytes(1, 20)]);
      else await assertRejects(() => pulled(input), length < 4 ? RangeError : RankMeError);
    }
  }
});

// --- The first bytes ---

Deno.test("as many bytes are waited for as are asked for, up to the end", async () => {
  const bytes = randomBytes(1, 1000);
  for (const stream of [byteStream, chunked]) {
    for (const sizes of [[1], [7], [1000]]) {
      const source = byteSource(stream(bytes, sizes));
      assertEquals(await readUpTo(source, 0), new Uint8Array(0));
      assertEquals(await readUpTo(source, 300), bytes.subarray(0, 300));
      assertEquals(await readUpTo(source, 800), bytes.subarray(300));
      assertEquals(await readUpTo(source, 800), new Uint8Array(0));
    }
  }
});

Deno.test("a look at the first bytes takes none of them away", async () => {
  const bytes = randomBytes(1, 1000);
  for (const stream of [byteStream, chunked]) {
    for (const sizes of [[1], [7], [1000]]) {
      for (const length of [0, 1, 64, 1000, 2000]) {
        const { head, source } = await peek(byteSource(stream(bytes, sizes)), { least: length });
        assertEquals(head, bytes.subarray(0, length));
        assertEquals(await readUpTo(source, 5), bytes.subarray(0, 5));
        assertEquals(await readUpTo(source, 2000), bytes.subarray(5));
      }
    }
  }
});

Deno.test("a source that was looked at closes the one below", async () => {
  let reason: unknown;
  const bytes = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new Uint8Array(10)),
    cancel: (why) => void (reason = why),
  });
  const { source } = await peek(byteSource(bytes), { least: 5 });
  await source.close("seen enough");
  assertEquals(reason, "seen enough");
});

// --- Streams of what is read ---

/** Parts of a source, and how often that was closed, with what. */
function parts(make: () => AsyncGenerator<number, void, void>) {
  const closed: unknown[] = [];
  const stream = closingStream({ close: (reason) => void closed.push(reason) }, make());
  return { stream, closed };
}

Deno.test("a source is closed at the end of what is read from it", async () => {
  const { stream, closed } = parts(async function* () {
    yield* [1, 2];
  });
  assertEquals(await Array.fromAsync(stream), [1, 2]);
  assertEquals(closed.length, 1);
});

Deno.test("a source is closed with the error that ends the reading, which comes out", async () => {
  const broken = new Error("broken");
  const { stream, closed } = parts(async function* () {
    yield 1;
    throw broken;
  });
  const reader = stream.getReader();
  assertEquals((await reader.read()).value, 1);
  assertStrictEquals(await assertRejects(() => reader.read()), broken);
  assertEquals(closed, [broken]);
});

Deno.test("an error in closing does not take the place of the one before it", async () => {
  const broken = new Error("broken");
  const stream = closingStream(
    { close: () => Promise.reject(new Error("closing failed too")) },
    // deno-lint-ignore require-yield
    (async function* () {
      throw broken;
    })(),
  );
  assertStrictEquals(await assertRejects(() => stream.getReader().read()), broken);
});

Deno.test("cancelling closes the source, before the first read and during one", async () => {
  const unread = parts(async function* () {
    yield 1;
  });
  await unread.stream.cancel("unread");
  assertEquals(unread.closed, ["unread"]);

  let fail!: (error: Error) => void;
  const waiting = new Promise<never>((_, reject) => fail = reject);
  const closed: unknown[] = [];
  const stream = closingStream(
    {
      close(reason) {
        closed.push(reason);
        fail(new Error("the file is closed"));
      },
    },
    (async function* () {
      yield await waiting;
    })(),
  );
  const reader = stream.getReader();
  const reading = reader.read();
  await new Promise((resolve) => setTimeout(resolve));
  await reader.cancel("stuck");
  assertEquals(closed[0], "stuck");
  assertEquals((await reading).done, true);
});

/** A reader of some bytes, at most so many at a time, that counts how often it was closed. */
function countingReader(bytes: Uint8Array, most: number): ByteReader & { closed: number } {
  let at = 0;
  return {
    closed: 0,
    read(memory) {
      const part = bytes.subarray(at, at + Math.min(most, memory.length));
      memory.set(part);
      at += part.length;
      return Promise.resolve(part.length === 0 ? null : part.length);
    },
    close() {
      this.closed++;
    },
  };
}

Deno.test("a reader gives what there is as soon as there is any, and nothing at its end", async () => {
  const bytes = randomBytes(9, 20);
  const source = readerSource(countingReader(bytes, 7));
  assertEquals(await source.read(new Uint8Array(100)), bytes.slice(0, 7));
  assertEquals(await source.read(new Uint8Array(5)), bytes.slice(7, 12));
  assertEquals(await source.read(new Uint8Array(7)), bytes.slice(12, 19));
  assertEquals(await source.read(new Uint8Array(100)), bytes.slice(19));
  assertEquals(await source.read(new Uint8Array(100)), new Uint8Array(0));
});

Deno.test("a reader is closed once, and at the end of what is made of it", async () => {
  const reader = countingReader(encoded([randomBytes(1, 200_000)]), 1000);
  const source = readerSource(reader);
  const stream = closingStream(source, pull(source, new ChunkFeeder(records())));
  const found = await Array.fromAsync(stream);
  assertEquals(found, [randomBytes(1, 200_000)]);
  source.close();
  assertEquals(reader.closed, 1);
});

Deno.test({
  name: "closing ends a read of a pipe that never says anything",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const path = `${folder}/pipe`;
      await new Deno.Command("mkfifo", { args: [path] }).output();
      const [file, writer] = await Promise.all([
        Deno.open(path),
        Deno.open(path, { write: true }),
      ]);
      const source = readerSource(file);
      const stream = closingStream(source, pull(source, new ChunkFeeder(records())));
      const reader = stream.getReader();
      const waiting = reader.read();
      await reader.cancel();
      assertEquals((await waiting).done, true);
      writer.close();
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("readers are told from streams and lists", () => {
  assert(isByteReader(Deno.stdin));
  assert(isByteReader(countingReader(new Uint8Array(0), 1)));
  for (const other of [new ReadableStream(), [], new Set(), { read: 1, close: 2 }, { read() {} }]) {
    assert(!isByteReader(other));
  }
});
