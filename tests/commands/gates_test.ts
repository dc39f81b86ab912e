import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Arguments } from "../../src/commands/flags.ts";
import { GATE_FLAGS, hasGates } from "../../src/commands/gate_flags.ts";
import { type Gates, gatesOf, type PlannedScore, type Verdict } from "../../src/commands/gates.ts";
import { type ErrorCode, RankMeError } from "../../src/errors.ts";
import type { Confidence, ScoreReport } from "../../src/report/report.ts";
import { reportOf } from "../report/reports.ts";

const PLANNED: PlannedScore = {
  convention: "paper",
  centered: false,
  epsilon: 1e-7,
  normalized: false,
  numbers: ["effectiveRank", "stableRank"],
  others: new Map([["explainedVariance90", "explainedVariance"]]),
  confidence: false,
};
const BASE = {
  rankMe: 100,
  rows: 25_600,
  dim: 384,
  skippedRows: 0,
  complete: true,
  convention: "paper",
  centered: false,
  epsilon: 1e-7,
  normalized: false,
  metrics: {},
  version: "0.1.0",
};
const SURE = { standardError: 2, low: 96, high: 104 };

function confidence(interval: typeof SURE): Confidence {
  return {
    ...interval,
    level: 0.95,
    method: "jackknife",
    groups: 16,
    metrics: {},
    replicates: [],
  };
}

async function gates(
  flags: readonly string[],
  { base, planned = {} }: { base?: unknown; planned?: Partial<PlannedScore> } = {},
): Promise<Gates> {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, JSON.stringify(base ?? BASE));
    const all = base === undefined ? flags : [...flags, `--baseline=${file}`];
    const args = new Arguments(all, GATE_FLAGS);
    assertEquals(hasGates(args), true);
    return await gatesOf(args, { ...PLANNED, ...planned });
  } finally {
    await Deno.remove(file);
  }
}

/** What `check` says, as the command line does. */
function lines(verdicts: readonly Verdict[], passed: boolean): string[] {
  return verdicts.filter((one) => one.passed === passed).map(({ found, flag }) =>
    `${found} (${flag})`
  );
}

/** Gates that tell which of them failed, line by line. */
function failing(gates: Gates) {
  return (reports: readonly ScoreReport[]) => {
    const { verdicts, notes } = gates.check(reports);
    return { failures: lines(verdicts, false), notes };
  };
}

async function refused(...given: Parameters<typeof gates>): Promise<[ErrorCode, string]> {
  const { code, message } = await assertRejects(() => gates(...given), RankMeError);
  return [code, message.replace(/\S*\/tmp\S+?(?=[: ])/, "BASE")];
}

function report(rankMe: number, changes: Partial<ScoreReport> = {}): ScoreReport {
  return reportOf({ rankMe, metrics: { effectiveRank: 90, stableRank: 12 }, ...changes });
}

Deno.test("without a flag there is no gate", () => {
  assertEquals(hasGates(new Arguments([], GATE_FLAGS)), false);
  assertEquals(hasGates(new Arguments(["--fail-under=0"], GATE_FLAGS)), true);
});

Deno.test("--fail-under fails below, not at, the threshold, each part by itself", async () => {
  const check = failing(await gates(["--fail-under", "100"]));
  assertEquals(check([report(100), report(101)]), { failures: [], notes: [] });
  const parts = [
    report(91.2, { dims: [0, 64] }),
    report(99.99999, { column: "layer1", group: "cat" }),
    report(120),
  ];
  assertEquals(check(parts).failures, [
    "RankMe 91.20 of dims 0:64 is under 100 (--fail-under)",
    // As many digits as it takes to see it.
    "RankMe 99.99999 of column layer1, group cat is under 100 (--fail-under)",
  ]);
});

Deno.test("--fail-if fails where its condition holds, and shows the numbers in it", async () => {
  const check = failing(
    await gates(["--fail-if", "rankMe < 100 or stableRank < 3", "--fail-if=n<d"]),
  );
  assertEquals(check([report(100)]).failures, []);
  assertEquals(check([report(91.23456789), report(100, { rows: 300, group: "a" })]).failures, [
    "'rankMe < 100 or stableRank < 3' holds, with rankMe 91.2346, stableRank 12 (--fail-if)",
    "'n<d' holds of group a, with n 300, d 384 (--fail-if)",
  ]);
});

