import { assertEquals, assertThrows } from "@std/assert";
import { RankMeError } from "../../../src/errors.ts";
import { wasmBackend } from "../../../src/linalg/wasm/backend.ts";
import { runProgram } from "./run_program.ts";

Deno.test("wasmBackend() says what it computes with", () => {
  const { name, threads, relaxedSimd, library } = wasmBackend({ threads: 3 });
  assertEquals({ name, threads, relaxedSimd, library }, {
    name: "wasm",
    threads: 3,
    relaxedSimd: true,
    library: undefined,
  });
  assertEquals(wasmBackend().threads, 1);
});

Deno.test("wasmBackend() refuses what is no number of threads", () => {
  for (const threads of [0, -1, 1.5, NaN, Infinity]) {
    const error = assertThrows(() => wasmBackend({ threads }), RankMeError);
    assertEquals(error.code, "usage");
    assertEquals(error.message, `work can be shared among 1 thread or more, not ${threads}`);
  }
});

Deno.test("wasmBackend() refuses what 32 bits cannot address, and says how much it is", () => {
  const backend = wasmBackend({ threads: 2 });
  // 23,172² × 8 bytes are 4.3 GB.
  const sums = assertThrows(() => backend.accumulator(new Float64Array(23_172)), RankMeError);
  assertEquals(sums.code, "memory");
  assertEquals(sums.what.startsWith("the covariance of 23172 dimensions needs 4."), true);
  const values = assertThrows(() => backend.eigenvalues(23_172, () => {}), RankMeError);
  assertEquals(values.code, "memory");
  assertEquals(values.what.startsWith("the decomposition of a 23172 × 23172 matrix needs "), true);
});

Deno.test("wasmBackend() needs no permission for two threads, which end with release()", async () => {
  assertEquals(await runProgram("compute.ts", "nothing"), {
    name: "wasm",
    threads: 2,
    relaxedSimd: true,
    sums: "right",
    eigenvalues: "right",
  });
});

Deno.test("wasmBackend() does without relaxed SIMD", async () => {
  assertEquals(await runProgram("compute.ts", "relaxed SIMD"), {
    name: "wasm",
    threads: 2,
    relaxedSimd: false,
    sums: "right",
    eigenvalues: "right",
  });
});

Deno.test("wasmBackend() computes on one thread where there is no shared memory, or no waiting", async () => {
  for (const missing of ["shared memory", "waiting"]) {
    assertEquals(await runProgram("compute.ts", missing), {
      name: "wasm",
      threads: 1,
      relaxedSimd: true,
      sums: "right",
      eigenvalues: "right",
    });
  }
});

Deno.test("without SIMD wasmBackend() is refused, and the reference computes", async () => {
  assertEquals(await runProgram("compute.ts", "SIMD"), {
    refusal: "WebAssembly has no SIMD here; the reference backend runs anywhere",
    name: "reference",
    threads: 1,
    sums: "right",
    eigenvalues: "right",
  });
});
