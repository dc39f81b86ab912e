import { type ByteSource, byteSource } from "./pulled_bytes.ts";
import { openFile, type RandomAccess, sequentially } from "./random_access.ts";

/** Bytes that were opened. */
export interface OpenedBytes {
  /** The bytes in order. Closing it closes all. */
  readonly source: ByteSource;
  /** How many there are, where that is known. */
  readonly size?: number;
  /**
   * Turns to reading from anywhere, where that can be done. The source is not to be read any more, but
   * still to be closed.
   */
  readonly randomAccess?: () => Promise<RandomAccess>;
  /**
   * Checks that what was read is what was opened.
   *
   * @throws {RankMeError} `changed`, when it was written to meanwhile.
   */
  readonly checkUnchanged?: () => Promise<void>;
}

/**
 * Opens a file or a stream.
 *
 * @param input A path or file URL (needs permission to read it), or bytes.
 * @returns Its bytes.
 * @throws {RankMeError} `unreadable` or `permission`.
 */
export async function openBytes(
  input: string | URL | ReadableStream<Uint8Array>,
): Promise<OpenedBytes> {
  const file = input instanceof ReadableStream ? input : await openFile(input);
  if (file instanceof ReadableStream) return { source: byteSource(file) };
  return {
    source: sequentially(file),
    size: file.size,
    randomAccess: () => Promise.resolve(file),
    checkUnchanged: () => file.checkUnchanged(),
  };
}
