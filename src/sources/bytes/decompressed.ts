import { RankMeError } from "../../errors.ts";
import type { Compression } from "../detect.ts";
import { ByteInput } from "./byte_input.ts";
import { gunzipped } from "./gzip.ts";
import { type ByteSource, copyingChunks } from "./pulled_bytes.ts";
import { zstdDecompressed } from "./zstd.ts";

const DECOMPRESSORS = { gzip: gunzipped, zstd: zstdDecompressed } as const;

/**
 * Decompresses a source as it is read.
 *
 * @param source The compressed bytes.
 * @param compression What they are compressed with.
 * @returns The bytes. Closing it closes the source below. A read throws `truncated` or `corrupt` where
 * these bytes are not all that was compressed: there are never fewer without an error.
 */
export function decompressed(source: ByteSource, compression: Compression): ByteSource {
  const input = new ByteInput(source);
  const chunks = DECOMPRESSORS[compression](input);
  const next = async () => {
    try {
      const { value } = await chunks.next();
      return value ?? undefined;
    } catch (error) {
      throw error instanceof RankMeError ? error.at({ byte: input.position }) : error;
    }
  };
  return {
    read: copyingChunks(next),
    async close(reason) {
      // A read under way ends with that; its decompressor is let go of after it.
      await source.close(reason);
      await chunks.return().catch(() => {});
    },
  };
}
