import { assert, assertEquals, assertRejects } from "@std/assert";
import { fanOut, inStep } from "../../src/pipeline/fan_out.ts";
import { promptly, settle, watchedSource } from "./streams.ts";

Deno.test("every reader gets every value, in order", async () => {
  const copies = fanOut(ReadableStream.from([1, 2, 3]), 3);
  const read = await Promise.all(copies.map((copy) => Array.fromAsync(copy)));
  assertEquals(read, [[1, 2, 3], [1, 2, 3], [1, 2, 3]]);
});

Deno.test("a reader that does not ask holds the others back, so that nothing piles up", async () => {
  const source = watchedSource((index) => index);
  const [quick, slow] = fanOut(source.stream, 2).map((copy) => copy.getReader());
  const ahead = quick.read();
  await settle();
  assertEquals(source.pulled, 0);
  assertEquals([(await slow.read()).value, (await ahead).value], [0, 0]);
  await settle();
  assertEquals(source.pulled, 1);
  await promptly(quick.cancel());
});

Deno.test("an error of the source reaches every reader", async () => {
  const source = watchedSource((index) => {
    if (index === 1) throw new Error("torn");
    return index;
  });
  const copies = fanOut(source.stream, 2);
  const ends = await Promise.allSettled(copies.map((copy) => Array.fromAsync(copy)));
  assertEquals(ends.map((end) => end.status === "rejected" && end.reason.message), [
    "torn",
    "torn",
  ]);
});

Deno.test("a reader that cancels ends the source and the others", async () => {
  const source = watchedSource((index) => index);
  const [leaving, staying] = fanOut(source.stream, 2).map((copy) => copy.getReader());
  const waiting = staying.read();
  await promptly(leaving.cancel("enough"));
  assertEquals(source.cancelled, ["enough"]);
  assertEquals(await promptly(waiting.catch((reason) => reason)), "enough");
});

Deno.test("values are read in step, one of each stream at a time", async () => {
  const rounds = await Array.fromAsync(
    inStep([ReadableStream.from([1, 2]), ReadableStream.from([10, 20])]),
  );
  assertEquals(rounds, [[1, 10], [2, 20]]);
});

Deno.test("whoever stops reading in step cancels all, and so does an error of one", async () => {
  const sources = [watchedSource((index) => index), watchedSource((index) => index)];
  for await (const _ of inStep(sources.map(({ stream }) => stream))) break;
  assert(sources.every(({ cancelled }) => cancelled.length === 1));

  const other = watchedSource((index) => index);
  const failing = watchedSource<number>(() => {
    throw new Error("torn");
  });
  await assertRejects(
    () => Array.fromAsync(inStep([other.stream, failing.stream])),
    Error,
    "torn",
  );
  assertEquals(other.cancelled.length, 1);
});
