import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { RankMeError } from "../../../src/errors.ts";
import type { RowBlock } from "../../../src/sources/row_block.ts";
import { CsvRows } from "../../../src/sources/text/csv_rows.ts";
import { JsonLineRows } from "../../../src/sources/text/json_line_rows.ts";
import type { TextReader } from "../../../src/sources/text/text_feeder.ts";
import { UsableRows } from "../../../src/sources/usable_rows.ts";

/** What comes of lines that are read at once, or with a pause after each: rows, or the error's code. */
function read(reader: TextReader, lines: readonly string[], pauses: boolean): string {
  const usable = new UsableRows({ nonFinite: "skip", rowNumbers: "take" });
  const rows: number[] = [];
  const take = (blocks: Iterable<RowBlock>) => {
    for (const block of blocks) rows.push(...usable.take(block)?.data ?? []);
  };
  try {
    if (!pauses) take(reader.read(lines.join(""), true));
    else {
      for (const line of lines) {
        take(reader.read(line, false));
        take(reader.early());
      }
      take(reader.read("", true));
    }
  } catch (error) {
    if (error instanceof RankMeError) return error.code;
    throw error;
  }
  return JSON.stringify([rows, usable.skippedRows]);
}

const VALUES = fc.constantFrom<unknown>(null, null, 1.5, "a", [0.5, 2], [1.5, -3], [1, 2.5]);

Deno.test("with pauses after each row and without, JSON Lines are read alike", () => {
  const row = fc.record({ emb: VALUES, note: VALUES, x0: VALUES, x1: VALUES }, {
    requiredKeys: ["emb"],
  });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), (rows) => {
      const lines = rows.map((one) => `${JSON.stringify(one)}\n`);
      for (const options of [{}, { column: "emb" }, { column: "*" }, { columns: ["x*"] }]) {
        const [at, paused] = [false, true].map((pauses) =>
          read(new JsonLineRows(options), lines, pauses)
        );
        assertEquals(paused, at);
      }
    }),
    { numRuns: 2000, seed: 13 },
  );
});

Deno.test("with pauses after each row and without, CSV is read alike", () => {
  const cell = fc.constantFrom("", "", "1.5", "0", "101", "110", "a", "[0.5,2]", "[1,2.5]");
  const rows = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(rows, fc.constantFrom("", "emb;x0;x1\n", "0;1;2\n"), (cells, header) => {
      const lines = [...header ? [header] : [], ...cells.map((row) => `${row.join(";")}\n`)];
      for (const options of [{}, { column: "emb" }, { columns: ["x*"] }]) {
        const [at, paused] = [false, true].map((pauses) =>
          read(new CsvRows(options), lines, pauses)
        );
        assertEquals(paused, at);
      }
    }),
    { numRuns: 2000, seed: 13 },
  );
});
