import {
  assert,
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertLessOrEqual,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { RankMeError } from "../../../src/errors.ts";
import { csvReader, tsvReader } from "../../../src/sources/text/csv.ts";
import { CsvRows } from "../../../src/sources/text/csv_rows.ts";
import { delimiterOf, headerPlace } from "../../../src/sources/text/csv_header.ts";
import {
  CsvEmbeddingStream,
  type CsvEmbeddingStreamOptions,
} from "../../../src/sources/text/csv_embedding_stream.ts";
import { ending, flipEveryBit, inLittleMemory, randomBytes } from "../hostile.ts";
import {
  chunked,
  concatenated,
  DIM,
  expectedRow,
  expectedRows,
  readAsItComes,
  ROWS,
  rowsOf,
} from "../inputs.ts";
import {
  csvRows,
  fixture,
  readerOf,
  readFixture,
  type ReadOptions,
  refusal,
  utf8,
} from "./texts.ts";

const SKIP = { nonFinite: "skip" } as const;
const THIRDS = expectedRows().map((row) => row.map((number) => number / 3));

/** Fixtures that are read, how, and what comes of them if not all rows do. */
const FIXTURES: readonly (readonly [name: string, options?: ReadOptions, rows?: number[][]])[] = [
  ["pandas.csv"],
  ["pandas-no-index.csv"],
  ["pandas-no-header.csv"],
  ["pandas.tsv"],
  ["pandas-semicolons.csv"],
  ["pandas-format.csv"],
  ["pandas-quoted.csv"],
  ["pandas-bom.csv"],
  ["pandas-lists.csv"],
  ["pandas-lists.tsv"],
  ["pandas-nulls.csv", SKIP, expectedRows(0, ROWS, [2, 7])],
  ["thirds.csv", {}, THIRDS],
  ["thirds.txt", {}, THIRDS],
  ["polars.csv"],
  ["polars-nulls.csv", SKIP, expectedRows(0, ROWS, [2, 7])],
  ["duckdb.csv"],
  ["duckdb-no-header.csv"],
  ["duckdb-lists.csv"],
  ["duckdb-nulls.csv", SKIP, expectedRows(0, ROWS, [2, 7])],
  ["savetxt.txt"],
  ["savetxt.csv"],
  ["savetxt-format.csv"],
  ["savetxt-header.txt"],
  ["savetxt-names.csv"],
  ["savetxt-id.csv", { columns: ["dim_*"] }],
  ["python.csv"],
  ["python-quoted.csv"],
  ["postgres.csv", { column: "vector" }],
  ["postgres.csv", { column: "array" }],
  ["postgres.tsv", SKIP, expectedRows(0, ROWS, [2, 7])],
  ["postgres-array.tsv"],
];

for (const [name, options = {}, rows = expectedRows()] of FIXTURES) {
  Deno.test(`${name} is read to the last bit, in chunks of any size ${JSON.stringify(options)}`, () => {
    for (const size of [1, 2, 7, 65536]) {
      const read = readFixture(name, options, [size]);
      assertEquals(read.rows, rows);
      assertEquals(read.skippedRows, ROWS - rows.length);
      assertInstanceOf(read.batches[0].data, Float64Array);
    }
  });
}

Deno.test("what TSV is, CSV finds out", () => {
  for (const name of ["pandas.tsv", "pandas-lists.tsv", "postgres-array.tsv"]) {
    assertEquals(readAsItComes(csvReader, fixture(name)).rows, expectedRows());
  }
});

Deno.test("without its newline the last row is read all the same", () => {
  for (const [name, options = {}, rows = expectedRows()] of FIXTURES) {
    const bytes = fixture(name);
    const end = bytes.at(-2) === 0x0d ? -2 : -1;
    assertEquals(readAsItComes(readerOf(name), bytes.subarray(0, end), options).rows, rows);
  }
});

Deno.test("lines may end in carriage returns and newlines, one way or the other, or be blank", () => {
  const expected = [[1, 2], [3, 4]];
  for (const text of ["1,2\r\n3,4\r\n", "1,2\n3,4\r\n", "\n1,2\n\n  \n3,4\n\n", "\r\n1,2\r\n3,4"]) {
    assertEquals(csvRows(text), expected, JSON.stringify(text));
    // Quotes are read another way.
    assertEquals(csvRows(text.replace("4", '"4"')), expected, JSON.stringify(text));
  }
  assertEquals(csvRows('x,emb\r\na,"[1,2]"\n"b\r\nc","[3,4]"\r\n'), expected);
});

Deno.test("quotes in a field, doubled or in its middle, are text", () => {
  const rows = ['"a ""b"" c"', 'a "b" c', '"a, b"', '"a\n\n""b"', '""'].map((word) =>
    `${word},[1]`
  );
  const text = `word,emb\n${rows.join("\n")}\n`;
  assertEquals(csvRows(text), Array(5).fill([1]));
});

Deno.test("with and without quotes a text is read alike", () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  const matrix = fc.integer({ min: 2, max: 5 }).chain((dim) =>
    fc.array(fc.array(number, { minLength: dim, maxLength: dim }), { minLength: 1, maxLength: 8 })
  );
  const delimiters = fc.constantFrom(",", "\t", ";", "|", " ");
  fc.assert(fc.property(matrix, delimiters, fc.boolean(), (matrix, delimiter, hasHeader) => {
    const header = matrix[0].map((_, i) => `dim_${i}`);
    const rows: (string | number)[][] = hasHeader ? [header, ...matrix] : matrix;
    const text = rows.map((row) => row.join(delimiter)).join("\n");
    const quoted = rows.map((row) => row.map((cell) => `"${cell}"`).join(delimiter)).join("\n");
    const options = { header: hasHeader, rowNumbers: "take" } as const;
    const expected = matrix.map((row) => row.map((number) => number === 0 ? 0 : number));
    const zeroes = (rows: number[][]) => rows.map((row) => row.map((n) => n === 0 ? 0 : n));
    assertEquals(zeroes(csvRows(text, options)), expected);
    assertEquals(zeroes(csvRows(quoted, options)), expected);
  }));
});