Deno.test("--fail-if knows the interval with --ci, and skipped rows", async () => {
  const check = failing(
    await gates(["--fail-if", "low < 95 and skippedRows / rows > 0.1"], {
      planned: { confidence: true },
    }),
  );
  const sure = { confidence: confidence({ standardError: 3, low: 94, high: 106 }) };
  assertEquals(check([report(100, { ...sure, skippedRows: 256 })]).failures, []);
  assertEquals(check([report(100, { ...sure, skippedRows: 25_600 })]).failures.length, 1);
});

Deno.test("--fail-if is checked before anything is scored", async () => {
  for (
    const [condition, message] of [
      ["rankMe <", "unexpected end of expression\n    rankMe <\n            ^"],
      [
        "rankMe",
        "this is a number where a condition is needed, such as rankMe < 100\n    rankMe\n    ^",
      ],
      [
        "explainedVariance90 > 1",
        'there is no "explainedVariance90"; pass --metrics explainedVariance\n' +
        "    explainedVariance90 > 1\n    ^",
      ],
      ["1 > low", 'there is no "low"; pass --ci\n    1 > low\n        ^'],
      ["rankme < 1", 'there is no "rankme"; did you mean rankMe?\n    rankme < 1\n    ^'],
      ["rankMe = 1", "nothing can be assigned; to compare write ==\n    rankMe = 1\n    ^"],
    ]
  ) {
    assertEquals(await refused(["--fail-if", condition]), ["usage", `--fail-if: ${message}`]);
  }
});

Deno.test("a condition that cannot be judged is an error, and no success", async () => {
  const check = failing(await gates(["--fail-if", "stableRank < 3"]));
  const error = assertThrows(() => check([reportOf({ rankMe: 50 })]), RankMeError);
  assertEquals(
    error.message,
    "'stableRank < 3' cannot be judged: there is no stableRank (--fail-if); there are " +
      "effectiveRank, rankMe, rows, n, dim, d, skippedRows",
  );
  const undefinedThere = await gates(["--fail-if", "log(rankMe - 60) < 1"]);
  assertThrows(
    () => undefinedThere.check([report(50)]),
    RankMeError,
    "cannot be judged: what is not a number cannot be compared",
  );
});

Deno.test("--max-drop is a share of the baseline, or in units of RankMe", async () => {
  const share = failing(await gates(["--max-drop", "5%"], { base: BASE }));
  assertEquals(share([report(95)]).failures, []);
  assertEquals(share([report(130)]).failures, []);
  assertEquals(share([report(91.2)]).failures, [
    "RankMe 91.20 is 8.8 % under the baseline 100.0 (--max-drop 5%)",
  ]);
  assertEquals(share([report(94.99)]).failures, [
    "RankMe 94.99 is 5.01 % under the baseline 100.0 (--max-drop 5%)",
  ]);
  const units = failing(await gates(["--max-drop=3"], { base: BASE }));
  assertEquals(units([report(97)]).failures, []);
  assertEquals(units([report(96.5)]).failures, [
    "RankMe 96.50 is 3.5 under the baseline 100.0 (--max-drop 3)",
  ]);
  const none = failing(await gates(["--max-drop=0"], { base: BASE }));
  assertEquals(none([report(100)]).failures, []);
  assertEquals(none([report(99.9)]).failures.length, 1);
});

Deno.test("without --max-drop a drop fails that both intervals do not allow", async () => {
  const options = { base: { ...BASE, confidence: SURE }, planned: { confidence: true } };
  const check = failing(await gates([], options));
  // √(4² + 3²) = 5, from halves of the intervals; the new one's ends are cut, and its SE is 3/t.
  const sure = (rankMe: number) =>
    report(rankMe, {
      confidence: confidence({
        standardError: 3 / 2.131449545559,
        low: rankMe - 1,
        high: rankMe + 0.5,
      }),
    });
  assertEquals(check([sure(95.01)]).failures, []);
  assertEquals(check([sure(94.99)]).failures, [
    "RankMe 94.99 is 5.01 % under the baseline 100.0, more than their intervals allow (--baseline)",
  ]);
});

