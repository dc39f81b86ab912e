import type { ByteSource } from "./pulled_bytes.ts";
import type { RandomAccess } from "./random_access.ts";

/** Bytes that were opened. */
export interface OpenedBytes {
  /** The bytes in order. Closing it closes all. */
  readonly source: ByteSource;
  /** How many there are, where that is known. */
  readonly size?: number;
  /** Which share of a file lies before what was read last; absent for what is no file. */
  readonly share?: () => number;
  /**
   * Turns to reading from anywhere, where that can be done. The source is not to be read any more, but
   * still to be closed.
   */
  readonly randomAccess?: () => Promise<RandomAccess>;
  /** Whether that costs so much more that it is for formats only which cannot be read in order. */
  readonly prefersOrder?: boolean;
  /**
   * Checks that what was read is what was opened.
   *
   * @throws {RankMeError} `changed`, when it was written to meanwhile.
   */
  readonly checkUnchanged?: () => Promise<void>;
}