// --- Header ---

Deno.test("a first row names the columns where it looks like it", () => {
  const cases: readonly (readonly [first: string, place: "row" | "none" | "refused"])[] = [
    ["dim_0,dim_1", "row"],
    ["x,y", "row"],
    ["embedding", "row"],
    ["0,1", "row"],
    [" 0, 1", "row"],
    [",0,1", "row"],
    [",0", "row"],
    [",x,y", "row"],
    ["0", "none"],
    ["0,2", "none"],
    ["1,0", "none"],
    ["1,2", "none"],
    ["0.0,1.0", "none"],
    ["00,01", "none"],
    ["0.5,1", "none"],
    ["nan,0.5", "none"],
    ["0.5,", "none"],
    ["NULL,0.5", "none"],
    ["\\N", "none"],
    ["x;[1,2]", "none"],
    ["x;{1,2};3", "none"],
    ["x,0.5", "refused"],
    ["x,1", "refused"],
    ["0,x", "refused"],
    ["NULL,x", "refused"],
    [",0,2", "refused"],
    [",0.5,1", "refused"],
  ];
  for (const [first, place] of cases) {
    const cells = first.split(first.includes(";") ? ";" : ",");
    if (place === "refused") {
      const error = refusal(() => headerPlace(cells, undefined, undefined));
      assertEquals(error.code, "column");
      assertStringIncludes(error.message, "the first row could be names or numbers: ");
    } else {
      assertEquals(headerPlace(cells, undefined, undefined), place, first);
    }
    assertEquals(headerPlace(cells, undefined, true), "row");
    assertEquals(headerPlace(cells, undefined, false), "none");
  }
});

Deno.test("a header is no row, and a row no header, whatever the user says of it", () => {
  const text = "0,1\n0.5,1\n";
  assertEquals(csvRows(text, { header: true }), [[0.5, 1]]);
  assertEquals(csvRows(text, { header: false }), [[0, 1], [0.5, 1]]);
  assertEquals(csvRows("1,2\n0.5,1\n", { header: true }), [[0.5, 1]]);
  assertEquals(
    refusal(() => csvRows("a,0.5\nb,1\n")).message,
    'line 1: the first row could be names or numbers: "a", "0.5"; pass --header if it names the ' +
      "columns; if it does not, and its numbers are the dimensions, pass --no-header --columns 1",
  );
});

Deno.test("a word or a truth value beside numbers is asked about with what reads either", () => {
  const numbers = (dim: number) => Array.from({ length: dim }, (_, i) => i + 0.5);
  const cases: [first: string, dim: number][] = [
    [`n0,${numbers(8)}`, 8],
    [`${numbers(3)},true`, 3],
    [`x,${numbers(2)},y`, 2],
    [`word,${numbers(30)}`, 30],
  ];
  for (const [first, dim] of cases) {
    const text = `${first}\n${first}\n`;
    const { advice = "" } = refusal(() => csvRows(text));
    const [, columns] = /--header if .* --no-header --columns '?([^']*)'?$/.exec(advice)!;
    const options = { header: false, columns: columns.split(",") };
    const [row, ...others] = csvRows(text, options);
    assertEquals(row.toSorted((a, b) => a - b), numbers(dim));
    assertEquals(others.length, 1);
  }
  // A whole number may be an identifier, and of so many columns no pattern takes some.
  for (const first of [`n0,7,${numbers(3)}`, `n0,true,${numbers(30)}`]) {
    const { advice = "" } = refusal(() => csvRows(`${first}\n`));
    assertStringIncludes(
      advice,
      "pass --no-header, and name the dimensions with --columns, from 0",
    );
  }
});

