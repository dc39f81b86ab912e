import { RankMeError } from "../errors.ts";

/** Bytes that can be read from anywhere: a file, or a stand-in for one. */
export interface RandomAccess {
  /** How many bytes there are. */
  readonly size: number;
  /**
   * Reads exactly some bytes.
   *
   * @param position Where to begin.
   * @param length How many.
   * @returns A buffer of their own.
   * @throws {RankMeError} `truncated`, when there are fewer.
   */
  read(position: number, length: number): Promise<Uint8Array>;
  /** Lets go of the file. */
  close(): void;
}

/**
 * Opens a file for reading. Needs permission to read it.
 *
 * @param path Its path.
 * @returns The open file, or its bytes where it is a pipe and can only be read once.
 * @throws {RankMeError} `unreadable` or `permission`.
 */
export async function openFile(
  path: string | URL,
): Promise<RandomAccess | ReadableStream<Uint8Array>> {
  const file = await opening(path, () => Deno.open(path, { read: true }));
  const { size, isDirectory, isFile } = await file.stat();
  if (isDirectory) {
    file.close();
    throw new RankMeError("unreadable", "this is a directory", { advice: "pass the files in it" });
  }
  if (!isFile) return file.readable;
  return {
    size,
    async read(position, length) {
      const bytes = new Uint8Array(length);
      await file.seek(position, Deno.SeekMode.Start);
      for (let filled = 0; filled < length;) {
        const count = await file.read(bytes.subarray(filled));
        if (count === null) {
          throw new RankMeError("truncated", "the file ends here", {
            place: { byte: position + filled },
            advice: `${length - filled} more bytes were expected`,
          });
        }
        filled += count;
      }
      return bytes;
    },
    close: () => file.close(),
  };
}

async function opening<T>(path: string | URL, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw new RankMeError("unreadable", "there is no such file", { cause });
    }
    if (cause instanceof Deno.errors.NotCapable) {
      throw new RankMeError("permission", "Deno was not allowed to read this file", {
        advice: `add --allow-read or --allow-read=${path}`,
        cause,
      });
    }
    if (cause instanceof Deno.errors.PermissionDenied) {
      throw new RankMeError("unreadable", "the system does not allow reading it", { cause });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RankMeError("unreadable", `it cannot be opened (${reason})`, { cause });
  }
}

/** Read at a time where a file is read from beginning to end; larger is no faster. */
const CHUNK_BYTES = 1 << 20;

/**
 * Reads a file from beginning to end.
 *
 * @param file The open file; closed at the end, or when the reader is done with it.
 * @returns Its bytes, in chunks that are not written to again.
 */
export function readSequentially(file: RandomAccess): ReadableStream<Uint8Array> {
  let position = 0;
  return new ReadableStream({
    async pull(controller) {
      const length = Math.min(CHUNK_BYTES, file.size - position);
      if (length === 0) {
        file.close();
        controller.close();
        return;
      }
      try {
        controller.enqueue(await file.read(position, length));
        position += length;
      } catch (error) {
        file.close();
        throw error;
      }
    },
    cancel: () => file.close(),
  }, { highWaterMark: 0 });
}
