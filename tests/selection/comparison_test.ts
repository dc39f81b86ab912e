import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import type { ScoreReport } from "../../src/report/report.ts";
import { compare } from "../../src/selection/comparison.ts";
import { reportOf } from "../report/reports.ts";
import { sureReport } from "./sure_reports.ts";

/** The quantile of Student's t with 3 degrees of freedom that 2.5 % lie above, from a printed table. */
const T3 = 3.182446;

const named = (reports: Readonly<Record<string, ScoreReport>>) =>
  Object.entries(reports).map(([name, report]) => ({ name, report }));

Deno.test("the highest RankMe comes first, and of equal ones the one that came first", () => {
  const { ranked, failed, notes } = compare(named({
    low: reportOf({ rankMe: 10 }),
    high: reportOf({ rankMe: 30 }),
    also: reportOf({ rankMe: 10 }),
    middle: reportOf({ rankMe: 20 }),
  }));
  assertEquals(ranked.map(({ name, value }) => [name, value]), [
    ["high", 30],
    ["middle", 20],
    ["low", 10],
    ["also", 10],
  ]);
  assertEquals([failed, notes], [[], []]);
});

Deno.test("each has its difference to the best, the best has none", () => {
  const { ranked } = compare(named({ a: reportOf({ rankMe: 10 }), b: reportOf({ rankMe: 30 }) }));
  assertEquals(ranked.map(({ difference }) => difference), [undefined, { value: -20 }]);
});

Deno.test("without intervals in the reports nothing is said to be alike", () => {
  const { ranked } = compare(named({ a: reportOf(), b: reportOf() }));
  for (const one of ranked) {
    assertEquals(["tied" in one, "interval" in one, one.difference?.low], [
      false,
      false,
      undefined,
    ]);
  }
});

Deno.test("the standard error of a difference is the jackknife's of the paired differences", () => {
  const { ranked } = compare(named({
    best: sureReport(20, [20, 21, 19, 20]),
    other: sureReport(15, [16, 15, 16, 13]),
  }));
  // Differences −4, −6, −3, −7 about their mean −5: squares 1 + 1 + 4 + 4, times 3/4.
  const standardError = Math.sqrt(0.75 * 10);
  const { difference, tied } = ranked[1];
  assertEquals(difference?.value, -5);
  assertAlmostEquals(difference!.standardError!, standardError, 1e-12);
  assertAlmostEquals(difference!.low!, -5 - T3 * standardError, 1e-5);
  assertAlmostEquals(difference!.high!, -5 + T3 * standardError, 1e-5);
  assertEquals(tied, true);
});

Deno.test("the same rows twice cannot be told apart", () => {
  const { ranked: [, other] } = compare(named({
    a: sureReport(20, [20, 21, 19, 20]),
    copy: sureReport(20, [20, 21, 19, 20]),
  }));
  assertEquals(other.difference, { value: 0, standardError: 0, low: 0, high: 0 });
  assertEquals(other.tied, true);
});

Deno.test("what both have in common does not blur their difference", () => {
  const { ranked: [best, other] } = compare(named({
    a: sureReport(20, [18, 22, 19, 21]),
    b: sureReport(19, [17.1, 21, 17.9, 20]),
  }));
  // Each by itself is not told apart from the other.
  assert(best.interval!.low < other.report.rankMe && other.interval!.high > best.report.rankMe);
  assertEquals(other.tied, false);
  assert(other.difference!.high! < 0);
});

Deno.test("a metric can be ranked by, the lowest first if that is the best", () => {
  const outcomes = named({
    a: reportOf({ rankMe: 30, metrics: { conditionNumber: 9 } }),
    b: reportOf({ rankMe: 20, metrics: { conditionNumber: 5 } }),
    c: reportOf({ rankMe: 40, metrics: {} }),
  });
  const order = (ascending: boolean) =>
    compare(outcomes, { sort: "conditionNumber", ascending }).ranked.map(({ name }) => name);
  assertEquals(order(false), ["a", "b", "c"]);
  assertEquals(order(true), ["b", "a", "c"]);
  const { ranked } = compare(outcomes, { sort: "conditionNumber", ascending: true });
  assertEquals(ranked.map(({ value }) => value), [5, 9, undefined]);
  assertEquals(ranked.map(({ difference }) => difference?.value), [undefined, 4, undefined]);
});