Deno.test("ascending whole numbers over fractions may be the names of some columns", () => {
  for (const second of ["0.5,1,2", "1,2,3e-1", '"-.5",1,2']) {
    const error = refusal(() => csvRows(`\n0,2,5\n${second}\n`));
    assertEquals(error.code, "column");
    assertStringIncludes(
      error.message,
      'line 2: the first row could be names or numbers: "0", "2"',
    );
    assertEquals(csvRows(`0,2,5\n${second}\n`, { header: false }).length, 2);
  }
  assertEquals(csvRows("0,2,5\n3,4,5\n0.5,1,2\n"), [[0, 2, 5], [3, 4, 5], [0.5, 1, 2]]);
  assertEquals(csvRows("0,2,5"), [[0, 2, 5]]);
  assertEquals(csvRows("0,5,2\n0.5,1,2\n").length, 2);
});

Deno.test("comments before the first row are passed by, and name the columns if they count them", () => {
  assertEquals(csvRows("# a\n\n#b\n1 2\n"), [[1, 2]]);
  assertEquals(csvRows("# made by hand, once\nemb\n[1,2]\n"), [[1, 2]]);
  assertEquals(csvRows("# a,b\nid,emb\n7,[1]\n"), [[1]]);
  const named = refusal(() => csvRows("# id,dim_0,dim_1\n7,1,2\n"));
  assertStringIncludes(named.message, "--columns 'dim_*'");
  assertEquals(csvRows("# id,dim_0,dim_1\n7,1,2\n", { columns: ["dim_*"] }), [[1, 2]]);
  assertEquals(csvRows("# id,dim_0,dim_1\n7,1,2\n", { header: false }), [[7, 1, 2]]);
  // A hashtag, or a row that was taken out: nobody can tell.
  for (const text of ["#x\t[1]\ny\t[2]\n", "#1,2\n3,4\n"]) {
    const error = refusal(() => csvRows(text));
    assertEquals(error.code, "column");
    assertStringIncludes(error.message, "line 2: a line with a # before the first row could be a");
  }
  assertEquals(refusal(() => csvRows("1,2\n# end\n")).code, "corrupt");
});

Deno.test("the delimiter is what the first line has outside of quotes and brackets", () => {
  const cases: readonly (readonly [line: string, delimiter: string])[] = [
    ["a,b", ","],
    ["a\tb", "\t"],
    ["a, b\tc", "\t"],
    ["a;b", ";"],
    ["a|b", "|"],
    ["1.5 2.5", " "],
    ["a b,c", ","],
    ['"a,b";c', ";"],
    ["[1,2]\t[3,4]", "\t"],
    ["{1,2};{3 4}", ";"],
    ["embedding", "\0"],
    ["[1, 2]", "\0"],
    ["", "\0"],
  ];
  for (const [line, delimiter] of cases) assertEquals(delimiterOf(line), delimiter, line);
  assertEquals(csvRows("embedding\n[1, 2]\n[3, 4]\n"), [[1, 2], [3, 4]]);
  assertEquals(csvRows("  1   2 \n 3 4\n"), [[1, 2], [3, 4]]);
  assertEquals(csvRows('"a" "b" "c"\n"x" "[1]" 2\n', { column: "b" }), [[1]]);
});

// --- Columns ---

/** Texts of which no columns can be taken, and why. */
const NO_COLUMNS: readonly (readonly [text: string, options: ReadOptions, message: string])[] = [
  [
    "id,dim_0,dim_1\n7,1,2\n",
    {},
    "no column holds lists of numbers, but there are columns of numbers: id (numeric), dim_0 " +
    "(numeric), dim_1 (numeric); if each is one dimension, name them: --columns 'dim_*'",
  ],
  [
    "id,0,1\n7,1,2\n",
    { header: true },
    "0 (numeric), 1 (numeric); if each is one dimension, name them: --columns '0*,1*'",
  ],
  [
    "x,y\n1,2\n",
    {},
    "x (numeric), y (numeric); name each that is a dimension: --columns NAME,NAME",
  ],
  ["dim_0\n1\n", {}, "dim_0 (numeric); name each that is a dimension: --columns NAME,NAME"],
  [
    "a,b\nx,y\n",
    {},
    "no column holds embeddings; there are: a (text), b (text); a column of arrays is needed, such " +
    "as [0.1, 0.2] or {0.1,0.2}",
  ],
  ["a;b\n[1,2];{3,4}\n", {}, "several columns could be embeddings: a (array), b (array); choose"],
  ["a;b\n[1,2];3\n", { column: "b" }, 'column "b" is numeric; a column of arrays is needed'],
  ["a;b\n[1,2];3\n", { column: "c" }, 'there is no column "c"; there are: a (array), b (numeric)'],
  [
    "a;b\n[1,2];3\n",
    { columns: ["*"] },
    'column "a" is array; each of --columns must be of numbers',
  ],
  ["a;a\n[1,2];[3,4]\n", { column: "a" }, '2 columns are named "a"'],
  ["x0,x0\n1,2\n", { columns: ["x*"] }, 'several columns are named "x0"; give each a name of its'],
  [",a\n0,1\n", { columns: ["*"] }, 'column "" is an index'],
  ["Unnamed: 0,a\n0,1\n", { columns: ["*"] }, 'column "Unnamed: 0" is an index'],
  [
    "a,1,2\nb,3,4\n",
    { header: false },
    "column 0 is text, others are numeric; name the dimensions",
  ],
  ["e\n[0.1 0.2 0.3]\n", {}, 'column "e" holds a NumPy array as it prints itself; that is rounded'],
  ["e\n[[1,2],[3,4]]\n", {}, 'column "e" holds an array of shape (2, 2); one vector per row is'],
];

