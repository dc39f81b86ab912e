import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type Correlation, correlations } from "../../src/selection/correlation.ts";
import golden from "./correlations.json" with { type: "json" };

function close(found: Correlation, [value, low, high]: readonly number[], what: string): void {
  assertAlmostEquals(found.value, value, 1e-10, what);
  assertEquals(found.low === undefined, low === undefined, what);
  if (low === undefined) return;
  assertAlmostEquals(found.low!, low, 1e-10, `low end of ${what}`);
  assertAlmostEquals(found.high!, high, 1e-10, `high end of ${what}`);
}

for (const { name, x, y, ...expected } of golden) {
  Deno.test(`correlations and their intervals are SciPy's: ${name}`, () => {
    const found = correlations(x, y)!;
    assertEquals(found.count, x.length);
    for (const kind of ["pearson", "spearman", "kendall"] as const) {
      close(found[kind], expected[kind], kind);
    }
  });
}

Deno.test("fewer than four points, or a coordinate that is constant, have no correlation", () => {
  assertEquals(correlations([1, 2, 3], [1, 2, 4]), undefined);
  assertEquals(correlations([], []), undefined);
  assertEquals(correlations([1, 2, 3, 4], [7, 7, 7, 7]), undefined);
  assertEquals(correlations([0.1, 0.1, 0.1, 0.1], [1, 2, 3, 4]), undefined);
});

Deno.test("a correlation of exactly one or minus one has no interval", () => {
  const { pearson, spearman, kendall } = correlations([1, 2, 3, 4, 5], [0.1, 0.2, 0.3, 0.4, 0.5])!;
  assertEquals([pearson, spearman, kendall], [{ value: 1 }, { value: 1 }, { value: 1 }]);
  const falling = correlations([1, 2, 3, 4, 5], [-1, -8, -27, -64, -125])!;
  assertEquals([falling.spearman, falling.kendall], [{ value: -1 }, { value: -1 }]);
  assertEquals(falling.pearson.low! > -1 && falling.pearson.high! < 0, true);
});

Deno.test("numbers whose squares overflow or vanish are correlated all the same", () => {
  const x = [1, 2, 3, 5, 4], y = [2, 1, 4, 3, 6];
  const expected = correlations(x, y)!;
  const found = correlations(x.map((one) => one * 1e200), y.map((one) => one * 1e-200))!;
  assertAlmostEquals(found.pearson.value, expected.pearson.value, 1e-12);
});
