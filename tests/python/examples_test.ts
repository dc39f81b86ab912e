import { assertEquals } from "@std/assert";
import { startExample } from "../start_example.ts";
import { assertScoredAsByNumPy } from "./assert_rank_me.ts";
import { startPython } from "./python.ts";

Deno.test("what examples/producer.py writes is scored as NumPy scores it", async () => {
  const { rows, dim } = await assertScoredAsByNumPy(startPython("examples/producer.py"));
  assertEquals([rows, dim], [10_000, 128]);
});

// Neither matrix has full rank, and the Gram matrix cannot tell a singular value below 1e-8·σ₁ from 0.
Deno.test("the digits are scored as NumPy scores them", async () => {
  const expectation = { relative: 1e-7 };
  const { rows, dim } = await assertScoredAsByNumPy(startExample("digits.ts"), [], expectation);
  assertEquals([rows, dim], [10_000, 784]);
});

Deno.test("the collapsed digits are scored as NumPy scores them", async () => {
  const producer = startExample("digits.ts", ["--directions", "4"]);
  await assertScoredAsByNumPy(producer, [], { relative: 1e-5 });
});
