import type { DataType, Dictionary, Union } from "apache-arrow";
import { MetadataVersion, Type, UnionMode } from "apache-arrow/enum";
import type { RecordBatch } from "apache-arrow/ipc/metadata/message";
import { strideForType } from "apache-arrow/type";
import { RankMeError } from "../../errors.ts";
import { corrupt } from "./corrupt.ts";

/** Writers pad buffers to a multiple of this many bytes at most. */
const MAX_PADDING = 64;

/**
 * Checks that every buffer of a record batch lies in its body, and that they lie end to end.
 *
 * @param header The batch's metadata.
 * @param bodyLength The number of bytes in its body.
 * @throws {RankMeError} `corrupt`, when one does not.
 */
export function checkBuffers({ buffers }: RecordBatch, bodyLength: number): void {
  let end = 0;
  for (const { offset, length } of buffers) {
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
}

/**
 * Checks that every node and buffer of a record batch is as long as its type and the number of rows
 * demand, and that none is left over.
 *
 * @param types The types of the columns, in order.
 * @param header The batch's metadata, with the lengths of buffers that are not compressed.
 * @param version The version of the schema.
 * @throws {RankMeError} `corrupt`, when one does not; `unsupported`, for unions of before V5.
 */
export function checkColumns(
  types: readonly DataType[],
  header: RecordBatch,
  version: MetadataVersion,
): void {
  if (!(header.length >= 0)) throw corrupt(`a record batch of ${header.length} rows`);
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