Deno.test("without --max-drop a score of too few rows for an interval cannot be judged", async () => {
  const options = { base: { ...BASE, confidence: SURE }, planned: { confidence: true } };
  const check = failing(await gates([], options));
  assertThrows(() => check([report(100)]), RankMeError, "cannot be judged: there is no interval");
});

Deno.test("without --max-drop both must say how sure they are", async () => {
  const sure = { ...BASE, confidence: SURE };
  const message =
    "--baseline BASE: how far may RankMe drop?; pass --max-drop, as in --max-drop 5%; " +
    "without it both need --ci, and";
  assertEquals(await refused([], { base: sure }), [
    "usage",
    `${message} this score is to be made without`,
  ]);
  assertEquals(await refused([], { base: BASE, planned: { confidence: true } }), [
    "usage",
    `${message} it was made without`,
  ]);
});

Deno.test("a --max-drop that makes no sense is refused", async () => {
  for (const text of ["-1", "five", "5 per cent", "101%", "%", " ", "1e999"]) {
    assertEquals(await refused([`--max-drop=${text}`], { base: BASE }), [
      "usage",
      `--max-drop is a share as 5%, or a number as 3, not "${text}"`,
    ]);
  }
  assertThrows(
    () => new Arguments(["--max-drop=5%"], GATE_FLAGS),
    RankMeError,
    "--max-drop is for --baseline",
  );
  assertEquals((await refused(["--max-drop=5%", "--baseline=-"]))[0], "usage");
});

Deno.test("a baseline that was made otherwise is refused before anything is scored", async () => {
  const advice = "score alike, or make the baseline again";
  for (
    const [planned, what] of [
      [
        { convention: "reptrix", centered: true },
        "it is of the convention paper, and this score is of the convention reptrix",
      ],
      [{ centered: true }, "it is not centred, and this score is centred"],
      [{ epsilon: 0 }, "it is with ε = 1e-7, and this score is with ε = 0"],
      [{ normalized: true }, "it is of rows as they are, and this score is of unit rows"],
    ] as const
  ) {
    assertEquals(await refused(["--max-drop=5%"], { base: BASE, planned }), [
      "usage",
      `BASE: the baseline cannot be compared: ${what}; ${advice}`,
    ]);
  }
});

Deno.test("a baseline that cannot be read or is no report is refused as an input is", async () => {
  const partial = await refused(["--max-drop=5%"], { base: { ...BASE, complete: false } });
  assertEquals(partial, [
    "truncated",
    "BASE: the report is of a part of its rows only; score all of them again",
  ]);
  const other = await refused(["--max-drop=5%"], { base: { hello: 1 } });
  assertEquals(other, [
    "format",
    'BASE: this is not what score --json prints: "rankMe" is missing',
  ]);
  const twice = await refused(["--max-drop=5%"], { base: [BASE, BASE] });
  assertEquals(twice[0], "format");
  const args = new Arguments(["--max-drop=5%", "--baseline=/nowhere/base.json"], GATE_FLAGS);
  const missing = await assertRejects(() => gatesOf(args, PLANNED), RankMeError);
  assertEquals([missing.exitStatus, missing.message], [
    3,
    "/nowhere/base.json: there is no such file",
  ]);
});

Deno.test("a baseline of other dimensions is refused, other rows are noted", async () => {
  const check = failing(await gates(["--max-drop=5%"], { base: BASE }));
  const error = assertThrows(() => check([report(100, { dim: 128 })]), RankMeError);
  assertEquals(error.exitStatus, 2);
  assertEquals(
    error.message.replace(/^\S+: /, ""),
    "the baseline cannot be compared: it has 384 dimensions, and this score 128; " +
      "score alike, or make the baseline again",
  );
  assertEquals(check([report(99, { rows: 10_000 })]), {
    failures: [],
    notes: [
      "10,000 rows, and 25,600 in the baseline: RankMe grows with their number until it settles",
    ],
  });
});

