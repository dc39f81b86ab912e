import { quoted } from "./foreign/lines.ts";
import { starsIn } from "./stars.ts";

/** Words that name a part of a model, whose number says which. */
export const LAYER_WORDS: readonly string[] = ["layer", "block", "stage"];

/** Words that name embeddings, wherever in a name they stand. */
const EMBEDDING_WORDS: ReadonlySet<string> = new Set([
  ...LAYER_WORDS.flatMap((word) => [word, `${word}s`]),
  ...("emb embs embed embeds embedded embedding embeddings vec vecs vector vectors feat feats feature " +
    "features repr reprs representation representations latent latents hidden activation " +
    "activations encoding encodings pooled pooler dense projection projections projector backbone")
    .split(" "),
]);

/** Words that name something else where they are the last of a name, as in `input_ids`. */
const OTHER_WORDS: ReadonlySet<string> = new Set(
  ("id ids uid uids uuid uuids idx idxs index indexes indices box boxes bbox bboxes xyxy xywh " +
    "rect rects roi rois polygon polygons keypoint keypoints landmark landmarks coord coords " +
    "coordinate coordinates location position positions shape shapes dim dims size sizes stride " +
    "strides length lengths len lens count counts offset offsets span spans mask masks label labels " +
    "class classes category categories prob probs probability probabilities tag tags timestamp " +
    "timestamps time times date dates y")
    .split(
      " ",
    ),
);

/** Words that name what mostly is whole numbers, and embeddings now and then, as in `cls_token`. */
const WHOLE_WORDS: ReadonlySet<string> = new Set(
  "token tokens code codes input inputs target targets sequence sequences hash hashes bytes pixels"
    .split(" "),
);

/**
 * Whether a name is one of whole numbers mostly, such as `tokens`.
 *
 * @param name The name.
 * @returns Whether its last word says so.
 */
export function mayNameWholes(name: string): boolean {
  return WHOLE_WORDS.has(wordsOf(name).at(-1) ?? "");
}

/**
 * What the name of a column says of it.
 *
 * @param name The name; words in it are told by capitals, dots, hyphens and the like.
 * @returns Whether it names embeddings, something else as `input_ids` and `bbox` do, or nothing known.
 */
export function namesWhat(name: string): "embeddings" | "other" | undefined {
  const words = wordsOf(name);
  if (OTHER_WORDS.has(words.at(-1) ?? "")) return "other";
  return words.some((word) => EMBEDDING_WORDS.has(word)) ? "embeddings" : undefined;
}

/** Words that are counted as dimensions are, as in `dim_0` and `y1`, though one of them is none. */
const COUNTED_WORDS: ReadonlySet<string> = new Set(
  "dim dims y coord coords coordinate coordinates".split(" "),
);

/**
 * What the name says that some columns have in common before their numbers.
 *
 * @param prefix The name, as in `box_`; of a field of an object with the object's, as in `dims.`.
 * @returns The same as for the name of one column, where the number does not say more.
 */
export function prefixNamesWhat(prefix: string): ReturnType<typeof namesWhat> {
  const isField = prefix.endsWith(".");
  const isCounted = !isField && COUNTED_WORDS.has(wordsOf(prefix).at(-1) ?? "");
  return isCounted ? undefined : namesWhat(prefix);
}

/** The words of a name, without numbers at their ends. */
function wordsOf(name: string): string[] {
  return name.replace(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase().split(/[^\p{L}\d]+/u)
    .map((word) => word.replace(/\d+$/, "")).filter((word) => word !== "");
}

/** Columns whose names are one prefix and a number. */
export interface NumberedColumns<T> {
  readonly prefix: string;
  /** In the order of the numbers. */
  readonly columns: readonly T[];
  /** Whether the numbers are those from 0 or 1 on, each once. */
  readonly areCounted: boolean;
}

/**
 * Columns that are numbered by their names.
 *
 * @param columns Any columns.
 * @returns Those of each prefix, where there are two or more.
 */
export function numberedColumns<T extends { readonly name: string }>(
  columns: readonly T[],
): NumberedColumns<T>[] {
  const byPrefix = Map.groupBy(
    columns.filter(({ name }) => /\d$/.test(name)),
    ({ name }) => name.replace(/\d+$/, ""),
  );
  return [...byPrefix].filter(([, found]) => found.length > 1).map(([prefix, found]) => {
    const digits = (column: T) => column.name.slice(prefix.length);
    const ordered = found.toSorted((a, b) => Number(digits(a)) - Number(digits(b)));
    return { prefix, columns: ordered, areCounted: areCounted(ordered.map(digits)) };
  });
}

/**
 * Patterns that take the columns of one prefix: of `file`, `f0` and `f1` these are `f0*` and `f1*`.
 *
 * @param numbered The columns.
 * @param all All columns that a pattern can take.
 * @returns The patterns as `--columns` takes them in a shell; none where they take others as well.
 */
export function patternsOf<T extends { readonly name: string }>(
  { prefix, columns }: Pick<NumberedColumns<T>, "prefix" | "columns">,
  all: readonly T[],
): string | undefined {
  const theirs = new Set(columns), others = all.filter((column) => !theirs.has(column));
  const begins = new Set(columns.map(({ name }) => name.slice(0, prefix.length + 1)));
  // What stands between commas is a pattern of its own.
  const patterns = [[prefix], [...begins].sort()]
    .map((beginnings) => beginnings.map((beginning) => `${beginning}*`))
    .find((some) =>
      some.map(starsIn).every((stars) => !others.some(({ name }) => stars.test(name)))
    );
  return patterns && !prefix.includes(",") ? quoted(patterns.join(",")) : undefined;
}

/** Whether numbers are those from 0 or 1 on, padded alike. */
function areCounted([first, ...others]: readonly string[]): boolean {
  if (!/^0*[01]$/.test(first)) return false;
  return others.every((digits, i) =>
    digits === String(Number(first) + i + 1).padStart(first.length, "0")
  );
}
