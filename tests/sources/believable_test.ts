import { assertEquals, assertStringIncludes } from "@std/assert";
import { namesWhat } from "../../src/sources/column_names.ts";
import { UsableRows } from "../../src/sources/usable_rows.ts";
import { csvRows, jsonRows, refusal } from "./text/texts.ts";

/** Lines of JSON, one for each row. */
function lines(row: (i: number) => unknown, count = 4): string {
  return Array.from({ length: count }, (_, i) => `${JSON.stringify(row(i))}\n`).join("");
}

const vector = (i: number) => [0.5 + i, 0.25 * i - 1.125, i / 3 + 0.1, -0.75 * i + 0.3];

/** Base64 of the float32 numbers of a row. */
function base64(i: number): string {
  const bytes = new Uint8Array(Float32Array.from(vector(i)).buffer);
  return btoa(String.fromCharCode(...bytes));
}

Deno.test("names say what a column holds by their last word, or by a word for embeddings", () => {
  for (
    const name of [
      "input_ids",
      "bbox",
      "boxes",
      "tensor.dims",
      "attentionMask",
      "y",
      "labels",
      "probs",
    ]
  ) {
    assertEquals(namesWhat(name), "other", name);
  }
  for (
    const name of ["embedding", "id_embedding", "boxFeatures", "emb2", "embedding.values"]
  ) {
    assertEquals(namesWhat(name), "embeddings", name);
  }
  for (const name of ["stats", "tokens", "data", "arr_0", "h", "x0", ""]) {
    assertEquals(namesWhat(name), undefined);
  }
});

/** Lines of which nothing is to be taken, and what is said of them. */
const DOUBTED: readonly (readonly [row: (i: number) => unknown, message: string])[] = [
  [(i) => ({ bbox: [0.5, 2, i, 4], feature: base64(i) }), "base64 of 4 float32 numbers"],
  [(i) => ({ stats: [i / 3, 0.5], feature: base64(i) }), '"stats" is beside "feature"'],
  [
    (i) => ({ input_ids: [1, i], embedding: [vector(i)] }),
    "jq -c '.embedding[]' makes a line of each",
  ],
  [
    (i) => ({ point: [0.5, i], rows: [vector(i), vector(i)] }),
    '"point" has 2 numbers beside "rows"',
  ],
  [(i) => ({ id: i, tokens: [101, i, 102] }), '"tokens" holds whole numbers only'],
  [(i) => ({ tokens: [101, i, 102] }), '"tokens" holds whole numbers only'],
  [(i) => ({ input_ids: [101, i, 102] }), '"input_ids" is named as none are'],
  [
    (i) => ({ id: i, emb: { dims: [1, 4], data: { ...vector(i) } } }),
    "jq -c '.emb | .dims[-1] as $d | [.data[]] |",
  ],
  [(i) => ({ emb: { type: "Buffer", data: [i, 1, 2, 3] } }), "emb (Buffer of 4 bytes)"],
  [
    (i) => ({ r: { data: [{ embedding: vector(i) }] }, tokens: 8 }),
    "jq -c '.r.data[]' makes a line",
  ],
  [(i) => ({ object: "embedding", index: i, embedding: base64(i) }), "np.frombuffer(base64"],
];

for (const [row, message] of DOUBTED) {
  Deno.test(`nothing is taken of ${JSON.stringify(row(0))}`, () => {
    const error = refusal(() => jsonRows(lines(row)));
    assertEquals(error.code, "column");
    assertStringIncludes(error.message, message);
  });
}

Deno.test("one object that holds a whole table is no row", () => {
  const rows = [0, 1, 2, 3].map(vector), index = [0, 1, 2, 3];
  const table = { columns: ["id", "emb"], index, data: rows.map((row, i) => [i, row]) };
  assertStringIncludes(refusal(() => jsonRows(JSON.stringify(table))).message, "table of 4 rows");
  const flat = { data: rows.flat(), shape: [4, 4] };
  assertStringIncludes(
    refusal(() => jsonRows(JSON.stringify(flat))).message,
    "tensor of shape (4, 4)",
  );
  const named = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`a${i}`, vector(i)]));
  assertStringIncludes(
    refusal(() => jsonRows(JSON.stringify({ dictionary: named }))).message,
    "jq -c '.dictionary[]' makes a line of each",
  );
});

Deno.test("what is named is read as told, and what is plainly of embeddings without being told", () => {
  const ids = lines((i) => ({ input_ids: [1, i], embedding: [vector(i)] }));
  assertEquals(jsonRows(ids, { column: "input_ids" })[3], [1, 3]);
  // A token of a transformer is an embedding, too.
  assertEquals(jsonRows(lines((i) => ({ cls_token: vector(i) }))), [0, 1, 2, 3].map(vector));
  assertEquals(jsonRows(lines((i) => ({ data: [127, -i, 3] })))[2], [127, -2, 3]);
  const int8 = lines((i) => ({ id: i, embedding: [127, -i, 3] }));
  assertEquals(jsonRows(int8)[2], [127, -2, 3]);
  const text = lines((i) => ({ id: i, embedding: JSON.stringify(vector(i)) }));
  assertEquals(jsonRows(text), [0, 1, 2, 3].map(vector));
});

