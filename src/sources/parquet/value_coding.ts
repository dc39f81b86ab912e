import type { Encoding } from "hyparquet";
import type { EmbeddingData } from "../../batch.ts";
import { RankMeError } from "../../errors.ts";
import type { Chunk } from "./chunks.ts";
import { corrupt, numberOf } from "./corrupt.ts";
import { ARRAYS, DictionaryNumbers, type Numbers, PlainNumbers, SplitNumbers } from "./numbers.ts";

/** How the values of a column are read out of its pages. */
export interface ValueCoding<V, D> {
  /**
   * How many bytes a page can have.
   *
   * @param values How many values it has, nulls among them.
   * @returns As many as make sense, before memory is taken for them.
   */
  mostBytes(values: number): number;
  /**
   * Reads a dictionary.
   *
   * @param values How many values it claims to have.
   * @param length How many bytes it claims to have.
   * @param bytes Decompresses them.
   * @returns Its values.
   * @throws {RankMeError} `corrupt`.
   */
  dictionary(values: number | undefined, length: number, bytes: () => Uint8Array): D;
  /**
   * Reads the values of a page, nulls left out.
   *
   * @param bytes The page without its levels.
   * @param encoding How they are encoded.
   * @param dictionary The dictionary, if there is one.
   * @returns What reads them.
   * @throws {RankMeError} `corrupt` or `unsupported`.
   */
  values(bytes: Uint8Array, encoding: Encoding | undefined, dictionary: D | undefined): V;
}

/** What a page may have besides its values. */
const SLACK_BYTES = 1024;
/** The most that a value's two levels and its index can take, each a run of its own. */
const MAX_LEVEL_BYTES = 16;

/**
 * How floats are read.
 *
 * @param chunk The column chunk that they are in.
 * @returns What reads its pages.
 */
export function floatCoding(
  { column: { type }, padding }: Chunk,
): ValueCoding<Numbers, EmbeddingData> {
  const width = ARRAYS[type].BYTES_PER_ELEMENT;
  return {
    mostBytes: (values) => SLACK_BYTES + values * (width + MAX_LEVEL_BYTES),
    dictionary(values, length, bytes) {
      if (values === undefined || values * width !== length) {
        throw corrupt(`a dictionary of ${numberOf(values)} numbers in ${length} bytes`);
      }
      const numbers = new PlainNumbers(bytes(), type);
      const dictionary = new ARRAYS[type](values);
      numbers.read(dictionary, 0, values);
      return dictionary;
    },
    values(bytes, encoding, dictionary) {
      switch (encoding) {
        case "PLAIN":
          return new PlainNumbers(bytes, type, padding);
        case "BYTE_STREAM_SPLIT":
          return new SplitNumbers(bytes, type);
        case "PLAIN_DICTIONARY":
        case "RLE_DICTIONARY":
          return new DictionaryNumbers(bytes, neededDictionary(dictionary));
        default:
          throw unknownEncoding(encoding);
      }
    },
  };
}

/**
 * The dictionary that a page points into.
 *
 * @param dictionary The dictionary, if there is one.
 * @returns The same.
 * @throws {RankMeError} `corrupt`, when there is none.
 */
export function neededDictionary<D>(dictionary: D | undefined): D {
  if (dictionary === undefined) throw corrupt("a page without the dictionary that it needs");
  return dictionary;
}

/**
 * The error for an encoding that cannot be read.
 *
 * @param encoding The encoding, if it has a name.
 * @returns The error.
 */
export function unknownEncoding(encoding: string | undefined): RankMeError {
  return new RankMeError("unsupported", `a page encoded as ${encoding ?? "something unknown"}`, {
    advice: "write it with plain encoding",
  });
}
