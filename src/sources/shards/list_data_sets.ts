import { RankMeError } from "../../errors.ts";
import { urlOf } from "../bytes/input_name.ts";
import { pathOf } from "../bytes/random_access.ts";
import { type Entry, lookUp, namesIn, pathIn } from "./directory.ts";
import { hasKnownEnding, isHidden } from "./file_names.ts";
import { isPattern, matches } from "./glob.ts";
import { compareNaturally } from "./natural_order.ts";
import { someNames } from "./some_names.ts";

/** What says that a folder holds the shards of one data set: Spark's marker, and that of `datasets`. */
const ONE_DATA_SET = ["_SUCCESS", "state.json"];

/**
 * Lists the data sets in a folder or by a pattern: every file that ends as a format's do, and every
 * folder, is one of its own. Anything else is a data set itself.
 *
 * @param input The path of a folder or file, a pattern, or a URL.
 * @returns The paths, in natural order: `step-2` comes before `step-10`.
 * @throws {RankMeError} `empty`, where there is none; `usage`, for a folder that is one data set;
 * `permission` or `unreadable`, for one that cannot be looked into.
 *
 * @example A URL is a data set by itself
 * ```ts
 * import { listDataSets } from "@rankme/rankme/sources";
 * import { assertEquals } from "@std/assert";
 *
 * const url = "https://example.com/emb.npy";
 * assertEquals(await listDataSets(url), [url]);
 * ```
 */
export async function listDataSets(input: string | URL): Promise<readonly string[]> {
  const url = urlOf(input);
  if (url && url.protocol !== "file:") return [String(input)];
  const path = url ? pathOf(url) : String(input);
  // Whoever opens it says best why a file cannot be read.
  const entry = await lookUp(path).catch(() => undefined);
  if (entry?.isFolder) return await dataSetsIn(path);
  if (entry || !isPattern(path)) return [path];
  const found = await matches(path);
  if (found.length === 0) {
    throw new RankMeError("unreadable", "nothing matches this pattern", {
      place: { input: path },
      advice: "is its folder right?",
    });
  }
  return found.map((one) => one.path);
}

async function dataSetsIn(folder: string): Promise<readonly string[]> {
  const names = (await namesIn(folder) ?? []).sort(compareNaturally);
  const marker = ONE_DATA_SET.find((name) => names.includes(name));
  if (marker !== undefined) {
    throw new RankMeError("usage", `${marker} says that this folder is one data set`, {
      place: { input: folder },
      advice: "pass several, or the folder that they are in",
    });
  }
  const paths = names.filter((name) => !isHidden(name)).map((name) => pathIn(folder, name));
  const entries = await Promise.all(paths.map(lookUp));
  const found = entries.filter((entry): entry is Entry =>
    entry !== undefined && (entry.isFolder || hasKnownEnding(entry.path))
  );
  if (found.length > 0) return found.map(({ path }) => path);
  const what = names.length === 0 ? "this folder is empty" : `it holds ${someNames(names)}`;
  throw new RankMeError("empty", `no data set in this folder: ${what}`, {
    place: { input: folder },
  });
}
