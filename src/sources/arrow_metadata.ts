import {
  type DataType,
  type Dictionary,
  Message,
  MessageHeader,
  MetadataVersion,
  type Schema,
  Type,
  type Union,
  UnionMode,
} from "apache-arrow";
import { Endianness } from "apache-arrow/fb/endianness";
import type { Field as FlatField } from "apache-arrow/fb/field";
import { Footer as FlatFooter } from "apache-arrow/fb/footer";
import { Message as FlatMessage } from "apache-arrow/fb/message";
import { DictionaryBatch as FlatDictionaryBatch } from "apache-arrow/fb/dictionary-batch";
import { RecordBatch as FlatRecordBatch } from "apache-arrow/fb/record-batch";
import { Schema as FlatSchema } from "apache-arrow/fb/schema";
import { Type as FlatType } from "apache-arrow/fb/type";
import { type FileBlock, Footer } from "apache-arrow/ipc/metadata/file";
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
/** Writers pad buffers to a multiple of this many bytes at most. */
const MAX_PADDING = 64;

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
  checkVersion(flat.version());
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

/** What the end of an IPC file says. */
export interface ArrowFooter {
  readonly schema: Schema;
  readonly dictionaries: readonly FileBlock[];
  readonly batches: readonly FileBlock[];
}

/**
 * Decodes the footer of an IPC file after checking it.
 *
 * @param metadata The flatbuffer, without the length and the magic that follow it.
 * @returns The schema and where the messages are.
 * @throws {RankMeError} As {@linkcode decodeMetadata} does.
 */
export function decodeFooter(metadata: Uint8Array): ArrowFooter {
  const flat = FlatFooter.getRootAsFooter(new ByteBuffer(metadata));
  checkVersion(flat.version());
  checkSchema(required(flat.schema()), metadata);
  checkCount(flat.dictionariesLength(), metadata);
  checkCount(flat.recordBatchesLength(), metadata);
  const footer = Footer.decode(metadata);
  return {
    schema: footer.schema,
    dictionaries: [...footer.dictionaryBatches()],
    batches: [...footer.recordBatches()],
  };
}

/** Before V4 buffers were described otherwise; nothing has been written so since 2017. */
function checkVersion(version: MetadataVersion): void {
  if (version === MetadataVersion.V4 || version === MetadataVersion.V5) return;
  throw new RankMeError("unsupported", `Arrow metadata of version V${version + 1}`, {
    advice: "V4 and V5 can be read: write it with Arrow 0.8 or later",
  });
}

function checkSchema(schema: FlatSchema, metadata: Uint8Array): void {
  if (schema.endianness() !== Endianness.Little) {
    throw new RankMeError("unsupported", "big-endian Arrow data", {
      advice: "write it on a little-endian machine",
    });
  }
  checkCount(schema.customMetadataLength(), metadata);
  // An offset that points back up would never end: all vectors together fit into the flatbuffer.
  const budget = { elements: metadata.length / 4 };
  for (let i = 0; i < schema.fieldsLength(); i++) {
    checkField(required(schema.fields(i)), budget, 0);
  }
}

const TYPES_WITH_ONE_CHILD: readonly FlatType[] = [
  FlatType.List,
  FlatType.LargeList,
  FlatType.FixedSizeList,
  FlatType.Map,
];
/** Types that Apache Arrow's JavaScript does not know. */
const UNKNOWN_TYPES: readonly FlatType[] = [
  FlatType.RunEndEncoded,
  FlatType.ListView,
  FlatType.LargeListView,
];

