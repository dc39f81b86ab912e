import { assertAlmostEquals, assertEquals } from "@std/assert";
import { lidar } from "../../src/metrics/lidar.ts";
import { objectCases } from "../golden/objects.ts";

for (const { name, expected } of objectCases) {
  Deno.test(`LiDAR of the eigenvalues of ${name} is NumPy's`, () => {
    for (const { eigenvalues, lidar: value } of expected) {
      assertAlmostEquals(lidar(Float64Array.from(eigenvalues)), value, 1e-12 * value);
    }
  });
}

Deno.test("LiDAR is exp(−Σ p ln p) of p = λ/Σλ + ε, not normalised again, by hand", () => {
  const p = [0.75 + 0.1, 0.25 + 0.1, 0.1];
  const expected = Math.exp(-p.reduce((sum, x) => sum + x * Math.log(x), 0));
  assertAlmostEquals(lidar(Float64Array.of(3, 1, 0), 0.1), expected, 1e-14);
});

Deno.test("the unit of the eigenvalues is of no account, and zeros alone have LiDAR 0", () => {
  const values = Float64Array.of(5, 3, 0.1);
  assertAlmostEquals(lidar(values.map((x) => x * 1e300)), lidar(values), 1e-13);
  assertEquals(lidar(new Float64Array(4)), 0);
});