for (const [text, options, message] of NO_COLUMNS) {
  Deno.test(`of ${JSON.stringify(text)} ${JSON.stringify(options)} no columns are taken`, () => {
    const error = refusal(() => csvRows(text, options));
    assert(["column", "unsupported"].includes(error.code));
    assertStringIncludes(error.message, message);
  });
}

Deno.test("the embeddings are the one column of arrays, or all of numbers that count", () => {
  const both: [string, ReadOptions?][] = [
    ["id;emb;score\n7;[1,2];9\n"],
    ["label,dim_0,dim_1\nx,1,2\n"],
    ["emb1,emb2\n1,2\n"],
    ["001,002\n1,2\n", { header: true }],
    ["dim_1,dim_0\n2,1\n"],
    ["y,x,id\n2,1,7\n", { columns: ["x", "y"] }],
    ["a;emb;emb\nx;y;[1,2]\n"],
    ["Unnamed: 0,0,1\n9,1,2\n", { header: true }],
    ["7,1,2\n", { columns: ["1", "2"] }],
  ];
  for (const [text, options] of both) assertEquals(csvRows(text, options), [[1, 2]], text);
  assertEquals(csvRows("5\n6\n7\n"), [[5], [6], [7]]);
  for (const text of ["x;[1,2.5]\n", "7;[1,2.5]\n"]) assertEquals(csvRows(text), [[1, 2.5]]);
});

Deno.test("a column whose first values are missing is told by the first that is there", () => {
  const text = "id;note;emb\n0;;\n1;;NULL\n2;;[1,2]\n3;x;[3,4]\n";
  assertEquals(csvRows(text, SKIP), [[1, 2], [3, 4]]);
  const error = refusal(() => csvRows(text));
  assertEquals(
    error.message,
    'line 2, row 0: a null in column "emb"; pass --non-finite skip to ' +
      "leave such rows out",
  );
  const many = `emb;x\n${";\n".repeat(99)}`;
  assertEquals(csvRows(`${many}[1,2];3\n`, SKIP), [[1, 2]]);
  // After a hundred it is taken for empty.
  assertStringIncludes(refusal(() => csvRows(`${many};\n[1,2];3\n`)).message, "emb (empty)");
});

Deno.test("rows that wait for their columns wait for no more than a megabyte", () => {
  const long = "x".repeat(1 << 20);
  const error = refusal(() => csvRows(`emb;text\n;${long}\n;${long}\n[1];y\n`));
  assertStringIncludes(error.message, "emb (empty), text (text)");
});

Deno.test("a delimiter is one character, and none that numbers, arrays or quotes have", () => {
  const stream = (delimiter: string) => new CsvEmbeddingStream({ delimiter });
  for (
    const delimiter of ["", ",,", '"', ".", "-", "+", "e", "0", "[", "}", "\n", "\r", "#", "\\"]
  ) {
    assertEquals(refusal(() => stream(delimiter)).code, "usage", delimiter);
  }
  for (const delimiter of [",", "\t", ";", ":", "|", " ", "/"]) stream(delimiter);
  assertThrows(() => new CsvEmbeddingStream({ column: "a", columns: ["b"] }), RankMeError);
});

// --- What is no CSV ---

