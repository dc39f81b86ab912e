import type { RankMeError } from "../errors.ts";
import { corruptData } from "./corrupt.ts";

/** A match is at least this long. */
const MIN_MATCH = 4;
/** A token's 4 bits of a length, which go on in further bytes when all are set. */
const LONG = 15;
/** No byte of a block stands for more bytes than this. */
export const MAX_LZ4_RATIO = 255;
/** Copies of fewer bytes than this are faster byte by byte. */
const SHORT_COPY = 24;

/** Where in the output a block goes. */
export interface BlockPlace {
  /** The first byte that may be copied from. */
  readonly window?: number;
  /** Where the block begins. */
  readonly filled?: number;
  /** Where it must end at the latest. */
  readonly end?: number;
}

/**
 * Decompresses one LZ4 block: a row of sequences of a token, literals, and a match, which the last one
 * has not. What npm has for this writes past the end in silence or does not say how much it wrote.
 *
 * @param block The block.
 * @param out Where its bytes go.
 * @param place Where in there. Default: at its beginning, and as far as there is room.
 * @returns Where they end.
 * @throws {RankMeError} `corrupt`, when it leads outside of its bytes or of its place.
 */
export function decompressLz4Block(
  block: Uint8Array,
  out: Uint8Array,
  { window = 0, filled = 0, end = out.length }: BlockPlace = {},
): number {
  const { length } = block;
  let at = 0;
  while (at < length) {
    const token = block[at++];
    let literals = token >> 4;
    if (literals === LONG) {
      let more = 255;
      while (more === 255 && at < length) literals += more = block[at++];
    }
    if (literals > length - at || literals > end - filled) throw brokenBlock();
    if (literals < SHORT_COPY) {
      for (const last = at + literals; at < last;) out[filled++] = block[at++];
    } else {
      out.set(block.subarray(at, at + literals), filled);
      at += literals;
      filled += literals;
    }
    if (at === length) return filled;
    if (length - at < 2) throw brokenBlock();
    const distance = block[at] | block[at + 1] << 8;
    at += 2;
    let matched = token & LONG;
    if (matched === LONG) {
      let more = 255;
      while (more === 255 && at < length) matched += more = block[at++];
    }
    matched += MIN_MATCH;
    if (distance === 0 || distance > filled - window || matched > end - filled) throw brokenBlock();
    if (matched < SHORT_COPY || matched > distance) {
      // What is copied may be what was copied just now.
      for (const last = filled + matched; filled < last; filled++) {
        out[filled] = out[filled - distance];
      }
    } else {
      out.copyWithin(filled, filled - distance, filled - distance + matched);
      filled += matched;
    }
  }
  // The last sequence has no match.
  throw brokenBlock();
}

function brokenBlock(): RankMeError {
  return corruptData("LZ4 data", "a block that leads outside of its bytes");
}
