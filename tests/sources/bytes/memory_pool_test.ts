import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { MemoryPool } from "../../../src/sources/bytes/memory_pool.ts";
import { RankMeError } from "../../../src/errors.ts";

Deno.test("memory given back is taken again in the same size, and in no other", () => {
  const pool = new MemoryPool();
  const first = pool.take(100);
  first.fill(7);
  pool.give(first.buffer);
  assertEquals(pool.take(99), new Uint8Array(99));
  // It holds what it held: nobody zeroed it.
  assertEquals(pool.take(100), new Uint8Array(100).fill(7));
  assertEquals(pool.take(100), new Uint8Array(100));
});

Deno.test("what was a view on memory given back holds nothing", () => {
  const pool = new MemoryPool();
  const view = new Float32Array(pool.take(400).buffer);
  pool.give(view.buffer);
  assertEquals(view.length, 0);
  assertThrows(() => view.subarray(1), TypeError);
});

Deno.test("memory given back twice is there once", () => {
  const pool = new MemoryPool();
  const { buffer } = pool.take(100);
  pool.give(buffer);
  pool.give(buffer);
  const [one, other] = [pool.take(100), pool.take(100)];
  assert(one.buffer !== other.buffer);
});

Deno.test("no more is kept than common batches need, the latest first", () => {
  const megabytes = (...sizes: number[]) => {
    const pool = new MemoryPool();
    const marked = sizes.map((size) => {
      const memory = pool.take(size << 20);
      memory[0] = 1;
      return memory;
    });
    marked.forEach(({ buffer }) => pool.give(buffer));
    return sizes.map((size) => pool.take(size << 20)[0]);
  };
  assertEquals(megabytes(1, 2, 3), [0, 1, 1]);
  assertEquals(megabytes(8, 9), [0, 1]);
  assertEquals(megabytes(17), [0]);
});

Deno.test("memory that cannot be had is an error that says how much", () => {
  const pool = new MemoryPool();
  const refused = assertThrows(() => pool.take(2 ** 52), RankMeError, "4.50 PB");
  assertStrictEquals(refused.code, "memory");
});
