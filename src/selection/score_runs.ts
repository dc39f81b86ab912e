import { RankMeError } from "../errors.ts";
import type { ScoreEachOptions } from "../pipeline/each_options.ts";
import type { EachOutcome } from "../pipeline/each_outcome.ts";
import { scoreEach } from "../pipeline/score_each.ts";
import { type EqualRows, scoreEqualRows } from "../pipeline/score_equal_rows.ts";
import { readReports, type SavedReport } from "../report/read_report.ts";
import type { ScoreReport } from "../report/report.ts";
import { readTextIf } from "../sources/bytes/read_text.ts";
import { urlOf } from "../sources/bytes/input_name.ts";
import { halfWidthOf } from "./half_width.ts";
import type { Manifest, Run, RunScore } from "./run.ts";

/** How to score the runs of a manifest. */
export interface ScoreManifestOptions extends ScoreEachOptions {
  /** The folder that paths are relative to. Default: where the program runs. */
  readonly folder?: string;
  /** How many rows of each to score: so many, or as many as the shortest has. Default: all. */
  readonly rows?: EqualRows;
}

/** How the JSON of a report begins, or of several. */
const REPORT = /^\s*(\[\s*)?\{\s*"rankMe"/;

/** What came of one file. */
type Outcome = { readonly score: RunScore; readonly warnings: readonly string[] } | {
  readonly error: RankMeError;
};

/**
 * Scores the runs of a manifest that have embeddings and no score. Of a file that is the JSON of a
 * report the score is taken from there. A run whose embeddings cannot be scored is marked, and the
 * others are scored all the same.
 *
 * @param manifest The runs.
 * @param options How to score them; α-ReQ and intervals are there unless said otherwise.
 * @returns The same runs, each with a score or with what is the matter.
 * @throws {RankMeError} `permission`, when files may not be read; `usage`, for options that are wrong.
 *
 * @example A run that has a score already
 * ```ts
 * import { parseManifest, scoreManifest } from "@rankme/rankme/selection";
 * import { assertEquals } from "@std/assert";
 *
 * const manifest = await scoreManifest(await parseManifest("lr,rankMe\n0.1,31\n"));
 * assertEquals(manifest.runs[0].score?.rankMe, 31);
 * ```
 */
export async function scoreManifest(
  manifest: Manifest,
  { folder, ...options }: ScoreManifestOptions = {},
): Promise<Manifest> {
  const wanting = manifest.runs.flatMap((run) =>
    run.score || run.failure || run.embeddings === undefined
      ? []
      : [located(run.embeddings, folder)]
  );
  const outcomes = await scoreFiles([...new Set(wanting)], options);
  const runs = manifest.runs.map((run) => {
    const outcome = run.embeddings === undefined || run.score || run.failure
      ? undefined
      : outcomes.get(located(run.embeddings, folder));
    return outcome ? withOutcome(run, outcome) : run;
  });
  return {
    ...manifest,
    runs,
    warnings: [...manifest.warnings, ...warningsOf(runs, outcomes, folder)],
  };
}

async function scoreFiles(
  paths: readonly string[],
  { rows, ...options }: Omit<ScoreManifestOptions, "folder">,
): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  for (const path of paths.filter((path) => /\.json$/i.test(path))) {
    const outcome = await savedOutcome(path);
    if (outcome) outcomes.set(path, outcome);
  }
  const rest = paths.filter((path) => !outcomes.has(path));
  const inputs = rest.map((path) => ({ name: path, source: path }));
  const scoring = { metrics: ["alphaReq"], ci: true, ...options };
  const scored = inputs.length === 0
    ? []
    : rows === undefined
    ? await scoreEach(inputs, scoring)
    : await scoreEqualRows(inputs, rows, scoring);
  for (const one of scored) outcomes.set(one.name, outcomeOf(one));
  return outcomes;
}

function outcomeOf(outcome: EachOutcome): Outcome {
  if ("report" in outcome) {
    const { report } = outcome;
    return { score: scoreOf(report), warnings: report.warnings };
  }
  const { error } = outcome;
  // A permission is as good as missing for all.
  if (error.code === "permission") throw error;
  return { error };
}

/** What a file of JSON says when it is a report, and not embeddings. */
async function savedOutcome(path: string): Promise<Outcome | undefined> {
  try {
    const text = await readTextIf(path, (beginning) => REPORT.test(beginning));
    if (text === undefined) return undefined;
    const reports = readReports(text, path);
    if (reports.length > 1) {
      throw new RankMeError("format", `${reports.length} reports`, {
        place: { input: path },
        advice: "a run has one",
      });
    }
    return { score: scoreOf(reports[0]), warnings: [] };
  } catch (error) {
    if (!(error instanceof RankMeError) || error.code === "permission") throw error;
    return { error };
  }
}

function scoreOf(report: ScoreReport | SavedReport): RunScore {
  const { rankMe, metrics, rows, dim, convention, centered, epsilon, normalized } = report;
  const { confidence, column = report.columns } = report;
  const groups = confidence && "replicates" in confidence && {
    replicates: confidence.replicates.map(({ rankMe }) => rankMe),
    sizes: confidence.sizes,
    widening: confidence.widening?.rankMe,
    rounding: confidence.rounding?.rankMe,
  };
  return {
    rankMe,
    metrics,
    rows,
    dim,
    ...column !== undefined && { column },
    computed: `convention ${convention}, ${centered ? "centred" : "not centred"}, ε = ${epsilon}` +
      (normalized ? ", rows of length 1" : ""),
    ...confidence && {
      standardError: confidence.standardError,
      ...confidence.standardError > 0 && {
        quantile: halfWidthOf(rankMe, confidence) / confidence.standardError,
      },
    },
    ...groups,
  };
}

function withOutcome(run: Run, outcome: Outcome): Run {
  if ("score" in outcome) return { ...run, score: outcome.score };
  // A clause, without the lines that may stand below a message.
  const [reason] = outcome.error.message.split("\n", 1);
  return { ...run, failure: { told: false, reason } };
}

/** Each warning once, with the runs it is of. */
function warningsOf(
  runs: readonly Run[],
  outcomes: ReadonlyMap<string, Outcome>,
  folder: string | undefined,
): readonly string[] {
  const entries = new Map<string, string[]>();
  for (const { entry, embeddings } of runs) {
    const outcome = embeddings === undefined
      ? undefined
      : outcomes.get(located(embeddings, folder));
    if (!outcome || "error" in outcome) continue;
    for (const warning of outcome.warnings) {
      const known = entries.get(warning);
      if (known) known.push(entry);
      else entries.set(warning, [entry]);
    }
  }
  return [...entries].map(([warning, [first, ...others]]) =>
    `${first}${others.length > 0 ? ` and ${others.length} more` : ""}: ${warning}`
  );
}

/** A path of the manifest as this program sees it. */
function located(path: string, folder = ""): string {
  const isAbsolute = /^([/\\]|[a-z]:[/\\])/i.test(path) || urlOf(path) !== undefined;
  return isAbsolute || folder === "" ? path : `${folder.replace(/[/\\]$/, "")}/${path}`;
}
