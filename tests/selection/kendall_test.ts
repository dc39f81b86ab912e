import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { correlations } from "../../src/selection/correlation.ts";
import { kendall } from "../../src/selection/kendall.ts";
import { ranksOf } from "../../src/selection/ranks.ts";

/** τ-b by its definition: every pair of points is looked at. */
function byPairs(x: readonly number[], y: readonly number[]): number | undefined {
  let agreement = 0, untiedX = 0, untiedY = 0;
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const dx = Math.sign(x[i] - x[j]), dy = Math.sign(y[i] - y[j]);
      agreement += dx * dy;
      untiedX += dx * dx;
      untiedY += dy * dy;
    }
  }
  const untied = Math.sqrt(untiedX) * Math.sqrt(untiedY);
  return untied === 0 ? undefined : agreement / untied;
}

Deno.test("Kendall's tau is what comparing all pairs gives, to the last digit, ties and all", () => {
  const few = fc.constantFrom(-2, -0, 0, 1, 1.5, 3, 1e300, -1e300, 1e-300);
  const points = fc.array(fc.tuple(few, fc.oneof(few, fc.double({ noNaN: true }))), {
    maxLength: 40,
  });
  fc.assert(fc.property(points, (points) => {
    const x = points.map(([x]) => x), y = points.map(([, y]) => y);
    const [ranksX, ranksY] = [ranksOf(x), ranksOf(y)];
    assertEquals(kendall(ranksX, ranksY), byPairs(x, y));
    assertEquals(kendall(ranksY, ranksX), byPairs(y, x));
  }));
});

Deno.test("correlations read each number a few times, however many there are", () => {
  const count = 2000;
  let reads = 0;
  const counted = (values: number[]) =>
    new Proxy(values, {
      get(target, key, receiver) {
        if (typeof key === "string" && /^\d/.test(key)) reads++;
        return Reflect.get(target, key, receiver);
      },
    });
  const x = Array.from({ length: count }, (_, i) => (i * 7919) % count);
  const found = correlations(counted(x), counted(x.map((one) => one % 100)));
  assertEquals(found?.count, count);
  // Sorting takes n·log₂ n comparisons; all pairs would be n²/2.
  assert(reads < 10 * count * Math.log2(count), `${reads} reads of ${count} points`);
});
