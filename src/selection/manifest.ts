import { RankMeError } from "../errors.ts";
import { type ColumnOptions, type ManifestColumns, manifestColumns } from "./manifest_columns.ts";
import {
  type ManifestFormat,
  type ManifestRecord,
  readManifestRecords,
} from "./manifest_records.ts";
import {
  describeRun,
  type Failure,
  type HyperparameterValue,
  type Manifest,
  type Run,
  type RunScore,
} from "./run.ts";

/** How to read a manifest. */
export interface ManifestOptions extends ColumnOptions {
  /** What messages call it; its extension says what it is written in. Default: `manifest`. */
  readonly name?: string;
  /** What it is written in. Default: as its name says, or else as it looks. */
  readonly format?: ManifestFormat;
}

/** How a missing number is written by those who write tables. */
const MISSING = /^(nan|null|none|na|n\/a|-)$/i;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const FINISHED = /^(ok|done|finished|completed?|success|succeeded)$/i;
/** Names of columns whose values are methods rather than settings of one. */
const METHOD_LIKE = /^(algo(rithm)?|objective|framework|ssl_?method|model|arch(itecture)?)$/i;

/**
 * Reads a manifest: CSV, JSON or YAML that lists the runs of a sweep.
 *
 * @param text The manifest.
 * @param options What it is called and which columns hold what.
 * @returns The runs. Nothing is scored yet.
 * @throws {RankMeError} `corrupt`, `column` or `empty`, with the entry and the column.
 *
 * @example Two runs that differ in their learning rate
 * ```ts
 * import { parseManifest } from "@rankme/rankme/selection";
 * import { assertEquals } from "@std/assert";
 *
 * const { runs, tasks } = await parseManifest("lr,rankMe,accuracy\n0.1,31,64.5\n0.3,40,66.0\n");
 * assertEquals(runs.map(({ settings }) => settings), [{ lr: 0.1 }, { lr: 0.3 }]);
 * assertEquals(tasks, ["accuracy"]);
 * ```
 */
export async function parseManifest(
  text: string,
  { name = "manifest", format, ...options }: ManifestOptions = {},
): Promise<Manifest> {
  const { columns, records } = await readManifestRecords(text, name, format);
  const parts = manifestColumns(columns, options, name);
  const runs = records.map((record) => new RunReader(record, parts, name).run());
  const { long } = parts;
  const hyperparameters = long
    ? [...new Set(runs.flatMap(({ settings }) => Object.keys(settings)))]
    : parts.hyperparameters;
  const wanted = long && parts.hyperparameters.length > 0 ? parts.hyperparameters : hyperparameters;
  const unknown = wanted.find((one) => !hyperparameters.includes(one));
  if (unknown !== undefined) {
    throw new RankMeError("column", `no run varies "${unknown}"`, {
      place: { input: name },
      advice: `there are ${hyperparameters.join(", ")}`,
    });
  }
  refuseTwice(runs, name, long !== undefined);
  return {
    name,
    runs: runs.filter(({ settings }) => !long || wanted.includes(Object.keys(settings)[0])),
    hyperparameters: wanted,
    tasks: parts.accuracies,
    isLong: long !== undefined,
    warnings: warningsOf(parts, runs),
  };
}

/** Makes a run of an entry. */
class RunReader {
  readonly #record: ManifestRecord;
  readonly #columns: ManifestColumns;
  readonly #name: string;

  constructor(record: ManifestRecord, columns: ManifestColumns, name: string) {
    this.#record = record;
    this.#columns = columns;
    this.#name = name;
  }

  run(): Run {
    const { method, embeddings, seed, name, accuracies } = this.#columns;
    const path = this.#path(embeddings);
    const score = this.#score();
    const failure = this.#failure(path !== undefined || score !== undefined);
    if (method !== undefined && this.#text(method) === undefined) {
      throw this.#refuse(method, "is empty", "every run has a method where one has");
    }
    return {
      entry: this.#record.entry,
      ...defined({
        name: this.#text(name),
        method: this.#text(method),
        seed: this.#text(seed),
        embeddings: path,
        score: failure ? undefined : score,
        failure,
      }),
      settings: this.#settings(),
      accuracies: this.#numbers(accuracies.map((column) => [column, column])),
    };
  }

