/** So many bytes are waited for, where there are as many. */
export const SNIFF_BYTES = 64;
/** So many are looked at, where they come along with the others. */
export const MOST_SNIFFED = 512;

/**
 * Bytes as characters of as many codes: byte 0xff is "\xff".
 *
 * @param bytes Some bytes.
 * @returns As many characters.
 */
export function latin1Of(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, MOST_SNIFFED));
}

/**
 * First bytes as text, if that is what they are: UTF-8 without control characters.
 *
 * @param head The first bytes; no more than {@linkcode SNIFF_BYTES} of them are looked at.
 * @returns The text.
 */
export function textOf(head: Uint8Array): string | undefined {
  let text;
  try {
    // The last character may be cut.
    text = new TextDecoder("utf-8", { fatal: true })
      .decode(head.subarray(0, SNIFF_BYTES), { stream: true });
  } catch {
    return undefined;
  }
  // deno-lint-ignore no-control-regex
  return /[\x00-\x08\x0e-\x1f\x7f]/.test(text) ? undefined : text;
}

/** No magic number goes on as text for so long. */
const LONG = 12;

/**
 * Whether first bytes are text, and more than may stand at the beginning of something else.
 *
 * @param head The first bytes.
 * @returns Whether they are.
 */
export function isLongText(head: Uint8Array): boolean {
  return head.length >= LONG && textOf(head) !== undefined;
}
