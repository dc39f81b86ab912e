import { crc32 } from "node:zlib";
import type { Encoding, PageHeader } from "hyparquet";
import { formatBytes, RankMeError } from "../../errors.ts";
import type { Chunk } from "./chunks.ts";
import { decompress } from "./codecs.ts";
import { corrupt, decoding, numberOf } from "./corrupt.ts";
import type { FileWindow } from "./file_window.ts";
import { HybridDecoder } from "./hybrid.ts";
import type { LeafColumn } from "./schema.ts";
import { structLength } from "./thrift.ts";
import { unknownEncoding, type ValueCoding } from "./value_coding.ts";
import { parquetHeader } from "./hyparquet.ts";

/** Some values of one column. */
export interface Page<V> {
  /** How many, nulls and empty lists among them. */
  readonly values: number;
  /** Which of them begin a value: those of level 0. */
  readonly repetition: HybridDecoder;
  /** Which of them are there: those of the column's own level. */
  readonly definition: HybridDecoder;
  /** Those that are there. */
  readonly numbers: V;
}

/** The parts that a data page of either version is made of. */
interface PageParts {
  readonly values: number;
  readonly encoding: Encoding | undefined;
  readonly repetition: Uint8Array;
  readonly definition: Uint8Array;
  readonly numbers: Uint8Array;
}

/** A page as it is in the file. */
interface StoredPage {
  readonly header: PageHeader;
  readonly body: Uint8Array;
  /** Where the next one begins. */
  readonly end: number;
}

/** Of a column of numbers, a header has some hundred bytes at most. */
const MAX_HEADER_BYTES = 16 << 10;
/** DuckDB's pages, the largest, have 100 MB. */
const MAX_PAGE_BYTES = 1 << 30;
/** A byte of Zstandard holds no more: blocks of 128 kB in four. */
const MOST_DENSITY = 1 << 15;

/** The pages of a column chunk, one after the other. */
export class ColumnPages<V, D> {
  readonly #window: FileWindow;
  readonly #chunk: Chunk<LeafColumn>;
  readonly #coding: ValueCoding<V, D>;
  #dictionary: D | undefined;
  #dictionaryPosition: number | undefined;
  /** Where the next page begins, and how many values were in those before. */
  #position: number;
  #values = 0;
  /** The same of the page that was read last. */
  #last: readonly [position: number, values: number];

  /**
   * @param window The part of the file that is in memory.
   * @param chunk The column chunk.
   * @param coding How its values are read.
   */
  constructor(window: FileWindow, chunk: Chunk<LeafColumn>, coding: ValueCoding<V, D>) {
    this.#window = window;
    this.#chunk = chunk;
    this.#coding = coding;
    this.#position = chunk.start;
    this.#last = [chunk.start, 0];
  }

  /** Goes back to before the page that was read last. */
  stepBack(): void {
    [this.#position, this.#values] = this.#last;
  }

  /** Lets go of the dictionary; it is read again when a page needs it. */
  releaseDictionary(): void {
    this.#dictionary = undefined;
  }

  /**
   * Reads the next page.
   *
   * @returns The page, good until the window moves, or nothing after the last.
   * @throws {RankMeError} `corrupt` or `unsupported`, with the byte at which the page begins.
   */
  async next(): Promise<Page<V> | undefined> {
    while (this.#values < this.#chunk.values) {
      const position = this.#position;
      try {
        const page = await this.#step(position);
        if (!page) continue;
        this.#last = [position, this.#values];
        this.#values += page.values;
        this.#checkEnd();
        return page;
      } catch (error) {
        throw error instanceof RankMeError ? error.at({ byte: position }) : error;
      }
    }
  }

  /** A page that is taken to begin or to end elsewhere may look like one nevertheless. */
  #checkEnd(): void {
    const left = this.#chunk.end - this.#position;
    if (this.#values === this.#chunk.values && left !== 0) {
      throw corrupt(`${left} bytes after the last page`);
    }
  }

