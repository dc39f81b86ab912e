import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RankMeError } from "../../src/errors.ts";
import { jackknife, jackknifeDifference, type Replicates } from "../../src/metrics/jackknife.ts";
import { gaussian } from "../linalg/matrices.ts";

/** The 0.975 quantile with 15 degrees of freedom, from tables. */
const T15 = 2.13145;

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A number of values that are dealt out to groups, and the same of all but each group. */
function replicatesOf(
  values: readonly number[],
  groupOf: (at: number) => number,
  groups: number,
  compute: (values: readonly number[]) => number = mean,
): Replicates {
  const indices = Array.from({ length: groups }, (_, group) => group);
  return {
    estimate: compute(values),
    replicates: indices.map((left) => compute(values.filter((_, at) => groupOf(at) !== left))),
    sizes: indices.map((left) => values.filter((_, at) => groupOf(at) === left).length),
  };
}

function intervalOf({ estimate, replicates, ...options }: Replicates) {
  return jackknife(estimate, replicates, options);
}

Deno.test("no standard error is said to be less than what rounding may have made of it", () => {
  const few = { estimate: 3, replicates: [3 - 1e-9, 3 + 1e-9], rounding: 1e-3 };
  assertEquals(intervalOf(few).standardError, 1e-3);
  // The 0.975 quantile with one degree of freedom, from tables.
  assertAlmostEquals(intervalOf(few).high, 3 + 12.7062 * 1e-3, 1e-6);
  const { standardError } = jackknifeDifference(few, { ...few, estimate: 2, rounding: 2e-3 });
  assertAlmostEquals(standardError, 3e-3, 1e-15);
  // Where rows make more of it, nothing changes.
  const many = { estimate: 3, replicates: [2, 4] };
  assertEquals(intervalOf({ ...many, rounding: 1e-3 }), intervalOf(many));
});

Deno.test("leaving out each value of a mean gives its textbook standard error, s/√n", () => {
  const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 2 });
  fc.assert(fc.property(values, (values) => {
    const all = mean(values);
    const squares = values.reduce((sum, value) => sum + (value - all) ** 2, 0);
    const expected = Math.sqrt(squares / (values.length - 1) / values.length);
    const found = intervalOf(replicatesOf(values, (at) => at, values.length));
    assertAlmostEquals(found.standardError, expected, 1e-9 * (1 + expected));
  }));
});

Deno.test("groups as large as each other give (G−1)/G·Σ(θ_g − θ̄)², sizes or none", () => {
  const replicates = Array.from(gaussian(3, 16));
  const middle = mean(replicates);
  const squares = replicates.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  const expected = Math.sqrt(squares * 15 / 16);
  for (const sizes of [undefined, new Array(16).fill(7)]) {
    const { standardError, low, high } = jackknife(2, replicates, { sizes });
    assertAlmostEquals(standardError, expected, 1e-13);
    assertAlmostEquals(low, 2 - T15 * expected, 1e-5);
    assertAlmostEquals(high, 2 + T15 * expected, 1e-5);
  }
});

Deno.test("groups of unequal sizes give the variance of Busing, Meijer & van der Leeden", () => {
  const values = Array.from(gaussian(4, 57)), groups = 5;
  const of = replicatesOf(values, (at) => at % 11 % groups, groups, (some) => Math.exp(mean(some)));
  const sizes = of.sizes!;
  const pseudo = of.replicates.map((value, j) => {
    const h = values.length / sizes[j];
    return h * of.estimate - (h - 1) * value;
  });
  const center = groups * of.estimate -
    of.replicates.reduce((sum, value, j) => sum + (1 - sizes[j] / values.length) * value, 0);
  const variance = mean(
    pseudo.map((value, j) => (value - center) ** 2 / (values.length / sizes[j] - 1)),
  );
  assert(new Set(sizes).size > 1);
  assertAlmostEquals(intervalOf(of).standardError, Math.sqrt(variance), 1e-13);
});

Deno.test("a bias that falls as 1/N is no error where groups are of unequal sizes", () => {
  const sizes = [3, 4, 5, 8];
  const rows = 20;
  const replicates = sizes.map((size) => 7 + 2 / (rows - size));
  assertAlmostEquals(jackknife(7 + 2 / rows, replicates, { sizes }).standardError, 0, 1e-14);
});

