import { assertAlmostEquals, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import type { EmbeddingData } from "../../src/batch.ts";
import { rankMe } from "../../src/metrics/rank_me.ts";
import { exactStateOf, stateOf } from "../covariance/rows.ts";
import { goldenConventions } from "./conventions.ts";
import { exactRelative, golden, type GoldenCase, type GoldenConvention } from "./golden.ts";
import { checksum, goldenMatrix, goldenNames } from "./matrices.ts";

/** How a producer may cut the rows: at once, one by one, unevenly, in powers of two. */
const BATCH_SIZES = [[Infinity], [1], [7, 64, 3], [128]];

/** The entries in the type of the case; float16 is widened as it is when Arrow is read. */
function dataOf({ name, dtype }: GoldenCase): EmbeddingData {
  const { data } = goldenMatrix(name);
  switch (dtype) {
    case "float64":
      return data;
    case "float32":
      return Float32Array.from(data);
    case "float16":
      return Float32Array.from(Float16Array.from(data));
  }
}

Deno.test("golden.json and the generator know the same matrices", () => {
  assertEquals(golden.map(({ name }) => name), [...goldenNames]);
  assertThrows(() => goldenMatrix("no such matrix"), RangeError, "no such matrix");
});

for (const expected of golden) {
  const { name, dim } = expected;

  Deno.test(`golden ${name} is rebuilt to the last bit`, () => {
    const { rows, dim, data } = goldenMatrix(name);
    assertEquals([rows, dim, data.length], [expected.rows, expected.dim, rows * dim]);
    assertEquals([...data.subarray(0, expected.firstEntries.length)], [...expected.firstEntries]);
    assertEquals([...data.subarray(-expected.lastEntries.length)], [...expected.lastEntries]);
    assertEquals(checksum(data), expected.checksum);
    assertEquals(Float64Array.from(dataOf(expected)), data, "exact in its type");
  });

  for (const sizes of BATCH_SIZES) {
    Deno.test(`golden ${name} in batches of ${sizes} has NumPy's effective ranks`, () => {
      const state = stateOf(dataOf(expected), dim, ...sizes);
      for (const [convention, { value, relative }] of Object.entries(expected.expected)) {
        const { centered, ...how } = goldenConventions[convention as GoldenConvention];
        const rank = rankMe(state.spectrum({ centered }), how);
        assertAlmostEquals(rank, value, relative * value, convention);
      }
    });

    Deno.test(`golden ${name} in batches of ${sizes} has NumPy's singular values`, () => {
      const state = stateOf(dataOf(expected), dim, ...sizes);
      for (const centered of [false, true]) {
        const { singularValues } = state.spectrum({ centered });
        const values = centered ? expected.singularValuesCentered : expected.singularValues;
        assertEquals(expected.indices.length, values.length);
        // Where all rows are equal, what NumPy leaves after centring is rounding noise.
        const scale = centered && name === "constant-rows" ? 1 : values[0];
        values.forEach((value, at) =>
          assertAlmostEquals(
            singularValues[expected.indices[at]] ** 2,
            value ** 2,
            // Squares of 1000 rows added one by one come to 1.2e-14; they may come to 1e-13.
            2e-14 * scale ** 2,
            `σ${expected.indices[at] + 1}${centered ? ", centred" : ""}`,
          )
        );
      }
    });

    Deno.test(`golden ${name} in batches of ${sizes} has NumPy's effective ranks to ${exactRelative} when exact`, () => {
      const state = exactStateOf(dataOf(expected), dim, ...sizes);
      for (const [convention, { value }] of Object.entries(expected.expected)) {
        const { centered, ...how } = goldenConventions[convention as GoldenConvention];
        const rank = rankMe(state.spectrum({ centered }), how);
        assertAlmostEquals(rank, value, exactRelative * value, convention);
      }
    });

    Deno.test(`golden ${name} in batches of ${sizes} has NumPy's singular values, not their squares, when exact`, () => {
      const state = exactStateOf(dataOf(expected), dim, ...sizes);
      for (const centered of [false, true]) {
        const { singularValues } = state.spectrum({ centered });
        const values = centered ? expected.singularValuesCentered : expected.singularValues;
        // Where all rows are equal, what NumPy leaves after centring is rounding noise.
        const scale = centered && name === "constant-rows" ? 1e3 : values[0];
        values.forEach((value, at) =>
          assertAlmostEquals(
            singularValues[expected.indices[at]],
            value,
            1e-14 * scale,
            `σ${expected.indices[at] + 1}${centered ? ", centred" : ""}`,
          )
        );
      }
    });
  }
}

Deno.test("a changed, moved or negated entry changes the checksum", () => {
  const { data } = goldenMatrix("square");
  const before = checksum(data);
  const changes: ((changed: Float64Array) => void)[] = [
    (changed) => changed[500] += Number.EPSILON * Math.abs(changed[500]),
    (changed) => changed[1000] = -changed[1000],
    (changed) => [changed[0], changed[1]] = [changed[1], changed[0]],
  ];
  for (const change of changes) {
    const changed = data.slice();
    change(changed);
    assertNotEquals(checksum(changed), before);
  }
});
