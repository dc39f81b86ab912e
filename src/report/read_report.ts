import { parseJson } from "../parse_json.ts";
import { RankMeError } from "../errors.ts";
import type { Confidence, Interval, ScoreReport } from "./report.ts";

/** What the JSON of a report keeps of it, as far as another run can be held against it. */
export interface SavedReport extends
  Pick<
    ScoreReport,
    | "rankMe"
    | "rows"
    | "dim"
    | "dims"
    | "column"
    | "columns"
    | "group"
    | "skippedRows"
    | "complete"
    | "convention"
    | "centered"
    | "epsilon"
    | "normalized"
    | "metrics"
    | "version"
  > {
  /** How sure RankMe is; absent where it was not asked for. */
  readonly confidence?: SavedInterval;
}

/** An interval of RankMe, and what it was found by where that is said. */
export type SavedInterval = Interval & Partial<Pick<Confidence, "level" | "groups">>;

/**
 * Reads reports back from what `score --json` prints: an object, an array of them, or JSON Lines, of
 * which those are kept that are complete, as `--every` prints others before.
 *
 * @param text The JSON.
 * @param input What it is called in errors.
 * @returns The reports, at least one.
 * @throws {RankMeError} `format`, for what is no JSON or no such report; `truncated`, when none is
 * complete, or one of an array is not.
 *
 * @example A report written and read
 * ```ts
 * import { EmbeddingBatch, score } from "@rankme/rankme";
 * import { readReports, toJson } from "@rankme/rankme/report";
 * import { assertEquals } from "@std/assert";
 *
 * const batch = new EmbeddingBatch({ data: Float64Array.of(3, 0, 0, 3), dim: 2 });
 * const report = await score([batch]);
 * assertEquals(readReports(toJson(report), "baseline.json")[0].rankMe, report.rankMe);
 * ```
 */
export function readReports(text: string, input: string): readonly SavedReport[] {
  const whole = parse(text);
  if (whole !== undefined) {
    const reports = [whole].flat().map((value) => reportOf(value, { input }));
    if (reports.length === 0) throw wrong("there is no report in it", { input });
    return reports.map((report) => complete(report) ?? refusePartial(input));
  }
  const lines = text.split("\n").map((line, index) => ({ line, place: { input, line: index + 1 } }))
    .filter(({ line }) => line.trim() !== "");
  const reports = lines.map(({ line, place }) => reportOf(parse(line), place));
  if (reports.length === 0) throw wrong("there is nothing in it", { input });
  const done = reports.filter(complete);
  return done.length > 0 ? done : refusePartial(input);
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function complete(report: SavedReport): SavedReport | undefined {
  return report.complete ? report : undefined;
}

function refusePartial(input: string): never {
  throw new RankMeError("truncated", "the report is of a part of its rows only", {
    place: { input },
    advice: "score all of them again",
  });
}

interface JsonPlace {
  readonly input: string;
  readonly line?: number;
}

function reportOf(value: unknown, place: JsonPlace): SavedReport {
  if (!isObject(value)) throw wrong("this is not what score --json prints", place);
  const fields = new Fields(value, place);
  const dims = fields.optional("dims", isDims);
  const column = fields.optional("column", isText);
  const columns = fields.optional("columns", isText);
  const group = fields.optional("group", isText);
  const confidence = fields.optional("confidence", isConfidence);
  fields.required("rankMe", isFinite);
  const rows = fields.required("rows", isCount), dim = fields.required("dim", isCount);
  const epsilon = fields.required("epsilon", isFinite);
  const most = highestRank(Math.min(rows, dim), epsilon);
  const isRank = (value: unknown): value is number =>
    isFinite(value) && value >= 0 && value <= most;
  return {
    rankMe: fields.required("rankMe", isRank),
    rows,
    dim,
    ...dims && { dims },
    ...column !== undefined && { column },
    ...columns !== undefined && { columns },
    ...group !== undefined && { group },
    skippedRows: fields.required("skippedRows", isCount),
    complete: fields.required("complete", isBoolean),
    convention: fields.required("convention", isText),
    centered: fields.required("centered", isBoolean),
    epsilon,
    normalized: fields.required("normalized", isBoolean),
    metrics: fields.required("metrics", isNumbers),
    ...confidence && { confidence },
    version: fields.required("version", isText),
  };
}

/** RankMe of as many equal values, which no other has, with something for rounding. */
function highestRank(count: number, epsilon: number): number {
  const p = 1 / count + epsilon;
  return count === 0 ? 0 : Math.exp(-count * p * Math.log(p)) * (1 + 1e-6);
}

/** The keys of an object, which are not believed to be what they should be. */
class Fields {
  readonly #object: { readonly [key: string]: unknown };
  readonly #place: JsonPlace;

  constructor(object: { readonly [key: string]: unknown }, place: JsonPlace) {
    this.#object = object;
    this.#place = place;
  }

  optional<T>(key: string, is: (value: unknown) => value is T): T | undefined {
    return Object.hasOwn(this.#object, key) ? this.required(key, is) : undefined;
  }

  required<T>(key: string, is: (value: unknown) => value is T): T {
    const value = Object.hasOwn(this.#object, key) ? this.#object[key] : undefined;
    if (is(value)) return value;
    const found = value === undefined ? "missing" : `${JSON.stringify(value)}`.slice(0, 40);
    throw wrong(`this is not what score --json prints: "${key}" is ${found}`, this.#place);
  }
}

function wrong(what: string, place: JsonPlace): RankMeError {
  return new RankMeError("format", what, { place });
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === "boolean";
}

function isFinite(value: unknown): value is number {
  return Number.isFinite(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && value as number >= 0;
}

function isDims(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every(isCount);
}

function isNumbers(value: unknown): value is { readonly [name: string]: number } {
  return isObject(value) && Object.values(value).every(isFinite);
}

function isConfidence(value: unknown): value is SavedInterval {
  if (!isObject(value)) return false;
  const { standardError, low, high, groups = 2, level = 0.5 } = value;
  return [standardError, low, high].every(isFinite) && isCount(groups) && groups >= 2 &&
    isFinite(level) && level > 0 && level < 1;
}
