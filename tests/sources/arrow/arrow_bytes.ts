/**
 * Arrow bytes to read: the fixtures of other writers, whose numbers are rebuilt here, and messages put
 * together by hand where no writer would write them.
 *
 * @module
 */

import {
  Field,
  FixedSizeList,
  Float32,
  makeData,
  Message,
  MetadataVersion,
  RecordBatch,
  Schema,
  Struct,
} from "apache-arrow";
import type { CompressionType } from "apache-arrow/fb/compression-type";
import * as metadata from "apache-arrow/ipc/metadata/message";
import type { EmbeddingBatch } from "../../../src/batch.ts";
import { ArrowBatchStream } from "../../../src/sources/arrow/arrow_batch_stream.ts";
import { arrowFileBatches } from "../../../src/sources/arrow/file.ts";
import type { BareBatch } from "../../../src/sources/arrow/messages.ts";
import { ArrowStreamParser } from "../../../src/sources/arrow/stream.ts";
import { byteSource, closingStream, pull } from "../../../src/sources/bytes/pulled_bytes.ts";
import { ArrowRows } from "../../../src/sources/arrow/arrow_rows.ts";
import type { EmbeddingStreamOptions } from "../../../src/sources/arrow/embedding_stream.ts";
import { UsableRows } from "../../../src/sources/usable_rows.ts";
import {
  byteStream,
  chunked,
  concatenated,
  DIM,
  expectedRow,
  inMemory,
  type Read,
  rowsOf,
} from "../inputs.ts";

/** Where a fixture is. */
export function fixtureUrl(name: string): URL {
  return new URL(`../../fixtures/arrow/${name}`, import.meta.url);
}

/** The bytes of a fixture. */
export function fixture(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(fixtureUrl(name));
}

/** The names of the fixtures. */
export function fixtureNames(): string[] {
  return [...Deno.readDirSync(fixtureUrl(""))]
    .filter(({ isFile }) => isFile)
    .map(({ name }) => name)
    .sort();
}

/** Reads the embeddings of an IPC stream. */
export async function readStream(
  bytes: Uint8Array | ReadableStream<Uint8Array>,
  options: EmbeddingStreamOptions = {},
): Promise<Read> {
  const source = bytes instanceof ReadableStream ? bytes : chunked(bytes);
  const reader = new ArrowBatchStream();
  const read = await readBatches(source.pipeThrough(reader), options);
  return { ...read, missingEnd: reader.missingEnd };
}

/** Reads the embeddings of an IPC stream that is pulled into place, where it is one of bytes. */
export async function readPulled(
  bytes: Uint8Array | ReadableStream<Uint8Array>,
  options: EmbeddingStreamOptions & { readonly strict?: boolean } = {},
): Promise<Read> {
  const source = byteSource(bytes instanceof ReadableStream ? bytes : byteStream(bytes));
  const parser = new ArrowStreamParser(options);
  const read = await readBatches(closingStream(source, pull(source, parser)), options);
  return { ...read, missingEnd: parser.missingEnd };
}

/** Reads the embeddings of an IPC file. */
export function readFile(bytes: Uint8Array, options: EmbeddingStreamOptions = {}): Promise<Read> {
  return readBatches(arrowFileBatches(inMemory(bytes)), options);
}

/** Reads the embeddings of a fixture, as its name says what it is. */
export function readFixture(name: string, options: EmbeddingStreamOptions = {}): Promise<Read> {
  const bytes = fixture(name);
  return name.endsWith(".arrow") ? readFile(bytes, options) : readStream(bytes, options);
}

/** Reads the embeddings of record batches. */
export async function readBatches(
  recordBatches: AsyncIterable<BareBatch> | readonly BareBatch[],
  options: EmbeddingStreamOptions = {},
): Promise<Read> {
  const columns = new ArrowRows(options);
  const usable = new UsableRows(options);
  const batches: EmbeddingBatch[] = [];
  for await (const recordBatch of recordBatches) {
    const batch = usable.take(columns.take(recordBatch));
    if (batch) batches.push(batch);
  }
  return { rows: rowsOf(batches), batches, skippedRows: usable.skippedRows };
}

/** How messages about bytes that contradict themselves end. */
export const WRITE_AGAIN = "; it was damaged, or its writer has a fault: write it again";

/** The end-of-stream marker. */
export const END = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

/** A message around a flatbuffer, as a stream has it. */
export function messageOf(flatbuffer: Uint8Array, body = new Uint8Array(0)): Uint8Array {
  const prefix = new Uint8Array(8).fill(0xff, 0, 4);
  const padding = new Uint8Array(-flatbuffer.length & 7);
  new DataView(prefix.buffer).setInt32(4, flatbuffer.length + padding.length, true);
  return concatenated(prefix, flatbuffer, padding, body);
}

/** The message of a schema. */
export function schemaMessage(schema: Schema): Uint8Array {
  return messageOf(Message.encode(Message.from(schema)));
}

/** What a record batch says about itself, true or not. */
export interface Claims {
  /** The number of rows. */
  readonly length: number;
  /** Length and null count of each node. */
  readonly nodes: readonly (readonly [number, number])[];
  /** Offset and length of each buffer. */
  readonly buffers: readonly (readonly [number, number])[];
  /** Default: the length of the body there is. */
  readonly bodyLength?: number;
  /** What its buffers are compressed with. Default: nothing. */
  readonly codec?: CompressionType;
}

/** The metadata of a record batch that says what it is told to. */
export function claimed({ length, nodes, buffers, codec }: Claims): metadata.RecordBatch {
  return new metadata.RecordBatch(
    length,
    nodes.map(([length, nullCount]) => new metadata.FieldNode(length, nullCount)),
    buffers.map(([offset, length]) => new metadata.BufferRegion(offset, length)),
    codec === undefined ? null : new metadata.BodyCompression(codec),
  );
}

/** The message of a record batch that says what it is told to. */
export function batchMessage(claims: Claims, body = new Uint8Array(0)): Uint8Array {
  const message = Message.from(claimed(claims), claims.bodyLength ?? body.length);
  return messageOf(Message.encode(message), body);
}

/** Where the messages of a stream end, as Apache Arrow reads their metadata. */
export function messageEnds(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const ends: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = view.getInt32(at + 4, true);
    const metadata = bytes.subarray(at + 8, at + 8 + length);
    at += 8 + length + (length > 0 ? Message.decode(metadata).bodyLength : 0);
    ends.push(at);
  }
  return ends;
}

/** A schema with one column of lists of `dim` float32. */
export function embeddingSchema(
  dim = DIM,
  name = "embedding",
  version = MetadataVersion.V5,
): Schema {
  const type = new FixedSizeList(dim, new Field("item", new Float32()));
  return new Schema([new Field(name, type)], null, null, version);
}

/** A record batch of rows of the fixtures under such a schema. */
export function embeddingBatch(
  first: number,
  end: number,
  schema = embeddingSchema(),
): RecordBatch {
  const [{ type }] = schema.fields;
  const dim = (type as FixedSizeList).listSize;
  const numbers = Array.from({ length: end - first }, (_, i) => expectedRow(first + i, dim)).flat();
  const child = makeData({ type: new Float32(), data: Float32Array.from(numbers) });
  const lists = makeData({ type, length: end - first, nullCount: 0, child });
  return new RecordBatch(
    schema,
    makeData({
      type: new Struct(schema.fields),
      length: end - first,
      nullCount: 0,
      children: [lists],
    }),
  );
}
