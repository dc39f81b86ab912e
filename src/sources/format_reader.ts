import type { Axes } from "./axes.ts";
import type { ByteParser, InputFacts } from "./bytes/byte_parser.ts";
import type { MemoryPool } from "./bytes/memory_pool.ts";
import type { RandomAccess } from "./bytes/random_access.ts";
import type { ColumnChoice, KeyChoice } from "./columns.ts";
import type { ReadColumns } from "./read_columns.ts";
import type { RowBlock } from "./row_block.ts";
import type { EarlierColumns } from "./same_columns.ts";

/** How to take rows out of an input. */
export interface RowOptions extends ColumnChoice, KeyChoice {
  /** How arrays of more than two axes become rows. Default: they are refused. */
  readonly axes?: Axes;
  /** D, for raw numbers, whose bytes do not say it. */
  readonly dim?: number;
  /** Whether the first line of a text names the columns. Default: as it looks. */
  readonly header?: boolean;
  /** Whether a stream without its end-of-stream marker is an error. Default: false. */
  readonly strict?: boolean;
  /** Which columns an earlier shard of the same data set was read from. Default: it is the first. */
  readonly earlier?: EarlierColumns;
  /** Is told how many rows there are, where that is known before they are read. */
  readonly onRowCount?: (rows: number) => void;
  /** Is told which columns are read, before the first row; not where nothing has a name. */
  readonly onColumns?: (columns: ReadColumns) => void;
}

/** How one format is read: as its bytes come, or from anywhere in a file, or either. */
export interface FormatReader {
  /**
   * Makes a parser of bytes as they come. Absent where a format cannot be read so.
   *
   * @param options Which rows.
   * @param input What is known of the input.
   * @returns The parser.
   */
  readonly parse?: (options: RowOptions, input?: InputFacts) => ByteParser<RowBlock>;
  /**
   * Whether what is asked for can be read as its bytes come. Default: all can, where there is a parser.
   *
   * @param options Which rows.
   * @returns Whether it can.
   */
  readonly readsInOrder?: (options: RowOptions) => boolean;
  /**
   * Reads a file. Absent where its bytes as they come will do.
   *
   * @param file The open file, which is not closed.
   * @param options Which rows.
   * @param memory Where memory comes from that is given back when it is needed no more.
   * @returns Its rows.
   */
  readonly read?: (
    file: RandomAccess,
    options: RowOptions,
    memory?: MemoryPool,
  ) => AsyncGenerator<RowBlock, void, void>;
}
