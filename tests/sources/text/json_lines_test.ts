import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { RankMeError } from "../../../src/errors.ts";
import { JsonLineRows } from "../../../src/sources/text/json_line_rows.ts";
import { jsonLinesReader } from "../../../src/sources/text/json_lines.ts";
import { JsonLinesEmbeddingStream } from "../../../src/sources/text/json_lines_embedding_stream.ts";
import { ending, flipEveryBit, inLittleMemory, randomBytes } from "../hostile.ts";
import { chunked, concatenated, expectedRows, readAsItComes, ROWS, rowsOf } from "../inputs.ts";
import { fixture, jsonRows, readFixture, type ReadOptions, refusal, utf8 } from "./texts.ts";

const SKIP = { nonFinite: "skip" } as const;
const THIRDS = expectedRows().map((row) => row.map((number) => number / 3));
const BUT_TWO = expectedRows(0, ROWS, [2, 7]);

/** Fixtures that are read, how, and what comes of them if not all rows do. */
const FIXTURES: readonly (readonly [name: string, options?: ReadOptions, rows?: number[][]])[] = [
  ["pandas-lists.jsonl"],
  ["pandas.jsonl"],
  ["pandas-nulls.jsonl", SKIP, BUT_TWO],
  ["polars.jsonl"],
  ["polars-lists.jsonl"],
  ["polars-nulls.jsonl", SKIP, BUT_TWO],
  ["duckdb.jsonl"],
  ["duckdb-lists.jsonl"],
  ["duckdb-nulls.jsonl", SKIP, BUT_TWO],
  ["python.jsonl"],
  ["python-arrays.jsonl"],
  ["python-thirds.jsonl", {}, THIRDS],
  ["python-nan.jsonl", SKIP, BUT_TWO],
  ["python-nested.jsonl", { column: "output.embedding" }],
];

for (const [name, options = {}, rows = expectedRows()] of FIXTURES) {
  Deno.test(`${name} is read to the last bit, in chunks of any size`, () => {
    for (const size of [1, 2, 7, 65536]) {
      const read = readFixture(name, options, [size]);
      assertEquals(read.rows, rows);
      assertEquals(read.skippedRows, ROWS - rows.length);
    }
    const unended = fixture(name).subarray(0, -1);
    assertEquals(readAsItComes(jsonLinesReader, unended, options).rows, rows);
  });
}

Deno.test("blank lines, carriage returns, spaces and a byte order mark change nothing", () => {
  assertEquals(jsonRows("\ufeff\n[1,2]\r\n \t \n\n  [3, 4] \r\n"), [[1, 2], [3, 4]]);
});

Deno.test("objects of indices and values are sparse vectors, which no row is made of", () => {
  const sparse = '{"sparse":{"indices":[1,7],"values":[0.5,2]}';
  const advice = "write dense vectors; in Spark: vector_to_array(sparse, 'float32')";
  for (const key of ["indices", "values"]) {
    const error = refusal(() => jsonRows(`${sparse}}\n`, { column: `sparse.${key}` }));
    assertEquals(error.code, "column");
    assertStringIncludes(
      error.message,
      `column "sparse.${key}" is part of a sparse vector; ${advice}`,
    );
  }
  assertStringIncludes(refusal(() => jsonRows(`${sparse}}\n`)).message, `; ${advice}`);
  assertEquals(jsonRows(`${sparse},"dense":[1,2]}\n`), [[1, 2]]);
});

Deno.test("a key is looked for by its whole name first, then as keys in keys", () => {
  const nested = '{"a":{"b":[1,2],"c.d":{"e":[3]}},"x":[0]}\n';
  assertEquals(jsonRows(nested, { column: "a.b" }), [[1, 2]]);
  assertEquals(jsonRows(nested, { column: "a.c.d.e" }), [[3]]);
  const both = '{"a":{"b":[1,2]},"a.b":[5,6]}\n';
  assertEquals(jsonRows(both, { column: "a.b" }), [[5, 6]]);
  const last = '{"a.b":[5,6],"a":{"b":[1,2]}}\n';
  assertEquals(jsonRows(last, { column: "a.b" }), [[5, 6]]);
  assertEquals(jsonRows('{"__proto__":[1,2.5]}\n{"__proto__":[3,4]}\n'), [[1, 2.5], [3, 4]]);
  assertEquals(jsonRows('{"emb":[1]}\n{"constructor":2}\n', SKIP), [[1]]);
});

