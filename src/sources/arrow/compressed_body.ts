import type { Data, DataType, MetadataVersion, Vector } from "apache-arrow";
import { CompressionType } from "apache-arrow/fb/compression-type";
import { BufferRegion, RecordBatch } from "apache-arrow/ipc/metadata/message";
import { VectorLoader } from "apache-arrow/visitor/vectorloader";
import { formatBytes, RankMeError } from "../../errors.ts";
import { corrupt } from "./corrupt.ts";
import { MAX_LZ4_RATIO } from "../lz4_block.ts";
import { decompressLz4 } from "./lz4_frame.ts";

/*
 * In a compressed body each buffer that is not empty begins with the number of bytes that it holds, in
 * 8 bytes, or −1 where it is stored as it is. Terms are those of the format's Message.fbs.
 */

const PREFIX_BYTES = 8;
const STORED = -1;
/** No byte stands for more bytes than this; a block of ZSTD is 128 KiB at most, of 4 bytes at least. */
const MAX_RATIOS = {
  [CompressionType.LZ4_FRAME]: MAX_LZ4_RATIO,
  [CompressionType.ZSTD]: 2 ** 15,
} as const;
/** What ZSTD gives at once: larger is no faster, and a length that lies costs no more than this. */
const ZSTD_CHUNK_BYTES = 1 << 20;
/** What node:zlib allows. */
const MIN_ZSTD_CHUNK_BYTES = 64;

/**
 * What a record batch with a compressed body would say about itself without compression.
 *
 * @param header Its metadata.
 * @param body Its body, in which its buffers were found to lie.
 * @returns The same with the lengths of the buffers as they claim to be.
 * @throws {RankMeError} `corrupt`, when one claims to be longer than it can be.
 */
export function uncompressedHeader(header: RecordBatch, body: Uint8Array): RecordBatch {
  const { length, nodes, buffers, variadicBufferCounts } = header;
  const codec = header.compression!.type;
  const claimed = buffers.map((region) =>
    new BufferRegion(region.offset, claimedLength(bufferIn(body, region), codec))
  );
  return new RecordBatch(length, nodes, claimed, null, variadicBufferCounts);
}

function bufferIn(body: Uint8Array, { offset, length }: BufferRegion): Uint8Array {
  return body.subarray(offset, offset + length);
}

function prefixOf(buffer: Uint8Array): number {
  if (buffer.length < PREFIX_BYTES) throw corrupt(`a compressed buffer of ${buffer.length} bytes`);
  return Number(new DataView(buffer.buffer, buffer.byteOffset).getBigInt64(0, true));
}

/** How many bytes a buffer holds, if it tells the truth. */
function claimedLength(buffer: Uint8Array, codec: CompressionType): number {
  if (buffer.length === 0) return 0;
  const length = prefixOf(buffer), contained = buffer.length - PREFIX_BYTES;
  if (length === STORED) return contained;
  if (length >= 0 && length <= MAX_RATIOS[codec] * contained) return length;
  throw corrupt(`${contained} bytes of ${nameOf(codec)} that claim to hold ${length} bytes`);
}

function nameOf(codec: CompressionType): string {
  return codec === CompressionType.ZSTD ? "ZSTD" : "LZ4";
}

/** Loads the columns of a record batch, and decompresses their buffers as they are needed. */
export class CompressedLoader extends VectorLoader {
  readonly #body: Uint8Array;
  readonly #codec: CompressionType;
  readonly #mostBytes: number;
  #bytes = 0;
  #skipping = false;

  /**
   * @param body The body.
   * @param header The batch's metadata as it stands.
   * @param dictionaries The dictionaries by their ids.
   * @param version The version of the schema.
   * @param mostBytes How many bytes may come of one body.
   */
  constructor(
    body: Uint8Array,
    { nodes, buffers, compression, variadicBufferCounts }: RecordBatch,
    dictionaries: Map<number, Vector>,
    version: MetadataVersion,
    mostBytes: number,
  ) {
    super(body, nodes, buffers, dictionaries, version, variadicBufferCounts);
    this.#body = body;
    this.#codec = compression!.type;
    this.#mostBytes = mostBytes;
  }

  /**
   * Loads the columns.
   *
   * @param types Their types, in order.
   * @param wanted Which of them will be looked at; the others come without values. Default: all.
   * @returns The columns.
   * @throws {RankMeError} `corrupt`, when a buffer does not hold what it claims to; `memory`, when all
   * together hold more than may come.
   */
  columns(types: readonly DataType[], wanted?: ReadonlySet<number>): Data[] {
    return types.map((type, index) => {
      this.#skipping = wanted !== undefined && !wanted.has(index);
      return this.visit(type);
    });
  }

  protected override readData(
    _type: unknown,
    region: BufferRegion = this.nextBufferRange(),
  ): Uint8Array {
    const buffer = bufferIn(this.#body, region);
    if (this.#skipping || buffer.length === 0) return new Uint8Array(0);
    this.#bytes += claimedLength(buffer, this.#codec);
    if (this.#bytes > this.#mostBytes) {
      throw new RankMeError("memory", `a record batch of ${formatBytes(this.#bytes)}`, {
        advice: `write batches of at most ${formatBytes(this.#mostBytes)}`,
      });
    }
    return aligned(decompress(this.#codec, buffer));
  }
}

function decompress(codec: CompressionType, buffer: Uint8Array): Uint8Array {
  const length = prefixOf(buffer);
  const contents = buffer.subarray(PREFIX_BYTES);
  if (length === STORED) return contents;
  return codec === CompressionType.ZSTD
    ? decompressZstd(contents, length)
    : decompressLz4(contents, length);
}

/** Loaded when it is needed, and at once: importing it takes 15 ms of every start. */
function nodeZlib(): typeof import("node:zlib") {
  const { process } = globalThis as unknown as {
    readonly process: { getBuiltinModule(name: "node:zlib"): typeof import("node:zlib") };
  };
  return process.getBuiltinModule("node:zlib");
}

function decompressZstd(frame: Uint8Array, length: number): Uint8Array {
  if (length === 0) return new Uint8Array(0);
  const chunkSize = Math.max(MIN_ZSTD_CHUNK_BYTES, Math.min(length, ZSTD_CHUNK_BYTES));
  let found: Uint8Array;
  try {
    found = nodeZlib().zstdDecompressSync(frame, { maxOutputLength: length, chunkSize });
  } catch (cause) {
    throw corrupt(`ZSTD that does not hold ${length} bytes`, cause);
  }
  if (found.length !== length) {
    throw corrupt(`${frame.length} bytes of ZSTD that hold ${found.length} bytes, not ${length}`);
  }
  // Of a few bytes node:zlib makes a part of memory that others have parts of, too.
  return found.buffer.byteLength === length ? found : new Uint8Array(found);
}

/** Numbers of 8 bytes are read in place only where these begin at a multiple of 8. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
}