function checkField(field: FlatField, budget: { elements: number }, depth: number): void {
  const type = field.typeType(), children = field.childrenLength();
  budget.elements -= 1 + Math.max(0, field.customMetadataLength());
  if (depth > MAX_DEPTH || budget.elements < 0) throw corrupt("a schema that contains itself");
  if (UNKNOWN_TYPES.includes(type)) {
    const place = depth === 0 ? `column "${field.name()}"` : `"${field.name()}" inside of a column`;
    throw new RankMeError("unsupported", `${place} is of type ${FlatType[type]}`, {
      advice: "write the data without that column, or cast it to a plain type",
    });
  }
  if (TYPES_WITH_ONE_CHILD.includes(type) && children !== 1) {
    throw corrupt(`a list type with ${children} types of elements`);
  }
  for (let i = 0; i < children; i++) checkField(required(field.children(i)), budget, depth + 1);
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
 * and the number of rows demand, and that none is left over.
 *
 * @param types The types of the columns, in order.
 * @param header The batch's metadata.
 * @param bodyLength The number of bytes in its body.
 * @param version The version of the schema.
 * @throws {RankMeError} `corrupt`, when one does not; `unsupported`, for unions of before V5.
 */
export function checkLayout(
  types: readonly DataType[],
  header: RecordBatch,
  bodyLength: number,
  version: MetadataVersion,
): void {
  if (!(header.length >= 0)) throw corrupt(`a record batch of ${header.length} rows`);
  let end = 0;
  for (const { offset, length } of header.buffers) {
    if (!(offset >= 0 && length >= 0 && offset + length <= bodyLength)) {
      throw corrupt(
        `a buffer at ${offset}, ${length} bytes long, in a body of ${bodyLength} bytes`,
      );
    }
    if (length === 0) continue;
    if (!followsOn(offset, end)) {
      throw corrupt(`a buffer at ${offset} where the one before it ends at ${end}`);
    }
    end = offset + length;
  }
  if (end > 0 && !followsOn(bodyLength, end)) {
    throw corrupt(`a body of ${bodyLength} bytes whose last buffer ends at ${end}`);
  }
  const walk = new LayoutWalk(header, version);
  for (const type of types) walk.column(type, header.length, "exactly");
  walk.finish();
}

/** Buffers lie end to end, each at the next multiple of 8, 64 or whatever the writer aligns to. */
function followsOn(offset: number, end: number): boolean {
  let alignment = 8;
  while (offset > 0 && offset % (2 * alignment) === 0) alignment *= 2;
  return offset === end || offset % 8 === 0 && offset > end && offset - end < alignment;
}

/** Takes nodes and buffers one by one, in the depth-first order in which the format lays them out. */
class LayoutWalk {
  #header: RecordBatch;
  #version: MetadataVersion;
  #node = 0;
  #buffer = 0;
  #variadic = 0;

  constructor(header: RecordBatch, version: MetadataVersion) {
    this.#header = header;
    this.#version = version;
  }

  column(type: DataType, rows: number, wanted: "exactly" | "at least"): void {
    const node = this.#header.nodes[this.#node++];
    if (!node) throw corrupt("a record batch with too few columns");
    const { length, nullCount } = node;
    const fits = wanted === "exactly" ? length === rows : length >= rows;
    if (!(fits && nullCount >= 0 && nullCount <= length)) {
      throw corrupt(`a column of ${length} values and ${nullCount} nulls for ${rows} rows`);
    }
    const validityBytes = nullCount > 0 ? Math.ceil(length / 8) : 0;
    switch (type.typeId) {
      case Type.Null:
        return;
      case Type.Utf8:
      case Type.Binary:
        return this.#buffers(validityBytes, offsetBytes(length, 4), 0);
      case Type.LargeUtf8:
      case Type.LargeBinary:
        return this.#buffers(validityBytes, offsetBytes(length, 8), 0);
      case Type.Utf8View:
      case Type.BinaryView:
        this.#buffers(validityBytes, 16 * length);
        return this.#variadicBuffers();
      case Type.Dictionary:
        return this.#buffers(validityBytes, length * bytesPerValue((type as Dictionary).indices));
      case Type.Bool:
        return this.#buffers(validityBytes, Math.ceil(length / 8));
      case Type.List:
      case Type.Map:
        this.#buffers(validityBytes, offsetBytes(length, 4));
        return this.column(type.children[0].type, 0, "at least");
      case Type.LargeList:
        this.#buffers(validityBytes, offsetBytes(length, 8));
        return this.column(type.children[0].type, 0, "at least");
      case Type.FixedSizeList:
        this.#buffers(validityBytes);
        return this.column(type.children[0].type, length * strideForType(type), "exactly");
      case Type.Struct:
        this.#buffers(validityBytes);
        for (const child of type.children) this.column(child.type, length, "at least");
        return;
      case Type.Union:
        if (this.#version < MetadataVersion.V5) throw oldUnion();
        this.#buffers(length, ...(type as Union).mode === UnionMode.Dense ? [4 * length] : []);
        for (const child of type.children) this.column(child.type, 0, "at least");
        return;
      case Type.Float:
        return this.#floats(validityBytes, length * bytesPerValue(type));
      default:
        return this.#buffers(validityBytes, length * bytesPerValue(type));
    }
  }

  /** What is left over shows that the types are not the ones that the batch was written with. */
  finish(): void {
    const { nodes, buffers } = this.#header;
    if (this.#node !== nodes.length || this.#buffer !== buffers.length) {
      throw corrupt(
        `a record batch of ${nodes.length} nodes and ${buffers.length} buffers where ` +
          `${this.#node} and ${this.#buffer} are due`,
      );
    }
  }

  #variadicBuffers(): void {
    const count = Number(this.#header.variadicBufferCounts[this.#variadic++] ?? 0);
    if (!(count >= 0 && count <= this.#header.buffers.length)) {
      throw corrupt(`a column of ${count} buffers`);
    }
    this.#buffer += count;
  }

  /** Double the bytes that are due are numbers of double the width: a schema that is not theirs. */
  #floats(validityBytes: number, bytes: number): void {
    this.#buffers(validityBytes, bytes);
    const { length } = this.#header.buffers[this.#buffer - 1];
    if (bytes > 0 && length >= 2 * bytes && length > bytes + MAX_PADDING) {
      throw corrupt(`${length} bytes of floats where ${bytes} are due`);
    }
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

/** Unions once had a validity buffer, which Apache Arrow's JavaScript takes for the next one. */
function oldUnion(): RankMeError {
  return new RankMeError("unsupported", "a union column in Arrow metadata of version V4", {
    advice: "write V5, or leave that column out",
  });
}

/** Empty columns may leave their offsets out. */
function offsetBytes(length: number, width: number): number {
  return length === 0 ? 0 : (length + 1) * width;
}

function bytesPerValue(type: DataType): number {
  return type.ArrayType.BYTES_PER_ELEMENT * strideForType(type);
}

/** An error for bytes that contradict themselves. */
export function corrupt(what: string, cause?: unknown): RankMeError {
  return new RankMeError("corrupt", `not valid Arrow data: ${what}`, {
    advice: "it was damaged, or its writer has a fault: write it again",
    cause,
  });
}

/**
 * Decodes something; whatever goes wrong inside is the bytes' fault.
 *
 * @param decode Reads the bytes.
 * @returns What it returned.
 * @throws {RankMeError} What it threw, as `corrupt` where it threw something else.
 */
export function decoding<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (cause instanceof RankMeError) throw cause;
    throw corrupt(cause instanceof Error ? cause.message : String(cause), cause);
  }
}
