import type { CompiledExpression } from "../metrics/expressions/compile.ts";
import { METRICS, metricsNamed } from "../metrics/metrics.ts";
import { numberNames } from "../metrics/number_names.ts";
import { metricsAskedFor, Ranker } from "../pipeline/rank_report.ts";
import type { ScoreOptions } from "../pipeline/score_options.ts";
import { nameOfPart } from "../report/name_of_part.ts";
import type { SavedReport } from "../report/read_report.ts";
import type { ScoreReport } from "../report/report.ts";
import { formatRank, grouped } from "../report/digits.ts";
import { halfWidthOf } from "../selection/half_width.ts";
import { type Baseline, type Planned, readBaseline } from "./baseline.ts";
import type { Arguments } from "./flags.ts";
import { usage } from "./usage.ts";

/** What is known of a score before it is made. */
export interface PlannedScore extends Planned {
  /** The numbers that its reports will have besides RankMe. */
  readonly numbers: readonly string[];
  /** The numbers that they could have, each with its metric. */
  readonly others: ReadonlyMap<string, string>;
  /** Whether they will have intervals. */
  readonly confidence: boolean;
}

/**
 * What is known of a score before it is made.
 *
 * @param options How it is to be made.
 * @returns What there is to know.
 * @throws {RankMeError} `usage`, for a convention or metric there is none of.
 */
export function plannedScore(options: ScoreOptions): PlannedScore {
  const { normalize = false, ci, expressions = [] } = options;
  const { name, convention, metrics } = new Ranker(options, metricsNamed(metricsAskedFor(options)));
  return {
    convention: name,
    centered: convention.centered,
    epsilon: convention.epsilon,
    normalized: normalize,
    numbers: [...numberNames(metrics).keys(), ...expressions.map((expression) => expression.name)],
    others: numberNames(METRICS),
    confidence: Boolean(ci),
  };
}

/** What came of the gates. */
export interface GateOutcome {
  /** A line for each gate that failed; none where all is well. */
  readonly failures: readonly string[];
  /** What is worth knowing besides. */
  readonly notes: readonly string[];
}

/** What makes a score fail. */
export interface Gates {
  /**
   * Checks reports.
   *
   * @param reports The last ones.
   * @returns Which gates failed.
   * @throws {RankMeError} `usage`, when a gate cannot be judged: that is not to pass for success.
   */
  check(reports: readonly ScoreReport[]): GateOutcome;
}

/** How far RankMe may drop. */
type MaxDrop =
  | { readonly kind: "share"; readonly percent: number; readonly text: string }
  | { readonly kind: "units"; readonly units: number; readonly text: string }
  | { readonly kind: "intervals" };

const PERCENT = /^(\d+(?:\.\d+)?|\.\d+) ?%$/;
/** What a report has besides its metrics, and with `--ci` only. */
const NUMBERS = ["rankMe", "rows", "n", "dim", "d", "skippedRows"];
const CONFIDENCE_NUMBERS = ["low", "high", "standardError"];

/**
 * The gates that `GATE_FLAGS` ask for. Whatever can be known to be wrong is found here, before
 * anything is scored.
 *
 * @param args The arguments.
 * @param planned How the score is to be made.
 * @returns The gates.
 * @throws {RankMeError} `usage`, for flags that make no sense together, an expression that cannot be
 * understood or a baseline that cannot be compared; what reading a baseline can end in.
 */
export async function gatesOf(args: Arguments, planned: PlannedScore): Promise<Gates> {
  const threshold = args.number("fail-under");
  const conditions = await conditionsOf(args.all("fail-if"), planned);
  const path = args.text("baseline");
  if (path === undefined && args.text("max-drop") !== undefined) {
    throw usage("--max-drop is for --baseline");
  }
  const against = path === undefined ? undefined : await baselineOf(path, args, planned);
  return {
    check(reports) {
      const ofPart = partsAmong(reports);
      const failures = [
        ...threshold === undefined
          ? []
          : reports.flatMap((one) => underThreshold(one, threshold, ofPart)),
        ...conditions.flatMap((condition) =>
          reports.flatMap((one) => holding(one, condition, ofPart))
        ),
      ];
      if (!against) return { failures, notes: [] };
      const pairs = against.baseline.pairs(reports);
      return {
        failures: [
          ...failures,
          ...pairs.flatMap(([now, before]) => dropped(now, before, against.maxDrop, ofPart)),
        ],
        notes: [...new Set(pairs.flatMap(([now, before]) => unequalRows(now, before, ofPart)))],
      };
    },
  };
}

interface Against {
  readonly baseline: Baseline;
  readonly maxDrop: MaxDrop;
}

async function baselineOf(path: string, args: Arguments, planned: PlannedScore): Promise<Against> {
  if (path === "-") {
    throw usage("--baseline is a file or a URL, not -", "standard input is for embeddings");
  }
  const maxDrop = parseMaxDrop(args.text("max-drop"));
  const baseline = await readBaseline(path);
  baseline.refuseUnlike(planned);
  if (maxDrop.kind === "intervals" && !(planned.confidence && baseline.isSure)) {
    const which = planned.confidence ? "it was made" : "this score is to be made";
    throw usage(
      `--baseline ${baseline.name}: how far may RankMe drop?`,
      `pass --max-drop, as in --max-drop 5%; without it both need --ci, and ${which} without`,
    );
  }
  return { baseline, maxDrop };
}