/** Texts that are refused, and what is said of them. */
const HOSTILE: readonly (readonly [text: string, code: string, message: string])[] = [
  ["", "empty", "no bytes at all"],
  [
    "x0,x1\n1,2\n3\n",
    "corrupt",
    "line 3, row 1: 1 fields where the first line has 2; a field with",
  ],
  ["x0,x1\n1,2\n3,4,5\n", "corrupt", "line 3, row 1: 3 fields where the first line has 2"],
  ["x0,x1\n1\n", "corrupt", "line 2, row 0: 1 fields where the first line has 2"],
  ["1,2\n3,4\n5,6,7\n", "corrupt", "line 3, row 2: 3 fields where the first line has 2"],
  ['x0,x1\n"1",2\n"3"\n', "corrupt", "line 3, row 1: 1 fields where the first line has 2"],
  [
    "x0,x1\n1,2\n3",
    "truncated",
    "line 3, row 1: 1 fields where the first line has 2, in a last line",
  ],
  [
    "id,emb\n1,[0.1,0.2]\n",
    "corrupt",
    "line 2, row 0: 3 fields where the first line has 2; a field",
  ],
  ["x0,x1\n1,2\n3,x\n", "corrupt", 'line 3, row 1: "x" in column "x1"; a decimal number is needed'],
  ["x0,x1\n1,2\n3,0x1F\n", "corrupt", '"0x1F" in column "x1"'],
  ["x0,x1\n1,2\n3,1_000\n", "corrupt", '"1_000" in column "x1"'],
  ['x0,x1\n1,2\n3,"1,5"\n', "corrupt", '"1,5" in column "x1"'],
  ["x0,x1\n1,2\n3,[4]\n", "corrupt", '"[4]" in column "x1"'],
  ["x0,x1\n1,2\n\n\n3,NULL\n", "null", "line 5, row 1: a null in column"],
  ["x0,x1\n1,2\n3,\n", "null", "line 3, row 1: a null in column"],
  ["x0,x1\n1,2\n3,nan\n", "non-finite", 'line 3, row 1: NaN in column "x1"; pass'],
  ['x0,x1\n1,2\n"3","-inf"\n', "non-finite", 'line 3, row 1: -Infinity in column "x1"'],
  ["x0,x1\n1,2\n3,1e999\n", "non-finite", 'Infinity in column "x1"'],
  [
    "emb;x\n[1,2];3\n[1,2,3];3\n",
    "dimension",
    "line 3, row 1: an embedding of 3 dimensions where earl",
  ],
  ["e;x\n[1,2];3\n[];3\n", "dimension", "line 3, row 1: an embedding of "],
  ["e;x\n[];3\n", "dimension", "line 2, row 0: an embedding of no dimensions"],
  ["emb;x\n[1,2];3\n[1,nan];3\n", "non-finite", 'line 3, row 1: NaN in column "emb" (dimension 1)'],
  ["emb;x\n[1,2];3\n[1,NULL];3\n", "null", 'line 3, row 1: a null in column "emb"'],
  [
    "e;x\n[1,2];3\n7;3\n",
    "corrupt",
    'line 3, row 1: "7" in column "e"; an array of numbers is nee',
  ],
  [
    "e;x\n[1,2];3\n[1 2];3\n",
    "corrupt",
    "line 3, row 1: a NumPy array as it prints itself in colu",
  ],
  ["e;x\n[1,2];3\n[[1,2]];3\n", "corrupt", "line 3, row 1: an array of shape (1, 2) in column"],
  ['e,x\n"[1,2]",3\n"[1,2],3\n', "truncated", "line 3: a quote in this row is not closed"],
  ['e,x\n"[1,2]",3\n"[1,2]"y,3\n1,2\n', "corrupt", "line 3: text follows the closing quote of a"],
  ['w,x0,x1\n"a\nb\n",1,2\n"c\n",1,2\nd,1\n', "corrupt", "line 7, row 2: 2 fields where the first"],
  ["x0,x1\n1,2\n\0,4\n", "corrupt", "line 3: this line has a NUL byte"],
];

for (const [text, code, message] of HOSTILE) {
  Deno.test(`${JSON.stringify(text)} is refused as ${code}, with its place`, () => {
    for (const size of [1, 3, 65536]) {
      const error = refusal(() => readAsItComes(csvReader, utf8(text), {}, [size]));
      assertStringIncludes(error.message, message);
      assertEquals(error.code, code);
    }
  });
}

Deno.test("arrays as NumPy prints them are refused, with the way to write lists", () => {
  for (const name of ["pandas-arrays.csv", "pandas-long-arrays.csv", "pandas-scalars.csv"]) {
    const error = refusal(() => readFixture(name));
    assertEquals(error.code, "unsupported");
    assertStringIncludes(
      error.message,
      'column "embedding" holds a NumPy array as it prints itself',
    );
    assertStringIncludes(error.message, "df['emb'].map(lambda v: np.asarray(v).tolist())");
  }
});

Deno.test("an identifier that np.savetxt wrote beside the dimensions is none of them", () => {
  assertStringIncludes(refusal(() => readFixture("savetxt-id.csv")).message, "id (numeric), dim_0");
});

Deno.test("a text with a header and no rows has none", () => {
  for (const text of ["a,b\n", "a,b", "# a\n", "\n\n", "\ufeff"]) assertEquals(csvRows(text), []);
});