Deno.test("the difference of a metric is judged by that metric", () => {
  const report = (value: number, values: readonly number[]) => {
    const one = sureReport(value, values.map(() => value));
    const replicates = values.map((alpha) => ({ rankMe: 1, alpha }));
    return { ...one, metrics: { alpha: value }, confidence: { ...one.confidence!, replicates } };
  };
  const outcomes = named({ a: report(2, [2, 2, 2, 2]), b: report(1, [1, 2, 1, 0]) });
  const { ranked: [, b] } = compare(outcomes, { sort: "alpha" });
  assertAlmostEquals(b.difference!.standardError!, Math.sqrt(0.75 * 2), 1e-12);
});

Deno.test("a metric that no report has is refused with those that there are", () => {
  const error = assertThrows(
    () => compare(named({ a: reportOf() }), { sort: "alpha" }),
    RankMeError,
  );
  assertEquals(
    error.message,
    'nothing to sort by: no report has "alpha"; there are rankMe, effectiveRank',
  );
  assertThrows(() => compare(named({ a: reportOf() }), { sort: "toString" }), RankMeError);
});

Deno.test("what could not be scored is kept apart, in its order", () => {
  const error = new RankMeError("empty", "no rows");
  const { ranked, failed } = compare([
    { name: "bad", error },
    { name: "good", report: reportOf() },
    { name: "worse", error },
  ]);
  assertEquals(ranked.map(({ name }) => name), ["good"]);
  assertEquals(failed.map(({ name }) => name), ["bad", "worse"]);
  assertEquals(compare([{ name: "bad", error }]).ranked, []);
});

Deno.test("other dimensions, rows or conventions are pointed out, with whose they are", () => {
  const notesOf = (...changes: Partial<ScoreReport>[]) =>
    compare(changes.map((change, i) => ({ name: "abcdef"[i], report: reportOf(change) }))).notes;
  assertEquals(notesOf({}, { rankMe: 2 }), []);
  assertEquals(notesOf({ dim: 64 }, { dim: 1024 }, { dim: 64 }), [
    "64 dimensions (a, c), 1,024 dimensions (b): RankMe can be compared between embeddings of as " +
    "many dimensions only",
  ]);
  assertEquals(notesOf({ rows: 1000 }, {}), [
    "1,000 rows (a), 25,600 rows (b): RankMe grows with the number of rows; score as many of each " +
    "with --rows",
  ]);
  assertEquals(notesOf({ epsilon: 0 }, { normalized: true }), [
    "paper, not centred, ε = 0 (a), paper, not centred, ε = 1e-7, rows of length 1 (b): these are " +
    "different numbers by the same name",
  ]);
  assertEquals(notesOf({ complete: false }, {}), ["a: partial, as not all of it was read"]);
});

Deno.test("a note on many lists some of them", () => {
  const outcomes = Array.from({ length: 10 }, (_, i) => ({
    name: `run${i}`,
    report: reportOf({ dim: i < 5 ? 64 : 128 + i }),
  }));
  assertEquals(compare(outcomes).notes, [
    "64 dimensions (run0, run1, run2 and 2 more), 133 dimensions (run5), 134 dimensions (run6) and " +
    "3 more: RankMe can be compared between embeddings of as many dimensions only",
  ]);
});

Deno.test("while some are unscored none is the best, and all stand as they came", () => {
  const outcomes = named({
    a: reportOf({ rankMe: 10 }),
    b: sureReport(30, [30, 31]),
    c: sureReport(20, [20, 21]),
  });
  const { ranked, unscored } = compare(outcomes, { unscored: ["d"] });
  assertEquals(ranked.map(({ name }) => name), ["a", "b", "c"]);
  assertEquals(unscored, ["d"]);
  for (const one of ranked) assertEquals(["difference" in one, "tied" in one], [false, false]);
  assertEquals(compare(outcomes).ranked[0].name, "b");
});