Deno.test("numbers under keys that count are one row, in that order, in any order of the keys", () => {
  assertEquals(jsonRows('{"x0":1,"x1":2}\n{"x1":4,"x0":3}\n'), [[1, 2], [3, 4]]);
  assertEquals(jsonRows('{"id":"a","v":{"0":1,"1":2}}\n'), [[1, 2]]);
  assertEquals(jsonRows('{"y":2,"x":1}\n', { columns: ["x", "y"] }), [[1, 2]]);
  // A dimension more in a later row is not passed by, in objects neither.
  for (
    const text of [
      '{"x0":1,"x1":2}\n{"x0":1,"x1":2,"x2":3}\n',
      '{"v":{"0":1,"1":2}}\n' +
      '{"v":{"0":1,"1":2,"2":3}}\n',
    ]
  ) {
    const error = refusal(() => jsonRows(text));
    assertEquals(error.code, "column");
    assertStringIncludes(error.message, "line 2: column ");
    assertStringIncludes(error.message, ", which held nothing in the first rows, could be");
  }
  // A note more is.
  assertEquals(jsonRows('{"x0":1,"x1":2}\n{"x0":3,"x1":4,"note":"a"}\n'), [[1, 2], [3, 4]]);
});

Deno.test("what is missing at first is waited for", () => {
  const text = '{"emb":null}\n{"id":3}\n{"emb":[1,2]}\n';
  assertEquals(jsonRows(text, SKIP), [[1, 2]]);
  assertEquals(
    refusal(() => jsonRows(text)).message,
    'line 1, row 0: a null in column "emb"; pass --non-finite skip to leave such rows out',
  );
  const many = '{"emb":null}\n'.repeat(99);
  assertEquals(jsonRows(`${many}{"emb":[1,2]}\n`, SKIP), [[1, 2]]);
  const error = refusal(() => jsonRows(`${many}{"emb":null}\n{"emb":[1,2]}\n`));
  assertStringIncludes(error.message, "no column holds embeddings; there are: emb (null)");
});

Deno.test("what was null so far keeps no row waiting, and is refused if it could be meant", () => {
  const line = '{"note":null,"emb":[1,2.5]}\n';
  const reader = new JsonLineRows({});
  const given = [...reader.read(line.repeat(3), false), ...reader.early()];
  assertEquals(given.map(({ rows }) => rows), [3]);
  const text = line.repeat(50);
  assertEquals(jsonRows(`${text}{"note":"a","emb":[3,4.5]}\n`).length, 51);
  assertEquals(
    refusal(() => jsonRows(`${text}{"note":[1,2.5],"emb":[3,4.5]}\n`)).message,
    "line 51: several columns could be embeddings: emb (array), note (array); choose one with " +
      "--column NAME",
  );
  // Numbers that count give way to vectors, once there are any.
  assertEquals(
    refusal(() => jsonRows('{"x0":1,"x1":2.5,"emb":null}\n{"x0":3,"x1":4.5,"emb":[1,2.5]}\n', SKIP))
      .message,
    'line 2: column "emb", which held nothing in the first rows, could be the embeddings as well ' +
      'as "x0"; say which it is with --column NAME, or name the dimensions with --columns',
  );
  // A few numbers are doubted as soon as there is what could hold more.
  const base64 = btoa(String.fromCharCode(...new Uint8Array(Float32Array.of(0.5, 1, 2, 3).buffer)));
  const few = '{"stats":[0.5,1.5],"payload":null}\n';
  assertEquals(jsonRows(few).length, 1);
  assertStringIncludes(
    refusal(() => jsonRows(`${few}{"stats":[1,2.5],"payload":"${base64}"}\n`)).message,
    '"stats" has 2 numbers beside "payload"',
  );
  // Of a pattern it may be one that is asked for.
  const wide = '{"layer1":null,"layer2":[1,2]}\n{"layer1":[3,4],"layer2":[5,6]}\n';
  assertEquals(jsonRows(wide, { column: "layer*", ...SKIP }), [[3, 4, 5, 6]]);
});

