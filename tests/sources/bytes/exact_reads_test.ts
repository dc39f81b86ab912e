import { assertEquals, assertLess, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RankMeError } from "../../../src/errors.ts";
import {
  ChunkFeeder,
  exactly,
  type ExactReader,
  truncated,
} from "../../../src/sources/bytes/exact_reads.ts";
import { memoryHeld } from "../hostile.ts";

/** Reads records of a length byte and so many more, up to one of the length 255; yields each. */
function* records(): ExactReader<Uint8Array> {
  for (;;) {
    const [length] = yield 1;
    if (length === 255) return;
    const record = yield length;
    yield record;
  }
}

/** All that comes of pushing some chunks. */
function pushAll<T>(feeder: ChunkFeeder<T>, chunks: readonly Uint8Array[]): T[] {
  return chunks.flatMap((chunk) => [...feeder.push(chunk)]);
}

Deno.test("a parser gets exactly the bytes it asked for, however they are cut", () => {
  const record = fc.uint8Array({ maxLength: 20 });
  const cuts = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1 });
  fc.assert(fc.property(fc.array(record), cuts, (wanted, cuts) => {
    const bytes = Uint8Array.from(wanted.flatMap((record) => [record.length, ...record]));
    const chunks: Uint8Array[] = [];
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const size = cuts[turn % cuts.length] || turn % 2;
      chunks.push(bytes.subarray(at, at + size));
      at += size;
    }
    const feeder = new ChunkFeeder(records());
    assertEquals(pushAll(feeder, chunks), wanted);
    assertEquals(feeder.position, bytes.length);
    assertEquals(feeder.pending, 0);
  }));
});

Deno.test("each read has memory of its own, which chunks do not share", () => {
  const chunk = Uint8Array.of(2, 10, 11, 2, 20, 21);
  const [first, second] = pushAll(new ChunkFeeder(records()), [chunk]);
  chunk.fill(0);
  assertEquals(first, Uint8Array.of(10, 11));
  first.fill(99);
  assertEquals(second, Uint8Array.of(20, 21));
});

Deno.test("reads of nothing need no bytes", () => {
  assertEquals(pushAll(new ChunkFeeder(records()), [Uint8Array.of(0, 0)]).length, 2);
});

Deno.test("what follows a parser's end is not looked at", () => {
  const feeder = new ChunkFeeder(records());
  assertEquals(pushAll(feeder, [Uint8Array.of(1, 7, 255, 1, 8), Uint8Array.of(1, 9)]).length, 1);
  assertEquals(feeder.position, 3);
});

Deno.test("a read under way says how far it has come", () => {
  const feeder = new ChunkFeeder(records());
  assertEquals([feeder.wanted, feeder.pending, feeder.position], [0, 0, 0]);
  pushAll(feeder, [Uint8Array.of(5, 1, 2)]);
  assertEquals([feeder.wanted, feeder.pending, feeder.position], [5, 2, 3]);
  assertEquals(feeder.partial, Uint8Array.of(1, 2));
});

Deno.test("a parser's error comes out of the push that caused it", () => {
  const feeder = new ChunkFeeder((function* (): ExactReader<never> {
    yield 3;
    throw new Error("not these");
  })());
  assertEquals([...feeder.push(new Uint8Array(2))], []);
  assertThrows(() => [...feeder.push(new Uint8Array(2))], Error, "not these");
});

Deno.test("output comes out as soon as its bytes have come in", () => {
  const outputs = new ChunkFeeder(records()).push(Uint8Array.of(1, 7, 1, 8));
  assertEquals(outputs.next().value, Uint8Array.of(7));
});

Deno.test("a length that lies takes no more memory than what arrives", () => {
  const before = memoryHeld();
  const feeder = new ChunkFeeder((function* (): ExactReader<never> {
    yield 2 ** 45;
  })());
  const chunk = new Uint8Array(1 << 20).fill(1);
  for (let sent = 0; sent < 8; sent++) assertEquals([...feeder.push(chunk)], []);
  assertEquals(feeder.pending, 8 << 20);
  assertLess(memoryHeld() - before, 150e6);
});

Deno.test("a read of more than what is trusted at once grows to just its size", () => {
  const wanted = (130 << 20) + 3;
  const feeder = new ChunkFeeder((function* (): ExactReader<Uint8Array> {
    yield yield wanted;
  })());
  const chunk = Uint8Array.from({ length: (1 << 22) + 1 }, (_, i) => i % 251);
  let [read]: Uint8Array[] = [];
  for (let sent = 0; sent < wanted; sent += chunk.length) [read] = feeder.push(chunk);
  assertEquals([read.length, read.buffer.byteLength], [wanted, wanted]);
  for (let at = 0; at < wanted; at += 99_991) {
    assertEquals(read[at], chunk[at % chunk.length], `byte ${at}`);
  }
});

