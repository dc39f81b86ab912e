/**
 * Texts to read: the fixtures of other writers, and ones written here.
 *
 * @module
 */

import { assertInstanceOf } from "@std/assert";
import { RankMeError } from "../../../src/errors.ts";
import type { FormatReader, RowOptions } from "../../../src/sources/format_reader.ts";
import { csvReader, tsvReader } from "../../../src/sources/text/csv.ts";
import { jsonLinesReader } from "../../../src/sources/text/json_lines.ts";
import type { UsableRowsOptions } from "../../../src/sources/usable_rows.ts";
import { fixtureBytes, type Read, readAsItComes } from "../inputs.ts";

/** How a text is read. */
export type ReadOptions = RowOptions & UsableRowsOptions;

/** The bytes of a text. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
}

/** The bytes of a fixture. */
export function fixture(name: string): Uint8Array<ArrayBuffer> {
  return fixtureBytes(`text/${name}`);
}

/** What reads a fixture, by its name. */
export function readerOf(name: string): FormatReader {
  return /\.jsonl?$/.test(name) ? jsonLinesReader : name.endsWith(".tsv") ? tsvReader : csvReader;
}

/** Reads a fixture, in chunks of the sizes given. */
export function readFixture(name: string, options?: ReadOptions, sizes?: number[]): Read {
  return readAsItComes(readerOf(name), fixture(name), options, sizes);
}

/** The rows of a CSV text. */
export function csvRows(text: string, options?: ReadOptions): number[][] {
  return readAsItComes(csvReader, utf8(text), options).rows;
}

/** The rows of JSON Lines. */
export function jsonRows(text: string, options?: ReadOptions): number[][] {
  return readAsItComes(jsonLinesReader, utf8(text), options).rows;
}

/** The error that something ends in. */
export function refusal(read: () => unknown): RankMeError {
  try {
    read();
  } catch (error) {
    assertInstanceOf(error, RankMeError);
    return error;
  }
  throw new Error("it was not refused");
}
