import { RankMeError } from "../../errors.ts";
import type { RandomAccess } from "./random_access.ts";
import { brokenOff, get, PassingError, withRetries } from "./requests.ts";

/** Reads of fewer bytes take a whole window along: a request costs as much time as some 100 kB do. */
const SMALL_READ_BYTES = 64 << 10;
const WINDOW_BYTES = 256 << 10;

/** What a server says of a file with each part of it. */
interface Version {
  readonly size: number;
  readonly tag: string | null;
  readonly modified: string | null;
}

/**
 * Opens a file on a server to read parts of it, by HTTP range requests. Those that fail for a passing
 * reason are tried again.
 *
 * @param url Its address. It is asked for by GET only, which is all that presigned URLs are signed for.
 * @param ending Ends all requests; closing the file does.
 * @returns The file. A read throws `changed` where it is another than the one that was opened.
 * @throws {RankMeError} `unreadable`; `unsupported`, when the server does not give parts.
 */
export async function openRemoteFile(url: URL, ending: AbortController): Promise<RandomAccess> {
  const memory = new Uint8Array(WINDOW_BYTES);
  const version = await readPart(url, ending.signal, 0, memory);
  let window = { position: 0, bytes: memory.subarray(0, version.size) };
  const readSame = async (position: number, memory: Uint8Array) => {
    const { size, tag, modified } = await readPart(url, ending.signal, position, memory);
    if (size === version.size && tag === version.tag && modified === version.modified) return;
    throw new RankMeError("changed", "it was written to while it was read", {
      advice: "read it again once its writer is done",
    });
  };
  return {
    size: version.size,
    async fill(position, memory) {
      const missing = position + memory.length - version.size;
      if (missing > 0) {
        throw new RankMeError("truncated", "the file ends here", {
          place: { byte: version.size },
          advice: `${missing} more bytes were expected: its producer was cut off`,
        });
      }
      if (memory.length === 0) return;
      if (memory.length >= SMALL_READ_BYTES) return await readSame(position, memory);
      if (!holds(window, position, memory.length)) {
        // Formats that are read from the end begin with its last bytes.
        const start = Math.min(position, Math.max(0, version.size - WINDOW_BYTES));
        const bytes = new Uint8Array(Math.min(WINDOW_BYTES, version.size - start));
        await readSame(start, bytes);
        window = { position: start, bytes };
      }
      const start = position - window.position;
      memory.set(window.bytes.subarray(start, start + memory.length));
    },
    // Each part said that it is of the same.
    checkUnchanged: () => Promise.resolve(),
    close: () => ending.abort(),
  };
}

/** Some bytes of a file. */
interface Window {
  readonly position: number;
  readonly bytes: Uint8Array;
}

function holds({ position, bytes }: Window, from: number, length: number): boolean {
  return from >= position && from + length <= position + bytes.length;
}

/** Reads a part into some memory, as much of it as there is. */
function readPart(
  url: URL,
  signal: AbortSignal,
  position: number,
  memory: Uint8Array,
): Promise<Version> {
  return withRetries(signal, async () => {
    const response = await get(url, signal, [position, position + memory.length - 1]);
    try {
      const { size, end } = contentRange(response, position, memory.length);
      await readBody(response, position, memory.subarray(0, end - position));
      const { headers } = response;
      return { size, tag: headers.get("etag"), modified: headers.get("last-modified") };
    } catch (error) {
      // Fails where the error is that of the body itself.
      await response.body?.cancel().catch(() => {});
      throw error;
    }
  });
}

/** Checks that a response is of the part that was asked for. */
function contentRange(
  { status, headers, url }: Response,
  position: number,
  length: number,
): { readonly size: number; readonly end: number } {
  const { host } = new URL(url);
  if (status !== 206) {
    throw new RankMeError(
      "unsupported",
      `${host} does not give parts of a file (HTTP range requests), which this format needs`,
      { advice: "download it first" },
    );
  }
  const range = headers.get("content-range");
  const [, first, last, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(range ?? "")?.map(Number) ?? [];
  const end = Math.min(position + length, size);
  if (first === position && last === end - 1 && Number.isSafeInteger(size)) return { size, end };
  const asked = `bytes ${position}-${position + length - 1}`;
  throw new RankMeError(
    "unreadable",
    `${host} answered with ${range ?? "bytes of unknown place"} where ${asked} were asked for`,
    { advice: "download it first" },
  );
}

/** Reads the whole body of a response, which has to have just as many bytes as are wanted. */
async function readBody(
  { body }: Response,
  position: number,
  memory: Uint8Array,
): Promise<void> {
  let filled = 0;
  const reader = body!.getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      if (filled + value.length > memory.length) {
        throw new RankMeError("unreadable", "more bytes came than were asked for");
      }
      memory.set(value, filled);
      filled += value.length;
    }
  } catch (error) {
    throw error instanceof RankMeError ? error : new PassingError(brokenOff(position + filled));
  } finally {
    reader.releaseLock();
  }
  if (filled < memory.length) throw new PassingError(brokenOff(position + filled));
}
