import { RankMeError } from "../../errors.ts";
import { checkChoice, type ChosenColumns, originOf } from "../columns.ts";
import type { RowOptions } from "../format_reader.ts";
import type { RowBlock } from "../row_block.ts";
import {
  checkSameKeys,
  countKeys,
  isObject,
  JsonColumns,
  type JsonObject,
  numberIn,
  valueAt,
} from "./json_columns.ts";
import { jsonValue } from "./json_value.ts";
import { RowBlocks } from "./row_blocks.ts";
import type { TextReader } from "./text_feeder.ts";
import { shapeOf } from "./vectors.ts";

/** A row that waits for the columns to be known. */
interface WaitingRow {
  readonly object: JsonObject;
  readonly line: number;
}

/**
 * Rows that wait for a key whose values were all null so far, and how long their text may be; after
 * that it is taken for null.
 */
const MOST_WAITING = 100, MOST_WAITING_LENGTH = 1 << 20;

/** Takes the rows out of JSON Lines. */
export class JsonLineRows implements TextReader {
  line = 1;
  readonly #options: RowOptions;
  readonly #columns = new JsonColumns();
  #waiting: WaitingRow[] = [];
  #waitingLength = 0;
  #chosen: ChosenColumns | undefined;
  /** As many keys as the first rows had at most. */
  #keys = 0;
  /** Set as soon as it is known what a row is: an object or an array. */
  #blocks: RowBlocks | undefined;

  /**
   * @param options Which columns.
   * @throws {RankMeError} `usage`, when both one column and several are asked for.
   */
  constructor(options: RowOptions) {
    checkChoice(options);
    this.#options = options;
  }

  /** Reads some lines. */
  *read(text: string, isEnd: boolean): Generator<RowBlock, string> {
    for (let start = 0; start < text.length; this.line++) {
      const newline = text.indexOf("\n", start);
      const end = newline < 0 ? text.length : newline;
      const line = text.slice(start, end);
      if (line.trim() !== "") this.#placing(() => this.#take(line, newline < 0));
      yield* this.#taken();
      start = end + 1;
    }
    if (isEnd) {
      if (this.#waiting.length > 0) this.#choose();
      this.#blocks?.finish();
      yield* this.#taken();
    }
    return "";
  }

  #take(line: string, isCut: boolean): void {
    const value = jsonValue(line, isCut);
    if (Array.isArray(value)) this.#takeArray(value);
    else if (isObject(value)) this.#takeObject(value, line.length);
    else throw new RankMeError("format", `${describe(value)} where a row should be`, ROW_ADVICE);
  }

  #takeArray(array: readonly unknown[]): void {
    const { column, columns } = this.#options;
    if (column !== undefined || columns !== undefined) {
      throw new RankMeError("column", "the rows are arrays, which have no named columns", {
        advice: "leave out --column and --columns",
      });
    }
    if (this.#chosen || this.#waiting.length > 0) throw mixedRows("an array", "objects");
    this.#blocks ??= new RowBlocks({});
    this.#add(array, "this row");
  }

  #takeObject(object: JsonObject, length: number): void {
    if (this.#chosen) return this.#takeChosen(object, this.#chosen);
    if (this.#blocks) throw mixedRows("an object", "arrays");
    this.#columns.learn(object);
    this.#waiting.push({ object, line: this.line });
    this.#waitingLength += length;
    const isEnough = this.#waiting.length >= MOST_WAITING ||
      this.#waitingLength > MOST_WAITING_LENGTH;
    if (isEnough || this.#columns.areKnown && this.#canChoose()) this.#choose();
  }

  /** Whether the columns can be chosen now; if not, a key may be missing that comes later. */
  #canChoose(): boolean {
    try {
      this.#columns.choose(this.#options);
      return true;
    } catch {
      return false;
    }
  }

  #choose(): void {
    const chosen = this.#columns.choose(this.#options);
    this.#chosen = chosen;
    this.#blocks = new RowBlocks(originOf(chosen));
    this.#keys = Math.max(...this.#waiting.map(({ object }) => countKeys(object)));
    for (const { object, line } of this.#waiting) {
      this.#placing(() => this.#takeChosen(object, chosen, line), line);
    }
    this.#waiting = [];
  }

  #takeChosen(object: JsonObject, chosen: ChosenColumns, line = this.line): void {
    if (chosen.kind === "vectors") {
      const value = valueAt(object, chosen.name);
      if (value === null || value === undefined) return this.#blocks!.addNull(line);
      if (Array.isArray(value)) return this.#add(value, `column "${chosen.name}"`, line);
      throw notNumber(value, `column "${chosen.name}"`);
    }
    if (countKeys(object) > this.#keys) checkSameKeys(object, chosen, this.#options);
    this.#add(chosen.names.map((name) => valueAt(object, name)), `column "${chosen.name}"`, line);
  }

  #add(elements: readonly unknown[], where: string, line = this.line): void {
    let hasNull = false;
    // Numbers only, as nearly every row is, need no copy.
    if (!elements.every((element) => typeof element === "number")) {
      elements = elements.map((element, index) => {
        const number = numberIn(element);
        if (number === undefined) throw notVector(elements, index, where);
        hasNull ||= number === null;
        return number ?? NaN;
      });
    }
    if (hasNull) this.#blocks!.addNull(line);
    else this.#blocks!.add(elements as readonly number[], line);
  }

  *#taken(): Generator<RowBlock> {
    const full = this.#blocks?.full ?? [];
    while (full.length > 0) yield full.shift()!;
  }

  /** Takes a row; errors say where it is. */
  #placing(take: () => void, line = this.line): void {
    try {
      take();
    } catch (error) {
      if (!(error instanceof RankMeError)) throw error;
      const row = this.#blocks?.rows ?? this.#waiting.length;
      throw error.code === "column" ? error.at({ line }) : error.at({ line, row });
    }
  }
}

const ROW_ADVICE = {
  advice: "each line is to be an object with a vector under a key, or a vector",
};

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `an array of shape ${shapeOf(value)}`;
  const text = JSON.stringify(value);
  return text.length > 32 ? `${text.slice(0, 32)}…` : text;
}

function mixedRows(found: string, earlier: string): RankMeError {
  return new RankMeError("corrupt", `${found} where earlier rows are ${earlier}`, ROW_ADVICE);
}

function notNumber(value: unknown, where: string): RankMeError {
  return new RankMeError("corrupt", `${describe(value)} in ${where}`, {
    advice: "numbers are needed",
  });
}

function notVector(elements: readonly unknown[], index: number, where: string): RankMeError {
  const element = elements[index];
  if (Array.isArray(element)) {
    return new RankMeError("unsupported", `${describe(elements)} in ${where}`, {
      advice:
        "one vector per row is needed: pool or flatten them first; of an array of all rows, " +
        "jq -c '.[]' makes lines",
    });
  }
  if (isObject(element)) {
    return new RankMeError("format", `an array of objects in ${where}`, {
      advice: "one row per line is needed, as jq -c '.[]' makes them",
    });
  }
  return notNumber(element, where);
}