Deno.test("embeddings under another key than before are no rows without any", () => {
  const vector = [0.5, 0.25, 1.5], long = Array.from({ length: 20 }, (_, i) => i + 0.5);
  const cases: [before: unknown, after: unknown, from: string, to: string][] = [
    [{ image: vector }, { text: vector }, "image", "text"],
    [{ image: vector }, { text: long }, "image", "text"],
    [{ image: vector, text: null }, { image: null, text: vector }, "image", "text"],
    [{ a: { emb: vector } }, { b: { emb: vector } }, "a.emb", "b.emb"],
    [{ image: vector }, { text: JSON.stringify(vector) }, "image", "text"],
    [{ image: vector }, { t0: 0.5, t1: 0.25, t2: 1.5 }, "image", "t*"],
    [{ d0: 0.5, d1: 0.25 }, { e0: 0.5, e1: 0.25 }, "d*", "e*"],
  ];
  for (const [before, after, from, to] of cases) {
    const [one, other] = [before, after].map((row) => `${JSON.stringify(row)}\n`);
    // The columns are settled after some lines, and the columns of later ones are not learned.
    for (const text of [one + other, one.repeat(2000) + other]) {
      for (const options of [{}, SKIP]) {
        const { code, what, advice } = refusal(() => jsonRows(text, options));
        assertEquals(code, "column", text.slice(-200));
        assertEquals(what, `the embeddings move from column "${from}" to column "${to}"`);
        assertEquals(advice, "score what has other columns by itself");
      }
    }
  }
});

Deno.test("rows without a vector are null, whatever else they say, and also beside one that is named", () => {
  for (const other of [{}, { e: null }, { error: [1, 2, 3] }, { e: null, input_ids: [7, 8] }]) {
    // In the first lines, any list is asked about.
    const text = `${'{"e":[1.5,2]}\n'.repeat(200)}${JSON.stringify(other)}\n`;
    assertEquals(refusal(() => jsonRows(text)).code, "null");
    assertEquals(jsonRows(text, SKIP).length, 200);
  }
  const text = '{"image":[1.5,2],"text":[3,4]}\n{"text":[5,6]}\n';
  assertEquals(jsonRows(text, { ...SKIP, column: "image" }), [[1.5, 2]]);
});

Deno.test("NaN and infinities are what Python and protocol buffers write for them", () => {
  const policy = refusal(() => readFixture("python-nan.jsonl"));
  assertEquals(policy.code, "non-finite");
  assertStringIncludes(policy.message, 'line 3, row 2: NaN in column "embedding" (dimension 0)');
  const spelled = ["NaN", "-Infinity", '"NaN"', '"Infinity"', "1e999"];
  for (const number of spelled) {
    assertEquals(
      refusal(() => jsonRows(`{"t":"NaN \\" Infinity","emb":[1,${number}]}\n`)).code,
      "non-finite",
    );
  }
  for (const number of ["nan", "-NaN0", "+Infinity", "NaNNaN", '"nan"', '"1"']) {
    const error = refusal(() => jsonRows(`[1,2]\n[1,${number}]\n`));
    assertEquals(error.code, "corrupt", number);
  }
});

