import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { EmbeddingBatch } from "../../src/batch.ts";
import { score } from "../../src/pipeline/score.ts";

/** Rows of so many dimensions with nothing but two directions in them, and a mean. */
function plane(dim: number): EmbeddingBatch {
  const data = Float64Array.from({ length: 2 * dim * dim }, (_, i) => {
    const row = Math.floor(i / dim), column = i % dim;
    return 3 + Math.sin(0.7 * row + 1) * Math.cos(column);
  });
  return new EmbeddingBatch({ data, dim });
}

/** Rows with pixels that are never lit, as the margins of digits. */
function withConstantColumns(rows: number, dim: number, constant: number): EmbeddingBatch {
  const data = Float64Array.from(
    { length: rows * dim },
    (_, i) => i % dim < constant ? 0 : Math.sin(i * i) + 1,
  );
  return new EmbeddingBatch({ data, dim });
}

Deno.test("a bound that reaches the last printed digit is warned of, with what would do", async () => {
  const { rankMe, accuracy, warnings } = await score([plane(256)]);
  // Printed as 1.508.
  assert(rankMe < 10 && accuracy.rankMeBound > 0.0005, `${rankMe} ± ${accuracy.rankMeBound}`);
  assertEquals(warnings.length, 1);
  assertStringIncludes(warnings[0], "RankMe may be off by 0.0");
  assertStringIncludes(warnings[0], "--exact");
  assertEquals((await score([plane(256)], { exact: true })).warnings, []);
});

Deno.test("a bound that no printed digit shows is in the report and not in a warning", async () => {
  const { rankMe, accuracy, warnings } = await score([withConstantColumns(400, 96, 32)]);
  // Printed with a hundredth; more than the 1e-6 of it that a reader of all digits would mind.
  assert(rankMe > 10 && accuracy.rankMeBound < 0.005, `${rankMe} ± ${accuracy.rankMeBound}`);
  assert(accuracy.rankMeBound > 1e-6 * rankMe, `${accuracy.rankMeBound}`);
  assertEquals(warnings, []);
});
