import { RankMeError } from "../errors.ts";
import { METRICS } from "../metrics/metrics.ts";

/** Which columns of a manifest hold what, where the user says so. */
export interface ColumnOptions {
  /** The columns of accuracies. Default: `accuracy`, `acc`, `top1` and whatever begins with `accuracy_`. */
  readonly accuracy?: readonly string[];
  /** The hyperparameters. Default: every column that means nothing else. */
  readonly hyperparameters?: readonly string[];
  /** Columns that mean nothing. Default: none. */
  readonly ignore?: readonly string[];
}

/** Which columns of a manifest hold what. */
export interface ManifestColumns {
  readonly method?: string;
  readonly embeddings?: string;
  readonly rankMe?: string;
  readonly seed?: string;
  readonly name?: string;
  readonly status?: string;
  readonly standardError?: string;
  /** In the long form: which hyperparameter a run varies, and the value it has. */
  readonly long?: { readonly hyperparameter: string; readonly value: string };
  /** Columns of metrics, by the metric. */
  readonly metrics: ReadonlyMap<string, string>;
  readonly accuracies: readonly string[];
  readonly hyperparameters: readonly string[];
  /** Whether methods were asked to be compared as if they were a hyperparameter. */
  readonly comparesMethods: boolean;
}

/** How each column may be called, in lower case. */
const ROLES = {
  method: ["method"],
  embeddings: ["embeddings", "path"],
  rankMe: ["rankme", "rank_me", "score"],
  seed: ["seed"],
  name: ["name"],
  status: ["status", "state"],
  standardError: ["standarderror", "standard_error"],
} as const;
const ALPHA_REQ = ["alphareq", "alpha_req", "α-req", "alpha-req"];
const ACCURACIES = /^(accuracy|acc|top1|accuracy_.+)$/i;

/**
 * Finds out what the columns of a manifest hold.
 *
 * @param columns What they are called.
 * @param options What the user says of them.
 * @param name What messages call the manifest.
 * @returns Each column's part.
 * @throws {RankMeError} `column`, where two columns could play one part, where one that was named is
 * not there, and where there is nothing to choose by or among.
 */
export function manifestColumns(
  columns: readonly string[],
  options: ColumnOptions,
  name: string,
): ManifestColumns {
  const { accuracy = [], hyperparameters: said = [], ignore = [] } = options;
  const cast = new Cast(columns, ignore, name);
  const long = longForm(cast);
  cast.check([...accuracy, ...ignore, ...long ? [] : said]);
  // What the user calls a hyperparameter or an accuracy is that, whatever it is called.
  const listed = said.filter((column) => !isMethod(column));
  cast.leave([...accuracy, ...listed]);
  const roles = Object.fromEntries(
    Object.entries(ROLES).map(([role, names]) => [role, cast.take(names)]),
  ) as Record<keyof typeof ROLES, string | undefined>;
  const metrics = metricColumns(cast);
  const likely = cast.takeAll((column) => ACCURACIES.test(column));
  if (long) cast.refuseMore();
  if (roles.embeddings === undefined && roles.rankMe === undefined) {
    throw cast.refuse(
      `no column "embeddings" (or "path") and none "rankMe" (or "score")`,
      `there are ${columns.join(", ")}`,
    );
  }
  const comparesMethods = said.some(isMethod);
  const hyperparameters = listed.length > 0 || long ? listed : cast.rest;
  if (!long && hyperparameters.length === 0) throw nothingVaries(cast, comparesMethods);
  const accuracies = accuracy.length > 0 ? accuracy : likely;
  return { ...roles, long, metrics, accuracies, hyperparameters, comparesMethods };
}

function isMethod(column: string): boolean {
  return column.toLowerCase() === "method";
}

function longForm(cast: Cast): ManifestColumns["long"] {
  const hyperparameter = cast.take(["hyperparameter"]);
  if (hyperparameter === undefined) return undefined;
  const value = cast.take(["value"]);
  if (value !== undefined) return { hyperparameter, value };
  throw cast.refuse(
    `a column "${hyperparameter}" and none called "value"`,
    "the long form has both",
  );
}

/** Numbers that `score` gives beside RankMe, by the names that it gives them. */
function metricColumns(cast: Cast): ReadonlyMap<string, string> {
  const alphaReq = cast.take(ALPHA_REQ);
  const names = new Map(METRICS.map(({ name }) => [name.toLowerCase(), name]));
  const others = cast.takeAll((column) => names.has(column.toLowerCase()));
  return new Map([
    ...alphaReq === undefined ? [] : [["alphaReq", alphaReq] as const],
    ...others.map((column) => [names.get(column.toLowerCase())!, column] as const),
  ]);
}

function nothingVaries(cast: Cast, comparesMethods: boolean): RankMeError {
  return comparesMethods
    ? cast.refuse(
      "methods, and no column of a hyperparameter",
      "RankMe compares runs of one method only",
    )
    : cast.refuse("no column of a hyperparameter", `there are ${cast.columns.join(", ")}`);
}

/** The columns that have no part yet. */
class Cast {
  readonly columns: readonly string[];
  readonly #rest: Set<string>;
  readonly #input: string;

  constructor(columns: readonly string[], ignored: readonly string[], input: string) {
    this.columns = columns;
    this.#rest = new Set(columns.filter((column) => !ignored.includes(column)));
    this.#input = input;
  }

  get rest(): readonly string[] {
    return [...this.#rest];
  }

  /** The one column that is called so, in any case of its letters. */
  take(names: readonly string[]): string | undefined {
    const found = this.takeAll((column) => names.includes(column.toLowerCase()));
    if (found.length < 2) return found[0];
    const list = found.map((column) => `"${column}"`).join(" and ");
    throw this.refuse(`${list} could both be meant`, `leave one out with --ignore ${found[0]}`);
  }

  takeAll(is: (column: string) => boolean): readonly string[] {
    const found = this.rest.filter(is);
    this.leave(found);
    return found;
  }

  leave(columns: readonly string[]): void {
    columns.forEach((column) => this.#rest.delete(column));
  }

  check(named: readonly string[]): void {
    const unknown = named.find((column) => !this.columns.includes(column));
    if (unknown === undefined) return;
    throw this.refuse(`there is no column "${unknown}"`, `there are ${this.columns.join(", ")}`);
  }

  refuseMore(): void {
    const { rest } = this;
    if (rest.length === 0) return;
    const list = rest.map((column) => `"${column}"`).join(", ");
    throw this.refuse(
      `the long form names hyperparameters in a column, and ${list} could be others`,
      `leave out what is none: --ignore ${rest.join(",")}`,
    );
  }

  refuse(what: string, advice: string): RankMeError {
    return new RankMeError("column", what, { place: { input: this.#input }, advice });
  }
}
