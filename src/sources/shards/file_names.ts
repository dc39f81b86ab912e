/** Endings of files that are taken from a folder: of every format that needs no `--format`. */
const ENDINGS = [
  "arrow",
  "arrows",
  "csv",
  "feather",
  "ipc",
  "jsonl",
  "ndjson",
  "npy",
  "npz",
  "parquet",
  "pq",
  "safetensors",
  "tsv",
];
/** JSON Lines are .json where Spark wrote them; any other such file is likelier a configuration. */
const FORMAT = `\\.(${ENDINGS.join("|")})|(?<=(^|/)part-[^/]*)\\.json`;
const KNOWN = new RegExp(`(${FORMAT})(\\.(gz|zst))?$`, "i");

/**
 * Whether a file's name says that there can be embeddings in it. What is in it says its content.
 *
 * @param name The name.
 * @returns Whether it ends so.
 */
export function hasKnownEnding(name: string): boolean {
  return KNOWN.test(name);
}

/**
 * Whether a file's name says that it is a text, which may have no bytes.
 *
 * @param name The name.
 * @returns Whether it ends so.
 */
export function isText(name: string): boolean {
  return /\.(csv|tsv|json|jsonl|ndjson)$/i.test(name);
}

/**
 * A file's name without what says how it is written.
 *
 * @param name The name.
 * @returns For example `emb` of `emb.csv.gz`.
 */
export function stemOf(name: string): string {
  return name.replace(KNOWN, "");
}

/**
 * Whether a file or folder is not part of the data, as Spark and Hadoop have it.
 *
 * @param name Its name.
 * @returns Whether it begins with a dot, or with an underscore and is no partition such as `_day=3`.
 */
export function isHidden(name: string): boolean {
  return name.startsWith(".") || (name.startsWith("_") && !name.includes("="));
}
