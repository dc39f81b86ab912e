import { corrupt } from "./corrupt.ts";

/** The types of Thrift's compact protocol that Parquet uses. */
const Type = {
  stop: 0,
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  struct: 12,
} as const;

/** Parquet's own structs nest to about six. */
const MAX_DEPTH = 32;
/** A number of 64 bits takes no more, 7 bits a byte. */
const MAX_VARINT_BYTES = 10;

/**
 * Walks over a struct in Thrift's compact protocol without decoding it. hyparquet believes the lengths it
 * reads, and takes memory for as many elements as a list claims to have: what passes here holds no
 * more elements than bytes, and nests no deeper than Parquet does.
 *
 * @param bytes Where the struct is.
 * @returns How many bytes it takes, from the first.
 * @throws {RankMeError} `corrupt`, when it does not end in the bytes.
 */
export function structLength(bytes: Uint8Array): number {
  let at = 0;

  function byte(): number {
    if (at >= bytes.length) throw corrupt("a header that does not end");
    return bytes[at++];
  }

  function skip(length: number): void {
    if (length > bytes.length - at) throw corrupt("a header longer than its bytes");
    at += length;
  }

  function varint(): number {
    let value = 0;
    for (let shift = 0; shift < MAX_VARINT_BYTES; shift++) {
      const next = byte();
      value += (next & 0x7f) * 2 ** (7 * shift);
      if (next < 0x80) return value;
    }
    throw corrupt("a number of more than 64 bits");
  }

  function list(depth: number): void {
    const head = byte();
    const length = head >> 4 === 15 ? varint() : head >> 4;
    if (length > bytes.length - at) throw corrupt(`a list of ${length} elements in a header`);
    const type = head & 15;
    // In a list, a boolean takes a byte; as a field, it takes none.
    if (type === Type.true || type === Type.false) return skip(length);
    for (let i = 0; i < length; i++) element(type, depth);
  }

  function element(type: number, depth: number): void {
    if (depth > MAX_DEPTH) throw corrupt("headers that nest too deep");
    switch (type) {
      case Type.true:
      case Type.false:
        return;
      case Type.byte:
        return skip(1);
      case Type.i16:
      case Type.i32:
      case Type.i64:
        varint();
        return;
      case Type.double:
        return skip(8);
      case Type.binary:
        return skip(varint());
      case Type.list:
        return list(depth + 1);
      case Type.struct:
        return struct(depth + 1);
      default:
        throw corrupt(`type ${type} in a header`);
    }
  }

  function struct(depth: number): void {
    for (let head = byte(); (head & 15) !== Type.stop; head = byte()) {
      if (head >> 4 === 0) varint();
      element(head & 15, depth);
    }
  }

  struct(0);
  return at;
}
