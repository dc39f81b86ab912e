import {
  type DataType,
  type Dictionary,
  Message,
  MessageHeader,
  type Schema,
  Type,
  type Union,
  UnionMode,
} from "apache-arrow";
import { Endianness } from "apache-arrow/fb/endianness";
import type { Field as FlatField } from "apache-arrow/fb/field";
import { Message as FlatMessage } from "apache-arrow/fb/message";
import { DictionaryBatch as FlatDictionaryBatch } from "apache-arrow/fb/dictionary-batch";
import { RecordBatch as FlatRecordBatch } from "apache-arrow/fb/record-batch";
import { Schema as FlatSchema } from "apache-arrow/fb/schema";
import type { DictionaryBatch, RecordBatch } from "apache-arrow/ipc/metadata/message";
import { strideForType } from "apache-arrow/type";
import { ByteBuffer } from "flatbuffers";
import { RankMeError } from "../errors.ts";

/*
 * Apache Arrow's JavaScript trusts the counts, offsets and lengths that a message states. The checks
 * here come first, so that it is never shown one that leads outside of the message or its body.
 * Terms are those of the format's Message.fbs and Schema.fbs.
 */

/** Deeper nesting than this is taken for a cycle. */
const MAX_DEPTH = 32;

/** A message whose metadata holds together. */
export type ArrowMessage =
  | { readonly kind: "schema"; readonly bodyLength: number; readonly schema: Schema }
  | { readonly kind: "record-batch"; readonly bodyLength: number; readonly header: RecordBatch }
  | {
    readonly kind: "dictionary-batch";
    readonly bodyLength: number;
    readonly header: DictionaryBatch;
  };

/**
 * Decodes the metadata of one encapsulated message after checking it.
 *
 * @param metadata The flatbuffer, without its length prefix.
 * @returns What it describes.
 * @throws {RankMeError} `corrupt`, when it contradicts itself; `unsupported`, for big-endian data and
 * kinds of message that are no part of a stream of record batches.
 */
export function decodeMetadata(metadata: Uint8Array): ArrowMessage {
  const flat = FlatMessage.getRootAsMessage(new ByteBuffer(metadata));
  const bodyLength = Number(flat.bodyLength());
  if (!(bodyLength >= 0 && Number.isSafeInteger(bodyLength))) {
    throw corrupt(`a body of ${flat.bodyLength()} bytes`);
  }
  checkCount(flat.customMetadataLength(), metadata);
  switch (flat.headerType()) {
    case MessageHeader.Schema:
      checkSchema(required(flat.header(new FlatSchema())), metadata);
      return { kind: "schema", bodyLength, schema: Message.decode(metadata).header() as Schema };
    case MessageHeader.RecordBatch: {
      checkRecordBatch(required(flat.header(new FlatRecordBatch())), metadata);
      const header = Message.decode(metadata).header() as RecordBatch;
      return { kind: "record-batch", bodyLength, header };
    }
    case MessageHeader.DictionaryBatch: {
      const batch = required<FlatDictionaryBatch>(flat.header(new FlatDictionaryBatch()));
      checkRecordBatch(required(batch.data()), metadata);
      const header = Message.decode(metadata).header() as DictionaryBatch;
      return { kind: "dictionary-batch", bodyLength, header };
    }
    default:
      throw new RankMeError("unsupported", `an Arrow message of kind ${flat.headerType()}`, {
        advice: "a stream of record batches is needed",
      });
  }
}

function checkSchema(schema: FlatSchema, metadata: Uint8Array): void {
  if (schema.endianness() !== Endianness.Little) {
    throw new RankMeError("unsupported", "big-endian Arrow data", {
      advice: "write it on a little-endian machine",
    });
  }
  checkCount(schema.customMetadataLength(), metadata);
  checkCount(schema.fieldsLength(), metadata);
  const budget = { fields: metadata.length / 4 };
  for (let i = 0; i < schema.fieldsLength(); i++) {
    checkField(required(schema.fields(i)), metadata, budget, 0);
  }
}

/** Walks a field with a budget: an offset that points back up would never end otherwise. */
function checkField(
  field: FlatField,
  metadata: Uint8Array,
  budget: { fields: number },
  depth: number,
): void {
  if (depth > MAX_DEPTH || --budget.fields < 0) throw corrupt("a schema that contains itself");
  checkCount(field.customMetadataLength(), metadata);
  checkCount(field.childrenLength(), metadata);
  for (let i = 0; i < field.childrenLength(); i++) {
    checkField(required(field.children(i)), metadata, budget, depth + 1);
  }
}

function checkRecordBatch(batch: FlatRecordBatch, metadata: Uint8Array): void {
  if (batch.compression() !== null) {
    const codec = batch.compression()?.codec() === 1 ? "ZSTD" : "LZ4";
    throw new RankMeError("unsupported", `a record batch compressed with ${codec}`, {
      advice: "write it uncompressed (pyarrow: compression=None or 'uncompressed')",
    });
  }
  checkCount(batch.nodesLength(), metadata);
  checkCount(batch.buffersLength(), metadata);
  checkCount(batch.variadicBufferCountsLength(), metadata);
}