Deno.test("cut in an array or between fields a text ends in an error, else in rows before it", async () => {
  for (const name of ["pandas-lists.csv", "duckdb-lists.csv", "postgres-array.tsv"]) {
    const bytes = fixture(name);
    let counts = { errors: 0, rows: 0 };
    // In a first line without a newline nobody knows how many fields there should be.
    for (let length = bytes.indexOf(0x0a) + 1; length < bytes.length; length++) {
      const read = () => readAsItComes(readerOf(name), bytes.subarray(0, length));
      const end = await ending(() => Promise.resolve().then(read));
      if (end instanceof RankMeError) {
        assert(["empty", "truncated", "column", "null"].includes(end.code), `${length}: ${end}`);
        counts = { ...counts, errors: counts.errors + 1 };
      } else {
        assertEquals(end.rows, expectedRows(0, end.rows.length), `${name} cut at ${length}`);
        counts = { ...counts, rows: counts.rows + 1 };
      }
    }
    // Between rows nobody can tell: with and without a newline, and in the header.
    assertLessOrEqual(counts.rows, 2 * ROWS + 2);
    assertGreater(counts.errors, 150);
  }
});

Deno.test("cut in its last number a row of numbers is read with what there is of it", async () => {
  for (const name of ["pandas.csv", "savetxt.txt", "polars.csv"]) {
    const bytes = fixture(name);
    // In a first row without a newline nobody knows how many numbers there should be.
    for (let length = bytes.indexOf(0x0a) + 1; length < bytes.length; length++) {
      const read = () => readAsItComes(readerOf(name), bytes.subarray(0, length));
      const end = await ending(() => Promise.resolve().then(read));
      if (end instanceof RankMeError) continue;
      const last = Math.max(end.rows.length - 1, 0);
      const cut = end.rows.at(-1)?.slice(0, DIM - 1) ?? [];
      assertEquals(end.rows.slice(0, last), expectedRows(0, last), `${name} cut at ${length}`);
      assertEquals(cut, end.rows.length > 0 ? expectedRow(last).slice(0, DIM - 1) : []);
    }
  }
});

Deno.test("a flipped bit makes an error, or one other number", async () => {
  for (const name of ["pandas.csv", "python-quoted.csv", "postgres-array.tsv", "savetxt.csv"]) {
    const read = (bytes: Uint8Array<ArrayBuffer>) =>
      Promise.resolve().then(() => readAsItComes(readerOf(name), bytes));
    const flips = await flipEveryBit(fixture(name), read, expectedRows());
    assertGreater(flips.errors, flips.harmless);
  }
});

Deno.test("noise is refused, in little memory", async () => {
  await inLittleMemory(async () => {
    for (let seed = 1; seed <= 50; seed++) {
      const noise = randomBytes(seed, 4096);
      const parts = [noise, concatenated(utf8("x0,x1\n1,2\n"), noise)];
      for (const bytes of parts) {
        const read = () => readAsItComes(csvReader, bytes);
        assertInstanceOf(await ending(() => Promise.resolve().then(read)), RankMeError);
      }
    }
  });
});

// --- Blocks and streams ---

Deno.test("rows come in blocks of a megabyte, with their lines, and are not written to again", () => {
  const dim = 100, rows = 4000;
  const line = (row: number) => Array.from({ length: dim }, (_, i) => row + i / 8).join(",");
  const text = Array.from({ length: rows }, (_, row) => `${line(row)}\n`).join("");
  const parser = csvReader.parse!({});
  const blocks = [...parser.push(utf8(text)), ...parser.finish()];
  assertEquals(blocks.map((block) => block.rows), [1310, 1310, 1310, 70]);
  for (const block of blocks) assertLessOrEqual(block.data.byteLength, 1 << 20);
  const all = blocks.flatMap((block) =>
    Array.from(
      { length: block.rows },
      (_, row) => [block.data[row * dim], block.placeOf!(row).line],
    )
  );
  assertEquals(all, Array.from({ length: rows }, (_, row) => [row, row + 1]));
});

Deno.test("a stage reads CSV, counts what it skips, and fails with the line", async () => {
  const read = async (text: string, options?: CsvEmbeddingStreamOptions) => {
    const stage = new CsvEmbeddingStream(options);
    const batches = await Array.fromAsync(chunked(utf8(text), [5]).pipeThrough(stage));
    return { rows: rowsOf(batches), skippedRows: stage.skippedRows };
  };
  const text = "a:emb\nx:[1,2]\ny:NULL\nz:[3,nan]\n";
  const read1 = await read(text, { delimiter: ":", nonFinite: "skip" });
  assertEquals(read1, { rows: [[1, 2]], skippedRows: 2 });
  const error = await read(text, { delimiter: ":" }).catch((error) => error);
  assertInstanceOf(error, RankMeError);
  assertStringIncludes(error.message, "line 3, row 1: a null");
});

Deno.test("TSV is separated by tabs only", () => {
  const text = "a, b\temb\nx;y\t[1,2]\n";
  assertEquals(readAsItComes(tsvReader, utf8(text)).rows, [[1, 2]]);
});