Deno.test("a baseline whose RankMe cannot be one is refused", async () => {
  for (const rankMe of [1e308, -5, 384.1]) {
    const [code, message] = await refused(["--max-drop=5%"], { base: { ...BASE, rankMe } });
    assertEquals([code, message.includes('"rankMe" is ')], ["format", true], `${rankMe}`);
  }
  // With ε a little more than D is possible: of D equal values.
  const most = { ...BASE, rankMe: 384 * (1 + 384e-7) };
  await gates(["--max-drop=5%"], { base: most });
});

Deno.test("parts are matched by what they are of, and none may be missing", async () => {
  const base = [
    { ...BASE, column: "layer1" },
    { ...BASE, column: "layer2", rankMe: 50 },
    { ...BASE, column: "layer2", rankMe: 30, dims: [0, 64], dim: 64 },
  ];
  const check = failing(await gates(["--max-drop=5%"], { base }));
  const layer1 = report(98, { column: "layer1" });
  const layer2 = report(49, { column: "layer2" });
  const prefix = report(20, { column: "layer2", dims: [0, 64], dim: 64 });
  assertEquals(check([prefix, layer2, layer1]).failures, [
    "RankMe 20.00 of column layer2, dims 0:64 is 33 % under the baseline 30.00 (--max-drop 5%)",
  ]);
  for (
    const [reports, message] of [
      [
        [layer1, layer2],
        "it has a score of column layer2, dims 0:64, and there is none now",
      ],
      [
        [layer1, layer2, prefix, report(9, { column: "layer3" })],
        "it has no score of column layer3, but of column layer1; column layer2; column layer2",
      ],
      [[report(99)], "it has no score of all of the data, but of column layer1"],
    ] as const
  ) {
    assertThrows(() => check(reports), RankMeError, message);
  }
});

Deno.test("a baseline of another column is none; what says no column fits", async () => {
  const named = failing(await gates(["--max-drop=5%"], { base: [{ ...BASE, column: "image" }] }));
  assertThrows(
    () => named([report(100, { column: "text" })]),
    RankMeError,
    "it has no score of column text, but of column image",
  );
  const unnamed = failing(await gates(["--max-drop=5%"], { base: [BASE] }));
  const failure = "RankMe 50.00 is ";
  for (
    const [check, one] of [
      [named, report(50, { column: "image" })],
      [named, report(50)],
      [unnamed, report(50, { columns: "dim_*" })],
    ] as const
  ) assertEquals(check([one]).failures.map((text) => text.slice(0, failure.length)), [failure]);
});

Deno.test("a gate that passes says what it found", async () => {
  const flags = ["--fail-under=100", "--fail-if", "n<d", "--max-drop=5%"];
  const { check } = await gates(flags, { base: { ...BASE, rankMe: 105.26315789473 } });
  assertEquals(lines(check([report(100.0000001)]).verdicts, true), [
    "RankMe 100.0 is not under 100 (--fail-under)",
    "'n<d' does not hold, with n 25600, d 384 (--fail-if)",
    "RankMe 100.0 is 5 % under the baseline 105.3 (--max-drop 5%)",
  ]);
  const better = check([report(110)]).verdicts;
  assertEquals(lines(better, false), []);
  assertEquals(better[2].found, "RankMe 110.0 is not under the baseline 105.3");
  assertEquals(better.map(({ gate }) => gate), [
    "--fail-under 100",
    "--fail-if n<d",
    "--max-drop 5%",
  ]);
});

Deno.test("a drop that both intervals allow is said to be one", async () => {
  const options = { base: { ...BASE, confidence: SURE }, planned: { confidence: true } };
  const { check } = await gates([], options);
  const now = report(98, { confidence: confidence({ standardError: 2, low: 94, high: 102 }) });
  assertEquals(lines(check([now]).verdicts, true), [
    "RankMe 98.00 is 2 % under the baseline 100.0, no more than their intervals allow (--baseline)",
  ]);
});
