import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import type { CompressionCodec } from "hyparquet";
import { snappyUncompressor } from "hysnappy";
import { RankMeError } from "../../errors.ts";
import { corrupt, decoding } from "./corrupt.ts";
import { decompressLz4Block, MAX_LZ4_RATIO } from "../lz4_block.ts";
import { snappyUncompress } from "./hyparquet.ts";

/** How one codec is undone. */
interface Codec {
  /** Turns bytes into `length` others, or throws. */
  readonly decompress: (bytes: Uint8Array, length: number) => Uint8Array;
  /** How many bytes a compressed byte can become at most. Default: any number. */
  readonly ratio?: number;
}

const CODECS: { readonly [codec in CompressionCodec]?: Codec } = {
  UNCOMPRESSED: { decompress: (bytes) => bytes, ratio: 1 },
  // A copy of 64 bytes takes three.
  SNAPPY: { decompress: decompressSnappy, ratio: 22 },
  GZIP: { decompress: (bytes, length) => gunzipSync(bytes, limitedTo(length)), ratio: 1040 },
  BROTLI: { decompress: (bytes, length) => brotliDecompressSync(bytes, limitedTo(length)) },
  ZSTD: { decompress: (bytes, length) => zstdDecompressSync(bytes, limitedTo(length)) },
  LZ4_RAW: { decompress: decompressLz4, ratio: MAX_LZ4_RATIO },
  LZ4: { decompress: decompressHadoopLz4, ratio: MAX_LZ4_RATIO },
};

/** Takes compressed bytes, and how many come of them. */
const compiledSnappy = snappyUncompressor();
/** Pages of more bytes are not decompressed by compiled code. DuckDB makes such. */
const MAX_COMPILED_BYTES = 16 << 20;
/** How many bytes more than its ratio a codec may make of a few. */
const SLACK_BYTES = 64;

/**
 * Decompresses a page.
 *
 * @param codec What it is compressed with.
 * @param bytes The compressed bytes.
 * @param length How many bytes they have to become.
 * @returns Those; a view on the same memory where they were not compressed.
 * @throws {RankMeError} `unsupported`, when the codec is another; `corrupt`.
 */
export function decompress(
  codec: CompressionCodec | undefined,
  bytes: Uint8Array,
  length: number,
): Uint8Array {
  const found = codec && CODECS[codec];
  if (!found) throw unknownCodec(codec);
  const { ratio = Infinity } = found;
  // An empty page may have no bytes at all, which no codec would call its own.
  if (length === 0 && bytes.length === 0) return bytes;
  if (length > ratio * (bytes.length + SLACK_BYTES)) {
    throw corrupt(`${bytes.length} bytes of ${codec} that claim to be ${length}`);
  }
  const page = decoding(() => found.decompress(bytes, length));
  if (page.length !== length) {
    throw corrupt(`a page of ${page.length} bytes that claims to have ${length}`);
  }
  return page;
}

function unknownCodec(codec: string | undefined): RankMeError {
  return new RankMeError("unsupported", `pages compressed with ${codec ?? "an unknown codec"}`, {
    advice: "write it with zstd, snappy or gzip",
  });
}

function limitedTo(length: number): { maxOutputLength: number } {
  return { maxOutputLength: Math.max(1, length) };
}

function decompressSnappy(bytes: Uint8Array, length: number): Uint8Array {
  let claimed = 0, at = 0;
  do claimed += (bytes[at] & 0x7f) * 2 ** (7 * at); while (bytes[at++] >= 0x80);
  if (claimed !== length) throw corrupt(`Snappy data of ${claimed} bytes instead of ${length}`);
  // The compiled one is twice as fast, but for good keeps the memory that its largest page took.
  if (bytes.length + length <= MAX_COMPILED_BYTES) return compiledSnappy(bytes, length);
  const page = new Uint8Array(length);
  snappyUncompress(bytes, page);
  return page;
}

function decompressLz4(bytes: Uint8Array, length: number): Uint8Array {
  const page = new Uint8Array(length);
  return page.subarray(0, decompressLz4Block(bytes, page));
}

/** The deprecated codec: framed as Hadoop does, or a bare block, as other writers took it to mean. */
function decompressHadoopLz4(bytes: Uint8Array, length: number): Uint8Array {
  return decompressHadoopFrames(bytes, length) ?? decompressLz4(bytes, length);
}

/**
 * Frames of a length and chunks until so many bytes have come of them; each chunk has a length before
 * it, too. All are of 32 bits, and big-endian.
 */
function decompressHadoopFrames(bytes: Uint8Array, length: number): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const page = new Uint8Array(length);
  let at = 0, to = 0;
  try {
    while (at < bytes.length) {
      const frameEnd = to + view.getUint32(at);
      at += 4;
      while (to < frameEnd) {
        const chunkStart = at + 4;
        const chunkEnd = chunkStart + view.getUint32(at);
        const chunk = bytes.subarray(chunkStart, chunkEnd);
        const end = decompressLz4Block(chunk, page.subarray(to, frameEnd));
        if (chunk.length !== chunkEnd - chunkStart || end === 0) return undefined;
        to += end;
        at = chunkEnd;
      }
    }
  } catch {
    return undefined;
  }
  return to === length ? page : undefined;
}
