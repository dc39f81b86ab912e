import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import Papa from "papaparse";
import { csvTable, markdownTable, type Table, textTable } from "../../src/report/table.ts";

const TABLE: Table = {
  heads: ["name", "rows", "RankMe"],
  rows: [["a.arrow", "25,600", "31.65"], ["b", "9", ""]],
  texts: 1,
};

Deno.test("a table for a terminal has words on the left and numbers on the right", () => {
  assertEquals(textTable(TABLE).split("\n"), [
    "name       rows  RankMe",
    "a.arrow  25,600   31.65",
    "b             9",
    "",
  ]);
});

Deno.test("a heading wider than its numbers makes the column as wide", () => {
  assertEquals(textTable({ heads: ["a", "bcd"], rows: [["10", "1"]] }), " a  bcd\n10    1\n");
});

Deno.test("colours dim the heading and change no word", () => {
  const [heading, ...rest] = textTable(TABLE, { color: true }).split("\n");
  assertEquals(heading, "\x1b[2mname       rows  RankMe\x1b[0m");
  assertEquals(rest, textTable(TABLE).split("\n").slice(1));
});

Deno.test("accents take no place of their own, and control characters are not let through", () => {
  const rows = [["e\u0301t\u00e9", "1"], ["\x1b[31m\n", "2"]];
  assertEquals(textTable({ heads: ["name", "n"], rows, texts: 1 }).split("\n"), [
    "name    n",
    "e\u0301t\u00e9     1",
    "\ufffd[31m\ufffd  2",
    "",
  ]);
});

Deno.test("a table without rows is its heading", () => {
  assertEquals(textTable({ heads: ["a", "b"], rows: [] }), "a  b\n");
  assertEquals(markdownTable({ heads: ["a", "b"], rows: [] }), "|   a |   b |\n| --: | --: |\n");
  assertEquals(csvTable({ heads: ["a", "b"], rows: [] }), "a,b\n");
});

Deno.test("a Markdown table says which columns stand on the right", () => {
  assertEquals(markdownTable(TABLE).split("\n"), [
    "| name    |   rows | RankMe |",
    "| ------- | -----: | -----: |",
    "| a.arrow | 25,600 |  31.65 |",
    "| b       |      9 |        |",
    "",
  ]);
});

Deno.test("what would be markup in a Markdown cell is escaped, a backslash before a bar as well", () => {
  const cell = (text: string) => markdownTable({ heads: [""], rows: [[text]] }).split("\n")[2];
  assertEquals(cell("a|b"), "| a\\|b |");
  assertEquals(cell("a\\|b"), "| a\\\\\\|b |");
  assertEquals(cell("<b>`*"), "| \\<b>\\`\\* |");
  assertEquals(cell("a\r\nb"), "| a\ufffd\ufffdb |");
});

Deno.test("CSV quotes commas, quotes and line breaks, and nothing else", () => {
  const cells = ["plain text", "a,b", 'say "a"', "two\nlines", "cr\r", "", " 31.65"];
  assertEquals(
    csvTable({ heads: cells.map(String), rows: [] }),
    'plain text,"a,b","say ""a""","two\nlines","cr\r",, 31.65\n',
  );
});

Deno.test("another program's parser reads the CSV back, whatever is in the cells", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", "\r", " ", ";", "\t", "é") });
  const cells = fc.tuple(cell, cell, cell);
  fc.assert(fc.property(cells, fc.array(cells), (heads, rows) => {
    const { data, errors } = Papa.parse<string[]>(csvTable({ heads, rows }), {
      delimiter: ",",
      newline: "\n",
    });
    assertEquals(errors, []);
    assertEquals(data, [...[heads, ...rows].map((row) => [...row]), [""]]);
  }));
});

Deno.test("CSV makes text of a formula, and leaves numbers alone", () => {
  const written = (cell: string) => csvTable({ heads: [cell], rows: [] }).trimEnd();
  for (const sign of ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"]) {
    for (const before of ["", " ", "\t", "\ufeff", "\0"]) {
      assertEquals(written(`${before}${sign}SUM(A1)`), `'${before}${sign}SUM(A1)`);
    }
  }
  assertEquals(written("=A1,B1"), `"'=A1,B1"`);
  assertEquals(written("\r=A1"), `"'\r=A1"`);
  for (const sum of ["-1+2", "+1-A1", "-", "-e5"]) assertEquals(written(sum), `'${sum}`);
  for (const number of ["-0.5", "+3", "-1e-7", "-.5", "1e+300", "−0.5", "≈", "a=b"]) {
    assertEquals(written(number), number);
  }
});

Deno.test("a cell for a person is shown up to 200 characters; CSV has all of them", () => {
  const cell = "x".repeat(10_000);
  const table = { heads: ["name"], rows: [[cell]], texts: 1 };
  const shown = `${"x".repeat(100)}…${"x".repeat(99)}`;
  assertEquals(textTable(table).split("\n")[1], shown);
  assertEquals(markdownTable(table).split("\n")[2], `| ${shown} |`);
  assertEquals(csvTable(table).split("\n")[1], cell);
});

Deno.test("every line ends, none with blanks", () => {
  for (const text of [textTable(TABLE), markdownTable(TABLE), csvTable(TABLE)]) {
    assert(text.endsWith("\n"));
    assert(!/[ \t]\n/.test(text));
  }
});
