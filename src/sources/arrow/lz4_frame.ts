import { RankMeError } from "../../errors.ts";
import { decompressLz4Block } from "../lz4_block.ts";
import { corrupt } from "./corrupt.ts";
import { xxHash32 } from "./xx_hash.ts";

/*
 * LZ4 frames, of which Arrow's LZ4 buffers are made. The terms are those of the frame format's
 * description. Every read is bounded; all checksums are verified.
 */

const MAGIC = 0x184d2204;
/** 16 magics from here on begin frames that hold something else. */
const SKIPPABLE_MAGIC = 0x184d2a50;
const VERSION = 1;
/** A block begins with its size, whose highest bit says that it is stored as it is. */
const STORED = 0x80000000;

/**
 * Decompresses LZ4 frames.
 *
 * @param frames Frames, one after the other.
 * @param length How many bytes they hold; so much memory is taken before they are looked at.
 * @returns Exactly those.
 * @throws {RankMeError} `corrupt`, when they hold more or fewer, or contradict themselves;
 * `unsupported`, when a frame needs a dictionary.
 */
export function decompressLz4(frames: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(length);
  const reader = new FieldReader(frames);
  let filled = 0;
  while (!reader.ended) {
    const magic = reader.uint32();
    if (magic === MAGIC) filled = readFrame(reader, out, filled);
    else if ((magic & ~15) === SKIPPABLE_MAGIC) reader.bytes(reader.uint32());
    else throw corrupt(`an LZ4 frame that begins with 0x${magic.toString(16)}`);
  }
  if (filled === length) return out;
  throw corrupt(`${frames.length} bytes of LZ4 that hold ${filled} bytes, not ${length}`);
}

/** Reads the fields of a frame, and no further than there are bytes. */
class FieldReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get position(): number {
    return this.#at;
  }

  get ended(): boolean {
    return this.#at === this.#bytes.length;
  }

  bytes(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw corrupt("an LZ4 frame that is cut off");
    return this.#bytes.subarray(this.#at, this.#at += length);
  }

  uint32(): number {
    const at = this.#at;
    this.bytes(4);
    return this.#view.getUint32(at, true);
  }

  /** The bytes read since some position. */
  since(position: number): Uint8Array {
    return this.#bytes.subarray(position, this.#at);
  }
}

/** What a frame says about itself. */
interface FrameDescriptor {
  readonly areBlocksIndependent: boolean;
  readonly hasBlockChecksums: boolean;
  readonly hasContentChecksum: boolean;
  readonly contentSize?: number;
  readonly maxBlockBytes: number;
}

function readFrame(reader: FieldReader, out: Uint8Array, start: number): number {
  const descriptor = readDescriptor(reader);
  let filled = start;
  for (let size = reader.uint32(); size !== 0; size = reader.uint32()) {
    const block = reader.bytes(size & ~STORED);
    if (descriptor.hasBlockChecksums) check(block, reader);
    const end = Math.min(out.length, filled + descriptor.maxBlockBytes);
    if ((size & STORED) === 0) {
      const window = descriptor.areBlocksIndependent ? filled : start;
      filled = decompressLz4Block(block, out, { window, filled, end });
    } else {
      if (block.length > end - filled) throw corrupt("an LZ4 block longer than it may be");
      out.set(block, filled);
      filled += block.length;
    }
  }
  const content = out.subarray(start, filled);
  if (descriptor.hasContentChecksum) check(content, reader);
  if ((descriptor.contentSize ?? content.length) !== content.length) {
    throw corrupt(`an LZ4 frame of ${content.length} bytes, not ${descriptor.contentSize}`);
  }
  return filled;
}

function readDescriptor(reader: FieldReader): FrameDescriptor {
  const start = reader.position;
  const [flags, blockDescriptor] = reader.bytes(2);
  const blockSize = blockDescriptor >> 4;
  if (flags >> 6 !== VERSION || (flags & 2) !== 0 || (blockDescriptor & ~0x70) !== 0) {
    throw corrupt("an LZ4 frame of another version");
  }
  if (blockSize < 4) throw corrupt("an LZ4 frame of blocks of no known size");
  const hasContentSize = (flags & 8) !== 0, hasDictionary = (flags & 1) !== 0;
  const contentSize = hasContentSize ? reader.uint32() + 2 ** 32 * reader.uint32() : undefined;
  if (hasDictionary) reader.uint32();
  const checksum = xxHash32(reader.since(start)) >> 8 & 0xff;
  if (reader.bytes(1)[0] !== checksum) throw corrupt("an LZ4 frame whose header was changed");
  if (hasDictionary) {
    throw new RankMeError("unsupported", "an LZ4 frame that needs a dictionary", {
      advice: "write it without one",
    });
  }
  return {
    areBlocksIndependent: (flags & 32) !== 0,
    hasBlockChecksums: (flags & 16) !== 0,
    hasContentChecksum: (flags & 4) !== 0,
    contentSize,
    // 4 to 7 stand for 64 KiB, 256 KiB, 1 MiB and 4 MiB.
    maxBlockBytes: 2 ** (8 + 2 * blockSize),
  };
}

function check(bytes: Uint8Array, reader: FieldReader): void {
  if (reader.uint32() !== xxHash32(bytes)) throw corrupt("LZ4 data that fails its checksum");
}
