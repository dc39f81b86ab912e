import { corrupt } from "./corrupt.ts";

/** A match is at least this long. */
const MIN_MATCH = 4;

/**
 * Decompresses one LZ4 block. What npm has for this either writes past the end in silence or does not
 * say how much it wrote.
 *
 * @param input The block.
 * @param output Where its bytes go.
 * @param start Where in the output they begin; matches may reach back before it.
 * @returns Where they end.
 * @throws {RankMeError} `corrupt`, when it reads or writes outside.
 */
export function decompressLz4Block(input: Uint8Array, output: Uint8Array, start: number): number {
  let at = 0, to = start;

  function byte(): number {
    if (at >= input.length) throw corrupt("an LZ4 block that does not end");
    return input[at++];
  }

  function lengthFrom(nibble: number): number {
    let length = nibble;
    for (let more = nibble === 15; more;) {
      const next = byte();
      length += next;
      more = next === 255;
    }
    return length;
  }

  while (at < input.length) {
    const token = byte();
    const literals = lengthFrom(token >> 4);
    if (literals > input.length - at || literals > output.length - to) {
      throw corrupt(`${literals} literals in an LZ4 block`);
    }
    output.set(input.subarray(at, at += literals), to);
    to += literals;
    // The last sequence has no match.
    if (at === input.length) break;
    const offset = byte() | byte() << 8;
    const length = lengthFrom(token & 15) + MIN_MATCH;
    if (offset === 0 || offset > to || length > output.length - to) {
      throw corrupt(`a match of ${length} bytes, ${offset} back, in an LZ4 block`);
    }
    if (offset >= length) {
      output.copyWithin(to, to - offset, to - offset + length);
      to += length;
    } else {
      // What is copied is what was just written: a pattern that repeats.
      for (const end = to + length; to < end; to++) output[to] = output[to - offset];
    }
  }
  return to;
}
