import { allocating, RankMeError } from "../errors.ts";

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
  const file = await explaining(path, () => Deno.open(path, { read: true }));
  const { size, isDirectory, isFile } = await file.stat();
  if (isDirectory) {
    file.close();
    throw new RankMeError("unreadable", "this is a directory", { advice: "pass the files in it" });
  }
  if (!isFile) return file.readable;
  let open = true;
  return {
    size,
    async read(position, length) {
      const bytes = allocating(length, "a record batch", () => new Uint8Array(length));
      await explaining(path, () => file.seek(position, Deno.SeekMode.Start));
      for (let filled = 0; filled < length;) {
        const count = await explaining(path, () => file.read(bytes.subarray(filled)));
        if (count === null) {
          throw new RankMeError("truncated", "the file ends here", {
            place: { byte: position + filled },
            advice: `${length - filled} more bytes were expected: was it written to meanwhile?`,
          });
        }
        filled += count;
      }
      return bytes;
    },
    close() {
      if (open) file.close();
      open = false;
    },
  };
}

/**
 * A path as a person writes it.
 *
 * @param path A path, or a URL.
 * @returns The path of a file URL, without escapes; any other URL as it is.
 */
export function pathOf(path: string | URL): string {
  if (typeof path === "string") return path;
  return path.protocol === "file:" ? decodeURIComponent(path.pathname) : path.href;
}

async function explaining<T>(path: string | URL, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw new RankMeError("unreadable", "there is no such file", { cause });
    }
    if (cause instanceof Deno.errors.NotCapable && cause.message.includes("--allow-all")) {
      throw new RankMeError("permission", "Deno opens this only with --allow-all", {
        advice: "pipe it in and pass - instead",
        cause,
      });
    }
    if (cause instanceof Deno.errors.NotCapable) {
      throw new RankMeError("permission", "Deno was not allowed to read this file", {
        advice: `add --allow-read or --allow-read=${pathOf(path)}`,
        cause,
      });
    }
    if (cause instanceof Deno.errors.PermissionDenied) {
      throw new RankMeError("unreadable", "the system does not allow reading it", { cause });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RankMeError("unreadable", `it cannot be read (${reason})`, { cause });
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
  return closingStream(file, chunks(file));
}

async function* chunks(file: RandomAccess): AsyncGenerator<Uint8Array, void, void> {
  for (let position = 0; position < file.size; position += CHUNK_BYTES) {
    yield await file.read(position, Math.min(CHUNK_BYTES, file.size - position));
  }
}

/**
 * Streams what is read from a file. A generator's `finally` would not do: it does not run in one that
 * is cancelled before its first part was asked for.
 *
 * @param file The open file; closed at the end, on an error, and when the stream is cancelled.
 * @param parts What is read from it.
 * @returns The parts, each read when it is asked for.
 */
export function closingStream<T>(
  file: RandomAccess,
  parts: AsyncGenerator<T, void, void>,
): ReadableStream<T> {
  let reading: Promise<unknown> = Promise.resolve();
  return new ReadableStream({
    async pull(controller) {
      try {
        const next = parts.next();
        reading = next;
        const { value, done } = await next;
        if (!done) return controller.enqueue(value);
        file.close();
        controller.close();
      } catch (error) {
        file.close();
        throw error;
      }
    },
    async cancel() {
      file.close();
      // A read that was under way ends with an error now, which is of no interest.
      await reading.catch(() => {});
    },
  }, { highWaterMark: 0 });
}
