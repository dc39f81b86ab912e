import { assertEquals, assertThrows } from "@std/assert";
import { parseSettings, scaledDim, scaledRows } from "../../bench/settings.ts";

const parse = (...args: string[]) => parseSettings(args, ["kernel", "memory"]);

Deno.test("a benchmark is told which parts, how often and with what", () => {
  const args = ["memory", "--runs=3", "--threads=1", "--backends=reference,wasm", "--blas=/lib.so"];
  assertEquals(parse(...args), {
    parts: ["memory"],
    runs: 3,
    scale: 1,
    threads: 1,
    backends: ["reference", "wasm"],
    blas: "/lib.so",
  });
});

Deno.test("what a benchmark does not know is refused by name", () => {
  assertThrows(() => parse("kernal"), Error, 'no part "kernal": there are kernel, memory');
  assertThrows(() => parse("--run=3"), Error, "--run");
  assertThrows(() => parse("--backends=wasm,cuda"), Error, "wasm,cuda");
  assertThrows(() => parse("--runs=0"), Error, "--runs");
  assertThrows(() => parse("--runs=2.5"), Error, "--runs");
  assertThrows(() => parse("--scale=x"), Error, "--scale");
});

Deno.test("sizes are exact at scale 1, and whole blocks of rows in a trial", () => {
  const [whole, trial] = [parse(), parse("--scale=0.01")];
  assertEquals([scaledRows(25_600, whole), scaledDim(2048, whole)], [25_600, 2048]);
  assertEquals([scaledRows(100_000, trial), scaledRows(25_600, trial)], [1000, 1000]);
  assertEquals([scaledDim(2048, trial), scaledDim(384, trial)], [20, 8]);
});