Deno.test("a group without rows is no group", () => {
  const some = jackknife(3, [2.5, 3.2, 3.4], { sizes: [4, 5, 6] });
  assertEquals(jackknife(3, [2.5, 3, 3.2, 3.4], { sizes: [4, 0, 5, 6] }), some);
});

Deno.test("a size that all replicates share costs no digits", () => {
  const replicates = [1, -2, 4, 0.5];
  const far = replicates.map((value) => value + 2 ** 40);
  assertEquals(jackknife(2 ** 40, far).standardError, jackknife(0, replicates).standardError);
});

Deno.test("an interval can be made wider, of another level, and is then so", () => {
  const replicates = Array.from(gaussian(3, 16));
  const plain = jackknife(0, replicates);
  const wider = jackknife(0, replicates, { widening: 2.5 });
  assertAlmostEquals(wider.standardError, 2.5 * plain.standardError, 1e-14);
  assertAlmostEquals(wider.high, 2.5 * plain.high, 1e-14);
  // The 0.95 quantile, from tables.
  const { standardError, high } = jackknife(0, replicates, { level: 0.9 });
  assertAlmostEquals(high, 1.75305 * standardError, 1e-5 * high);
});

Deno.test("the difference of numbers of the same rows loses what they share", () => {
  const values = Array.from(gaussian(5, 160)), noise = gaussian(6, 160);
  const groupOf = (at: number) => at % 16;
  const a = replicatesOf(values, groupOf, 16);
  const b = replicatesOf(values.map((value, at) => value + noise[at] / 100), groupOf, 16);
  const own = replicatesOf(Array.from(noise, (value) => -value / 100), groupOf, 16);
  const found = jackknifeDifference(a, b);
  assertAlmostEquals(found.difference, a.estimate - b.estimate, 1e-15);
  assertAlmostEquals(found.standardError, intervalOf(own).standardError, 1e-12);
  assert(found.standardError < intervalOf(a).standardError / 50);
});

Deno.test("of rows that have nothing to do with each other the squares add up, on average", () => {
  const squares = { found: 0, expected: 0 };
  for (let trial = 0; trial < 400; trial++) {
    const [a, b] = [2 * trial, 2 * trial + 1].map((seed) =>
      replicatesOf(Array.from(gaussian(100 + seed, 32)), (at) => at % 16, 16)
    );
    squares.found += jackknifeDifference(a, b).standardError ** 2;
    squares.expected += intervalOf(a).standardError ** 2 + intervalOf(b).standardError ** 2;
  }
  assertAlmostEquals(squares.found / squares.expected, 1, 0.05);
});

Deno.test("numbers of groups that differ are taken for rows that have nothing to do with each other", () => {
  const a = { estimate: 5, replicates: [4, 5, 6, 5.5] }, b = { estimate: 3, replicates: [2, 3, 4] };
  const found = jackknifeDifference(a, b);
  const expected = Math.hypot(intervalOf(a).standardError, intervalOf(b).standardError);
  assertAlmostEquals(found.standardError, expected, 1e-14);
  // The 0.975 quantile with the 2 degrees of freedom of the fewer groups.
  assertAlmostEquals(found.high - found.difference, 4.302653 * expected, 1e-5);
});

Deno.test("a difference is as uncertain as the wider of the two intervals says", () => {
  const a = { estimate: 5, replicates: [4, 5, 6, 5.5] },
    b = { estimate: 3, replicates: [2, 3, 4, 3] };
  const plain = jackknifeDifference(a, b).standardError;
  const wider = jackknifeDifference({ ...a, widening: 1.5 }, { ...b, widening: 2 }).standardError;
  assertAlmostEquals(wider, 2 * plain, 1e-14);
});

Deno.test("what is no jackknife is refused", () => {
  const cases: (() => unknown)[] = [
    () => jackknife(1, [1]),
    () => jackknife(1, []),
    () => jackknife(1, [1, 2], { sizes: [3, 0] }),
    () => jackknife(1, [1, 2], { sizes: [3] }),
    () => jackknife(1, [1, 2], { level: 1 }),
    () => jackknife(1, [1, 2], { level: -0.5 }),
    () =>
      jackknifeDifference({ estimate: 1, replicates: [1] }, { estimate: 1, replicates: [1, 2] }),
  ];
  for (const attempt of cases) assertEquals(assertThrows(attempt, RankMeError).code, "usage");
});