/** No vector of a flatbuffer has more elements than the flatbuffer has room for, at 4 bytes each. */
function checkCount(count: number, metadata: Uint8Array): void {
  if (!(count >= 0 && count * 4 <= metadata.length)) throw corrupt(`a vector of ${count} elements`);
}

function required<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw corrupt("metadata with a part missing");
  return value;
}

/**
 * Checks that every node and buffer of a record batch lies in its body and is as long as its type
 * and the number of rows demand.
 *
 * @param types The types of the columns, in order.
 * @param header The batch's metadata.
 * @param bodyLength The number of bytes in its body.
 * @throws {RankMeError} `corrupt`, when one does not.
 */
export function checkLayout(
  types: readonly DataType[],
  header: RecordBatch,
  bodyLength: number,
): void {
  if (!(header.length >= 0)) throw corrupt(`a record batch of ${header.length} rows`);
  for (const { offset, length } of header.buffers) {
    if (!(offset >= 0 && length >= 0 && offset + length <= bodyLength)) {
      throw corrupt(`a buffer at ${offset}, ${length} bytes long, in a body of ${bodyLength} bytes`);
    }
  }
  const walk = new LayoutWalk(header);
  for (const type of types) walk.column(type, header.length);
}

/** Takes nodes and buffers one by one, in the depth-first order in which the format lays them out. */
class LayoutWalk {
  #header: RecordBatch;
  #node = 0;
  #buffer = 0;
  #variadic = 0;

  constructor(header: RecordBatch) {
    this.#header = header;
  }

  column(type: DataType, rows: number): void {
    const node = this.#header.nodes[this.#node++];
    if (!node) throw corrupt("a record batch with too few columns");
    const { length, nullCount } = node;
    if (!(length >= rows && nullCount >= 0 && nullCount <= length)) {
      throw corrupt(`a column of ${length} values and ${nullCount} nulls for ${rows} rows`);
    }
    const validityBytes = nullCount > 0 ? Math.ceil(length / 8) : 0;
    switch (type.typeId) {
      case Type.Null:
        return;
      case Type.Utf8:
      case Type.Binary:
      case Type.List:
      case Type.Map:
        this.#buffers(validityBytes, offsetBytes(length, 4));
        break;
      case Type.LargeUtf8:
      case Type.LargeBinary:
      case Type.LargeList:
        this.#buffers(validityBytes, offsetBytes(length, 8));
        break;
      case Type.Utf8View:
      case Type.BinaryView:
        this.#buffers(validityBytes, 16 * length);
        this.#buffer += Number(this.#header.variadicBufferCounts[this.#variadic++] ?? 0);
        return;
      case Type.FixedSizeList:
      case Type.Struct:
        this.#buffers(validityBytes);
        break;
      case Type.Union:
        this.#buffers(length, ...(type as Union).mode === UnionMode.Dense ? [4 * length] : []);
        break;
      case Type.Dictionary:
        this.#buffers(validityBytes, length * bytesPerValue((type as Dictionary).indices));
        return;
      case Type.Bool:
        this.#buffers(validityBytes, Math.ceil(length / 8));
        return;
      default:
        this.#buffers(validityBytes, length * bytesPerValue(type));
        return;
    }
    if (type.typeId === Type.Utf8 || type.typeId === Type.LargeUtf8) return this.#buffers(0);
    if (type.typeId === Type.Binary || type.typeId === Type.LargeBinary) return this.#buffers(0);
    for (const child of type.children) this.column(child.type, childRows(type, length));
  }

  #buffers(...leastBytes: number[]): void {
    for (const least of leastBytes) {
      const buffer = this.#header.buffers[this.#buffer++];
      if (!buffer) throw corrupt("a record batch with too few buffers");
      if (buffer.length < least) {
        throw corrupt(`a buffer of ${buffer.length} bytes where ${least} are needed`);
      }
    }
  }
}

/** How many values a child must have whatever the offsets say. */
function childRows(type: DataType, length: number): number {
  if (type.typeId === Type.FixedSizeList) return length * strideForType(type);
  if (type.typeId === Type.Struct) return length;
  return 0;
}

/** Empty columns may leave their offsets out. */
function offsetBytes(length: number, width: number): number {
  return length === 0 ? 0 : (length + 1) * width;
}

function bytesPerValue(type: DataType): number {
  return type.ArrayType.BYTES_PER_ELEMENT * strideForType(type);
}

/** An error for bytes that contradict themselves. */
export function corrupt(what: string): RankMeError {
  return new RankMeError("corrupt", `not valid Arrow data: ${what}`);
}
