import { RankMeError } from "../../errors.ts";
import { checkChoice, type ChosenColumns, originOf } from "../columns.ts";
import type { RowOptions } from "../format_reader.ts";
import type { RowBlock } from "../row_block.ts";
import { ChoiceByRows } from "./choice_by_rows.ts";
import { checkNotElsewhere, checkSameKeys, JsonColumns, valueAt } from "./json_columns.ts";
import { isObject, type JsonObject, jsonValue, numberIn } from "./json_value.ts";
import { noKeys, textOfNumber } from "../row_keys.ts";
import { RowBlocks } from "./row_blocks.ts";
import type { TextReader } from "./text_feeder.ts";
import { shapeOf, VectorScanner } from "./vectors.ts";
import { WideRow } from "./wide_row.ts";

/** A row that waits for the columns to be known. */
interface WaitingRow {
  readonly object: JsonObject;
  readonly line: number;
}

/** Takes the rows out of JSON Lines. */
export class JsonLineRows implements TextReader {
  line = 1;
  readonly #options: RowOptions;
  readonly #columns = new JsonColumns();
  readonly #choice: ChoiceByRows;
  #waiting: WaitingRow[] = [];
  #chosen: ChosenColumns | undefined;
  /** Set as soon as it is known what a row is: an object or an array. */
  #blocks: RowBlocks | undefined;
  /** Set when columns stand side by side. */
  #wide: WideRow | undefined;
  readonly #keyNames: readonly string[];

  /**
   * @param options Which columns.
   * @throws {RankMeError} `usage`, when both one column and several are asked for.
   */
  constructor(options: RowOptions) {
    checkChoice(options);
    this.#options = options;
    this.#choice = new ChoiceByRows(this.#columns, options);
    this.#keyNames = [...new Set(options.keys)];
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
      this.#choose(this.#choice.end());
      yield* this.early();
    }
    return "";
  }

  /** Gives out the rows that wait for others to fill a block. */
  *early(): Generator<RowBlock> {
    this.#blocks?.finish();
    yield* this.#taken();
  }

  #take(line: string, isCut: boolean): void {
    const value = jsonValue(line, isCut);
    if (Array.isArray(value)) this.#takeArray(value);
    else if (isObject(value)) this.#takeObject(value, line.length);
    else throw new RankMeError("format", `${describe(value)} where a row should be`, ROW_ADVICE);
  }

  #takeArray(array: readonly unknown[]): void {
    const { column, columns, keys = [] } = this.#options;
    if (column !== undefined || columns !== undefined || keys.length > 0) {
      throw new RankMeError("column", "the rows are arrays, which have no named columns", {
        advice: keys.length > 0
          ? `write objects with "${keys[0]}" beside the vector`
          : "leave out --column and --columns",
      });
    }
    if (this.#chosen || this.#waiting.length > 0) throw mixedRows("an array", "objects");
    this.#blocks ??= new RowBlocks({});
    this.#add(array, "this row");
  }

  #takeObject(object: JsonObject, length: number): void {
    if (this.#blocks && !this.#chosen) throw mixedRows("an object", "arrays");
    // Before it is learned from: which of the two is meant is no question where no row has both.
    this.#checkNotElsewhere(object);
    if (!this.#choice.isSettled) {
      this.#columns.learn(object);
      this.#choose(this.#choice.add(length));
    }
    if (this.#chosen) this.#takeChosen(object, this.#chosen);
    else this.#waiting.push({ object, line: this.line });
  }

  /** Takes what was chosen, and the rows that waited for it. */
  #choose(chosen: ChosenColumns | undefined): void {
    if (!chosen) return;
    const isFirst = !this.#chosen;
    this.#chosen = chosen;
    if (!isFirst) {
      this.#blocks!.origin = originOf(chosen);
      return;
    }
    this.#options.onColumns?.(chosen);
    const blocks = this.#blocks = new RowBlocks(originOf(chosen), this.#keyNames);
    if (chosen.kind === "several") this.#wide = new WideRow(chosen.names, blocks);
    for (const { object, line } of this.#waiting) {
      this.#placing(() => this.#takeChosen(object, chosen, line), line);
    }
    this.#waiting = [];
  }

  #takeChosen(object: JsonObject, chosen: ChosenColumns, line = this.line): void {
    const blocks = this.#blocks!;
    if (this.#keyNames.length > 0) {
      blocks.nextKeys = this.#keyNames.map((name) => textOfValue(valueAt(object, name), name));
    }
    if (chosen.kind === "vectors") {
      const numbers = vectorAt(object, chosen.name);
      return numbers ? blocks.add(numbers, line) : blocks.addNull(line);
    }
    if (this.#columns.hasNewKey(object)) {
      checkSameKeys(this.#columns, object, chosen, this.#options);
    }
    if (chosen.kind === "several") {
      this.#wide!.begin();
      for (const name of chosen.names) this.#wide!.add(vectorAt(object, name), line);
    } else {
      this.#add(chosen.names.map((name) => valueAt(object, name)), `column "${chosen.name}"`, line);
    }
  }

  /** Refuses embeddings elsewhere than in rows before, where nobody said which are meant. */
  #checkNotElsewhere(object: JsonObject): void {
    const { column, columns } = this.#options, chosen = this.#chosen;
    if (!chosen || column !== undefined || columns !== undefined) return;
    if (!chosen.names.every((name) => isMissing(valueAt(object, name)))) return;
    checkNotElsewhere(object, chosen, this.#blocks!.dim);
  }

  #add(elements: readonly unknown[], where: string, line = this.line): void {
    const numbers = numbersOf(elements, where);
    if (numbers) this.#blocks!.add(numbers, line);
    else this.#blocks!.addNull(line);
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

/** Vectors may be text, as those of databases are. */
const texts = new VectorScanner();

function isMissing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** The vector under a name; nothing where it is null or has a null in it. */
function vectorAt(object: JsonObject, name: string): readonly number[] | undefined {
  const value = valueAt(object, name);
  if (isMissing(value)) return undefined;
  if (Array.isArray(value)) return numbersOf(value, `column "${name}"`);
  if (typeof value === "string" && texts.read(value)) {
    return texts.hasNull ? undefined : Array.from(texts.numbers.subarray(0, texts.length));
  }
  throw notNumber(value, `column "${name}"`);
}

/** Elements as numbers; nothing where one is null. */
function numbersOf(elements: readonly unknown[], where: string): readonly number[] | undefined {
  // Numbers only, as nearly every row is, need no copy.
  if (elements.every((element) => typeof element === "number")) return elements;
  let hasNull = false;
  const numbers = elements.map((element, index) => {
    const number = numberIn(element);
    if (number === undefined) throw notVector(elements, index, where);
    hasNull ||= number === null;
    return number ?? NaN;
  });
  return hasNull ? undefined : numbers;
}

/** What a row belongs to, as text; null where it is not known, or NaN as Python writes it. */
function textOfValue(value: unknown, name: string): string | null {
  if (isMissing(value) || value === "NaN") return null;
  if (typeof value === "string" || typeof value === "boolean") return String(value);
  if (typeof value === "number") return textOfNumber(value, `column "${name}"`);
  throw noKeys(`column "${name}"`, Array.isArray(value) ? "an array" : "an object");
}

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
        "one vector per row is needed: pool or flatten them first; if this is an array of all " +
        "rows, use jq -c '.[]' to split it into lines",
    });
  }
  if (isObject(element)) {
    return new RankMeError("format", `an array of objects in ${where}`, {
      advice: "one row per line is needed: use jq -c '.[]' to split an array into lines",
    });
  }
  return notNumber(element, where);
}
