import { createZstdDecompress } from "node:zlib";
import { formatBytes, RankMeError } from "../../errors.ts";
import { corruptData } from "../corrupt.ts";
import type { ByteInput } from "./byte_input.ts";
import { ZlibEngine } from "./zlib_engine.ts";

const WHAT = "the zstd data";
const MAGIC = 0xfd2fb528, SKIPPABLE_MAGIC = 0x184d2a50;
const MAX_BLOCK_BYTES = 128 << 10;
/** As much memory as `zstd -d` takes, unless it is told to take more. */
const MAX_WINDOW_BYTES = 128 << 20;
const CHECKSUM_BYTES = 4;
/** A header of literals, the byte of a run, and the number of sequences. */
const LONGEST_EMPTY_BLOCK = 5;
/** Kinds of blocks; those of the last are compressed. */
const RAW = 0, RUN = 1, COMPRESSED = 2;

/**
 * Decompresses zstd data: all frames, one after the other, as `cat a.zst b.zst` and pzstd make them,
 * and skippable ones between.
 *
 * Node's reader, in Deno, says nothing of what is cut off or damaged, stops after one frame, and
 * compares no checksum. So frames and blocks are told apart here, RFC 8878, and it only decompresses one
 * block after the other: what was wrong with one shows in how much comes of it, which is nothing.
 *
 * @param input The compressed bytes, up to the end.
 * @returns The bytes, in chunks.
 * @throws {RankMeError} `truncated` or `corrupt`; `unsupported`, where it takes too much memory.
 */
export async function* zstdDecompressed(
  input: ByteInput,
): AsyncGenerator<Uint8Array, void, void> {
  do {
    const at = input.position;
    const magic = await input.exactly(4, WHAT);
    const number = uint32(magic);
    if (number === MAGIC) {
      yield* frame(input, magic);
    } else if ((number & ~0xf) >>> 0 === SKIPPABLE_MAGIC) {
      await skip(input, uint32(await input.exactly(4, WHAT)));
    } else {
      throw corruptData("zstd data", `other bytes follow it, from byte ${at} on`);
    }
  } while ((await input.peek()).length > 0);
}

async function* frame(input: ByteInput, magic: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  const { parts, windowBytes, contentBytes, hasChecksum } = await readFrameHeader(input);
  const checksum = hasChecksum ? await startChecksum() : undefined;
  const engine = new ZlibEngine(createZstdDecompress({ chunkSize: MAX_BLOCK_BYTES }));
  let length = 0;
  try {
    for (const part of [magic, ...parts]) yield* engine.put(part);
    for (let isLast = false; !isLast;) {
      const header = await input.exactly(3, WHAT);
      const block = readBlockHeader(header, windowBytes);
      isLast = block.isLast;
      const before = length;
      const isSmall = block.storedBytes <= LONGEST_EMPTY_BLOCK;
      const small = await input.exactly(isSmall ? block.storedBytes : 0, WHAT);
      yield* engine.put(header);
      for await (
        const chunk of isSmall ? engine.put(small) : content(input, engine, block.storedBytes)
      ) {
        length += chunk.length;
        checksum?.update(chunk);
        yield chunk;
      }
      if (!block.mayGive(length - before) && !(length === before && isEmptyBlock(small))) {
        throw corruptData("zstd data", "a block cannot be decompressed");
      }
    }
  } finally {
    engine.close();
  }
  if (contentBytes !== undefined && contentBytes !== length) {
    throw corruptData("zstd data", `${length} bytes where there should be ${contentBytes}`);
  }
  if (checksum) {
    const expected = uint32(await input.exactly(CHECKSUM_BYTES, WHAT));
    if (expected !== Number(checksum.digest() & 0xffffffffn)) {
      throw corruptData("zstd data", "the bytes do not have the checksum that they should");
    }
  }
}

interface FrameHeader {
  /** Its parts as they were read. */
  readonly parts: readonly Uint8Array[];
  readonly windowBytes: number;
  readonly contentBytes?: number;
  readonly hasChecksum: boolean;
}