/** Texts that are refused, and what is said of them. */
const HOSTILE: readonly (readonly [text: string, code: string, message: string, ReadOptions?])[] = [
  ["", "empty", "no bytes at all"],
  [
    "[\n  1\n]\n",
    "format",
    "line 1, row 0: a JSON value of several lines; one row per line is needed:",
  ],
  ["{\n", "format", "use jq -c '.[]' to split an array into lines, jq -c . for objects"],
  [
    '[{"e":[1]},{"e":[2]}]',
    "format",
    "line 1, row 0: an array of objects in this row; one row per",
  ],
  [
    "[[1,2],[3,4],[5,6]]\n",
    "unsupported",
    "line 1, row 0: an array of shape (3, 2) in this row; one",
  ],
  [
    '{"e":[1]}\n{"e":[[1,2]]}\n',
    "unsupported",
    "line 2, row 1: an array of shape (1, 2) in column",
  ],
  [
    '{"e":[[1,2]]}\n',
    "column",
    "there are: e (array of shape (1, 2)); one vector per row is needed: pool or flatten",
  ],
  ['{"e":["a"]}\n', "column", "there are: e (array of others)"],
  ['{"e":[1],"f":[2]}\n', "column", "several columns could be embeddings: e (array), f (array)"],
  ['{"id":1,"x0":1,"x1":2}\n', "column", "name them: --columns 'x*'"],
  ['{"e":[1]}\n', "column", 'there is no column "f"; there are: e (array)', { column: "f" }],
  ["[1]\n", "column", "the rows are arrays, which have no named columns", { column: "e" }],
  ["1\n", "format", "line 1, row 0: 1 where a row should be; each line is to be an object with"],
  ["[1]\nnull\n", "format", "line 2, row 1: null where a row should be"],
  ["[1]\n{}\n", "corrupt", "line 2, row 1: an object where earlier rows are arrays"],
  ['{"e":[1]}\n[1]\n', "corrupt", "line 2, row 1: an array where earlier rows are objects"],
  ['{"e":[1]}\n{"e":7}\n', "corrupt", 'line 2, row 1: 7 in column "e"; numbers are needed'],
  ['{"e":[1]}\n{"e":["x"]}\n', "corrupt", 'line 2, row 1: "x" in column "e"; numbers are needed'],
  ['{"e":[1]}\n{"e":[true]}\n', "corrupt", 'line 2, row 1: true in column "e"'],
  ['{"x0":1,"x1":2}\n{"x0":1,"x1":"2"}\n', "corrupt", 'line 2, row 1: "2" in column "x*"'],
  ['{"e":[1]}\n{"e":[]}\n', "dimension", "line 2, row 1: an embedding of "],
  ['{"e":[]}\n', "dimension", "line 1, row 0: an embedding of no dimensions"],
  [
    '{"e":[1,2]}\n\n{"e":[1]}\n',
    "dimension",
    "line 3, row 1: an embedding of 1 dimensions where e",
  ],
  ['{"e":[1,null]}\n', "null", 'line 1, row 0: a null in column "e"'],
  ['{"e":[1]}\n{}\n', "null", 'line 2, row 1: a null in column "e"'],
  ["[1]\n[null]\n", "null", "line 2, row 1: a null in this row"],
  ["[1]\n[2\n", "corrupt", "line 2, row 1: this line is no JSON value"],
  ["[1]\n[2", "truncated", "line 2, row 1: the last line is not all of a JSON value"],
  ["[1] [2]\n", "corrupt", "line 1, row 0: this line is no JSON value"],
  ["{0.1,0.2}\n", "corrupt", "CSV is read with --format csv"],
  ["[1]\n[\0]\n", "corrupt", "line 2: this line has a NUL byte"],
];

for (const [text, code, message, options] of HOSTILE) {
  Deno.test(`${JSON.stringify(text)} is refused as ${code} ${JSON.stringify(options ?? {})}`, () => {
    for (const size of [1, 65536]) {
      const error = refusal(() => readAsItComes(jsonLinesReader, utf8(text), options, [size]));
      assertStringIncludes(error.message, message);
      assertEquals(error.code, code);
    }
  });
}

Deno.test("null rows before all others, however many, take no memory of numbers", async () => {
  const bytes = utf8("[null]\n".repeat(140_000) + `[${Array(2 ** 18).fill(1)}]\n[null]\n`);
  await inLittleMemory(() => {
    const { rows, skippedRows } = readAsItComes(jsonLinesReader, bytes, SKIP);
    assertEquals([rows.length, rows[0].length, skippedRows], [1, 2 ** 18, 140_001]);
    return Promise.resolve();
  });
});

Deno.test("an array of all rows in a file is refused, with the way to make lines of it", () => {
  for (const name of ["python-pretty.json", "python-one.json"]) {
    const error = refusal(() => readFixture(name));
    assertEquals(error.code, "format");
    assertStringIncludes(error.message, "jq -c '.[]'");
  }
});

