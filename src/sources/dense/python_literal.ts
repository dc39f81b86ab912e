/** A value that Python writes without computing it. */
export type PythonLiteral = string | number | boolean | null | PythonSequence | PythonDictionary;

/** A tuple or a list. */
export interface PythonSequence {
  /** Which of the two. */
  readonly kind: "tuple" | "list";
  /** Its items. */
  readonly items: readonly PythonLiteral[];
}

/** A dictionary whose keys are strings. */
export type PythonDictionary = ReadonlyMap<string, PythonLiteral>;

/** A string, a whole number (Python 2 wrote some with an L), a word, or one sign. */
const TOKEN = /\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|(-?\d+)L?|(\w+)|([{}()[\],:]))/y;
const WORDS: ReadonlyMap<string, PythonLiteral> = new Map([
  ["True", true],
  ["False", false],
  ["None", null],
]);
/** Deeper than any data type, and less deep than a stack. */
const MOST_DEPTH = 64;

/**
 * Reads a literal of Python: strings, whole numbers, True, False, None, tuples, lists and dictionaries.
 *
 * @param text The literal, with nothing but white space around it.
 * @returns Its value; escapes in strings stay as they are.
 * @throws {SyntaxError} When it is none.
 */
export function parsePythonLiteral(text: string): PythonLiteral {
  const literal = new LiteralReader(text);
  const value = literal.value(0);
  literal.end();
  return value;
}

class LiteralReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): PythonLiteral {
    if (depth > MOST_DEPTH) throw new SyntaxError("brackets too deep");
    const { string, number, word, sign } = this.#next();
    if (string !== undefined) return string;
    if (number !== undefined) return number;
    const known = word === undefined ? undefined : WORDS.get(word);
    if (known !== undefined) return known;
    if (sign === "{") return this.#dictionary(depth);
    if (sign === "[") return { kind: "list", items: this.#items("]", depth).items };
    if (sign === "(") {
      const { items, commas } = this.#items(")", depth);
      // Brackets around one value without a comma are no tuple.
      return items.length === 1 && commas === 0 ? items[0] : { kind: "tuple", items };
    }
    throw this.#unexpected();
  }

  end(): void {
    if (this.#text.slice(this.#at).trim() !== "") throw this.#unexpected();
  }

  #items(end: string, depth: number): { items: PythonLiteral[]; commas: number } {
    const items: PythonLiteral[] = [];
    let commas = 0;
    while (!this.#skip(end)) {
      if (commas < items.length) throw this.#unexpected();
      items.push(this.value(depth + 1));
      if (this.#skip(",")) commas++;
    }
    return { items, commas };
  }

  #dictionary(depth: number): PythonDictionary {
    const values = new Map<string, PythonLiteral>();
    for (let isOver = false; !this.#skip("}");) {
      if (isOver) throw this.#unexpected();
      const { string: key } = this.#next();
      if (key === undefined || !this.#skip(":")) throw this.#unexpected();
      if (values.has(key)) throw new SyntaxError(`"${key}" is there twice`);
      values.set(key, this.value(depth + 1));
      isOver = !this.#skip(",");
    }
    return values;
  }

  #skip(sign: string): boolean {
    const before = this.#at;
    if (this.#next().sign === sign) return true;
    this.#at = before;
    return false;
  }

  #next(): { string?: string; number?: number; word?: string; sign?: string } {
    TOKEN.lastIndex = this.#at;
    const found = TOKEN.exec(this.#text);
    if (!found) throw this.#unexpected();
    this.#at = TOKEN.lastIndex;
    const [, single, double, digits, word, sign] = found;
    const number = digits === undefined ? undefined : Number(digits);
    return { string: single ?? double, number, word, sign };
  }

  #unexpected(): SyntaxError {
    return new SyntaxError(`something unexpected before character ${this.#at}`);
  }
}
