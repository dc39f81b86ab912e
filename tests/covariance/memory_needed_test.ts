import { assertEquals } from "@std/assert";
import { memoryNeeded, statesOfGroups } from "../../src/covariance/memory_needed.ts";

Deno.test("a state needs D² numbers, and as many again when it is decomposed", () => {
  assertEquals(memoryNeeded({ dim: 1000 }), { bytes: 16e6, order: 1000 });
  assertEquals(memoryNeeded({ dim: 1000, rows: 1000 }), { bytes: 16e6, order: 1000 });
});

Deno.test("fewer rows than dimensions need their own numbers and matrices of N rows", () => {
  assertEquals(memoryNeeded({ dim: 16_384, rows: 1000 }).order, 1000);
  assertEquals(memoryNeeded({ dim: 100, rows: 10 }).bytes, 8 * (10 * 100 + 2 * 10 * 10));
});

Deno.test("an exact state is decomposed in a matrix of twice as many rows, and one", () => {
  assertEquals(memoryNeeded({ dim: 10, exact: true }), { bytes: 8 * (100 + 21 * 21), order: 21 });
});

Deno.test("leaving groups out takes their states, and one for each time that they are halved, and one", () => {
  assertEquals([0, 2, 3, 16, 100].map(statesOfGroups), [1, 4, 6, 21, 108]);
});
