import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { ScoreReport } from "../../src/report/report.ts";
import { findDrops } from "../../src/selection/checkpoints.ts";
import { describeDrops } from "../../src/selection/comparison_text.ts";
import { reportOf } from "../report/reports.ts";
import { sureReport } from "./sure_reports.ts";

const at = (x: number, report: ScoreReport) => ({ name: `step-${x}`, x, report });

/** RankMe at steps 100, 200, … with a standard error of 0.1. */
function training(...ranks: readonly number[]) {
  return ranks.map((rankMe, i) => at(100 * (i + 1), sureReport(rankMe, noise(rankMe, 0.1, i))));
}

/** Seventeen numbers about another one, which say that its standard error is so much. */
function noise(value: number, standardError: number, seed: number): number[] {
  const raw = Array.from({ length: 16 }, (_, group) => Math.sin(1 + 7 * group + 131 * seed));
  const mean = raw.reduce((sum, one) => sum + one, 0) / 16;
  const squares = raw.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  const scale = standardError / Math.sqrt(15 / 16 * squares);
  return raw.map((one) => value + scale * (one - mean));
}

/** A C `rand()` of old, for numbers that are the same in every run. */
function* uniform(seed: number): Generator<number> {
  for (let state = seed;;) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    yield (state >> 8) / (0x7fffffff >> 8);
  }
}

const kinds = (found: ReturnType<typeof findDrops>) =>
  found.map(({ drop }) => drop ? drop.collapse ? "collapse" : "drop" : "");

Deno.test("RankMe that rises and stays has no drop", () => {
  assertEquals(kinds(findDrops(training(10, 20, 30, 30, 30.1, 30))), ["", "", "", "", "", ""]);
});

Deno.test("a fall of more than chance allows is a drop, one to less than half a collapse", () => {
  const found = findDrops(training(10, 40, 39.9, 38, 19, 12, 39));
  assertEquals(kinds(found), ["", "", "", "drop", "collapse", "collapse", "drop"]);
  const { drop } = found[4];
  assertEquals([drop!.from, drop!.value, drop!.share], [200, -21, 19 / 40]);
  assert(drop!.high! < 0 && drop!.low! < drop!.high!);
});

Deno.test("a slow decline, however sure, is no collapse", () => {
  const found = findDrops(training(40, 38, 36, 34, 32, 30, 28, 26, 24, 22));
  assertEquals(kinds(found), ["", ...Array(9).fill("drop")]);
});

Deno.test("checkpoints may come in any order, the training's is what counts", () => {
  const [first, second] = training(40, 10);
  assertEquals(findDrops([second, first]).map(({ x }) => x), [100, 200]);
  assertEquals(kinds(findDrops([second, first])), ["", "collapse"]);
});

Deno.test("the interval of a drop allows for how many there were to choose the best from", () => {
  const before = training(30, 30, 30, 30, 30.2, 10);
  const { standardError, value, high } = findDrops(before)[5].drop!;
  // Student's t with 15 degrees of freedom: 0.5 % lie above 2.947 (printed tables), a fifth of 2.5 %.
  assertAlmostEquals((high! - value) / standardError!, 2.947, 5e-4);
});

Deno.test("noise about a level is hardly ever a drop, as it would be without that allowance", () => {
  const random = uniform(42);
  const normal = () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += random.next().value!;
    return sum;
  };
  let dropped = 0, below = 0, count = 0;
  for (let series = 0; series < 40; series++) {
    // Rows of their own for each checkpoint: nothing in common that pairing could take away.
    const checkpoints = Array.from({ length: 40 }, (_, i) => {
      const rankMe = 100 + normal();
      const replicates = Array.from({ length: 16 }, () => rankMe + normal() / 3.75);
      return at(i + 1, sureReport(rankMe, replicates));
    });
    const found = findDrops(checkpoints);
    found.forEach(({ drop, report }, i) => {
      count++;
      if (drop) dropped++;
      const best = Math.max(...found.slice(0, i).map((one) => one.report.rankMe));
      if (report.rankMe < best - 2.131 * Math.SQRT2) below++;
    });
  }
  assertEquals(count, 1600);
  assert(dropped < 0.025 * count, `${dropped} of ${count}`);
  assert(below > 0.1 * count, `${below} of ${count} without the allowance`);
});

Deno.test("a fall from an untrained network is a drop, and no collapse by itself", () => {
  const untrained = at(0, sureReport(150, noise(150, 0.1, 9)));
  const found = findDrops([untrained, ...training(30, 40, 41)]);
  assertEquals(kinds(found), ["", "drop", "drop", "drop"]);
  assertEquals(found[1].drop!.from, 0);
  assertEquals(kinds(findDrops([untrained, ...training(30, 40, 10)])).at(-1), "collapse");
});

Deno.test("without intervals only a collapse is seen", () => {
  const ranks = [40, 30, 19];
  const found = findDrops(ranks.map((rankMe, i) => at(i + 1, reportOf({ rankMe }))));
  assertEquals(kinds(found), ["", "", "collapse"]);
  assertEquals(found[2].drop, { value: -21, from: 1, share: 19 / 40, collapse: true });
});

Deno.test("a training is told in sentences: the collapse, the first drop, how many", () => {
  assertEquals(describeDrops(findDrops(training(10, 40, 38, 10)), "step"), [
    "collapse at step 400: RankMe 10.00, 25 % of 40.00 at step 200",
    "first drop at step 300: RankMe 38.00, 95 % of 40.00 at step 200",
    "2 of 4 significantly below an earlier checkpoint",
  ]);
  assertEquals(describeDrops(findDrops(training(40, 10)), "step"), [
    "collapse at step 200: RankMe 10.00, 25 % of 40.00 at step 100",
    "1 of 2 significantly below an earlier checkpoint",
  ]);
  assertEquals(describeDrops(findDrops(training(10, 20)), "epoch"), [
    "no drop: no epoch is significantly below an earlier checkpoint",
  ]);
  const untrained = at(0, sureReport(150, noise(150, 0.1, 9)));
  assertEquals(
    describeDrops(findDrops([untrained, ...training(30)]), "step").at(-1),
    "at step 0 a network is untrained, and its rank high by nature",
  );
});