Deno.test("bytes may be put right into the room of a read, which may move", () => {
  const feeder = new ChunkFeeder(records());
  assertEquals(feeder.room.length, 0);
  pushAll(feeder, [Uint8Array.of(5, 1)]);
  assertEquals(feeder.room.length, 4);
  feeder.room.set([2, 3]);
  assertEquals([...feeder.filled(feeder.room.subarray(0, 2))], []);
  assertEquals([feeder.pending, feeder.position], [3, 4]);
  const moved = new Uint8Array(feeder.room.buffer.transfer(), 3);
  moved.set([4, 5]);
  const [record] = [...feeder.filled(moved)];
  assertEquals(record, Uint8Array.of(1, 2, 3, 4, 5));
  assertStrictEquals(record.buffer, moved.buffer);
  assertEquals([feeder.pending, feeder.wanted, feeder.room.length], [0, 1, 1]);
});

Deno.test("there is no room after the end", () => {
  const feeder = new ChunkFeeder(records());
  pushAll(feeder, [Uint8Array.of(255)]);
  assertEquals(feeder.room.length, 0);
});

Deno.test("a read of no more bytes than there are gets its memory at once", () => {
  const wanted = 100 << 20;
  const rooms = [0, wanted - 1, wanted].map((sourceBytes) => {
    const feeder = new ChunkFeeder(
      (function* (): ExactReader<never> {
        yield wanted;
      })(),
      { bytes: sourceBytes },
    );
    pushAll(feeder, [Uint8Array.of(1)]);
    return feeder.least + 1;
  });
  assertEquals(rooms, [64 << 20, wanted - 1, wanted]);
});

Deno.test("at the end a parser gets what has come of its read, and may make something of it", () => {
  const feeder = new ChunkFeeder((function* (): ExactReader<Uint8Array> {
    for (;;) {
      const bytes = yield 4;
      yield bytes;
      if (bytes.length < 4) return;
    }
  })());
  assertEquals(pushAll(feeder, [Uint8Array.of(1, 2, 3, 4, 5)]), [Uint8Array.of(1, 2, 3, 4)]);
  assertEquals([...feeder.finish()], [Uint8Array.of(5)]);
  assertEquals([...feeder.finish()], []);
});

Deno.test("a parser of no bytes at all is asked what it makes of that", () => {
  const feeder = new ChunkFeeder((function* (): ExactReader<number[]> {
    yield [(yield 4).length];
  })());
  assertEquals([...feeder.finish()], [[0]]);
});

Deno.test("a parser that has ended needs no more bytes", () => {
  const feeder = new ChunkFeeder(records());
  pushAll(feeder, [Uint8Array.of(255)]);
  assertEquals([...feeder.finish()], []);
});

Deno.test("a parser that asks for more after the end is a fault of ours", () => {
  assertThrows(() => [...new ChunkFeeder(records()).finish()], Error);
  const feeder = new ChunkFeeder((function* (): ExactReader<never> {
    for (;;) yield 1;
  })());
  const error = assertThrows(() => [...feeder.finish()], Error, "goes on after the end");
  assertEquals(error instanceof RankMeError, false);
});

Deno.test("what cannot be done without is an error at the byte where it ends", () => {
  const feeder = () =>
    new ChunkFeeder((function* (): ExactReader<Uint8Array> {
      yield yield* exactly(3, "the header");
    })());
  assertEquals(pushAll(feeder(), [Uint8Array.of(1, 2, 3)]), [Uint8Array.of(1, 2, 3)]);
  for (const [come, missing] of [[0, 3], [1, 2], [2, 1]]) {
    const cut = feeder();
    pushAll(cut, [new Uint8Array(come)]);
    const error = assertThrows(() => [...cut.finish()], RankMeError);
    assertEquals(
      [error.code, error.message],
      [
        "truncated",
        `byte ${come}: the input ends ${missing} bytes short, inside the header; ` +
        "its producer was cut off: run it again",
      ],
    );
  }
});

Deno.test("a place that an error of the end has already stays", () => {
  const feeder = new ChunkFeeder((function* (): ExactReader<never> {
    yield 5;
    throw truncated("inside a batch", 3).at({ byte: 1, batch: 2 });
  })());
  pushAll(feeder, [Uint8Array.of(1, 2)]);
  const error = assertThrows(() => [...feeder.finish()], RankMeError);
  assertEquals(error.place, { byte: 1, batch: 2 });
});
