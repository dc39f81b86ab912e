import { NotJson, parseJson } from "../parse_json.ts";
import { RankMeError } from "../errors.ts";
import { latePackage } from "../platform/late_package.ts";

/** What a manifest can be written in. */
export type ManifestFormat = "csv" | "json" | "yaml";

/** Every {@linkcode ManifestFormat}. */
export const MANIFEST_FORMATS: readonly ManifestFormat[] = ["csv", "json", "yaml"];

/** One entry of a manifest, before its columns mean anything. */
export interface ManifestRecord {
  /** Where it stands: `line 3` of a text, `entry 2` of a list; both count from 1. */
  readonly entry: string;
  /** What it says, by column; undefined where a cell is empty. */
  readonly cells: ReadonlyMap<string, unknown>;
}

/** The entries of a manifest. */
export interface ManifestRecords {
  /** The columns, in the order in which they first appear. */
  readonly columns: readonly string[];
  /** The entries, in order. */
  readonly records: readonly ManifestRecord[];
}

const EXTENSIONS: Readonly<Record<string, ManifestFormat>> = {
  csv: "csv",
  tsv: "csv",
  json: "json",
  jsonl: "json",
  ndjson: "json",
  yaml: "yaml",
  yml: "yaml",
};

/**
 * Reads the entries of a manifest.
 *
 * @param text The manifest.
 * @param name What messages call it; its extension says what it is written in.
 * @param format What it is written in. Default: as its name says, or else as it looks.
 * @returns The entries.
 * @throws {RankMeError} `corrupt`, for what is not of that format; `empty`, when there is no entry.
 */
export async function readManifestRecords(
  text: string,
  name: string,
  format?: ManifestFormat,
): Promise<ManifestRecords> {
  const body = text.replace(/^\ufeff/, "");
  const extension = /\.(\w+)$/.exec(name)?.[1].toLowerCase() ?? "";
  const known = format ?? EXTENSIONS[extension] ?? looksLike(body);
  const records = known === "csv"
    ? await csvRecords(body, name)
    : known === "json"
    ? jsonRecords(body, name)
    : await yamlRecords(body, name);
  if (records.length === 0) {
    throw new RankMeError("empty", "a manifest without one run", { place: { input: name } });
  }
  return { columns: [...new Set(records.flatMap(({ cells }) => [...cells.keys()]))], records };
}

