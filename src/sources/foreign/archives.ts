import { hasKnownEnding } from "../shards/file_names.ts";
import { EMBED_IT, quoted, RUN_IT, SPREADSHEET, TENSOR } from "./lines.ts";

/** What a zip archive is, as the names in it say. */
export interface ForeignArchive {
  /** What messages call it, with its article. */
  readonly name: string;
  /** What would do instead. */
  readonly advice: string;
}

/** How many names a message lists. */
const NAMES_SHOWN = 3;
/** What is read as it comes out of a pipe. */
const PIPED = /\.(csv|tsv|txt|json|jsonl|ndjson|arrows|npy|safetensors)$/i;

/** By a name in the archive. */
const ARCHIVES: readonly (readonly [member: RegExp, name: string, advice: string])[] = [
  [/(^|\/)data\.pkl$/, "a PyTorch file, as torch.save writes", TENSOR],
  [/^xl\//, "an Excel file", SPREADSHEET],
  [/^content\.xml$/, "an OpenDocument file", SPREADSHEET],
  [/^word\//, "a Word document", EMBED_IT],
  [/^ppt\//, "a PowerPoint file", EMBED_IT],
  [/^model\.weights\.h5$/, "a Keras file", RUN_IT],
  [
    /(^|\/)(\.zarray|\.zgroup|zarr\.json)$/,
    "a zipped Zarr array",
    "unpack it: mkdir unpacked.zarr && unzip -q FILE -d unpacked.zarr && rankme unpacked.zarr",
  ],
];

/**
 * Tells what a zip archive without arrays of NumPy is.
 *
 * @param names The names of the files in it.
 * @returns What it is, and what would do instead.
 */
export function foreignArchive(names: readonly string[]): ForeignArchive {
  const known = ARCHIVES.find(([member]) => names.some((name) => member.test(name)));
  if (known) return { name: known[1], advice: known[2] };
  const shown = names.slice(0, NAMES_SHOWN).map((name) => JSON.stringify(name));
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : "";
  const held = shown.length > 0 ? `it holds ${shown.join(", ")}${more}` : "it is empty";
  return { name: `a zip archive without .npy arrays: ${held}`, advice: unpacking(names) };
}

function unpacking(names: readonly string[]): string {
  const piped = names.filter((name) => PIPED.test(name)), data = names.filter(hasKnownEnding);
  if (piped.length === 1 && data.every((name) => name === piped[0])) {
    return `read that file: unzip -p FILE ${quoted(asPattern(piped[0]))} | rankme`;
  }
  return data.length > 0
    ? "unpack it: mkdir unpacked && unzip -q FILE -d unpacked && rankme unpacked"
    : "write the embeddings with np.savez";
}

/** A name as unzip takes it, to which some characters stand for others. */
function asPattern(name: string): string {
  return name.replace(/[[\]*?\\]/g, "\\$&");
}
