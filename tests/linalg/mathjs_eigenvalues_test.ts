import { assertAlmostEquals, assertEquals } from "@std/assert";
import { mathjsEigenvalues } from "../../src/linalg/reference/mathjs_eigenvalues.ts";
import { diagonal, tridiagonal } from "./matrices.ts";

Deno.test("mathjsEigenvalues() of a diagonal matrix are its diagonal, largest first", async () => {
  assertEquals(
    await mathjsEigenvalues(diagonal([2, -7, 0, 11]), 4),
    Float64Array.of(11, 2, 0, -7),
  );
  assertEquals(await mathjsEigenvalues(Float64Array.of(3), 1), Float64Array.of(3));
});

Deno.test("mathjsEigenvalues() of the 1-2-1 matrix are 2 − 2cos(kπ/(n+1))", async () => {
  const dim = 9;
  const matrix = tridiagonal(new Float64Array(dim).fill(2), new Float64Array(dim).fill(-1));
  const values = await mathjsEigenvalues(matrix, dim);
  values.forEach((value, k) =>
    assertAlmostEquals(value, 2 - 2 * Math.cos((dim - k) * Math.PI / (dim + 1)), 1e-13)
  );
});
