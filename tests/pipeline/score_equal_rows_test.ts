import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { EmbeddingBatch } from "../../src/batch.ts";
import { RankMeError } from "../../src/errors.ts";
import { score } from "../../src/pipeline/score.ts";
import { scoreEqualRows } from "../../src/pipeline/score_equal_rows.ts";

const batch = (rows: number) =>
  new EmbeddingBatch({
    data: Float64Array.from({ length: 3 * rows }, (_, i) => Math.sin(i * i)),
    dim: 3,
  });
const INPUTS = [20, 12, 30].map((rows) => ({ name: `n${rows}`, source: [batch(rows)] }));

const rowsOf = (outcomes: Awaited<ReturnType<typeof scoreEqualRows>>) =>
  outcomes.map((one) => "report" in one ? one.report.rows : one.error.message);

Deno.test("the first rows of each are scored", async () => {
  const outcomes = await scoreEqualRows(INPUTS, 12);
  assertEquals(rowsOf(outcomes), [12, 12, 12]);
  const expected = await score([batch(12)]);
  for (const one of outcomes) {
    assertAlmostEquals("report" in one ? one.report.rankMe : NaN, expected.rankMe, 1e-12);
  }
});

Deno.test("a data set that has not as many is an error, the others are scored", async () => {
  assertEquals(rowsOf(await scoreEqualRows(INPUTS, 20)), [
    20,
    "n12: 12 rows, and 20 of each are to be compared; ask for fewer, or for as many as the shortest has",
    20,
  ]);
});

Deno.test("as many as the shortest has, in the order of the inputs", async () => {
  const outcomes = await scoreEqualRows(INPUTS, "min");
  assertEquals(outcomes.map(({ name }) => name), ["n20", "n12", "n30"]);
  assertEquals(rowsOf(outcomes), [12, 12, 12]);
});

Deno.test("one that cannot be scored does not count as the shortest", async () => {
  const bad = { name: "bad", source: [] as EmbeddingBatch[] };
  assertEquals(rowsOf(await scoreEqualRows([bad, ...INPUTS], "min")), ["bad: no rows", 12, 12, 12]);
});

Deno.test("rows that can be read once only cannot be cut to the shortest", async () => {
  const inputs = [...INPUTS, { name: "stream", source: ReadableStream.from([batch(5)]) }];
  const error = await assertRejects(() => scoreEqualRows(inputs, "min"), RankMeError);
  assertEquals([error.code, error.place.input], ["usage", "stream"]);
});
