import { namesWhat } from "./column_names.ts";
import { A_FEW, type Column } from "./column.ts";

/** A type of a typed column that could hold embeddings, and is not read. */
export type OtherForm = "integers" | "bytes" | "text" | "lists" | "others";

/** How floats are made of them. */
const ADVICE: Readonly<Record<OtherForm, string | undefined>> = {
  integers: "cast its whole numbers to floats, as column.cast(pa.list_(pa.float32())) does",
  bytes: "bytes do not say of which numbers they are: write lists of floats, as " +
    "np.frombuffer(value, dtype) makes them",
  text:
    "arrays in text are read in CSV and JSON Lines: write lists of floats here, as json.loads " +
    "makes them",
  lists: undefined,
  others: "write lists of floats, such as pa.list_(pa.float32())",
};

/** Names of texts about embeddings, as in `embedding_model`. */
const ABOUT_THEM = /(?:model|name|type|kind|version|path|file|uri|url|hash|status|source|text)s?$/i;

/**
 * What is known of a typed column that could hold embeddings in a form that is not read.
 *
 * @param form Its form, if it is one of these.
 * @param name Its name: text and lists of others are looked at only where that says embeddings, and so is
 * what would do.
 * @returns The `numbers` and the `advice` of the column.
 */
export function inOtherForm(
  form: OtherForm | undefined,
  name: string,
): Pick<Column, "numbers" | "advice"> {
  const isNamed = namesWhat(name) === "embeddings";
  if (form === undefined) return {};
  if (["text", "others"].includes(form) && (!isNamed || ABOUT_THEM.test(name))) return {};
  const advice = isNamed ? ADVICE[form] : undefined;
  return { numbers: A_FEW, ...advice !== undefined && { advice } };
}
