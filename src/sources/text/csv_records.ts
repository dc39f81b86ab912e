// @ts-types="./papaparse.d.ts"
import Papa from "papaparse";

/** A record of a CSV text. */
export interface CsvRecord {
  /** Its fields, unquoted. */
  readonly cells: string[];
  /** Where it ends in the text, its newline included. */
  readonly end: number;
}

/** What a text of records holds. */
export interface CsvRecords {
  readonly records: readonly CsvRecord[];
  /** Whether the record after those has a quote that cannot be. */
  readonly isMalformed: boolean;
}

/**
 * Reads the records of a text with quotes in it (RFC 4180).
 *
 * @param text The text, its lines ended by newlines without carriage returns.
 * @param delimiter What separates the fields.
 * @param isEnd Whether no more text follows; if it does, a record that may go on is left out.
 * @returns The records.
 */
export function readRecords(text: string, delimiter: string, isEnd: boolean): CsvRecords {
  const records: CsvRecord[] = [];
  let malformed = 0;
  const parser = new Papa.Parser({
    delimiter,
    newline: "\n",
    step({ data, errors, meta }) {
      malformed += errors.length;
      if (malformed === 0) records.push({ cells: data[0], end: meta.cursor });
    },
  });
  const { errors } = parser.parse(text, 0, !isEnd);
  return { records, isMalformed: malformed + errors.length > 0 };
}
