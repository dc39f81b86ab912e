import { RankMeError } from "../../errors.ts";
import { type Compression, detectCompression } from "../detect.ts";
import { MOST_SNIFFED, SNIFF_BYTES } from "../first_bytes.ts";
import type { OpenedBytes } from "./opened_bytes.ts";
import type { Patience } from "./patience.ts";
import { peek } from "./peek.ts";
import type { ByteSource } from "./pulled_bytes.ts";

/** How many first bytes are waited for, and looked at where they come along. */
const HEAD = { least: SNIFF_BYTES, most: MOST_SNIFFED };

/** Bytes of which the first are known. */
export interface UncompressedBytes extends OpenedBytes {
  /** At least the first {@linkcode SNIFF_BYTES}, or all there are; the source has them still. */
  readonly head: Uint8Array;
  /** What they were compressed with, if they were. */
  readonly compression?: Compression;
}

/**
 * Looks at the first bytes, and decompresses all where these say that they are compressed.
 *
 * @param opened The bytes; closed when this fails.
 * @param patience How long to wait for as many as tell most. Default: until they come.
 * @returns The bytes without compression. What was compressed is read from beginning to end only.
 * @throws {RankMeError} `unsupported`, for what was compressed twice; others come from reading.
 */
export async function uncompressed(
  opened: OpenedBytes,
  patience?: Patience,
): Promise<UncompressedBytes> {
  let { source } = opened;
  try {
    const outer = await peek(source, HEAD, patience);
    const compression = detectCompression(outer.head);
    if (!compression) return { ...opened, ...outer };
    const { decompressed } = await import("./decompressed.ts");
    source = decompressed(outer.source, compression);
    const inner = await peek(source, HEAD, patience);
    const again = detectCompression(inner.head);
    if (again) {
      throw new RankMeError("unsupported", `this is ${again} data inside ${compression} data`, {
        advice: "decompress it once",
      });
    }
    const { checkUnchanged, share } = opened;
    return { ...inner, compression, checkUnchanged, share };
  } catch (error) {
    await closedAfter(source, error);
    throw error;
  }
}

/** What goes wrong in closing is not what went wrong. */
async function closedAfter(source: ByteSource, error: unknown): Promise<void> {
  try {
    await source.close(error);
  } catch {
    // It is as closed as it can be.
  }
}
