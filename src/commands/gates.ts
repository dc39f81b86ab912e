import type { CompiledExpression } from "../metrics/expressions/compile.ts";
import { METRICS, metricsNamed } from "../metrics/metrics.ts";
import { CONFIDENCE_NUMBERS, numberNames, REPORT_NUMBERS } from "../metrics/number_names.ts";
import { metricsAskedFor, Ranker } from "../pipeline/rank_report.ts";
import type { ScoreOptions } from "../pipeline/score_options.ts";
import { nameOfPart } from "../report/name_of_part.ts";
import type { GateVerdict } from "../report/json.ts";
import type { SavedReport } from "../report/read_report.ts";
import type { ScoreReport } from "../report/report.ts";
import { formatRank, grouped } from "../report/digits.ts";
import { type Baseline, type Planned, readBaseline } from "./baseline.ts";
import { judgeDrop, type MaxDrop, parseMaxDrop } from "./drops.ts";
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
  /** Of each gate and each report, those of one gate after another. */
  readonly verdicts: readonly Verdict[];
  /** What is worth knowing besides. */
  readonly notes: readonly string[];
}

/** What a gate says of a report. */
export interface Verdict extends GateVerdict {
  readonly report: ScoreReport;
  /** What names the gate after what it found. */
  readonly flag: string;
}

/** What makes a score fail. */
export interface Gates {
  /**
   * Checks reports.
   *
   * @param reports The last ones.
   * @returns Which gates failed, and which passed.
   * @throws {RankMeError} `usage`, when a gate cannot be judged: that is not to pass for success.
   */
  check(reports: readonly ScoreReport[]): GateOutcome;
}

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
  const thresholds = args.numbers("fail-under");
  const conditions = await conditionsOf(args.all("fail-if"), planned);
  const path = args.text("baseline");
  const against = path === undefined ? undefined : await baselineOf(path, args, planned);
  return {
    check(reports) {
      const ofPart = partsAmong(reports);
      const pairs = against?.baseline.pairs(reports) ?? [];
      return {
        verdicts: [
          ...thresholds.flatMap((threshold) =>
            reports.map((one) => heldToThreshold(one, threshold, ofPart))
          ),
          ...conditions.flatMap((condition) =>
            reports.map((one) => heldToCondition(one, condition, ofPart))
          ),
          ...pairs.map(([now, before]) => heldToBaseline(now, before, against!.maxDrop, ofPart)),
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

function heldToThreshold(report: ScoreReport, threshold: number, ofPart: OfPart): Verdict {
  const { rankMe } = report;
  const passed = rankMe >= threshold;
  const shown = rankBeside(rankMe, threshold);
  return {
    report,
    gate: `--fail-under ${threshold}`,
    flag: "--fail-under",
    passed,
    found: `RankMe ${shown}${ofPart(report)} is ${passed ? "not " : ""}under ${threshold}`,
  };
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
    numbers: [...REPORT_NUMBERS, ...confidence ? CONFIDENCE_NUMBERS : [], ...numbers],
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

function heldToCondition(
  report: ScoreReport,
  { text, uses, evaluate }: Condition,
  ofPart: OfPart,
): Verdict {
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
  const values = uses.map((name) => `${name} ${Number(numbers[name]!.toPrecision(6))}`).join(", ");
  const holds = outcome.value ? "holds" : "does not hold";
  return {
    report,
    gate: `--fail-if ${text}`,
    flag: "--fail-if",
    passed: !outcome.value,
    found: `'${text}' ${holds}${ofPart(report)}${values && `, with ${values}`}`,
  };
}

function heldToBaseline(
  now: ScoreReport,
  before: SavedReport,
  maxDrop: MaxDrop,
  ofPart: OfPart,
): Verdict {
  const gate = maxDrop.kind === "intervals" ? "--baseline" : `--max-drop ${maxDrop.text}`;
  return { report: now, gate, flag: gate, ...judgeDrop(now, before, maxDrop, ofPart(now)) };
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
