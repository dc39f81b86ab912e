import type { Schema } from "apache-arrow";
import { MessageHeader, MetadataVersion } from "apache-arrow/enum";
import type { BodyCompression } from "apache-arrow/fb/body-compression";
import { BodyCompressionMethod } from "apache-arrow/fb/body-compression-method";
import { CompressionType } from "apache-arrow/fb/compression-type";
import { Endianness } from "apache-arrow/fb/endianness";
import type { Field as FlatField } from "apache-arrow/fb/field";
import { Footer as FlatFooter } from "apache-arrow/fb/footer";
import { Message as FlatMessage } from "apache-arrow/fb/message";
import { DictionaryBatch as FlatDictionaryBatch } from "apache-arrow/fb/dictionary-batch";
import { RecordBatch as FlatRecordBatch } from "apache-arrow/fb/record-batch";
import { Schema as FlatSchema } from "apache-arrow/fb/schema";
import { Type as FlatType } from "apache-arrow/fb/type";
import { type FileBlock, Footer } from "apache-arrow/ipc/metadata/file";
import { type DictionaryBatch, Message, type RecordBatch } from "apache-arrow/ipc/metadata/message";
import { ByteBuffer } from "flatbuffers";
import { RankMeError } from "../../errors.ts";
import { corrupt } from "./corrupt.ts";

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
    default: {
      // Where it lies beyond the message there is none.
      const kind = flat.headerType() as number | undefined;
      const which = kind === undefined ? "no kind" : `kind ${kind}`;
      throw new RankMeError("unsupported", `an Arrow message of ${which}`, {
        advice: "a stream of record batches is needed",
      });
    }
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
  checkCompression(batch.compression());
  checkCount(batch.nodesLength(), metadata);
  checkCount(batch.buffersLength(), metadata);
  checkCount(batch.variadicBufferCountsLength(), metadata);
}

function checkCompression(compression: BodyCompression | null): void {
  if (compression === null) return;
  const codec = compression.codec(), method = compression.method();
  if (codec in CompressionType && method === BodyCompressionMethod.BUFFER) return;
  throw new RankMeError("unsupported", `a record batch compressed with codec ${codec}`, {
    advice: "LZ4 and ZSTD can be read, buffer by buffer",
  });
}

/** No vector of a flatbuffer has more elements than the flatbuffer has room for, at 4 bytes each. */
function checkCount(count: number, metadata: Uint8Array): void {
  if (!(count >= 0 && count * 4 <= metadata.length)) throw corrupt(`a vector of ${count} elements`);
}

function required<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw corrupt("metadata with a part missing");
  return value;
}