  #settings(): Readonly<Record<string, HyperparameterValue>> {
    const { long, hyperparameters } = this.#columns;
    if (!long) {
      return Object.fromEntries(hyperparameters.flatMap((column) => {
        const cell = this.#record.cells.get(column);
        return cell === undefined ? [] : [[column, settingOf(cell)]];
      }));
    }
    const [hyperparameter, value] = [long.hyperparameter, long.value].map((column) => {
      const cell = this.#record.cells.get(column);
      if (cell === undefined) throw this.#refuse(column, "is empty");
      return cell;
    });
    return { [String(hyperparameter)]: settingOf(value) };
  }

  #score(): RunScore | undefined {
    const { rankMe: column, metrics, standardError } = this.#columns;
    const rankMe = this.#number(column);
    if (rankMe === undefined) return undefined;
    if (rankMe < 0) {
      throw this.#refuse(column!, `is ${rankMe}`, "an effective rank is not negative");
    }
    return {
      rankMe,
      metrics: this.#numbers([...metrics]),
      ...defined({ standardError: this.#number(standardError) }),
    };
  }

  #failure(hasSource: boolean): Failure | undefined {
    const { status: column, embeddings, rankMe } = this.#columns;
    const status = this.#text(column);
    if (status !== undefined && !FINISHED.test(status)) {
      return { told: true, reason: `its ${column} is "${status}"` };
    }
    if (hasSource) return undefined;
    const columns = [rankMe, embeddings].filter((one) => one !== undefined);
    return { told: false, reason: `nothing in ${columns.map((one) => `"${one}"`).join(" or ")}` };
  }

  #numbers(
    columns: readonly (readonly [key: string, column: string])[],
  ): Readonly<Record<string, number>> {
    return Object.fromEntries(columns.flatMap(([key, column]) => {
      const value = this.#number(column);
      return value === undefined ? [] : [[key, value]];
    }));
  }

  #text(column: string | undefined): string | undefined {
    const cell = column === undefined ? undefined : this.#record.cells.get(column);
    return cell === undefined ? undefined : String(cell);
  }

  /** Those who write tables write that there is none in the same words as for numbers. */
  #path(column: string | undefined): string | undefined {
    const text = this.#text(column);
    return text !== undefined && MISSING.test(text) ? undefined : text;
  }

  #number(column: string | undefined): number | undefined {
    const text = this.#text(column)?.trim();
    if (text === undefined || MISSING.test(text)) return undefined;
    if (!NUMBER.test(text) || !Number.isFinite(Number(text))) {
      throw this.#refuse(column!, `is "${text}"`, "a number is wanted, or nothing");
    }
    return Number(text);
  }

  #refuse(column: string, what: string, advice?: string): RankMeError {
    return new RankMeError("corrupt", `"${column}" ${what}`, {
      place: { input: `${this.#name}: ${this.#record.entry}` },
      advice,
    });
  }
}

/** `1e-3` and `0.001` are the same value, whichever of CSV, JSON and YAML they stand in. */
function settingOf(cell: unknown): HyperparameterValue {
  const text = String(cell).trim();
  return NUMBER.test(text) && Number.isFinite(Number(text)) ? Number(text) : text;
}

function defined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}

/** Two entries for one run, and one file for two runs, are mistakes. */
function refuseTwice(runs: readonly Run[], name: string, isLong: boolean): void {
  const seen = new Map<string, Run>(), files = new Map<string, Run>();
  for (const run of runs) {
    const { method, settings, seed, embeddings } = run;
    const place = { input: `${name}: ${run.entry}` };
    const key = JSON.stringify([method, seed, settings]);
    const before = seen.get(key);
    if (before) {
      throw new RankMeError("corrupt", `the same run as ${describeRun(before)}`, {
        place,
        advice: seed === undefined
          ? `a column "seed" tells repetitions apart`
          : "method, hyperparameters and seed are all equal",
      });
    }
    seen.set(key, run);
    if (embeddings === undefined) continue;
    const other = files.get(embeddings);
    // In the long form the default is a run of every axis.
    const same = isLong && other?.method === method && other?.seed === seed;
    if (other && !same) {
      throw new RankMeError("corrupt", `the same embeddings as ${describeRun(other)}`, {
        place,
        advice: "two runs have files of their own",
      });
    }
    files.set(embeddings, run);
  }
}

function warningsOf(
  { comparesMethods, method, hyperparameters, long }: ManifestColumns,
  runs: readonly Run[],
): string[] {
  const advice = "RankMe compares runs of one method only";
  const suspects = (long ? [] : hyperparameters).filter((column) => {
    const values = new Set(runs.map(({ settings }) => settings[column]));
    return METHOD_LIKE.test(column) && values.size > 1 &&
      [...values].every((value) => typeof value !== "number");
  });
  return [
    ...comparesMethods
      ? [`a method is no hyperparameter: ${advice}, so the choice is made within each`]
      : [],
    ...suspects.map((column) =>
      `"${column}" is taken for a hyperparameter; ${advice}: where its values are methods, call ` +
      `the column ${method === undefined ? "method" : "method, or put both into that one"}`
    ),
  ];
}
