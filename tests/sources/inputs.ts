/**
 * Inputs to read, of any format, and what comes of reading them.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { EmbeddingBatch } from "../../src/batch.ts";
import type { ByteParser } from "../../src/sources/bytes/byte_parser.ts";
import type { RandomAccess } from "../../src/sources/bytes/random_access.ts";
import type { FormatReader, RowOptions } from "../../src/sources/format_reader.ts";
import type { RowBlock } from "../../src/sources/row_block.ts";
import { UsableRows, type UsableRowsOptions } from "../../src/sources/usable_rows.ts";

/** Rows in each fixture, unless its name says otherwise. */
export const ROWS = 10;
/** Dimensions in each fixture, unless its name says otherwise. */
export const DIM = 3;

/** The embeddings of the fixtures: multiples of 1/8 that float16 holds. Twin of value() in fixtures/. */
export function value(row: number, dimension: number): number {
  return ((row * 7 + dimension * 3 + (row * dimension) % 5) % 61 - 30) / 8;
}

/** Some rows of the fixtures. */
export function expectedRow(row: number, dim = DIM): number[] {
  return Array.from({ length: dim }, (_, dimension) => value(row, dimension));
}

/** Rows `first` to `end` − 1 of the fixtures, without those in `missing`. */
export function expectedRows(first = 0, end = ROWS, missing: readonly number[] = []): number[][] {
  return Array.from({ length: end - first }, (_, i) => first + i)
    .filter((row) => !missing.includes(row))
    .map((row) => expectedRow(row));
}

/** The bytes of a fixture, as in `npy/f32.npy`. */
export function fixtureBytes(path: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(`../fixtures/${path}`, import.meta.url));
}

/** Bytes as a stream, whole or in chunks of the sizes given, over and over. */
export function chunked(bytes: Uint8Array, sizes = [bytes.length]): ReadableStream<Uint8Array> {
  let at = 0, turn = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      const size = sizes[turn++ % sizes.length];
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  }, { highWaterMark: 0 });
}

/** Bytes as a stream that fills the memory it is given, whole or as {@linkcode chunked} cuts them. */
export function byteStream(bytes: Uint8Array, sizes = [bytes.length]): ReadableStream<Uint8Array> {
  let at = 0, turn = 0;
  return new ReadableStream({
    type: "bytes",
    autoAllocateChunkSize: 65536,
    pull(controller) {
      const request = controller.byobRequest!;
      const view = request.view as Uint8Array;
      const part = bytes.subarray(at, at + Math.min(view.length, sizes[turn++ % sizes.length]));
      if (part.length === 0) controller.close();
      view.set(part);
      at += part.length;
      request.respond(part.length);
    },
  });
}

/** Bytes to be read at random. */
export function inMemory(bytes: Uint8Array): RandomAccess {
  return {
    size: bytes.length,
    // deno-lint-ignore require-await
    async fill(position, memory) {
      const wanted = bytes.subarray(position, position + memory.length);
      assertEquals(wanted.length, memory.length, "no more is read than there is");
      memory.set(wanted);
    },
    checkUnchanged: () => Promise.resolve(),
    close: () => {},
  };
}

/** What came of reading an input. */
export interface Read {
  readonly rows: number[][];
  readonly batches: EmbeddingBatch[];
  readonly skippedRows: number;
  readonly missingEnd?: boolean;
}

/**
 * Reads an input as it comes, in chunks of the sizes given, over and over.
 *
 * @param reader What reads the format.
 * @param bytes The input.
 * @param options Which rows, and what becomes of unusable ones.
 * @param sizes The sizes of the chunks. Default: all at once.
 * @returns What came of it.
 */
export function readAsItComes(
  { parse }: FormatReader,
  bytes: Uint8Array,
  options: RowOptions & UsableRowsOptions = {},
  sizes = [bytes.length],
): Read {
  const parser: ByteParser<RowBlock> = parse!(options);
  const usable = new UsableRows(options);
  const batches: EmbeddingBatch[] = [];
  const take = (blocks: Iterable<RowBlock>) => {
    for (const block of blocks) {
      const batch = usable.take(block);
      if (batch) batches.push(batch);
    }
  };
  for (let at = 0, turn = 0; at < bytes.length;) {
    const size = sizes[turn++ % sizes.length];
    take(parser.push(bytes.slice(at, at + size)));
    at += size;
  }
  take(parser.finish());
  usable.end();
  return { rows: rowsOf(batches), batches, skippedRows: usable.skippedRows };
}

/**
 * Reads an input from anywhere.
 *
 * @param reader What reads the format.
 * @param bytes The input.
 * @param options Which rows, and what becomes of unusable ones.
 * @returns What came of it.
 */
export async function readAtRandom(
  { read }: FormatReader,
  bytes: Uint8Array,
  options: RowOptions & UsableRowsOptions = {},
): Promise<Read> {
  const usable = new UsableRows(options);
  const batches: EmbeddingBatch[] = [];
  for await (const block of read!(inMemory(bytes), options)) {
    const batch = usable.take(block);
    if (batch) batches.push(batch);
  }
  return { rows: rowsOf(batches), batches, skippedRows: usable.skippedRows };
}

/** All rows of some batches. */
export function rowsOf(batches: readonly EmbeddingBatch[]): number[][] {
  return batches.flatMap((batch) =>
    Array.from({ length: batch.rows }, (_, row) => Array.from(batch.row(row)))
  );
}

/** Byte arrays one after the other. */
export function concatenated(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return joined(parts);
}

/** As many byte arrays as there may be, one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
