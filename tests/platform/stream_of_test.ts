import { assertEquals, assertRejects } from "@std/assert";
import { cka, EmbeddingBatch, score } from "../../mod.ts";
import { streamOf } from "../../src/platform/stream_of.ts";

Deno.test("streamOf() gives the items of lists, generators and async generators, in order", async () => {
  assertEquals(await Array.fromAsync(streamOf([1, 2, 3])), [1, 2, 3]);
  assertEquals(await Array.fromAsync(streamOf(new Set(["a"]))), ["a"]);
  assertEquals(await Array.fromAsync(streamOf([])), []);
  const late = (async function* () {
    yield 1;
    await Promise.resolve();
    yield 2;
  })();
  assertEquals(await Array.fromAsync(streamOf(late)), [1, 2]);
});

Deno.test("streamOf() asks for an item when it is wanted, and for no other before", async () => {
  let asked = 0;
  const reader = streamOf((function* () {
    while (true) yield ++asked;
  })()).getReader();
  await Promise.resolve();
  assertEquals(asked, 0);
  assertEquals((await reader.read()).value, 1);
  assertEquals(asked, 1);
  await reader.cancel();
});

Deno.test("a stream that is cancelled ends what it came from", async () => {
  let ended = false;
  const items = (function* () {
    try {
      yield 1;
      yield 2;
    } finally {
      ended = true;
    }
  })();
  const reader = streamOf(items).getReader();
  await reader.read();
  await reader.cancel();
  assertEquals(ended, true);
});

Deno.test("what fails inside fails the stream, with the same error", async () => {
  const failure = new Error("no more");
  const items = (async function* () {
    yield 1;
    throw failure;
  })();
  const reader = streamOf(items).getReader();
  await reader.read();
  assertEquals(await reader.read().catch((error) => error), failure);
  await assertRejects(() => reader.closed, Error, "no more");
});

Deno.test("score() and cka() do without ReadableStream.from, which not every browser has", async () => {
  const batch = () => new EmbeddingBatch({ data: Float64Array.of(3, 0, 0, 3, 1, 2), dim: 2 });
  const original = ReadableStream.from;
  Reflect.deleteProperty(ReadableStream, "from");
  try {
    assertEquals((await score([batch()])).rows, 3);
    assertEquals((await score([[batch()], [batch()]])).rows, 6);
    assertEquals((await cka([batch()], [batch()])).rows, 3);
  } finally {
    ReadableStream.from = original;
  }
});