Deno.test("a field of bits is no number, with a header and without, and says how it would be read", () => {
  for (const bits of ["000000", "0101", "10010110"]) {
    for (const text of [`0\t${bits}\n1\t${bits}\n`, `id\tbits\n0\t${bits}\n1\t${bits}\n`]) {
      const error = refusal(() => csvRows(text));
      assertEquals(error.code, "column");
      assertStringIncludes(error.message, "bit string");
    }
  }
});

Deno.test("a first row that counts is asked about, unless it plainly names columns", () => {
  const counted = (dim: number, first = 0) => Array.from({ length: dim }, (_, i) => first + i);
  for (
    const text of [
      "0,1\n1,4\n2,0\n",
      "0,1,2\n3,4,5\n",
      "0,1\n0.5,-1.25\n2.5,0.3\n",
      "0 1 2\n0.5 1.25 -2e-3\n",
      "0,1,2,3,4\n5,1.25,3,4.5,1\n",
      // A missing number, and not the name of an index.
      ",0,1\n0.5,1.25,-0.75\n",
      `${counted(20)}\n${counted(20, 20)}\n`,
    ]
  ) {
    const { message } = refusal(() => csvRows(text));
    assertStringIncludes(message, "line 1: the first row could be names or numbers", text);
    assertStringIncludes(message, "--header if it names the columns, --no-header if it does not");
    const rows = text.trim().split("\n");
    assertEquals(csvRows(text, { header: true }).length, rows.length - 1);
    const all = csvRows(text, { header: false, nonFinite: "skip" });
    assertEquals(all.length, rows.filter((row) => !row.startsWith(",")).length);
  }
});

Deno.test("a first row that counts names columns where who wrote the rows would not have written it", () => {
  const counted = (dim: number) => Array.from({ length: dim }, (_, i) => i);
  // Only zeros at the end tell it of so few.
  assertEquals(csvRows("0,1\n0.5,1.0\n2.5,0.0\n"), [[0.5, 1], [2.5, 0]]);
  assertEquals(csvRows("0,1\n0.50,1.25\n"), [[0.5, 1.25]]);
  assertEquals(csvRows("0,1,2,3\n0.5,1.25,,2\n1.5,1,2,3\n", SKIP), [[1.5, 1, 2, 3]]);
  assertEquals(csvRows(`${counted(16)}\n${counted(16).fill(7)}\n`), [counted(16).fill(7)]);
  assertEquals(csvRows(",0,1\n0,1.25,-0.75\n1,2.5,3.5\n"), [[1.25, -0.75], [2.5, 3.5]]);
  assertEquals(csvRows('0;1\na;"[1,2]"\n', { column: "1" }), [[1, 2]]);
});

/** Rows of codes, and two numbers before each. */
function withCodes(codes: readonly string[], header = ""): string {
  return header + codes.map((code, i) => `0.${i + 1},${code}\n`).join("");
}

Deno.test("a few digits of zeros and ones are bits where all rows have as many, and differ", () => {
  const codes = ["101", "110", "100", "111", "101", "100", "110", "111", "100"];
  const { message, code } = refusal(() => csvRows(withCodes(codes)));
  assertEquals(code, "column");
  assertStringIncludes(message, "column 1 is a bit string, others are numeric; write its bits");
  // Of a file of three rows, too; of two rows nobody can tell.
  assertStringIncludes(refusal(() => csvRows(withCodes(codes.slice(0, 3)))).message, "bit string");
  assertEquals(csvRows(withCodes(codes.slice(0, 2))).length, 2);
  // A zero before others tells it at once, in whichever row.
  assertStringIncludes(refusal(() => csvRows(withCodes(["101", "011"]))).message, "bit string");
  const named = withCodes(codes, "x0,x1\n");
  assertStringIncludes(refusal(() => csvRows(named)).message, "x1 (a bit string); write");
  // Who names it means numbers.
  assertEquals(csvRows(named, { columns: ["x0", "x1"] })[1], [0.2, 110]);
});

Deno.test("numbers that are of zeros and ones now and then are numbers", () => {
  const others = ["100", "101", "100", "99", "110", "100", "111", "100", "101", "100"];
  assertEquals(csvRows(withCodes(others)).length, 10);
  assertEquals(csvRows(withCodes(["101", "110.5", "100", "111", "110"])).length, 5);
  assertEquals(csvRows(withCodes(["101", "1000", "100", "111", "110"])).length, 5);
  assertEquals(csvRows(withCodes(Array(200).fill("100"))).length, 200);
  // Zero and one by themselves are dimensions of what is binary.
  assertEquals(csvRows("1,0,1\n0,1,0\n1,1,1\n0,0,1\n").length, 4);
});

