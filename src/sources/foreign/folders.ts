import { RankMeError } from "../../errors.ts";
import { namesIn, pathIn } from "../shards/directory.ts";
import { aboutFile, arrayLine, quoted, RUN_IT, tableLine } from "./lines.ts";

/** By a name in the folder. */
const FOLDERS: readonly (readonly [entry: RegExp, name: string, advice: string])[] = [
  [
    /^(\.zarray|\.zgroup|zarr\.json)$/,
    "a Zarr array",
    "convert it: " + arrayLine("zarr", "zarr.open(sys.argv[1])[:]"),
  ],
  [
    /^_versions$/,
    "a Lance data set",
    "convert it: " + tableLine("lance", "lance.dataset(sys.argv[1]).to_table()"),
  ],
  [/^saved_model\.pb$/, "a TensorFlow model", RUN_IT],
  [
    /^chroma\.sqlite3$/,
    "a Chroma database",
    "get the embeddings of a collection with chromadb, and save them with np.save",
  ],
];
/** What such folders are called. */
const CALLED = /\.(zarr|lance)$/i;

/**
 * Refuses a folder without files of a known format by what it is, or what the first such folder in it is.
 *
 * @param folder Its path.
 * @param names What is in it.
 * @throws {RankMeError} `unsupported`, where it is known.
 */
export async function refuseForeignFolder(folder: string, names: readonly string[]): Promise<void> {
  const known = FOLDERS.find(([entry]) => names.some((name) => entry.test(name)));
  if (known) {
    const [, name, advice] = known;
    throw new RankMeError("unsupported", `this is ${name}, which cannot be read`, {
      place: { input: folder },
      advice: aboutFile(advice, folder),
    });
  }
  const inside = names.find((name) => CALLED.test(name));
  if (inside === undefined) return;
  const path = pathIn(folder, inside);
  await refuseForeignFolder(path, await namesIn(path) ?? []);
}

/**
 * What to do with a folder in which no name says that there is data in it.
 *
 * @param folder Its path.
 * @param names What is in it.
 * @returns The advice.
 */
export function namedPatterns(folder: string, names: readonly string[]): string {
  const [ending] = names.map((name) => /\.json(\.gz|\.zst)?$/i.exec(name)?.[0])
    .filter((found) => found !== undefined);
  return ending === undefined
    ? "pass files by their paths, or by a pattern"
    : `if its ${ending} files hold rows, pass them by a pattern: rankme ` +
      quoted(pathIn(folder, `*${ending}`));
}
