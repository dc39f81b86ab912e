import type { ColumnChunk, ColumnMetaData, CompressionCodec } from "hyparquet";
import { RankMeError } from "../../errors.ts";
import { corrupt, numberOf } from "./corrupt.ts";
import { encrypted, type Footer } from "./footer.ts";
import type { FloatColumn, LeafColumn, Schema } from "./schema.ts";

/** The part of a column that is in one row group. */
export interface Chunk<C extends LeafColumn = FloatColumn> {
  readonly column: C;
  readonly codec: CompressionCodec | undefined;
  /** Where its pages begin and end. */
  readonly start: number;
  readonly end: number;
  /** Where what is read next to it ends: chunks that lie side by side are read as one. */
  readonly readEnd: number;
  /** How many values it has, nulls and empty lists among them. */
  readonly values: number;
  /** How many bytes may follow the numbers of a page. */
  readonly padding: number;
}

/** The chosen columns of some consecutive rows. */
export interface RowGroup<C extends LeafColumn = FloatColumn> {
  readonly rows: number;
  readonly chunks: readonly Chunk<C>[];
}

/** fastparquet writes so many bytes after the numbers of each page. */
const FASTPARQUET_PADDING = 8;
/** The magic at the start. */
const HEAD_BYTES = 4;

/**
 * Finds the chunks of some columns, and checks that they are where and what they can be.
 *
 * @param footer The footer.
 * @param schema The schema in it.
 * @param columns The columns that are wanted.
 * @returns The row groups, in order.
 * @throws {RankMeError} `corrupt` or `unsupported`.
 */
export function locateChunks<C extends LeafColumn>(
  footer: Footer,
  schema: Schema,
  columns: readonly C[],
): RowGroup<C>[] {
  const { metadata } = footer;
  const groups = metadata.row_groups.map((group, rowGroup) => {
    try {
      const rows = count(group.num_rows, "rows");
      if (group.columns.length !== schema.leaves) {
        throw corrupt(`${group.columns.length} column chunks for ${schema.leaves} columns`);
      }
      const chunks = columns.map((column) =>
        chunkOf(group.columns[column.leaf], column, rows, footer)
      );
      return { rows, chunks };
    } catch (error) {
      throw error instanceof RankMeError ? error.at({ rowGroup }) : error;
    }
  });
  const rows = groups.reduce((sum, group) => sum + group.rows, 0);
  if (rows !== count(metadata.num_rows, "rows")) {
    throw corrupt(`${metadata.num_rows} rows, but ${rows} in row groups`);
  }
  const ends = readEnds(
    footer,
    new Set(groups.flatMap(({ chunks }) => chunks.map((c) => c.start))),
  );
  return groups.map(({ rows, chunks }) => ({
    rows,
    chunks: chunks.map((chunk) => ({ ...chunk, readEnd: ends.get(chunk.start) ?? chunk.end })),
  }));
}

function chunkOf<C extends LeafColumn>(
  stored: ColumnChunk,
  column: C,
  rows: number,
  { dataEnd, metadata: { created_by: writer } }: Footer,
): Chunk<C> {
  const called = `column "${column.path.join(".")}"`;
  const { meta_data: metadata, file_path: path } = stored;
  if (stored.crypto_metadata || !metadata) throw encrypted(`${called} is encrypted`);
  if (path) {
    throw new RankMeError("unsupported", `${called} is in another file, ${JSON.stringify(path)}`, {
      advice: "pass that file",
    });
  }
  const { path_in_schema: names, type } = metadata;
  if (names.length !== column.path.length || names.some((name, i) => name !== column.path[i])) {
    throw corrupt(`column "${names.join(".")}" in place of ${called}`);
  }
  if (type !== column.physicalType) throw corrupt(`${called} is of type ${type ?? "none"} here`);
  const values = count(metadata.num_values, "values");
  const isList = column.elementDefinition !== undefined;
  if (isList ? values < rows : values !== rows) throw corrupt(`${values} values in ${rows} rows`);
  // A chunk without values has no place.
  const { start, end } = values > 0 ? extent(metadata) : { start: 0, end: 0 };
  if (values > 0 && !(start >= HEAD_BYTES && start < end && end <= dataEnd)) {
    throw corrupt(`${called} from byte ${start} to ${end}, in ${dataEnd} bytes of data`);
  }
  const padding = writer?.startsWith("fastparquet") ? FASTPARQUET_PADDING : 0;
  return { column, codec: metadata.codec, start, end, readEnd: end, values, padding };
}

/** Where the pages of a chunk are. */
interface Extent {
  readonly start: number;
  readonly end: number;
}

function extent(metadata: ColumnMetaData): Extent {
  const first = count(metadata.data_page_offset, "bytes");
  const dictionary = count(metadata.dictionary_page_offset ?? 0n, "bytes");
  // Some writers say 0 where there is no dictionary.
  const start = dictionary > 0 && dictionary < first ? dictionary : first;
  return { start, end: start + count(metadata.total_compressed_size, "bytes") };
}

/**
 * For each chunk, by its start, where the chunk ends, or the last of the wanted ones that follow it
 * without a gap.
 *
 * @throws {RankMeError} `corrupt`, when two share bytes: one of them is not where it should be.
 */
function readEnds({ metadata }: Footer, wanted: ReadonlySet<number>): ReadonlyMap<number, number> {
  const fromLast = metadata.row_groups
    .flatMap(({ columns }) => columns)
    .filter(({ meta_data, file_path }) => meta_data && meta_data.num_values > 0n && !file_path)
    .map(({ meta_data }) => extent(meta_data!))
    .sort((a, b) => b.start - a.start);
  const ends = new Map<number, number>();
  let next: Extent = { start: Infinity, end: Infinity };
  for (const { start, end } of fromLast) {
    if (end > next.start) {
      throw corrupt("two column chunks of the same bytes").at({ byte: next.start });
    }
    const goesOn = next.start === end && wanted.has(end);
    ends.set(start, goesOn ? ends.get(end)! : end);
    next = { start, end };
  }
  return ends;
}

function count(value: bigint | number | undefined, of: string): number {
  const number = Number(value);
  if (!(Number.isSafeInteger(number) && number >= 0)) throw corrupt(`${numberOf(value)} ${of}`);
  return number;
}
