// deno-lint-ignore-file no-control-regex -- they tell text from all else
import { textOf } from "../first_bytes.ts";
import { likelyRawFormat } from "../raw_format.ts";
import { maskedCrc32c } from "./masked_crc32c.ts";

/**
 * Whether some bytes begin as word2vec's binary vectors: a line of text, then a word, a space, and what
 * no text is.
 *
 * @param head The first bytes, a character each.
 * @returns Whether they do.
 */
export function isWord2VecBinary(head: string): boolean {
  return /^\d+ \d+\n[^\x00-\x20]+ /.test(head) && textOf(bytesOf(head)) === undefined;
}

/**
 * Whether some bytes begin as a TFRecord file: with a length of eight bytes, and its checksum.
 *
 * @param head The first bytes, a character each.
 * @returns Whether they do.
 */
export function isTfRecord(head: string): boolean {
  const bytes = bytesOf(head);
  return bytes.length >= 12 &&
    new DataView(bytes.buffer).getUint32(8, true) === maskedCrc32c(bytes.subarray(0, 8));
}

/**
 * Whether some bytes are text that is not UTF-8: no control characters, and few that are not ASCII.
 *
 * @param head The first bytes, a character each.
 * @returns Whether they are.
 */
export function isOtherText(head: string): boolean {
  const start = head.slice(0, 64);
  if (start.length < 16 || /[\x00-\x08\x0e-\x1f\x7f]/.test(start)) return false;
  const others = start.replace(/[\x00-\x7f]/g, "").length;
  return others > 0 && others <= start.length / 10 && textOf(bytesOf(head)) === undefined;
}

function bytesOf(head: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(head, (character) => character.charCodeAt(0));
}

/**
 * Whether some bytes are .fvecs: before each vector of float32 stands how many numbers it has.
 *
 * @param head The first bytes, a character each.
 * @returns Whether two vectors are there, and are so.
 */
export function isFvecs(head: string): boolean {
  const bytes = bytesOf(head);
  if (bytes.length < 8) return false;
  const view = new DataView(bytes.buffer);
  const dim = view.getInt32(0, true), next = 4 + 4 * dim;
  return dim > 0 && next + 4 <= bytes.length && view.getInt32(next, true) === dim &&
    likelyRawFormat(bytes.subarray(4, next)) === "f32";
}