Deno.test("objects in objects without end are refused, not followed", () => {
  const deep = `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}\n`;
  assertEquals(refusal(() => jsonRows(deep)).code, "column");
  assertEquals(
    refusal(() => jsonRows(`${"[".repeat(5000)}1${"]".repeat(5000)}\n`)).code,
    "unsupported",
  );
});

Deno.test("cut anywhere but between rows it is truncated", async () => {
  for (const [name, options = {}, rows = expectedRows()] of FIXTURES) {
    const bytes = fixture(name);
    for (let length = 0; length < bytes.length; length++) {
      const read = () => readAsItComes(jsonLinesReader, bytes.subarray(0, length), options);
      const end = await ending(() => Promise.resolve().then(read));
      const isBetween = bytes[length] === 0x0a || bytes[length - 1] === 0x0a;
      assertEquals(end instanceof RankMeError, !isBetween, `${name} cut at ${length}: ${end}`);
      if (end instanceof RankMeError) {
        assert(["empty", "truncated"].includes(end.code), `${name} cut at ${length}: ${end}`);
      } else {
        assertEquals(end.rows, rows.slice(0, end.rows.length));
      }
    }
  }
});

Deno.test("a flipped bit makes an error, or one other number", async () => {
  const read = (bytes: Uint8Array<ArrayBuffer>) =>
    Promise.resolve().then(() => readAsItComes(jsonLinesReader, bytes));
  for (const name of ["python-arrays.jsonl", "pandas.jsonl", "duckdb-lists.jsonl"]) {
    await flipEveryBit(fixture(name), read, expectedRows());
  }
});

Deno.test("noise is refused", async () => {
  for (let seed = 1; seed <= 50; seed++) {
    const noise = randomBytes(seed, 4096);
    for (const bytes of [noise, concatenated(utf8("[1,2]\n"), noise)]) {
      const read = () => readAsItComes(jsonLinesReader, bytes);
      assertInstanceOf(await ending(() => Promise.resolve().then(read)), RankMeError);
    }
  }
});

Deno.test("a stage reads JSON Lines and counts what it skips", async () => {
  const stage = new JsonLinesEmbeddingStream({ column: "e", nonFinite: "skip" });
  const bytes = utf8('{"e":[1,2]}\n{"e":null}\n{"e":[3,NaN]}\n{"e":[5,6]}');
  const batches = await Array.fromAsync(chunked(bytes, [7]).pipeThrough(stage));
  assertEquals(rowsOf(batches), [[1, 2], [5, 6]]);
  assertEquals(stage.skippedRows, 2);
});

// A regular expression keeps a place to go back to for each round of a group, and has room for some
// millions of them.
Deno.test("texts of many MB beside a vector are passed over, whatever they are of", () => {
  const texts = {
    base64: "A/9b".repeat(2e6),
    digits: "1".repeat(9e6),
    escapes: "\\n".repeat(8e6),
    quotes: '\\"'.repeat(8e6),
    commas: "1,".repeat(4e6),
  };
  for (const [name, text] of Object.entries(texts)) {
    const line = `{"image":"${text}","embedding":[0.5,2]}\n`;
    assertEquals(jsonRows(line), [[0.5, 2]], name);
    const error = refusal(() => jsonRows(`{"image":"${text}","embedding":[0.5,NaN]}\n`));
    assertEquals(error.code, "non-finite", name);
  }
});

Deno.test("a line that nests without end is not taken for one that was cut off", () => {
  for (const opening of ["[", '{"a":']) {
    const error = refusal(() => jsonRows(opening.repeat(1 << 20)));
    assertEquals(error.code, "unsupported");
    assertStringIncludes(error.message, "it nests more than 10000 deep; write a row as a list");
    assert(!error.message.includes("cut off"));
  }
});

Deno.test("a key that is absent at first is no other than one that is null", () => {
  for (const first of ['{"emb":[1,2.5]}\n', '{"emb":[1,2.5],"image_emb":null}\n']) {
    const text = first.repeat(5) + '{"emb":[1,2.5],"image_emb":[1,2.5,3]}\n';
    const error = refusal(() => jsonRows(text));
    assertEquals(error.code, "column");
    assertStringIncludes(error.message, "line 6: several columns could be embeddings: emb");
    assertEquals(jsonRows(text, { column: "emb" }).length, 6);
  }
});
