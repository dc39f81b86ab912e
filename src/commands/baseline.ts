import { RankMeError } from "../errors.ts";
import { readReports, type SavedReport } from "../report/read_report.ts";
import { nameOfPart } from "../report/name_of_part.ts";
import { printable } from "../printable.ts";
import type { ScoreReport } from "../report/report.ts";
import { openBytes } from "../sources/bytes/open_bytes.ts";
import { nameOf } from "../sources/bytes/input_name.ts";
import { readUpTo } from "../sources/bytes/pulled_bytes.ts";

/** More than reports with all their singular values take. */
const LARGEST_BASELINE = 64e6;

/** How a score is to be made, as far as it is known before. */
export type Planned = Pick<ScoreReport, "convention" | "centered" | "epsilon" | "normalized">;

type PartOf = Pick<ScoreReport, "dims" | "column" | "columns" | "group">;

/** Earlier reports, for new ones to be held against. */
export class Baseline {
  /** What they are called. */
  readonly name: string;
  readonly #reports: ReadonlyMap<string, SavedReport>;

  /**
   * @param name What the reports are called.
   * @param reports The reports.
   * @throws {RankMeError} `format`, when two of them are of the same part of what was scored.
   */
  constructor(name: string, reports: readonly SavedReport[]) {
    this.name = name;
    this.#reports = new Map(reports.map((report) => [partKey(report), report]));
    if (this.#reports.size < reports.length) {
      throw new RankMeError("format", "there are several scores of the same in it", {
        place: { input: name },
        advice: "a baseline is what one score --json printed",
      });
    }
  }

  /** Whether every one of them has an interval. */
  get isSure(): boolean {
    return [...this.#reports.values()].every(({ confidence }) => confidence !== undefined);
  }

  /**
   * Refuses a score that cannot be held against this baseline, before it is made.
   *
   * @param planned How it is to be made.
   * @throws {RankMeError} `usage`, with what differs.
   */
  refuseUnlike(planned: Planned): void {
    for (const { convention, centered, epsilon, normalized } of this.#reports.values()) {
      const theirs = { convention, centered, epsilon, normalized };
      const key = PLANNED_KEYS.find((one) => theirs[one] !== planned[one]);
      if (key === undefined) continue;
      const say = (report: Planned) => DESCRIBE[key](report);
      throw this.#unlike(`it is ${say(theirs)}, and this score is ${say(planned)}`);
    }
  }

  /**
   * The report of the baseline for each new one.
   *
   * @param reports New reports.
   * @returns Pairs of a new and an old one.
   * @throws {RankMeError} `usage`, when there is none for one, or the other way round, or the two
   * cannot be compared.
   */
  pairs(reports: readonly ScoreReport[]): readonly (readonly [ScoreReport, SavedReport])[] {
    const saved = [...this.#reports.values()];
    const keyOf = tellColumns(reports, saved) ? partKey : partKeyOfAnyColumn;
    const byKey = new Map(saved.map((report) => [keyOf(report), report]));
    const pairs = reports.map((report) => {
      this.refuseUnlike(report);
      const before = byKey.get(keyOf(report));
      if (!before) {
        const parts = saved.map(describePart);
        throw this.#unlike(`it has no score of ${describePart(report)}, but of ${listed(parts)}`);
      }
      if (before.dim !== report.dim) {
        throw this.#unlike(`it has ${before.dim} dimensions, and this score ${report.dim}`);
      }
      return [report, before] as const;
    });
    const seen = new Set(reports.map(keyOf));
    const missing = saved.filter((report) => !seen.has(keyOf(report)));
    if (missing.length > 0) {
      const parts = missing.map(describePart);
      throw this.#unlike(`it has a score of ${listed(parts)}, and there is none now`);
    }
    return pairs;
  }

  #unlike(what: string): RankMeError {
    return new RankMeError("usage", `the baseline cannot be compared: ${what}`, {
      place: { input: this.name },
      advice: "score alike, or make the baseline again",
    });
  }
}

/**
 * Reads a baseline.
 *
 * @param input The path or URL of what `score --json` printed.
 * @returns The baseline.
 * @throws {RankMeError} `unreadable`, `permission`, `format` or `truncated`, with its name.
 */
export async function readBaseline(input: string): Promise<Baseline> {
  const name = nameOf(input);
  try {
    const { source, size = LARGEST_BASELINE } = await openBytes(input);
    try {
      const bytes = await readUpTo(source, Math.min(size, LARGEST_BASELINE));
      if (bytes.length === LARGEST_BASELINE) {
        throw new RankMeError("format", "this is too large for a report");
      }
      return new Baseline(name, readReports(new TextDecoder().decode(bytes), name));
    } finally {
      await source.close();
    }
  } catch (error) {
    throw error instanceof RankMeError ? error.at({ input: name }) : error;
  }
}

/** What a report is on, where it is said of a baseline. */
function describePart(report: PartOf): string {
  const { group, dims } = report, column = columnOf(report);
  return [
    ...column === undefined ? [] : [`column ${printable(column)}`],
    nameOfPart({ group, dims }, []),
  ].filter((part) => part !== "").join(", ") || "all of the data";
}

function columnOf({ column, columns }: PartOf): string | undefined {
  return column ?? columns;
}

function partKey(report: PartOf): string {
  return JSON.stringify([columnOf(report) ?? null, partKeyOfAnyColumn(report)]);
}

function partKeyOfAnyColumn({ group, dims }: PartOf): string {
  return JSON.stringify([group ?? null, dims ?? null]);
}

/**
 * Whether columns are told apart by their names: not where each side has one and either does not say
 * its name, as an array without one or a report of an earlier version.
 */
function tellColumns(...sides: readonly (readonly PartOf[])[]): boolean {
  const columns = sides.map((side) => new Set(side.map(columnOf)));
  return columns.some(({ size }) => size > 1) || !columns.some((names) => names.has(undefined));
}

function listed(parts: readonly string[]): string {
  const shown = parts.slice(0, 5).join("; ");
  return parts.length > 5 ? `${shown}; and ${parts.length - 5} more` : shown;
}

const PLANNED_KEYS = ["convention", "centered", "epsilon", "normalized"] as const;
const DESCRIBE: { readonly [key in keyof Planned]: (report: Planned) => string } = {
  convention: ({ convention }) => `of the convention ${convention}`,
  centered: ({ centered }) => centered ? "centred" : "not centred",
  epsilon: ({ epsilon }) => `with ε = ${epsilon}`,
  normalized: ({ normalized }) => normalized ? "of unit rows" : "of rows as they are",
};