Deno.test("a column that was empty so far keeps no row waiting, and is refused if it could be meant", () => {
  const reader = new CsvRows({});
  const given = [...reader.read("note;emb\n;[1,2.5]\n;[3,4.5]\n", false), ...reader.early()];
  assertEquals(given.map(({ rows }) => rows), [2]);
  const empty = ";[1,2.5]\n".repeat(98), text = `note;emb\n${empty}`;
  assertEquals(csvRows(`${text}a;[3,4]\n`).length, 99);
  assertEquals(
    refusal(() => csvRows(`${text}[5,6];[3,4]\n`)).message,
    "line 100: several columns could be embeddings: note (array), emb (array); choose one with " +
      "--column NAME",
  );
  assertEquals(csvRows(`${text}[5,6];[3,4]\n`, { column: "emb" }).length, 99);
  // Of a pattern it may be one that is asked for.
  const wide = "layer1;layer2\n;[1,2]\n[3,4];[5,6]\n";
  assertEquals(csvRows(wide, { column: "layer*", nonFinite: "skip" }), [[3, 4, 5, 6]]);
});

Deno.test("what Excel is told of the delimiter is no row, and is followed", () => {
  for (const told of ["sep=;\n", '"sep=;"\r\n', "SEP=;\n"]) {
    assertEquals(csvRows(`${told}x0;x1\n0.5;1\n2;3.5\n`), [[0.5, 1], [2, 3.5]]);
  }
  // Against what it looks like: a vector without brackets around it is none.
  assertEquals(csvRows('sep=|\nemb;|x\n[1,2]|"a;b"\n'), [[1, 2]]);
  assertEquals(csvRows("sep=;\nx0,x1\n1.5,2\n", { delimiter: "," } as ReadOptions), [[1.5, 2]]);
});

Deno.test("decimal commas are named with the line that makes points of them", () => {
  const line = "write points: tr , . < FILE | rankme";
  for (
    const [text, options] of [
      ["V1;V2\n0,5;1,25\n3;4,5\n"],
      ["V1;V2\n0,5;1,25\n3;4,5\n", { columns: ["V*"] }],
      // The first could be between thousands, but for others of its row or its column.
      ["V1;V2\n1,234;0,567\n0,2;1,5\n", { columns: ["V*"] }],
      ["V1;V2\n1,234;2,345\n-1,111;3,25\n", { columns: ["V*"] }],
      ["0,5;1,25\n3;4,5\n"],
      ["0,5\t1,25\n3\t4,5\n"],
      ["0,5 1,25\n3 4,5\n"],
      ["-0,5;12\n3;4,5\n"],
      // Found out in a later row only.
      ["V1;V2\n1;2\n0,5;1,25\n"],
      ["sep=;\nV1;V2\n0,5;1,25\n"],
    ] as const
  ) {
    assertStringIncludes(refusal(() => csvRows(text, options)).message, line, text);
    const points = text.replaceAll(",", ".");
    assertEquals(csvRows(points, options).length, 2 - Number(text.startsWith("sep")));
  }
  const between = refusal(() => csvRows('"0,5","1,25"\n"3,5","4,5"\n')).message;
  assertStringIncludes(
    between,
    String.raw`sed 's/"\([^",]*\),\([^",]*\)"/"\1.\2"/g' FILE | rankme`,
  );
  // A comma may stand between thousands, where a point would make another number of it.
  assertEquals(refusal(() => csvRows("V1;V2\n1,234;5\n")).message.includes("tr , ."), false);
});

Deno.test("ClickHouse's line of types under the names is no row", () => {
  const text = "id\temb\nUInt64\tArray(Float32)\n0\t[0.5,1]\n1\t[2,3.5]\n";
  assertEquals(csvRows(text), [[0.5, 1], [2, 3.5]]);
  const csv = '"id","key","emb"\n"UInt64","LowCardinality(String)","Array(Nullable(Float64))"\n';
  assertEquals(csvRows(`${csv}0,"a","[0.5,1]"\n`), [[0.5, 1]]);
  assertEquals(csvRows("x0,x1\nFloat32,Float64\n0.5,1\n"), [[0.5, 1]]);
  // Under no names it is one like others.
  assertStringIncludes(
    refusal(() => csvRows("Float32,String\n0.5,a\n", { header: false })).message,
    "no column holds embeddings",
  );
});

Deno.test("base64 of numbers in a field is named, and goes before a few numbers beside it", () => {
  const base64 = btoa(String.fromCharCode(
    ...new Uint8Array(Float32Array.of(0.5, -1.25, 2, 3, 0.125, 1).buffer),
  ));
  assertStringIncludes(
    refusal(() => csvRows(`id,emb\n1,${base64}\n`)).message,
    'column "emb" holds base64 of 6 float32 numbers; write arrays, as np.frombuffer(',
  );
  const beside = `stats;embedding\n[0.5,1.5];${base64}\n`;
  assertStringIncludes(refusal(() => csvRows(beside)).message, '"stats" is beside "embedding"');
  assertEquals(csvRows(beside, { column: "stats" }), [[0.5, 1.5]]);
});