  /** Reads whatever page is next; nothing comes of those without values. */
  async #step(position: number): Promise<Page<V> | undefined> {
    const { header, body, end } = await this.#read(position);
    switch (header.type) {
      case "DATA_PAGE":
      case "DATA_PAGE_V2":
        if (isIndexed(header) && !this.#dictionary && this.#dictionaryPosition !== undefined) {
          // It was let go. Reading it moves the window, so the page is read once more after that.
          const dictionary = await this.#read(this.#dictionaryPosition);
          this.#dictionary = this.#decodeDictionary(dictionary.header, dictionary.body);
          return undefined;
        }
        this.#position = end;
        return this.#decode(header, body);
      case "DICTIONARY_PAGE":
        if (this.#dictionaryPosition !== undefined) throw corrupt("a second dictionary");
        this.#dictionaryPosition = position;
        this.#dictionary = this.#decodeDictionary(header, body);
        break;
      case "INDEX_PAGE":
        break;
      default:
        throw corrupt("a page of an unknown kind");
    }
    this.#position = end;
  }

  async #read(position: number): Promise<StoredPage> {
    const { end, readEnd } = this.#chunk;
    if (position >= end) throw corrupt(`${this.#values} of ${this.#chunk.values} values`);
    const headerBytes = Math.min(MAX_HEADER_BYTES, end - position);
    const head = await this.#window.bytes(position, headerBytes, readEnd);
    const length = structLength(head);
    const view = new DataView(head.buffer, head.byteOffset, length);
    const header = decoding(() => parquetHeader({ view, offset: 0 }));
    if (hasLargeNumbers(header)) throw corrupt("a page header with numbers of another type");
    const bodyBytes = header.compressed_page_size;
    if (!(isCount(bodyBytes) && position + length + bodyBytes <= end)) {
      throw corrupt(`a page of ${numberOf(bodyBytes)} bytes, ${end - position} before the end`);
    }
    const pageBytes = header.uncompressed_page_size;
    if (!isCount(pageBytes)) throw corrupt(`a page of ${numberOf(pageBytes)} bytes`);
    const most = Math.max(bodyBytes, pageBytes);
    if (most > MAX_PAGE_BYTES) {
      if (pageBytes > MOST_DENSITY * bodyBytes) {
        throw corrupt(`a page of ${formatBytes(pageBytes)} in ${bodyBytes} bytes`);
      }
      throw new RankMeError("unsupported", `a page of ${formatBytes(most)}`, {
        advice: "write smaller pages, of 1 MB, say",
      });
    }
    const body = await this.#window.bytes(position + length, bodyBytes, readEnd);
    if (header.crc !== undefined && crc32(body) !== header.crc >>> 0) {
      throw corrupt("a page whose checksum is another");
    }
    return { header, body, end: position + length + bodyBytes };
  }

  #decodeDictionary(header: PageHeader, body: Uint8Array): D {
    const { num_values: values, encoding } = header.dictionary_page_header ?? {};
    if (encoding !== "PLAIN" && encoding !== "PLAIN_DICTIONARY") throw unknownEncoding(encoding);
    const length = header.uncompressed_page_size;
    const bytes = () => decompress(this.#chunk.codec, body, length);
    return this.#coding.dictionary(values, length, bytes);
  }

  #decode(header: PageHeader, body: Uint8Array): Page<V> {
    const parts = header.type === "DATA_PAGE"
      ? this.#partsOfV1(header, body)
      : this.#partsOfV2(header, body);
    const { column } = this.#chunk;
    const isList = column.elementDefinition !== undefined;
    const lists = isList ? 1 + (column.outerDefinitions?.length ?? 0) : 0;
    return {
      values: parts.values,
      repetition: new HybridDecoder(parts.repetition, bitWidth(lists)),
      definition: new HybridDecoder(parts.definition, bitWidth(column.definition)),
      numbers: this.#coding.values(parts.numbers, parts.encoding, this.#dictionary),
    };
  }

  /** Everything is compressed together, and the levels have their lengths before them. */
  #partsOfV1(header: PageHeader, body: Uint8Array): PageParts {
    const {
      num_values,
      encoding,
      repetition_level_encoding: repetitionEncoding,
      definition_level_encoding: definitionEncoding,
    } = header.data_page_header ?? {};
    const values = this.#checkValues(num_values, header);
    const { column, codec } = this.#chunk;
    const bytes = decompress(codec, body, header.uncompressed_page_size);
    let at = 0;
    const levels = (isThere: boolean, levelEncoding: Encoding | undefined) => {
      if (!isThere) return bytes.subarray(0, 0);
      if (levelEncoding !== "RLE") throw unknownEncoding(levelEncoding);
      if (bytes.length - at < 4) throw corrupt("a page without levels");
      const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0, true);
      at += 4;
      if (length > bytes.length - at) throw corrupt(`levels of ${length} bytes`);
      return bytes.subarray(at, at += length);
    };
    const repetition = levels(column.elementDefinition !== undefined, repetitionEncoding);
    const definition = levels(column.definition > 0, definitionEncoding);
    return { values, encoding, repetition, definition, numbers: bytes.subarray(at) };
  }

  /** The levels are not compressed, and the header has their lengths. */
  #partsOfV2(header: PageHeader, body: Uint8Array): PageParts {
    const {
      num_values,
      encoding,
      repetition_levels_byte_length: repetitionBytes = -1,
      definition_levels_byte_length: definitionBytes = -1,
      is_compressed: isCompressed = true,
    } = header.data_page_header_v2 ?? {};
    const values = this.#checkValues(num_values, header);
    const levelBytes = repetitionBytes + definitionBytes;
    const length = header.uncompressed_page_size - levelBytes;
    if (
      !(repetitionBytes >= 0 && definitionBytes >= 0 && levelBytes <= body.length && length >= 0)
    ) {
      throw corrupt(`levels of ${repetitionBytes} + ${definitionBytes} bytes`);
    }
    const codec = isCompressed ? this.#chunk.codec : "UNCOMPRESSED";
    return {
      values,
      encoding,
      repetition: body.subarray(0, repetitionBytes),
      definition: body.subarray(repetitionBytes, levelBytes),
      numbers: decompress(codec, body.subarray(levelBytes), length),
    };
  }

  /** Checks how many values a page claims, before memory is taken for what they would take. */
  #checkValues(values: number | undefined, header: PageHeader): number {
    const { values: all } = this.#chunk;
    if (!(isCount(values) && values <= all - this.#values)) {
      throw corrupt(`a page of ${numberOf(values)} values where ${all - this.#values} are left`);
    }
    const length = header.uncompressed_page_size;
    if (length > this.#coding.mostBytes(values)) {
      throw corrupt(`a page of ${length} bytes for ${values} values`);
    }
    return values;
  }
}

/** Whether a header says how many, which is of any type in one that is damaged. */
function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

/** Whether a number in a header is one of 64 bits, which none of them is. */
function hasLargeNumbers(header: PageHeader): boolean {
  const { data_page_header, data_page_header_v2, dictionary_page_header } = header;
  return [header, data_page_header, data_page_header_v2, dictionary_page_header]
    .some((part) => part && Object.values(part).some((value) => typeof value === "bigint"));
}

/** Whether a page's numbers are in the dictionary. */
function isIndexed({ data_page_header: v1, data_page_header_v2: v2 }: PageHeader): boolean {
  return ["PLAIN_DICTIONARY", "RLE_DICTIONARY"].includes((v1 ?? v2)?.encoding ?? "");
}

/** How many bits hold any number up to the highest. */
function bitWidth(highest: number): number {
  return 32 - Math.clz32(highest);
}
