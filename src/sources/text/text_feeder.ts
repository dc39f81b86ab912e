import { formatBytes, RankMeError } from "../../errors.ts";
import type { ByteParser } from "../bytes/byte_parser.ts";
import type { RowBlock } from "../row_block.ts";

/** Takes rows out of text, some lines at a time. */
export interface TextReader {
  /** The number of the first line that is still to be read, from 1. */
  readonly line: number;
  /**
   * Reads some lines.
   *
   * @param text Whole lines, and before them what was not read of those before.
   * @param isEnd Whether no more follow; only then may the last have no newline.
   * @returns What is not read yet, as it needs more lines.
   */
  read(text: string, isEnd: boolean): Generator<RowBlock, string>;
  /**
   * Gives out the rows that wait for others to fill a block.
   *
   * @returns The rows.
   */
  early(): Iterable<RowBlock>;
}

/** A line, or a field with newlines in it, that is longer is not believed to be one. */
const MAX_LENGTH = 64 << 20;

/** About as many bytes of lines are read at once. */
const LINES_LENGTH = 256 << 10;

const NEWLINE = 0x0a;

/** Feeds bytes as they come to a {@linkcode TextReader}, as lines of UTF-8. */
export class TextFeeder implements ByteParser<RowBlock> {
  readonly room = new Uint8Array(0);
  readonly #reader: TextReader;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  /** The beginning of a line whose end has not come. */
  #partial = new Uint8Array(0);
  #partialLength = 0;
  #isBegun = false;
  #text = "";
  /** As long as the text is to be before it is read again. */
  #wanted = 0;

  /** @param reader What to feed. */
  constructor(reader: TextReader) {
    this.#reader = reader;
  }

  /** Takes nothing, as there is no room. */
  filled(): Iterable<RowBlock> {
    return [];
  }

  /** Takes a chunk, of which nothing is kept but copies. */
  *push(chunk: Uint8Array): Generator<RowBlock> {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    let start = 0;
    if (end > 0 && this.#partialLength > 0) {
      start = chunk.indexOf(NEWLINE) + 1;
      this.#keep(chunk.subarray(0, start));
      yield* this.#readPartial(false);
    }
    while (start < end) {
      // As many lines as are read at once, or one that is longer.
      const last = chunk.lastIndexOf(NEWLINE, Math.min(start + LINES_LENGTH, end) - 1);
      const next = 1 + (last < start ? chunk.indexOf(NEWLINE, start) : last);
      yield* this.#read(chunk.subarray(start, next), false);
      start = next;
    }
    this.#keep(chunk.subarray(end));
  }

  /** Gives out the rows that have been read. */
  early(): Iterable<RowBlock> {
    return this.#reader.early();
  }

  /**
   * Reads the last line.
   *
   * @returns The rows that were left.
   * @throws {RankMeError} `empty`, when there were no bytes at all, and what the reader throws.
   */
  *finish(): Generator<RowBlock> {
    if (!this.#isBegun && this.#partialLength === 0) {
      throw new RankMeError("empty", "no bytes at all", { advice: "did its producer fail?" });
    }
    yield* this.#readPartial(true);
  }

  *#readPartial(isEnd: boolean): Generator<RowBlock> {
    const bytes = this.#partial.subarray(0, this.#partialLength);
    this.#partialLength = 0;
    yield* this.#read(bytes, isEnd);
  }

  *#read(bytes: Uint8Array, isEnd: boolean): Generator<RowBlock> {
    if (bytes.length > MAX_LENGTH) throw this.#lineTooLong();
    this.#text += this.#decoded(bytes);
    if (!isEnd && this.#text.length < this.#wanted) return;
    this.#text = yield* this.#reader.read(this.#text, isEnd);
    if (this.#text.length > MAX_LENGTH) {
      throw tooLong("a row", this.#reader.line, "is a quote not closed?");
    }
    // Read again when there is twice as much, so that one very long row takes no time squared.
    this.#wanted = 2 * this.#text.length;
  }

  #decoded(bytes: Uint8Array): string {
    let text: string;
    try {
      text = this.#decoder.decode(bytes);
    } catch {
      throw this.#damaged(bytes, (line) => !this.#isText(line), NOT_UTF_8);
    }
    if (text.includes("\0")) throw this.#damaged(bytes, (line) => line.includes(0), HAS_NUL);
    const isFirst = !this.#isBegun && bytes.length > 0;
    this.#isBegun ||= isFirst;
    return isFirst && text.startsWith("\ufeff") ? text.slice(1) : text;
  }

  #isText(bytes: Uint8Array): boolean {
    try {
      this.#decoder.decode(bytes);
      return true;
    } catch {
      return false;
    }
  }

  #damaged(
    bytes: Uint8Array,
    isDamaged: (line: Uint8Array) => boolean,
    { what, advice }: Damage,
  ): RankMeError {
    let line = this.#reader.line + newlinesIn(this.#text);
    for (let start = 0;; line++) {
      const newline = bytes.indexOf(NEWLINE, start);
      const end = newline < 0 ? bytes.length : newline;
      if (newline < 0 || isDamaged(bytes.subarray(start, end))) break;
      start = end + 1;
    }
    return new RankMeError("corrupt", `this line ${what}`, {
      place: { line },
      advice,
    });
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#partialLength + bytes.length;
    if (length > MAX_LENGTH) throw this.#lineTooLong();
    if (length > this.#partial.length) {
      const larger = new Uint8Array(Math.max(length, 2 * this.#partial.length));
      larger.set(this.#partial.subarray(0, this.#partialLength));
      this.#partial = larger;
    }
    this.#partial.set(bytes, this.#partialLength);
    this.#partialLength = length;
  }

  #lineTooLong(): RankMeError {
    const line = this.#reader.line + newlinesIn(this.#text);
    return tooLong(
      "a line",
      line,
      "each line is to be a row; use jq -c '.[]' to split an array into lines",
    );
  }
}

/** What is wrong with a line, and what would do. */
interface Damage {
  readonly what: string;
  readonly advice: string;
}

const NOT_UTF_8: Damage = {
  what: "is not UTF-8",
  advice: "if it is Latin-1, convert it: iconv -f latin1 -t utf-8 FILE | rankme",
};
const HAS_NUL: Damage = {
  what: "has a NUL byte, which no text has",
  advice: "was its disk full, or its writer cut off? write it again as UTF-8 text",
};

function tooLong(what: string, line: number, advice: string): RankMeError {
  return new RankMeError("corrupt", `${what} of more than ${formatBytes(MAX_LENGTH)}`, {
    place: { line },
    advice,
  });
}

/**
 * How many lines end in a text.
 *
 * @param text The text.
 * @returns The number of its newlines.
 */
export function newlinesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
