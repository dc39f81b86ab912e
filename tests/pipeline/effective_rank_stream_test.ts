import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { OnlineCovariance } from "../../src/covariance/online_covariance.ts";
import { RankMeError } from "../../src/errors.ts";
import type { ConventionName } from "../../src/metrics/conventions.ts";
import { EffectiveRankStream } from "../../src/pipeline/effective_rank_stream.ts";
import type { EffectiveRankOptions } from "../../src/pipeline/rank_report.ts";
import type { RankReport } from "../../src/report/report.ts";
import { stateOf } from "../covariance/rows.ts";

async function reportsOf(
  states: OnlineCovariance[],
  options?: EffectiveRankOptions,
): Promise<RankReport[]> {
  return await Array.fromAsync(
    ReadableStream.from(states).pipeThrough(new EffectiveRankStream(options)),
  );
}

// Rows (2, 0), (0, 1), so σ = 2, 1. About their mean (1, ½) they are ±(1, −½): σ = √2.5, 0.
const ROWS = Float64Array.of(2, 0, 0, 1);

/** Π (v/Σv + ε)^−(v/Σv + ε). */
function powersOf(values: number[], epsilon: number): number {
  const total = values.reduce((sum, value) => sum + value);
  return values.map((value) => value / total + epsilon).reduce((rank, p) => rank * p ** -p, 1);
}

Deno.test("each state becomes a report of its own, in order", async () => {
  const reports = await reportsOf([stateOf(ROWS, 2), stateOf(Float64Array.of(1, 2, 3), 1)]);
  assertEquals(reports.map(({ rows, dim }) => [rows, dim]), [[2, 2], [3, 1]]);
  assertAlmostEquals(reports[0].rankMe, powersOf([2, 1], 1e-7), 1e-14);
  assertAlmostEquals(reports[1].rankMe, powersOf([1], 1e-7), 1e-14);
});

Deno.test("a report says what it was computed with", async () => {
  const [report] = await reportsOf([stateOf(ROWS, 2)]);
  const { convention, centered, epsilon, spectrum, metrics } = report;
  assertEquals([convention, centered, epsilon], ["paper", false, 1e-7]);
  assertEquals([spectrum.rows, spectrum.dim, spectrum.centered], [2, 2, false]);
  assertAlmostEquals(spectrum.singularValues[0], 2, 1e-14);
  assertAlmostEquals(spectrum.singularValues[1], 1, 1e-14);
  assertAlmostEquals(metrics.effectiveRank, powersOf([2, 1], 0), 1e-14);
});

Deno.test("each convention decides on centring, values and ε", async () => {
  const expected: Record<ConventionName, [boolean, number, number]> = {
    "paper": [false, 1e-7, powersOf([2, 1], 1e-7)],
    "roy-vetterli": [false, 0, powersOf([2, 1], 0)],
    "stable-pretraining": [false, 1e-5, powersOf([2, 1], 1e-5)],
    "reptrix": [true, 1e-7, powersOf([2.5, 0], 1e-7)],
  };
  for (const [name, [centered, epsilon, rank]] of Object.entries(expected)) {
    const convention = name as ConventionName;
    const [report] = await reportsOf([stateOf(ROWS, 2)], { convention });
    assertEquals([report.convention, report.centered, report.epsilon], [name, centered, epsilon]);
    assertAlmostEquals(report.rankMe, rank, 1e-13, name);
  }
});

Deno.test("centring and ε can be had apart from the convention", async () => {
  const [centered] = await reportsOf([stateOf(ROWS, 2)], { center: true, epsilon: 0.01 });
  assertEquals([centered.centered, centered.epsilon, centered.convention], [true, 0.01, "paper"]);
  assertAlmostEquals(centered.rankMe, powersOf([1, 0], 0.01), 1e-7);
  assertEquals(centered.spectrum.centered, true);

  const [uncentered] = await reportsOf([stateOf(ROWS, 2)], {
    convention: "reptrix",
    center: false,
    epsilon: 0,
  });
  // The eigenvalues are 4 and 1: reptrix still means λ.
  assertAlmostEquals(uncentered.rankMe, powersOf([4, 1], 0), 1e-14);
});

Deno.test("a state of zeros has rank 0", async () => {
  const [report] = await reportsOf([stateOf(new Float64Array(6), 2)]);
  assertEquals([report.rankMe, report.metrics.effectiveRank], [0, 0]);
});

Deno.test("a state that cannot be scored fails the stream", async () => {
  const huge = stateOf(Float64Array.of(1e200, -1e200), 1);
  const error = await assertRejects(() => reportsOf([huge]), RankMeError);
  assertEquals(error.code, "range");
  const none = await assertRejects(() => reportsOf([new OnlineCovariance()]), RankMeError);
  assertEquals(none.code, "empty");
});

Deno.test("a convention there is none of is refused with the list of them", () => {
  for (const convention of ["papers", "", "toString", "__proto__"]) {
    const error = assertThrows(
      () => new EffectiveRankStream({ convention: convention as ConventionName }),
      RankMeError,
    );
    assertEquals(error.code, "usage");
    assertEquals(
      error.message,
      `there is no convention "${convention}"; ` +
        "choose one of paper, roy-vetterli, stable-pretraining, reptrix",
    );
  }
});

Deno.test("ε is a number from 0 to below 1", () => {
  for (const epsilon of [-1e-9, 1, NaN, Infinity]) {
    const error = assertThrows(() => new EffectiveRankStream({ epsilon }), RankMeError);
    assertEquals(error.code, "usage");
    assert(error.message.includes(`not ${epsilon}`), error.message);
  }
});