Deno.test("keys of JSON Lines count by their names, whatever their order and number", () => {
  const replaced = '{"x0":1,"x1":2,"note":"a"}\n{"x0":1,"x1":2,"x2":3}\n';
  assertStringIncludes(
    refusal(() => jsonRows(replaced)).message,
    'line 2: column "x2", which held nothing in the first rows, could be the embeddings',
  );
  assertEquals(jsonRows('{"x1":2,"x0":1}\n{"x0":3,"x1":4}\n'), [[1, 2], [3, 4]]);
  const nan = '{"x0":NaN,"x1":2}\n{"x0":1,"x1":2}\n{"x0":NaN,"x1":3,"note":1.5}\n';
  assertEquals(jsonRows(nan.replace(',"note":1.5', ',"note":"a"'), { nonFinite: "skip" }), [[
    1,
    2,
  ]]);
});

// --- Columns that number the rows ---

const FRACTIONS = [0.3, -1.7, 2.4, 0.9, -0.2, 1.1, -2.6, 0.8, 1.9];

/** Rows of an identifier before or after fractions, or both. */
function numbered(ids: readonly number[], place: "first" | "last" | "both"): number[][] {
  return ids.map((id, i) => {
    const row = [0, 1, 2, 3, 4].map((column) => FRACTIONS[(i * 4 + column) % FRACTIONS.length]);
    return [...place === "last" ? [] : [id], ...row, ...place === "first" ? [] : [id]];
  });
}

Deno.test("a first or last column that numbers the rows is asked about in every format", () => {
  const identifiers = [[0, 1, 2, 3], [1, 2, 3, 4], [17, 3, 99, 4], [5, 5, 6, 6]];
  for (const ids of identifiers) {
    for (const [place, dims] of [["first", "1:6"], ["last", "0:5"], ["both", "1:6"]] as const) {
      const rows = numbered(ids, place), csv = rows.map((row) => row.join(",")).join("\n");
      const dim = rows[0].length, data = Float64Array.from(rows.flat());
      for (
        const read of [
          () => csvRows(csv),
          () => csvRows(csv.replaceAll(",", "\t")),
          () => jsonRows(lines((i) => rows[i])),
          () => {
            const usable = new UsableRows();
            usable.take({ rows: 4, dim, data });
            usable.end();
          },
        ]
      ) {
        const error = refusal(read);
        assertEquals(error.code, "column");
        assertStringIncludes(error.message, `leave it out with --dims ${dims};`);
      }
      assertEquals(csvRows(csv, { columns: ["*"] }), rows);
      assertEquals(csvRows(csv, { rowNumbers: "take" }), rows);
    }
  }
});

Deno.test("zeros, whole numbers among others and huge floats are no identifiers", () => {
  const dead = numbered([0, 0, 0, 0], "first");
  const quantised = [0, 1, 2, 3].map((i) => [i * 3 % 5, -i, 7 * i % 4, 3]);
  const huge = numbered([1e20, 3e20, 2e20, 5e20], "first");
  for (const rows of [dead, quantised, huge]) assertEquals(jsonRows(lines((i) => rows[i])), rows);
});

/** The verdict on rows that come in blocks of some length. */
function verdict(rows: readonly (readonly number[])[], length: number): string {
  const usable = new UsableRows();
  try {
    for (let at = 0; at < rows.length; at += length) {
      const some = rows.slice(at, at + length);
      usable.take({ rows: some.length, dim: rows[0].length, data: Float64Array.from(some.flat()) });
    }
    usable.end();
    return "taken";
  } catch (error) {
    return (error as Error).message;
  }
}

/** Rows of fractions, with something in place of some of them. */
const rowsWith = (count: number, dim: number, put: (row: number) => Record<number, number>) =>
  Array.from({ length: count }, (_, row) => {
    const numbers = Array.from({ length: dim }, (_, column) => Math.sin(7 * row + 3 * column + 1));
    return Object.assign(numbers, put(row));
  });

Deno.test("it is of no matter for the verdict in which blocks the rows come", () => {
  for (const count of [1, 2, 3, 7, 8, 9, 40, 600]) {
    for (
      const put of [
        (row: number) => ({ 0: row }),
        (row: number) => ({ 0: row < 4 ? row : row + 0.5 }),
        (row: number): Record<number, number> => row === 0 ? { 0: 1, 1: 0, 2: 0, 3: 0 } : {},
        () => ({ 0: 5 }),
        (row: number) => ({ 3: row % 3 }),
      ]
    ) {
      const rows = rowsWith(count, 4, put);
      const whole = verdict(rows, count);
      for (const length of [1, 2, 3, 5, 64]) assertEquals(verdict(rows, length), whole);
    }
  }
});

Deno.test("an identifier is one beside a single dimension, with classes inside, of any size", () => {
  const large = (row: number) => 1734567890123456789 + row * 4194304;
  for (
    const [rows, dims] of [
      [rowsWith(40, 2, (row) => ({ 0: row })), "1:2"],
      [rowsWith(40, 2, (row) => ({ 1: row + 17 })), "0:1"],
      [rowsWith(40, 10, (row) => ({ 0: row, 2: row * row % 10 })), "1:10"],
      [rowsWith(40, 9, (row) => ({ 0: large(row) })), "1:9"],
      [rowsWith(40, 9, (row) => ({ 8: large(row * row % 97) })), "0:8"],
      // The same in all of a shard.
      [rowsWith(40, 9, () => ({ 0: 7 })), "1:9"],
    ] as const
  ) {
    const text = verdict(rows, rows.length);
    assertStringIncludes(text, `leave it out with --dims ${dims};`);
  }
  // A bias, a dead dimension, one that is whole now and then, whole classes inside.
  for (
    const put of [
      () => ({ 0: 1 }),
      () => ({ 0: 0, 8: 0 }),
      (row: number): Record<number, number> => row % 5 ? { 0: row } : {},
      (row: number) => ({ 4: row % 3 }),
    ]
  ) assertEquals(verdict(rowsWith(40, 9, put), 40), "taken");
});
