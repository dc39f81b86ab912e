import { RankMeError } from "../../errors.ts";
import { stemOf } from "./file_names.ts";
import { lookUp } from "./directory.ts";
import { someNames } from "./some_names.ts";

/** A file's name such as `train-00000-of-00005.parquet`. */
const NUMBERED = /^(.*?)(\d+)-of-(\d+)([^/]*)$/;
/** So many that are missing are enough to know. */
const ENOUGH = 100;

/** Files of which each says how many there are. */
interface NumberedSet {
  readonly indices: Map<number, string>;
  /** How many there are, as it is written. */
  readonly totals: Set<string>;
  readonly nameOf: (index: number) => string;
}

/**
 * Refuses files whose names say that others are missing.
 *
 * @param input What messages call all of them.
 * @param paths The files. One that is there but not among them was left out on purpose.
 * @throws {RankMeError} `unreadable`, where a shard is missing; `unsupported`, where sets are mixed.
 */
export async function refuseMissingShards(input: string, paths: readonly string[]): Promise<void> {
  for (const { indices, totals, nameOf } of numberedSets(paths).values()) {
    if (totals.size > 1) {
      throw new RankMeError(
        "unsupported",
        `shards of several sets are mixed, of ${[...totals].map(Number).join(" and of ")} files: ` +
          someNames([...indices.values()]),
        { place: { input }, advice: "pass one set by a pattern, such as '*-of-00005.parquet'" },
      );
    }
    const total = Number([...totals][0]);
    // Some count from 0, some from 1.
    const first = indices.has(total) ? 1 : 0;
    const missing: string[] = [];
    for (let index = first; index < total + first && missing.length < ENOUGH; index++) {
      if (!indices.has(index) && !await lookUp(nameOf(index))) missing.push(nameOf(index));
    }
    if (missing.length > 0) {
      const count = missing.length < ENOUGH ? missing.length : total - indices.size;
      throw new RankMeError("unreadable", `shards are missing: ${someNames(missing, count)}`, {
        place: { input },
        advice: "wait for their writer, or pass by a pattern those that are to count",
      });
    }
  }
}

function numberedSets(paths: readonly string[]): Map<string, NumberedSet> {
  const sets = new Map<string, NumberedSet>();
  for (const path of paths) {
    const [, before, index, total, after] = NUMBERED.exec(path) ?? [];
    if (index === undefined) continue;
    const key = `${before}\0${after}`;
    const set = sets.get(key) ?? {
      indices: new Map(),
      totals: new Set(),
      nameOf: (missing) =>
        `${before}${String(missing).padStart(index.length, "0")}-of-${total}${after}`,
    };
    set.indices.set(Number(index), path);
    set.totals.add(total);
    sets.set(key, set);
  }
  return sets;
}

/**
 * Refuses files that differ only in how they are written: they would be the same rows twice.
 *
 * @param input What messages call all of them.
 * @param paths The files.
 * @throws {RankMeError} `unsupported`, for `emb.npy` beside `emb.csv`.
 */
export function refuseSameStems(input: string, paths: readonly string[]): void {
  const known = new Map<string, string>();
  for (const path of paths) {
    const stem = stemOf(path);
    const other = known.get(stem);
    if (other !== undefined) {
      throw new RankMeError(
        "unsupported",
        `${other} and ${path} look like the same rows, which would count twice`,
        { place: { input }, advice: "pass those that count by a pattern, such as 'folder/*.npy'" },
      );
    }
    known.set(stem, path);
  }
}
