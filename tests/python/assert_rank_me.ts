import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { type CliRun, runCli } from "../commands/run_cli.ts";
import { type Reference, referenceRankMe } from "./python.ts";

/** What to expect of a run. */
export interface Expectation {
  /** A key of the reference. Default: `paper`. */
  readonly convention?: string;
  /** The largest relative error. Default: 1e-9. */
  readonly relative?: number;
}

/** Asserts that a run with `--json` found what NumPy found. */
export function assertRankMe(
  { status, stdout, stderr }: CliRun,
  { rows, dim, rankMe }: Reference,
  { convention = "paper", relative = 1e-9 }: Expectation = {},
): void {
  assertEquals(status, 0, stderr);
  const report = JSON.parse(stdout);
  const warning = report.warnings.map((one: string) => `rankme: warning: ${one}\n`).join("");
  assertEquals(stderr, warning);
  assertEquals([report.rows, report.dim, report.complete], [rows, dim, true]);
  const expected = rankMe[convention];
  assertAlmostEquals(report.rankMe, expected, relative * expected);
  // What the report says of its own error is true, but for NumPy's.
  const { rankMeBound } = report.accuracy;
  assertLess(Math.abs(report.rankMe - expected), rankMeBound + 1e-13 * expected);
  // Four digits are printed, and one decimal from a thousand on.
  const lastDigit = report.rankMe >= 1000
    ? 0.1
    : 10 ** (Math.floor(Math.log10(report.rankMe || 1)) - 3);
  assertEquals(warning.includes("may be off"), rankMeBound > lastDigit / 2);
}

/** Asserts that what a process writes is scored as NumPy scores it; returns what NumPy found. */
export async function assertScoredAsByNumPy(
  producer: Deno.ChildProcess,
  flags: readonly string[] = [],
  expectation?: Expectation,
): Promise<Reference> {
  const [toCli, toNumPy] = producer.stdout.tee();
  const [run, reference, { code }] = await Promise.all([
    runCli(["--json", ...flags], { stdin: toCli }),
    referenceRankMe(toNumPy),
    producer.status,
  ]);
  assertEquals(code, 0);
  assertRankMe(run, reference, expectation);
  return reference;
}
