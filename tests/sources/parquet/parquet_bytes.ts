/**
 * Parquet files made by hand, for what no writer at hand makes: old layouts, and lies.
 *
 * @module
 */

import { concatenated } from "../inputs.ts";

/** A value in Thrift's compact protocol. */
export type Thrift =
  | { readonly i32: number }
  | { readonly i64: number }
  | { readonly text: string }
  | { readonly list: readonly Thrift[] }
  | { readonly struct: ThriftStruct };

/** A struct: its fields by number. */
export type ThriftStruct = { readonly [field: number]: Thrift | undefined };

/** Physical types, by the numbers that the format gives them. */
export const Physical = { int32: 1, float: 4, double: 5, fixed: 7 } as const;
/** How often a field is there. */
export const Repetition = { required: 0, optional: 1, repeated: 2 } as const;
/** Codecs, by the numbers that the format gives them. */
export const Codec = { none: 0, snappy: 1, gzip: 2, lzo: 3, lz4: 5, zstd: 6, lz4Raw: 7 } as const;
/** Encodings, by the numbers that the format gives them. */
export const Encoding = {
  plain: 0,
  dictionary: 2,
  rle: 3,
  bitPacked: 4,
  delta: 5,
  split: 9,
} as const;

/** An element of a schema. */
export interface Element {
  readonly name: string;
  readonly repetition?: number;
  readonly type?: number;
  readonly children?: number;
  /** A converted type; 3 is LIST. */
  readonly converted?: number;
  readonly typeLength?: number;
}

/** A column chunk. */
export interface ChunkInit {
  readonly path: readonly string[];
  readonly type?: number;
  readonly codec?: number;
  readonly values: number;
  /** Its pages, headers and all. */
  readonly pages: readonly Uint8Array[];
  /** Fields of its metadata that lie. */
  readonly lies?: ThriftStruct;
}

/** A whole file. */
export interface FileInit {
  readonly elements: readonly Element[];
  readonly groups: readonly { readonly rows: number; readonly chunks: readonly ChunkInit[] }[];
  readonly rows?: number;
  readonly writer?: string;
}

/** A file: pages, footer and magics. */
export function parquetFile({ elements, groups, rows, writer }: FileInit): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [new TextEncoder().encode("PAR1")];
  let at = 4;
  const rowGroups = groups.map((group) => ({
    struct: {
      1: {
        list: group.chunks.map((chunk) => {
          const length = chunk.pages.reduce((sum, page) => sum + page.length, 0);
          const metadata: ThriftStruct = {
            1: { i32: chunk.type ?? Physical.float },
            2: { list: [{ i32: 0 }] },
            3: { list: chunk.path.map((text) => ({ text })) },
            4: { i32: chunk.codec ?? Codec.none },
            5: { i64: chunk.values },
            6: { i64: length },
            7: { i64: length },
            9: { i64: at },
            ...chunk.lies,
          };
          parts.push(...chunk.pages);
          at += length;
          return { struct: { 2: { i64: 0 }, 3: { struct: metadata } } };
        }),
      },
      2: { i64: 0 },
      3: { i64: group.rows },
    },
  }));
  const footer = encodeStruct({
    1: { i32: 1 },
    2: { list: elements.map((element) => ({ struct: encodeElement(element) })) },
    3: { i64: rows ?? groups.reduce((sum, group) => sum + group.rows, 0) },
    4: { list: rowGroups },
    ...writer !== undefined && { 6: { text: writer } },
  });
  return withFooter(concatenated(...parts), footer);
}

/** Some data and a footer, with its length and magic. */
export function withFooter(
  data: Uint8Array,
  footer: Uint8Array,
  length = footer.length,
): Uint8Array<ArrayBuffer> {
  const tail = concatenated(new Uint8Array(4), new TextEncoder().encode("PAR1"));
  new DataView(tail.buffer).setUint32(0, length, true);
  return concatenated(data, footer, tail);
}

function encodeElement(element: Element): ThriftStruct {
  const number = (value: number | undefined) => value === undefined ? undefined : { i32: value };
  return {
    1: number(element.type),
    2: number(element.typeLength),
    3: number(element.repetition),
    4: { text: element.name },
    5: number(element.children),
    6: number(element.converted),
  };
}

/** What a data page of the first version is made of. */
export interface PageInit {
  readonly values: number;
  /** Runs of repetition levels, where the column has them. */
  readonly repetition?: Uint8Array;
  /** Runs of definition levels, where the column has them. */
  readonly definition?: Uint8Array;
  readonly numbers: Uint8Array;
  readonly encoding?: number;
  readonly levelEncoding?: number;
  readonly compress?: (bytes: Uint8Array) => Uint8Array;
  /** Fields of its header that lie. */
  readonly lies?: ThriftStruct;
}