/** Reads the header of a frame: RFC 8878, section 3.1.1.1. */
async function readFrameHeader(input: ByteInput): Promise<FrameHeader> {
  const descriptor = await input.exactly(1, WHAT);
  const [flags] = descriptor;
  const isSingleSegment = (flags & 0x20) !== 0;
  if (flags & 8) throw corruptData("zstd data", "a frame of no known kind");
  const window = await input.exactly(isSingleSegment ? 0 : 1, WHAT);
  const dictionary = await input.exactly([0, 1, 2, 4][flags & 3], WHAT);
  if (dictionary.some((byte) => byte !== 0)) {
    throw new RankMeError("unsupported", "it is compressed with a dictionary", {
      advice: "compress it without, or decompress it first",
    });
  }
  const sizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][flags >> 6];
  const size = await input.exactly(sizeBytes, WHAT);
  const contentBytes = sizeBytes === 0
    ? undefined
    : littleEndian(size) + (sizeBytes === 2 ? 256 : 0);
  const windowBytes = contentBytes !== undefined && isSingleSegment
    ? contentBytes
    : windowOf(window[0]);
  if (windowBytes > MAX_WINDOW_BYTES) {
    throw new RankMeError(
      "unsupported",
      `to decompress it takes a window of ${formatBytes(windowBytes)}`,
      { advice: "compress it without --long and --ultra, or decompress it first" },
    );
  }
  const parts = [descriptor, window, dictionary, size].filter((part) => part.length > 0);
  return { parts, windowBytes, contentBytes, hasChecksum: (flags & 4) !== 0 };
}

function windowOf(descriptor: number): number {
  return 2 ** (10 + (descriptor >> 3)) * (1 + (descriptor & 7) / 8);
}

interface BlockHeader {
  readonly isLast: boolean;
  /** How many bytes follow. */
  readonly storedBytes: number;
  /** Whether so many bytes can have come of it. */
  readonly mayGive: (length: number) => boolean;
}

/** Reads the header of a block: RFC 8878, section 3.1.1.2. */
function readBlockHeader(header: Uint8Array, windowBytes: number): BlockHeader {
  const fields = littleEndian(header);
  const kind = fields >> 1 & 3, size = fields >> 3;
  const most = Math.min(windowBytes, MAX_BLOCK_BYTES);
  if (kind > COMPRESSED || size > most) {
    throw corruptData("zstd data", "a block of no possible size or kind");
  }
  return {
    isLast: (fields & 1) === 1,
    // A run of one byte is stored as that byte.
    storedBytes: kind === RUN ? 1 : size,
    mayGive: kind === RAW || kind === RUN
      ? (length) => length === size
      : (length) => length > 0 && length <= most,
  };
}

/**
 * Whether a compressed block says that it has no bytes: no literals and no sequences, as a writer that
 * flushes with nothing to write may have it. See RFC 8878, section 3.1.1.3.
 */
function isEmptyBlock(block: Uint8Array): boolean {
  const kind = block[0] & 3, form = block[0] >> 2 & 3;
  const headerBytes = form === 1 ? 2 : form === 3 ? 3 : 1;
  const literals = littleEndian(block.subarray(0, headerBytes)) >> (headerBytes === 1 ? 3 : 4);
  const sequences = headerBytes + (kind === RUN ? 1 : 0);
  return kind <= RUN && literals === 0 && block.length === sequences + 1 && block[sequences] === 0;
}

/** What the content of a block becomes. */
async function* content(
  input: ByteInput,
  engine: ZlibEngine,
  storedBytes: number,
): AsyncGenerator<Uint8Array, void, void> {
  for (let left = storedBytes; left > 0;) {
    const part = (await input.some(WHAT)).subarray(0, left);
    yield* engine.put(part);
    input.take(part.length);
    left -= part.length;
  }
}

async function skip(input: ByteInput, length: number): Promise<void> {
  while (length > 0) {
    const part = (await input.some(WHAT)).subarray(0, length);
    input.take(part.length);
    length -= part.length;
  }
}

/** XXH64 of what is decompressed, of which the lower half is stored. Loaded where it is needed. */
async function startChecksum() {
  const { default: xxHash } = await import("xxhash-wasm");
  return (await xxHash()).create64();
}

function uint32(bytes: Uint8Array<ArrayBuffer>): number {
  return new DataView(bytes.buffer).getUint32(0, true);
}

/** A number of any bytes: exact up to 2⁵³, and too large for any use above. */
function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((number, byte) => number * 256 + byte, 0);
}