function looksLike(text: string): ManifestFormat {
  const [start = ""] = /^[^\S\n]*[^\s#][^\n]*/m.exec(text) ?? [];
  if (/^\s*[[{]/.test(start)) return "json";
  return /^\s*(- |-$|---|[\w"']+:(\s|$))/.test(start) ? "yaml" : "csv";
}

/** Lines of cells, the first of which names the columns. */
async function csvRecords(text: string, name: string): Promise<ManifestRecord[]> {
  const { readRecords } = await import("../sources/text/csv_records.ts");
  const lines = text.replaceAll(/\r\n?/g, "\n");
  const { records, isMalformed } = readRecords(lines, delimiterOf(lines), true);
  if (isMalformed) {
    throw corrupt(name, "a quote that is not closed, or text after one", {
      line: 1 + newlines(lines.slice(0, records.at(-1)?.end ?? 0)),
    });
  }
  let start = 0, line = 1;
  const rows = records.map(({ cells, end }) => {
    const row = { line, cells: cells.map((cell) => cell.trim()) };
    line += newlines(lines.slice(start, end));
    start = end;
    return row;
  }).filter(({ cells }) => cells.some((cell) => cell !== ""));
  const [heading, ...runs] = rows;
  if (heading) checkHeading(heading.cells, name, heading.line);
  return runs.map(({ line, cells }) => {
    if (cells.length !== heading.cells.length) {
      throw corrupt(name, `${cells.length} cells under ${heading.cells.length} columns`, { line });
    }
    return {
      entry: `line ${line}`,
      cells: new Map(heading.cells.map((column, index) => [column, cells[index] || undefined])),
    };
  });
}

function checkHeading(columns: readonly string[], name: string, line: number): void {
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) throw corrupt(name, `two columns are called "${twice}"`, { line });
  const nameless = columns.indexOf("");
  if (nameless < 0) return;
  throw corrupt(
    name,
    `column ${nameless + 1} has no name`,
    { line },
    "the first line names columns",
  );
}

/** What separates the names of the columns: a comma, unless there is none. */
function delimiterOf(text: string): string {
  const heading = text.trimStart().split("\n", 1)[0];
  return [",", "\t", ";"].find((delimiter) => heading.includes(delimiter)) ?? ",";
}

function newlines(text: string): number {
  return text.split("\n").length - 1;
}

/** An array of objects, an object that holds one as `runs`, or an object per line. */
function jsonRecords(text: string, name: string): ManifestRecord[] {
  try {
    return listRecords(parseJson(text), name);
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    const lines = text.split("\n");
    if (!lines[0].trim().endsWith("}")) throw notJson(name, error, text);
    return lines.flatMap((line, index) => {
      if (line.trim() === "") return [];
      try {
        return [recordOf(parseJson(line), `line ${index + 1}`, name)];
      } catch (error) {
        throw error instanceof NotJson ? notJson(name, error, line, index + 1) : error;
      }
    });
  }
}

function notJson(name: string, cause: NotJson, text: string, line?: number): RankMeError {
  const advice = /\b(NaN|Infinity)\b/.test(text) ? "JSON has no NaN: write null" : undefined;
  return corrupt(name, `not JSON (${cause.message})`, { line }, advice, cause);
}

async function yamlRecords(text: string, name: string): Promise<ManifestRecord[]> {
  const { CORE_SCHEMA, load, YAMLException } = await latePackage("js-yaml");
  try {
    return listRecords(load(text, { schema: CORE_SCHEMA }), name);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const line = error.mark === undefined ? undefined : error.mark.line + 1;
    throw corrupt(name, `not YAML (${error.reason})`, { line }, undefined, error);
  }
}

function listRecords(value: unknown, name: string): ManifestRecord[] {
  const list = isObject(value) && Object.keys(value).length === 1 && "runs" in value
    ? value.runs
    : value;
  // One object on one line is JSON Lines of one run.
  if (isObject(list)) return [recordOf(list, "entry 1", name)];
  if (!Array.isArray(list)) {
    throw corrupt(name, "not a list of runs", {}, "each run is an object of columns and values");
  }
  return list.map((item, index) => recordOf(item, `entry ${index + 1}`, name));
}

/** Groups of columns, as in `hyperparameters: {lr: 0.1}`, are taken apart; what each names begins so. */
const GROUPS: Readonly<Record<string, string>> = {
  hyperparameters: "",
  metrics: "",
  accuracy: "accuracy_",
  accuracies: "accuracy_",
};

function recordOf(item: unknown, entry: string, name: string): ManifestRecord {
  if (!isObject(item)) {
    throw corrupt(`${name}: ${entry}`, "not an object of columns and values");
  }
  const cells = new Map<string, unknown>();
  for (
    const [column, value] of Object.entries(item).flatMap(([name, one]) => ungrouped(name, one))
  ) {
    if (cells.has(column)) throw corrupt(`${name}: ${entry}`, `"${column}" is given twice`);
    if (typeof value === "object" && value !== null) {
      throw corrupt(
        `${name}: ${entry}`,
        `"${column}" is ${Array.isArray(value) ? "a list" : "an object"}`,
        {},
        `a number or a text is wanted; only ${Object.keys(GROUPS).join(", ")} may hold others`,
      );
    }
    cells.set(column, value === null || value === "" ? undefined : value);
  }
  return { entry, cells };
}

function ungrouped(column: string, value: unknown): (readonly [string, unknown])[] {
  if (!isObject(value) || !Object.hasOwn(GROUPS, column)) return [[column, value]];
  const prefix = GROUPS[column];
  return Object.entries(value).map(([inner, one]) => [
    inner.startsWith(prefix) ? inner : prefix + inner,
    one,
  ]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function corrupt(
  input: string,
  what: string,
  place: { readonly line?: number } = {},
  advice?: string,
  cause?: unknown,
): RankMeError {
  return new RankMeError("corrupt", what, { place: { input, ...place }, advice, cause });
}