/** A data page of the first version. */
export function dataPage(
  { values, repetition, definition, numbers, compress = (bytes) => bytes, ...init }: PageInit,
): Uint8Array {
  const levels = [repetition, definition].flatMap((runs) => runs ? [length32(runs), runs] : []);
  const body = concatenated(...levels, numbers);
  const stored = compress(body);
  const levelEncoding = { i32: init.levelEncoding ?? Encoding.rle };
  const header = {
    1: { i32: values },
    2: { i32: init.encoding ?? Encoding.plain },
    3: levelEncoding,
    4: levelEncoding,
  };
  return page(0, stored, { 2: { i32: body.length }, 5: { struct: header }, ...init.lies });
}

/** A data page of the second version, uncompressed. */
export function dataPageV2(
  { values, repetition = new Uint8Array(), definition = new Uint8Array(), numbers, lies }: PageInit,
): Uint8Array {
  const header = {
    1: { i32: values },
    2: { i32: 0 },
    3: { i32: values },
    4: { i32: Encoding.plain },
    5: { i32: definition.length },
    6: { i32: repetition.length },
    ...lies,
  };
  return page(3, concatenated(repetition, definition, numbers), { 8: { struct: header } });
}

/** A dictionary page. */
export function dictionaryPage(
  numbers: Uint8Array,
  values: number,
  encoding: number = Encoding.plain,
): Uint8Array {
  return page(2, numbers, { 7: { struct: { 1: { i32: values }, 2: { i32: encoding } } } });
}

/** A page of any kind. */
export function page(kind: number, body: Uint8Array, fields: ThriftStruct): Uint8Array {
  const sizes = { 2: { i32: body.length }, 3: { i32: body.length } };
  return concatenated(encodeStruct({ 1: { i32: kind }, ...sizes, ...fields }), body);
}

/** Runs of one value each, as levels and indices are stored, for values of up to 8 bits. */
export function runs(...counts: readonly (readonly [count: number, value: number])[]): Uint8Array {
  return Uint8Array.from(counts.flatMap(([count, value]) => [...varint(2 * count), value]));
}

/** Numbers as PLAIN has them. */
export function floats(numbers: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(numbers).buffer);
}

/** Thrift's compact protocol. */
export function encodeStruct(struct: ThriftStruct): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(structBytes(struct));
}

function structBytes(struct: ThriftStruct): number[] {
  const bytes: number[] = [];
  let before = 0;
  for (const [key, value] of Object.entries(struct)) {
    if (!value) continue;
    bytes.push((Number(key) - before) << 4 | typeOf(value), ...valueBytes(value));
    before = Number(key);
  }
  return [...bytes, 0];
}

function typeOf(value: Thrift): number {
  if ("i32" in value) return 5;
  if ("i64" in value) return 6;
  if ("text" in value) return 8;
  return "list" in value ? 9 : 12;
}

function valueBytes(value: Thrift): number[] {
  if ("i32" in value) return zigzag(value.i32);
  if ("i64" in value) return zigzag(value.i64);
  if ("struct" in value) return structBytes(value.struct);
  if ("text" in value) {
    const bytes = new TextEncoder().encode(value.text);
    return [...varint(bytes.length), ...bytes];
  }
  const { list } = value;
  const type = list.length > 0 ? typeOf(list[0]) : 12;
  const head = list.length < 15 ? [list.length << 4 | type] : [0xf0 | type, ...varint(list.length)];
  return [...head, ...list.flatMap(valueBytes)];
}

function zigzag(value: number): number[] {
  return varint(value < 0 ? -2 * value - 1 : 2 * value);
}

/** An unsigned number, 7 bits a byte. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push(value % 0x80 | 0x80);
  return [...bytes, value];
}

function length32(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(Uint32Array.of(bytes.length).buffer);
}

const { float } = Physical, { required, optional, repeated } = Repetition;
const LIST = 3;

/** A schema with a column of lists, in three levels. */
export const LIST_SCHEMA: readonly Element[] = [
  { name: "schema", children: 1 },
  { name: "embedding", repetition: optional, children: 1, converted: LIST },
  { name: "list", repetition: repeated, children: 1 },
  { name: "element", repetition: optional, type: float },
];

/** A schema with columns of numbers, and their names. */
export function columnsSchema(dim: number): readonly Element[] {
  const columns = Array.from({ length: dim }, (_, i) => ({
    name: `dim_${i}`,
    repetition: required,
    type: float,
  }));
  return [{ name: "schema", children: dim }, ...columns];
}

/** The levels and numbers of some rows of a column of {@linkcode LIST_SCHEMA}. */
export function listPage(rows: readonly (readonly number[])[]): PageInit {
  const values = rows.flat().length;
  return {
    values,
    repetition: runs(...rows.flatMap((row) => [[1, 0], [row.length - 1, 1]] as const)),
    definition: runs([values, 3]),
    numbers: floats(rows.flat()),
  };
}

/** A file of one row group with a column of {@linkcode LIST_SCHEMA}. */
export function listFile(
  rows: number,
  values: number,
  pages: readonly Uint8Array[],
  chunk: Partial<ChunkInit> = {},
): Uint8Array<ArrayBuffer> {
  const path = ["embedding", "list", "element"];
  return parquetFile({
    elements: LIST_SCHEMA,
    groups: [{ rows, chunks: [{ path, values, pages, ...chunk }] }],
  });
}
