import { RankMeError } from "../../errors.ts";
import { nameOf, urlOf } from "../bytes/input_name.ts";
import { pathOf } from "../bytes/random_access.ts";
import { refuseMissingShards, refuseSameStems } from "./complete_sets.ts";
import { type Entry, lookUp, namesIn, pathIn } from "./directory.ts";
import { hasKnownEnding, isHidden, isText } from "./file_names.ts";
import { namedPatterns, refuseForeignFolder } from "../foreign/folders.ts";
import { isPattern, matches } from "./glob.ts";
import { dataSetParts } from "./hugging_face.ts";
import { compareNaturally } from "./natural_order.ts";
import { someNames } from "./some_names.ts";
import { refuseTables } from "./tables.ts";

/** What Spark and Hadoop write when all else has been. */
const COMPLETE = "_SUCCESS";

/** A file or URL, and which file it is. */
type Shard = Pick<Entry, "path" | "identity">;

/**
 * Lists the shards of an input: the files in a folder and in its folders, or those that a pattern such
 * as `shards/*.npy` stands for, in natural order. A file or a URL is its only shard.
 *
 * Of a folder those count whose names end as a format's do, and are not hidden. What would count twice,
 * or not at all, is refused: missing shards of a numbered set, the same rows in two formats, a table
 * whose log says which files count. What Hugging Face's `save_to_disk` wrote is read as its
 * `state.json` says.
 *
 * @param input A path, a pattern or a URL. Needs permission to read the folder.
 * @returns Paths and URLs, for `openEmbeddings`.
 * @throws {RankMeError} `empty`, `unreadable`, `permission`, `changed`, `unsupported` or `usage`.
 *
 * @example A URL is its only shard
 * ```ts
 * import { listShards } from "@rankme/rankme/sources";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await listShards("https://example.com/emb.npy"), ["https://example.com/emb.npy"]);
 * ```
 */
export async function listShards(input: string | URL): Promise<readonly string[]> {
  const [shards] = await listAllShards([input]);
  return shards;
}

/**
 * Lists the shards of several inputs, none of which may be in two of them.
 *
 * @param inputs As {@linkcode listShards} takes them.
 * @returns The shards of each.
 * @throws {RankMeError} As {@linkcode listShards} does; `usage`, where a file would count twice.
 *
 * @example A shard that is given twice
 * ```ts
 * import { listAllShards } from "@rankme/rankme/sources";
 * import { assertRejects } from "@std/assert";
 *
 * const url = "https://example.com/emb.npy";
 * await assertRejects(() => listAllShards([url, url]), Error, "count twice");
 * ```
 */
export async function listAllShards(
  inputs: readonly (string | URL)[],
): Promise<readonly (readonly string[])[]> {
  const known = new Map<string, string>();
  const lists: string[][] = [];
  for (const input of inputs) {
    const shards = await shardsOf(input);
    for (const { path, identity = path } of shards) {
      const other = known.get(identity);
      if (other !== undefined) throw countedTwice(nameOf(other), nameOf(path));
      known.set(identity, path);
    }
    lists.push(shards.map(({ path }) => path));
  }
  return lists;
}

function countedTwice(one: string, other: string): RankMeError {
  const what = one === other ? `${one} is given twice` : `${one} and ${other} are the same file`;
  return new RankMeError("usage", what, { advice: "its rows would count twice" });
}

async function shardsOf(input: string | URL): Promise<readonly Shard[]> {
  const url = urlOf(input);
  if (url && url.protocol !== "file:") return [{ path: String(input) }];
  const path = url ? pathOf(url) : String(input);
  // Whoever opens it says best why a file cannot be read.
  const entry = await lookUp(path).catch(() => undefined);
  if (entry && !entry.isFolder) return [entry];
  if (!entry && !isPattern(path)) return [{ path }];
  const found = entry ? [entry] : await matches(path);
  if (found.length === 0) {
    throw new RankMeError("unreadable", "nothing matches this pattern", {
      place: { input: path },
      advice: "is its folder right?",
    });
  }
  const shards: Shard[] = [];
  for (const part of found) shards.push(...part.isFolder ? await filesIn(part) : [part]);
  const paths = shards.map((shard) => shard.path);
  refuseSameStems(path, paths);
  await refuseMissingShards(path, paths);
  return shards;
}

/** The files of a folder that count; an error where there are none. */
async function filesIn(folder: Entry): Promise<readonly Shard[]> {
  const files = await Array.fromAsync(walk(folder, []));
  if (files.length > 0) return files;
  const all = (await namesIn(folder.path) ?? []).sort(compareNaturally);
  await refuseForeignFolder(folder.path, all);
  const names = all.filter((name) => !name.startsWith("."));
  const what = names.length === 0
    ? "this folder is empty"
    : `no file in this folder ends as a format's do; it holds ${someNames(names)}`;
  throw new RankMeError("empty", what, {
    place: { input: folder.path },
    ...names.length > 0 && { advice: namedPatterns(folder.path, names) },
  });
}

async function* walk(
  { path: folder, identity }: Entry,
  above: readonly (string | undefined)[],
  isInComplete = false,
): AsyncGenerator<Shard, void, void> {
  // A link may lead back to where it is.
  if (identity !== undefined && above.includes(identity)) return;
  const names = await namesIn(folder) ?? vanished(folder);
  await refuseTables(folder, names);
  const parts = await dataSetParts(folder, names) ??
    names.filter((name) => !isHidden(name)).sort(compareNaturally)
      .map((name) => pathIn(folder, name));
  const entries = await Promise.all(parts.map(lookUp));
  const isComplete = isInComplete || names.includes(COMPLETE);
  for (const [index, entry] of entries.entries()) {
    // Of a part without rows Spark makes a text without a byte; elsewhere that is a writer cut off.
    if (entry?.isEmpty && isComplete && isText(parts[index])) continue;
    if (entry?.isFolder) yield* walk(entry, [...above, identity], isComplete);
    else if (hasKnownEnding(parts[index])) yield entry ?? vanished(parts[index]);
  }
}

function vanished(path: string): never {
  throw new RankMeError("unreadable", "it is no longer there, or a link to nothing", {
    place: { input: path },
  });
}
