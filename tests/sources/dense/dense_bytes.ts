/**
 * Dense arrays as other programs write them, and as nobody should.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import { assertEquals, assertRejects } from "@std/assert";
import { RankMeError } from "../../../src/errors.ts";
import type { FormatReader, RowOptions } from "../../../src/sources/format_reader.ts";
import type { RowBlock } from "../../../src/sources/row_block.ts";
import type { UsableRowsOptions } from "../../../src/sources/usable_rows.ts";
import {
  concatenated,
  DIM,
  fixtureBytes,
  joined,
  type Read,
  readAsItComes,
  readAtRandom,
  ROWS,
  value,
} from "../inputs.ts";

/** Sizes of chunks that parse alike. */
export const CHUNKS = [1, 2, 7, 65536];

/** The bytes of a fixture, as in `f4-little-c.npy`. */
export function fixture(name: string): Uint8Array<ArrayBuffer> {
  return fixtureBytes(`dense/${name}`);
}

/** The path of a fixture. */
export function fixtureUrl(name: string): URL {
  return new URL(`../../fixtures/dense/${name}`, import.meta.url);
}

/** Reads in every way that a reader has, whose rows have to be the same. */
export async function readBothWays(
  reader: FormatReader,
  bytes: Uint8Array,
  options: RowOptions & UsableRowsOptions = {},
): Promise<Read> {
  if (!reader.read) return readAsItComes(reader, bytes, options);
  const read = await readAtRandom(reader, bytes, options);
  if (reader.parse) assertEquals(readAsItComes(reader, bytes, options), read);
  return read;
}

/** The error of reading at random, or as it comes where there is no other way; both where both fail. */
export async function failures(
  reader: FormatReader,
  bytes: Uint8Array,
  options: RowOptions & UsableRowsOptions = {},
): Promise<RankMeError[]> {
  const ways: (() => Promise<Read>)[] = [];
  if (reader.parse) {
    // deno-lint-ignore require-await
    ways.push(async () => readAsItComes(reader, bytes, options));
  }
  if (reader.read) ways.push(() => readAtRandom(reader, bytes, options));
  return await Promise.all(ways.map((way) => assertRejects(way, RankMeError)));
}

/** The one error that every way of reading ends in. */
export async function failure(
  reader: FormatReader,
  bytes: Uint8Array,
  options: RowOptions & UsableRowsOptions = {},
): Promise<RankMeError> {
  const [error, ...others] = await failures(reader, bytes, options);
  for (const other of others) assertEquals([other.code, other.what], [error.code, error.what]);
  return error;
}

/**
 * Takes blocks as whoever scores them does: each is looked at, then its memory is freed.
 *
 * @param blocks The blocks, each taken before the next is made.
 * @param expected All numbers, one row after the other.
 */
export async function assertNumbers(
  blocks: Iterable<RowBlock> | AsyncIterable<RowBlock>,
  expected: ArrayLike<number>,
): Promise<void> {
  let first = 0;
  for await (const { data, memory } of blocks) {
    const wrong = data.findIndex((number, i) => number !== expected[first + i]);
    assertEquals(wrong, -1, `number ${first + wrong}`);
    first += data.length;
    memory!.transfer(0);
  }
  assertEquals(first, expected.length);
}

/** Blocks as they come, in chunks of 64 KiB. */
export function* parsedBlocks(
  reader: FormatReader,
  bytes: Uint8Array,
  options: RowOptions = {},
): Generator<RowBlock> {
  const parser = reader.parse!(options);
  for (let at = 0; at < bytes.length; at += 65536) {
    yield* parser.push(bytes.subarray(at, at + 65536));
  }
  yield* parser.finish();
}

/** A .npy file with any header and any bytes. */
export function npyFile(
  header: string,
  data: ArrayBufferView | Uint8Array = new Uint8Array(0),
  version = 1,
): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(header);
  const length = new Uint8Array(version === 1 ? 2 : 4);
  length[0] = text.length;
  length[1] = text.length >> 8;
  if (version > 1) length[2] = text.length >> 16;
  return concatenated(
    Uint8Array.of(0x93),
    new TextEncoder().encode("NUMPY"),
    Uint8Array.of(version, 0),
    length,
    text,
    bytesIn(data),
  );
}

/** A header as NumPy writes it. */
export function npyHeader(descr: string, shape: readonly number[], isFortran = false): string {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const order = isFortran ? "True" : "False";
  return `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${tuple}), }\n`;
}

/** A safetensors file with any header and any bytes. */
export function safetensorsFile(
  header: unknown,
  data: ArrayBufferView = new Uint8Array(0),
): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  return concatenated(bytesIn(BigUint64Array.of(BigInt(text.length))), text, bytesIn(data));
}

/** The bytes of some numbers. */
export function bytesIn({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** `rows × dim` values, row-major. */
export function valuesOf(rows = ROWS, dim = DIM): number[] {
  return Array.from({ length: rows * dim }, (_, i) => value(Math.floor(i / dim), i % dim));
}

/** A member of a zip archive, and what the archive says of it. */
export interface Member {
  readonly name: string;
  /** The bytes in the archive. */
  readonly bytes: Uint8Array;
  /** Default: 0, stored. */
  readonly method?: number;
  /** Default: 0. */
  readonly flags?: number;
  /** Default: the length of the bytes. */
  readonly size?: number;
  /** Default: that of the bytes. */
  readonly checksum?: number;
}

/** A zip archive that says what it is told to. */
export function zipFile(members: readonly Member[]): Uint8Array<ArrayBuffer> {
  const local: Uint8Array[] = [], central: Uint8Array[] = [];
  let offset = 0;
  for (const { name, bytes, method = 0, flags = 0, ...member } of members) {
    const text = new TextEncoder().encode(name);
    const { size = bytes.length, checksum = crc32(bytes) } = member;
    const shared = concatenated(
      little(2, 20, flags, method, 0, 33),
      little(4, checksum, bytes.length, size),
      little(2, text.length, 0),
    );
    const header = concatenated(little(4, 0x04034b50), shared, text);
    const pointer = concatenated(little(2, 0, 0, 0), little(4, 0, offset));
    central.push(little(4, 0x02014b50), little(2, 20), shared, pointer, text);
    local.push(header, bytes);
    offset += header.length + bytes.length;
  }
  const directory = joined(central);
  const count = members.length;
  return concatenated(
    joined(local),
    directory,
    little(4, 0x06054b50),
    little(2, 0, 0, count, count),
    little(4, directory.length, offset),
    little(2, 0),
  );
}

/** Numbers of some bytes each, little-endian. */
function little(size: 2 | 4, ...numbers: readonly number[]): Uint8Array {
  return bytesIn(size === 2 ? Uint16Array.from(numbers) : Uint32Array.from(numbers));
}

/** Bytes compressed as zip does. */
export async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