function parseMaxDrop(text: string | undefined): MaxDrop {
  if (text === undefined) return { kind: "intervals" };
  const percent = PERCENT.exec(text)?.[1];
  if (percent !== undefined && Number(percent) <= 100) {
    return { kind: "share", percent: Number(percent), text };
  }
  const units = Number(text);
  if (text.trim() === "" || !(Number.isFinite(units) && units >= 0)) {
    throw usage(`--max-drop is a share as 5%, or a number as 3, not "${text}"`);
  }
  return { kind: "units", units, text };
}

function underThreshold(report: ScoreReport, threshold: number, ofPart: OfPart): string[] {
  const { rankMe } = report;
  if (rankMe >= threshold) return [];
  const shown = rankBeside(rankMe, threshold);
  return [`RankMe ${shown}${ofPart(report)} is under ${threshold} (--fail-under)`];
}

/** A rank with enough digits to be told from another number. */
function rankBeside(rank: number, other: number): string {
  const short = formatRank(rank);
  return Number(short) < other === rank < other ? short : String(rank);
}

type Condition = CompiledExpression<boolean>;

async function conditionsOf(
  texts: readonly string[],
  { numbers, others, confidence }: PlannedScore,
): Promise<readonly Condition[]> {
  if (texts.length === 0) return [];
  const { compileExpression } = await import("../metrics/expressions/compile.ts");
  const names = {
    vectors: [],
    numbers: [...NUMBERS, ...confidence ? CONFIDENCE_NUMBERS : [], ...numbers],
    advice: (name: string) => {
      if (others.has(name)) return `pass --metrics ${others.get(name)}`;
      return CONFIDENCE_NUMBERS.includes(name) ? "pass --ci" : undefined;
    },
  };
  const conditions: Condition[] = [];
  for (const text of texts) {
    conditions.push(await compileExpression({ label: "--fail-if", text }, "condition", names));
  }
  return conditions;
}

function holding(
  report: ScoreReport,
  { text, uses, evaluate }: Condition,
  ofPart: OfPart,
): string[] {
  const { rankMe, rows, dim, skippedRows, confidence, metrics } = report;
  const numbers: { readonly [name: string]: number | undefined } = {
    ...metrics,
    ...confidence && {
      low: confidence.low,
      high: confidence.high,
      standardError: confidence.standardError,
    },
    rankMe,
    rows,
    n: rows,
    dim,
    d: dim,
    skippedRows,
  };
  const outcome = evaluate(numbers);
  if ("absent" in outcome) {
    throw usage(
      `'${text}'${ofPart(report)} cannot be judged: ${outcome.absent} (--fail-if)`,
      `there are ${Object.keys(numbers).join(", ")}`,
    );
  }
  if (!outcome.value) return [];
  const values = uses.map((name) => `${name} ${Number(numbers[name]!.toPrecision(6))}`).join(", ");
  return [`'${text}' holds${ofPart(report)}${values && `, with ${values}`} (--fail-if)`];
}

function dropped(
  now: ScoreReport,
  before: SavedReport,
  maxDrop: MaxDrop,
  ofPart: OfPart,
): string[] {
  const drop = before.rankMe - now.rankMe;
  const allowed = allowedDrop(now, before, maxDrop, ofPart);
  if (drop <= allowed) return [];
  const share = 100 / before.rankMe;
  const by = maxDrop.kind === "units"
    ? shownAbove(drop, allowed)
    : `${shownAbove(drop * share, allowed * share)} %`;
  const why = maxDrop.kind === "intervals"
    ? ", more than their intervals allow (--baseline)"
    : ` (--max-drop ${maxDrop.text})`;
  return [
    `RankMe ${formatRank(now.rankMe)}${ofPart(now)} is ${by} under the baseline ` +
    `${formatRank(before.rankMe)}${why}`,
  ];
}

/** A number with enough digits to be told from a smaller one. */
function shownAbove(value: number, limit: number): string {
  for (let digits = 2; digits < 17; digits++) {
    const shown = Number(value.toPrecision(digits));
    if (shown > limit) return String(shown);
  }
  return String(value);
}

/**
 * By intervals: where that of the difference begins. It is put together from the two without their
 * replicates, which no JSON has, by the method of variance estimates recovery (Zou & Donner, Statistics
 * in Medicine 27, 2008): right where the rows of the two have nothing in common, too wide where many are
 * the same.
 */
function allowedDrop(
  now: ScoreReport,
  before: SavedReport,
  maxDrop: MaxDrop,
  ofPart: OfPart,
): number {
  switch (maxDrop.kind) {
    case "share":
      return before.rankMe * maxDrop.percent / 100;
    case "units":
      return maxDrop.units;
    case "intervals":
      if (!now.confidence || !before.confidence) {
        throw usage(
          `the drop of RankMe${ofPart(now)} cannot be judged: there is no interval (--baseline)`,
          "score more rows, or pass --max-drop",
        );
      }
      // Of ends that are cut to what RankMe can be, the whole width.
      return Math.hypot(
        halfWidthOf(before.rankMe, before.confidence),
        halfWidthOf(now.rankMe, now.confidence),
      );
  }
}

function unequalRows(now: ScoreReport, before: SavedReport, ofPart: OfPart): string[] {
  if (now.rows === before.rows) return [];
  return [
    `${grouped(now.rows)} rows${ofPart(now)}, and ${
      grouped(before.rows)
    } in the baseline: RankMe ` +
    `grows with their number until it settles`,
  ];
}

/** What a report is on, after something that is said of it. */
type OfPart = (report: ScoreReport) => string;

function partsAmong(reports: readonly ScoreReport[]): OfPart {
  return (report) => {
    const part = nameOfPart(report, reports);
    return part && ` of ${part}`;
  };
}
