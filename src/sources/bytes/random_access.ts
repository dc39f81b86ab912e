import { allocating, RankMeError } from "../../errors.ts";
import type { ByteSource } from "./pulled_bytes.ts";
import { refusedBySystem } from "../../platform/system_errors.ts";

/** Bytes that can be read from anywhere: a file, or a stand-in for one. */
export interface RandomAccess {
  /** How many bytes there are. */
  readonly size: number;
  /**
   * Fills some memory.
   *
   * @param position Where to begin.
   * @param memory Where to put the bytes, and how many are wanted.
   * @throws {RankMeError} `truncated`, when there are fewer.
   */
  fill(position: number, memory: Uint8Array): Promise<void>;
  /**
   * Checks that it is what it was when it was opened.
   *
   * @throws {RankMeError} `changed`, when it was written to meanwhile.
   */
  checkUnchanged(): Promise<void>;
  /** Lets go of the file. */
  close(): void;
}

/** An open file. */
export interface OpenFile extends RandomAccess {
  /** Where the last read ended. */
  readonly cursor: number;
}

/**
 * Opens a file for reading. Needs permission to read it.
 *
 * @param path Its path.
 * @returns The open file, as it is where it is a pipe and can only be read once.
 * @throws {RankMeError} `unreadable` or `permission`.
 */
export async function openFile(
  path: string | URL,
): Promise<OpenFile | Deno.FsFile> {
  const file = await explaining(path, () => Deno.open(path, { read: true }));
  const { size, mtime, isDirectory, isFile } = await explaining(path, () => file.stat());
  if (isDirectory) {
    file.close();
    throw new RankMeError("unreadable", "this is a directory", { advice: "pass the files in it" });
  }
  if (!isFile) return file;
  let open = true;
  let cursor = 0;
  return {
    size,
    get cursor() {
      return cursor;
    },
    async fill(position, memory) {
      if (cursor !== position) {
        cursor = await explaining(path, () => file.seek(position, Deno.SeekMode.Start));
      }
      for (let filled = 0; filled < memory.length;) {
        const count = await explaining(path, () => file.read(memory.subarray(filled)));
        if (count === null) {
          throw endsBefore(position + filled, memory.length - filled);
        }
        filled += count;
        cursor += count;
      }
    },
    async checkUnchanged() {
      const now = await explaining(path, () => file.stat());
      if (now.size === size && now.mtime?.getTime() === mtime?.getTime()) return;
      throw new RankMeError("changed", "it was written to while it was read", {
        advice: "read it again once its writer is done",
      });
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
    throw refusedBySystem(cause, "read", pathOf(path));
  }
}

/**
 * Reads exactly some bytes of a file.
 *
 * @param file The open file.
 * @param position Where to begin.
 * @param length How many.
 * @returns A buffer of their own.
 * @throws {RankMeError} `truncated`, when there are fewer; `memory`, when so many cannot be had.
 */
export async function readBytes(
  file: RandomAccess,
  position: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const missing = position + length - file.size;
  if (missing > 0) throw endsBefore(file.size, missing);
  const bytes = allocating(length, "a part of the file", () => new Uint8Array(length));
  await file.fill(position, bytes);
  return bytes;
}

function endsBefore(end: number, missing: number): RankMeError {
  return new RankMeError("truncated", "the file ends here", {
    place: { byte: end },
    advice: `${missing} more bytes were expected: was it written to meanwhile?`,
  });
}

/**
 * A file as a source of bytes, from beginning to end.
 *
 * @param file The open file.
 * @returns The source; closing it closes the file.
 */
export function sequentially(file: RandomAccess): ByteSource {
  let position = 0;
  return {
    async read(memory) {
      const bytes = memory.subarray(0, file.size - position);
      await file.fill(position, bytes);
      position += bytes.length;
      return bytes;
    },
    close: () => file.close(),
  };
}
