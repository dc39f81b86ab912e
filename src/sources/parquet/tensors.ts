import type { FileMetaData } from "hyparquet";
import { RankMeError } from "../../errors.ts";
import type { Axes } from "../axes.ts";
import type { RowBlock } from "../row_block.ts";
import { corrupt, decoding } from "./corrupt.ts";

/** Where Arrow's writers keep the schema that the columns had, in base64. */
const ARROW_SCHEMA = "ARROW:schema";
/** Stored as one flat list: without its shape, (T, D) would pass for T·D. */
const FIXED_SHAPE_TENSOR = "arrow.fixed_shape_tensor";
/** Stored as a struct of a flat list and a shape, each row with one of its own. */
const VARIABLE_SHAPE_TENSOR = "arrow.variable_shape_tensor";

/**
 * How many rows each list of a column holds: one, unless Arrow's schema says that they are tensors.
 *
 * @param metadata What the footer says.
 * @param name The column's name.
 * @param axes How tensors of more than one axis become rows. Default: they are refused.
 * @returns The number of rows.
 * @throws {RankMeError} `dimension`, when they have several axes and nobody said what is to become of
 * them; `column`, when they are tensors of which the lists are no rows; `unsupported`; `corrupt`.
 */
export async function rowsPerList(
  { key_value_metadata: pairs = [] }: FileMetaData,
  name: string,
  axes: Axes | undefined,
): Promise<number> {
  const stored = pairs.find(({ key }) => key === ARROW_SCHEMA)?.value;
  if (!stored) return 1;
  const bytes = decoding(() => Uint8Array.fromBase64(stored));
  // Most schemas have none, and Apache Arrow takes a while to load.
  const text = new TextDecoder("latin1").decode(bytes);
  if (![FIXED_SHAPE_TENSOR, VARIABLE_SHAPE_TENSOR].some((type) => text.includes(type))) return 1;
  const { decodeMetadata } = await import("../arrow/metadata.ts");
  const { arrowColumns, rowsPerValue } = await import("../arrow/arrow_columns.ts");
  const message = decoding(() => decodeMetadata(withoutPrefix(bytes)));
  if (message.kind !== "schema") throw corrupt(`${ARROW_SCHEMA} without a schema`);
  const column = arrowColumns(message.schema).find((column) =>
    column.name === name ||
    column.type === "variable_shape_tensor" && name.startsWith(`${column.name}.`)
  );
  if (!column) return 1;
  // Lists of tensors, or tensors of a shape each: the lists that they are stored as are no rows.
  if (column.kind === "other") {
    throw new RankMeError("column", `column "${column.name}" holds tensors as ${column.type}`, {
      advice: "write their rows as lists of lists",
    });
  }
  return rowsPerValue(column, axes);
}

/** A message is preceded by its length, and that by a marker, but for the oldest ones. */
function withoutPrefix(bytes: Uint8Array): Uint8Array {
  const first = new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true);
  return bytes.subarray(first === -1 ? 8 : 4);
}

/**
 * Makes several rows of each list of a block.
 *
 * @param block The block.
 * @param count How many.
 * @returns The same numbers as rows.
 * @throws {RankMeError} `corrupt`, when they are not of one length.
 */
export function splitLists<T extends Required<Pick<RowBlock, "rows" | "dim" | "nullRows">>>(
  block: T,
  count: number,
): T {
  if (count === 1) return block;
  if (block.dim % count !== 0) throw corrupt(`tensors of ${count} rows in ${block.dim} numbers`);
  const nullRows = block.nullRows.flatMap((list) =>
    Array.from({ length: count }, (_, i) => list * count + i)
  );
  return { ...block, rows: block.rows * count, dim: block.dim / count, nullRows };
}
