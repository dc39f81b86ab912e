import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { fastestBackend } from "../../src/linalg/fastest_backend.ts";

Deno.test("fastestBackend() is WebAssembly on as many threads as are asked for", () => {
  for (const threads of [1, 2, 5]) {
    const backend = fastestBackend(threads);
    assertEquals([backend.name, backend.threads], ["wasm", threads]);
  }
  assertEquals(fastestBackend().threads, 1);
});

Deno.test("fastestBackend() on one thread is one for all; threads have an owner to release them", () => {
  assertStrictEquals(fastestBackend(), fastestBackend(1));
  assert(fastestBackend(2) !== fastestBackend(2));
});
