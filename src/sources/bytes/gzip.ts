import { crc32, createInflateRaw } from "node:zlib";
import type { RankMeError } from "../../errors.ts";
import { corruptData } from "../corrupt.ts";
import type { ByteInput } from "./byte_input.ts";
import { ZlibEngine } from "./zlib_engine.ts";

const WHAT = "the gzip data";
const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
const OUTPUT_BYTES = 64 << 10;

/** Flags of a member's header, RFC 1952. */
const HEADER_CRC = 2, EXTRA = 4, NAME = 8, COMMENT = 16, RESERVED = 0xe0;

/**
 * Decompresses gzip data: all members, one after the other, as `cat a.gz b.gz` and bgzip make them.
 * Node's own reader ignores what follows the data, so it is given no more than the deflated part of
 * each member; header and trailer are read here.
 *
 * @param input The compressed bytes, up to the end.
 * @returns The bytes, in chunks.
 * @throws {RankMeError} `truncated` or `corrupt`.
 */
export async function* gunzipped(input: ByteInput): AsyncGenerator<Uint8Array, void, void> {
  do {
    await readHeader(input);
    const sum = { crc: 0, length: 0 };
    for await (const chunk of inflated(input)) {
      sum.crc = crc32(chunk, sum.crc);
      sum.length += chunk.length;
      yield chunk;
    }
    const trailer = new DataView((await input.exactly(TRAILER_BYTES, WHAT)).buffer);
    if (trailer.getUint32(0, true) !== sum.crc) {
      throw corruptData("gzip data", "the bytes do not have the checksum that they should");
    }
    if (trailer.getUint32(4, true) !== sum.length % 2 ** 32) {
      throw corruptData("gzip data", "there are not as many bytes as there should be");
    }
  } while (await anotherFollows(input));
}

/** Whether another member follows. Zeros up to the end are what a tape or a device is filled up with. */
async function anotherFollows(input: ByteInput): Promise<boolean> {
  const at = input.position;
  for (let bytes; (bytes = await input.peek()).length > 0; input.take(bytes.length)) {
    const zeros = bytes.findIndex((byte) => byte !== 0);
    if (zeros === 0 && input.position === at) return true;
    if (zeros >= 0) throw otherBytes(at);
  }
  return false;
}

function otherBytes(at: number): RankMeError {
  return corruptData("gzip data", `other bytes follow it, from byte ${at} on`);
}

async function readHeader(input: ByteInput): Promise<void> {
  const at = input.position;
  const [first, second, method, flags] = await input.exactly(HEADER_BYTES, WHAT);
  if (first !== 0x1f || second !== 0x8b) {
    throw otherBytes(at);
  }
  if (method !== 8 || flags & RESERVED) throw corruptData("gzip data", "a header of no known kind");
  if (flags & EXTRA) {
    const [low, high] = await input.exactly(2, WHAT);
    await input.exactly(low | high << 8, WHAT);
  }
  if (flags & NAME) await skipText(input);
  if (flags & COMMENT) await skipText(input);
  if (flags & HEADER_CRC) await input.exactly(2, WHAT);
}

/** A text ends with a zero. */
async function skipText(input: ByteInput): Promise<void> {
  for (;;) {
    const bytes = await input.some(WHAT);
    const end = bytes.indexOf(0);
    input.take(end < 0 ? bytes.length : end + 1);
    if (end >= 0) return;
  }
}

/** The deflated part of a member. */
async function* inflated(input: ByteInput): AsyncGenerator<Uint8Array, void, void> {
  const engine = new ZlibEngine(createInflateRaw({ chunkSize: OUTPUT_BYTES }));
  try {
    while (!engine.ended) {
      const chunk = await input.some(WHAT);
      const before = engine.taken;
      yield* engine.put(chunk);
      input.take(engine.taken - before);
    }
  } catch (error) {
    throw isZlibError(error) ? corruptData("gzip data", error.message, error) : error;
  } finally {
    engine.close();
  }
}

function isZlibError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}
