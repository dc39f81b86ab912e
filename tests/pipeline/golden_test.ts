import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { ConventionName } from "../../src/metrics/conventions.ts";
import { score } from "../../src/pipeline/score.ts";
import type { ArrowLayout } from "../../src/sources/arrow/arrow_encode_stream.ts";
import { goldenConventions } from "../golden/conventions.ts";
import { golden, type GoldenConvention } from "../golden/golden.ts";
import { goldenMatrix } from "../golden/matrices.ts";
import { arrowBytes, inChunks, withFiles } from "./arrow.ts";

const DTYPES = { float64: "f64", float32: "f32", float16: "f16" } as const;
const LAYOUTS: readonly ArrowLayout[] = ["fixed-size-list", "list", "large-list", "columns"];

/** The options of score() that mean a golden convention. */
function optionsOf(convention: GoldenConvention) {
  return convention === "paper-centered"
    ? { center: true, epsilon: goldenConventions[convention].epsilon }
    : { convention: convention as ConventionName };
}

golden.forEach((expected, index) => {
  const { name, rows, dim, dtype } = expected;
  const layout = LAYOUTS[index % LAYOUTS.length];

  Deno.test(`an Arrow stream of golden ${name} (${dtype}, ${layout}) has NumPy's effective ranks`, async () => {
    const { data } = goldenMatrix(name);
    const bytes = await arrowBytes(data, dim, 97, { dtype: DTYPES[dtype], layout });
    for (const [convention, { value, relative }] of Object.entries(expected.expected)) {
      const report = await score(inChunks(bytes, 4099), {
        ...optionsOf(convention as GoldenConvention),
        ...layout === "columns" && { columns: ["embedding_*"] },
      });
      assertEquals([report.rows, report.dim, report.complete], [rows, dim, true]);
      assertAlmostEquals(report.rankMe, value, relative * value, convention);
      const values = report.centered ? expected.singularValuesCentered : expected.singularValues;
      values.forEach((σ, at) =>
        assertAlmostEquals(
          report.spectrum.singularValues[expected.indices[at]] ** 2,
          σ ** 2,
          1e-14 * values[0] ** 2,
        )
      );
    }
  });
});

for (const name of ["gaussian", "low-rank-large-mean", "float16", "fewer-rows-than-columns"]) {
  Deno.test(`golden ${name} in three files has NumPy's effective ranks`, async () => {
    const { rows, dim, dtype, expected } = golden.find((one) => one.name === name)!;
    const { data } = goldenMatrix(name);
    const cuts = [0, Math.floor(rows / 5), Math.floor(rows / 2), rows];
    const shards = await Promise.all(
      [0, 1, 2].map((k) =>
        arrowBytes(data.subarray(cuts[k] * dim, cuts[k + 1] * dim), dim, 50, {
          dtype: DTYPES[dtype],
        })
      ),
    );
    await withFiles(shards, async (...paths) => {
      for (const [convention, golden] of Object.entries(expected)) {
        const report = await score(paths, optionsOf(convention as GoldenConvention));
        assertAlmostEquals(report.rankMe, golden.value, golden.relative * golden.value, convention);
      }
    });
  });
}
