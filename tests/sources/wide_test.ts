import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import { openEmbeddings } from "../../src/sources/open_embeddings.ts";
import { EmbeddingStream } from "../../src/sources/arrow/embedding_stream.ts";
import { ArrowBatchStream } from "../../src/sources/arrow/arrow_batch_stream.ts";
import { CsvEmbeddingStream } from "../../src/sources/text/csv_embedding_stream.ts";
import { JsonLinesEmbeddingStream } from "../../src/sources/text/json_lines_embedding_stream.ts";
import { serveFile, withServer } from "./bytes/servers.ts";
import { chunked, fixtureBytes } from "./inputs.ts";
import {
  expectedKeys,
  layerRows,
  LAYERS,
  readOpened,
  readPiped,
  readWide,
  sorted,
  WIDE_ROWS,
  wideRefusal,
  wideUrl,
} from "./wide.ts";

/** Natural order, which is neither that of the files nor that of the alphabet. */
const IN_ORDER = ["layer1", "layer2", "layer10"];
const ALL_LAYERS = Object.fromEntries(IN_ORDER.map((name) => [name, layerRows(name)]));

const FILES = [
  "pyarrow.arrows",
  "pyarrow.arrow",
  "zstd.arrow",
  "fixed.arrows",
  "polars.arrows",
  "pyarrow-v1-dictionary.parquet",
  "pyarrow-v1-plain.parquet",
  "pyarrow-v2-dictionary.parquet",
  "pyarrow-v2-plain.parquet",
  "polars.parquet",
  "duckdb.parquet",
  "pandas.csv",
  "pandas.tsv",
  "pandas.jsonl",
  "stored.npz",
  "compressed.npz",
  "numpy.safetensors",
];
const PIPED = FILES.filter((name) => /\.(arrows|csv|tsv|jsonl)$/.test(name));

for (const file of FILES) {
  Deno.test(`${file}: a pattern takes each column that it matches, once and in natural order`, async () => {
    const { rows, batches } = await readWide(file, { column: "layer*" });
    assertEquals(rows, ALL_LAYERS);
    assertEquals(batches[0].columns, [
      { name: "layer1", start: 0, end: 2 },
      { name: "layer2", start: 2, end: 5 },
      { name: "layer10", start: 5, end: 6 },
    ]);
    assertEquals(Object.keys(rows), IN_ORDER);
  });

  Deno.test(`${file}: side by side a column is what it is when it is read alone`, async () => {
    const column = ["layer2", "layer10", "layer2"];
    const { rows } = await readWide(file, { column });
    assertEquals(Object.keys(rows), ["layer2", "layer10"]);
    for (const name of Object.keys(rows)) {
      const alone = await readWide(file, { column: name });
      assertEquals(alone.batches[0].columns, undefined);
      assertEquals(rows[name], alone.rows[""]);
    }
  });

  Deno.test(`${file}: a list of one says which it is`, async () => {
    const { rows, batches } = await readWide(file, { column: ["layer2"] });
    assertEquals(rows, { layer2: layerRows("layer2") });
    assertEquals(batches[0].columns, [{ name: "layer2", start: 0, end: 3 }]);
    const [first] = (await readWide(file, { column: "*r2" })).batches;
    assertEquals(first.columns, batches[0].columns);
  });

  Deno.test(`${file}: what is not there is refused with what there is`, async () => {
    for (const column of ["stage*", ["layer1", "layer3"]]) {
      const error = await wideRefusal(file, { column });
      assertEquals(error.code, "column");
      const name = typeof column === "string" ? column : "layer3";
      assert(error.what.includes(`"${name}"; there are: `), error.message);
      assert(Object.keys(LAYERS).every((layer) => error.what.includes(layer)), error.message);
    }
  });
}

for (const file of PIPED) {
  Deno.test(`${file}: a pipe is read alike, whatever its chunks`, async () => {
    for (const sizes of [[1], [7, 300], [1 << 20]]) {
      assertEquals((await readPiped(file, { column: "layer*" }, sizes)).rows, ALL_LAYERS);
    }
  });
}

Deno.test("columns that are named and are no vectors are refused, a pattern passes them by", async () => {
  for (const file of ["pyarrow.arrows", "polars.parquet", "pandas.csv", "pandas.jsonl"]) {
    const error = await wideRefusal(file, { column: ["layer1", "class"] });
    assertEquals(error.code, "column");
    assert(error.what.startsWith('column "class" is '), error.message);
    assertEquals(Object.keys((await readWide(file, { column: "*" })).rows), IN_ORDER);
    const none = await wideRefusal(file, { column: ["layer1", "c*"] });
    assert(none.what.startsWith("no column of c* holds embeddings: class ("), none.message);
  }
});

Deno.test("the widest type holds all columns", async () => {
  const [all] = (await readWide("pyarrow.arrows", { column: "layer*" })).batches;
  assertInstanceOf(all.data, Float64Array);
  const [two] = (await readWide("pyarrow.arrow", { column: ["layer1", "layer2"] })).batches;
  assertInstanceOf(two.data, Float32Array);
  const [one] = (await readWide("stored.npz", { column: ["layer2"] })).batches;
  assertInstanceOf(one.data, Float16Array);
});

Deno.test("fields of structs stand side by side with columns", async () => {
  const line = JSON.stringify({ emb: [1, 2], meta: { emb: [3] } });
  const stream = chunked(new TextEncoder().encode(`${line}\n${line}\n`));
  const { batches } = await openEmbeddings(stream, { column: "*emb" });
  assertEquals(sorted(await Array.fromAsync(batches)).rows, {
    emb: [[1, 2], [1, 2]],
    "meta.emb": [[3], [3]],
  });
});

Deno.test("a name with a * in it is a name where there is such a column", async () => {
  const read = (column: string) =>
    readAll('{"a*": [1], "ab": [2, 3]}\n{"a*": [4], "ab": [5, 6]}\n', column);
  assertEquals(await read("a*"), { "": [[1], [4]] });
  assertEquals(await read("*b"), { ab: [[2, 3], [5, 6]] });
});

async function readAll(text: string, column: string | string[], nonFinite?: "skip") {
  const { batches } = await openEmbeddings(chunked(new TextEncoder().encode(text)), {
    column,
    nonFinite,
  });
  return sorted(await Array.fromAsync(batches)).rows;
}

Deno.test("a row that is null or not finite in any column is left out of all", async () => {
  for (const file of ["holes.arrows", "holes.parquet"]) {
    const { rows, skippedRows } = await readWide(file, { column: "*", nonFinite: "skip" });
    assertEquals(rows, { a: [[1, 2], [7, 8]], b: [[1], [5]] });
    assertEquals(skippedRows, 3);
  }
});

Deno.test("an error names the column, and the dimension in it", async () => {
  const spots = [["holes.arrows", "batch 0"], ["holes.parquet", "row group 0"]];
  for (const [file, spot] of spots) {
    const error = await wideRefusal(file, { column: ["b", "a"] });
    assertEquals(error.code, "null");
    assertEquals(
      error.message,
      `${file}: ${spot}, row 1: a null in column "a"; pass --non-finite skip to leave such rows out`,
    );
  }
  const text = '{"a": [1, 2], "b": [3, NaN]}\n';
  const error = await assertRejects(() => readAll(text, ["a", "b"]), RankMeError);
  assertEquals([error.code, error.what], ["non-finite", 'NaN in column "b" (dimension 1)']);
  const later = await openEmbeddings(chunked(new TextEncoder().encode(text)), {
    column: ["a", "b"],
    nonFinite: "later",
  });
  const [batch] = await Array.fromAsync(later.batches);
  for (const part of [batch, batch.dimensions(2, 4), batch.dimensions(3, 4)]) {
    const found = assertRefused(() => part.refuseNonFinite());
    assertEquals([found.what, found.place.line], ['NaN in column "b" (dimension 1)', 1]);
  }
});

function assertRefused(refuse: () => void): RankMeError {
  try {
    refuse();
  } catch (error) {
    assertInstanceOf(error, RankMeError);
    return error;
  }
  throw new Error("it was not refused");
}

Deno.test("another length in one column is an error, be it made up for in another", async () => {
  const lines = '{"a": [1, 2], "b": [3]}\n{"a": [1], "b": [2, 3]}\n';
  const csv = 'a,b\n"[1, 2]",[3]\n[1],"[2, 3]"\n';
  for (const text of [lines, csv]) {
    const error = await assertRejects(() => readAll(text, ["a", "b"]), RankMeError);
    assertEquals([error.code, error.place.row], ["dimension", 1]);
    assertEquals(
      error.what,
      'an embedding of 1 dimensions where earlier ones have 2 (column "a")',
    );
  }
});

Deno.test("a text whose first rows are null has the dimensions of the rows after them", async () => {
  for (
    const text of ['{"a": null, "b": [1]}\n{"a": [2, 3], "b": [4]}\n', "a;b\n;[1]\n[2,3];[4]\n"]
  ) {
    assertEquals(await readAll(text, ["a", "b"], "skip"), { a: [[2, 3]], b: [[4]] });
  }
});

Deno.test("a key of a later line that a pattern matches is an error, a missing one a null", async () => {
  const first = '{"layer1": [1], "id": 1}\n';
  const error = await assertRejects(
    () => readAll(`${first}{"layer1": [1], "layer2": [2], "id": 2}\n`, "layer*"),
    RankMeError,
  );
  assertEquals([error.code, error.place.line], ["column", 2]);
  const missing = `${first}{"layer1": null, "id": 2, "more": 3}\n{"id": 4}\n`;
  assertEquals(await readAll(missing, "layer*", "skip"), { layer1: [[1]] });
});

Deno.test("arrays of different numbers of rows are refused before any is read", async () => {
  for (const [file, a, b] of [["odd.npz", "emb", "shorter"], ["odd.safetensors", "a", "b"]]) {
    const { code, message } = await wideRefusal(file, { column: [a, b] });
    const what = file.endsWith("npz") ? "array" : "tensor";
    assertEquals(code, "dimension");
    assertEquals(
      message,
      `${file}: 11 rows of ${what} "${b}" beside 12 rows of ${what} "${a}"; what is read together ` +
        "needs as many rows; score each by itself",
    );
  }
});

Deno.test("arrays whose blocks are of other lengths are read in step", async () => {
  const { rows, batches } = await readWide("long.npz", { column: ["a", "b"] });
  const numbers = Array.from({ length: 3000 }, (_, row) => row);
  assertEquals(rows.a.map(([first]) => first), numbers);
  assertEquals(rows.b.map((row) => row[169]), numbers);
  assert(rows.a.every((row) => row.length === 300 && row.every((number) => number === row[0])));
  assert(batches.length > 3, `${batches.length} batches`);
});

Deno.test("tensors of a server are read together by ranges, one alone as it comes", async () => {
  const bytes = fixtureBytes("wide/numpy.safetensors");
  await withServer((request) => serveFile(request, bytes), async (base, asked) => {
    const url = new URL(`${base}/numpy.safetensors`);
    await readOpened(url, { column: "layer1" });
    const alone = asked.length;
    const { rows, keys } = await readOpened(url, { column: "layer*", keys: ["whole"] });
    assertEquals([rows, keys], [ALL_LAYERS, { whole: expectedKeys("whole") }]);
    assertEquals([asked[0].range, alone], [null, 1]);
    assert(asked.slice(alone + 1).every(({ range }) => range !== null), JSON.stringify(asked));
    assert(asked.length > alone + 1);
  });
});

Deno.test("tensors are not read together from a pipe", async () => {
  for (const options of [{ column: "layer*" }, { column: "layer1", keys: ["whole"] }]) {
    const error = await assertRejects(() => readPiped("numpy.safetensors", options), RankMeError);
    assertEquals(error.code, "unsupported");
    assertEquals(error.advice, "pass the path of an uncompressed file instead of piping it");
  }
});

Deno.test("lists of lists stand side by side where they are as many rows", async () => {
  for (const file of ["tokens.arrows", "tokens.parquet"]) {
    const { rows } = await readWide(file, { column: ["a", "b"], axes: "rows" });
    assertEquals(rows, { a: [[1, 2], [3, 4], [5, 6]], b: [[1], [2], [3]] });
    const error = await wideRefusal(file, { column: ["a", "c"], axes: "rows" });
    assertEquals(error.code, "dimension");
    assert(error.what.includes('column "c"') && error.what.includes('column "a"'), error.what);
  }
});

Deno.test("what has one array refuses a list, as it does a name", async () => {
  const bytes = fixtureBytes("dense/f4-little-c.npy");
  const open = async () => {
    const { batches } = await openEmbeddings(chunked(bytes), { column: ["a", "b"] });
    await Array.fromAsync(batches);
  };
  const error = await assertRejects(open, RankMeError);
  assertEquals([error.code, error.what], ["usage", '"a,b" was asked for, but .npy has no names']);
});

Deno.test("a list of nothing is wrong usage", async () => {
  for (const file of ["pyarrow.arrows", "stored.npz", "numpy.safetensors", "polars.parquet"]) {
    assertEquals((await wideRefusal(file, { column: [] })).code, "usage");
  }
});

Deno.test("the stages take lists and patterns, too", async () => {
  const options = { column: "layer*", keys: ["class"], nonFinite: "skip" } as const;
  const stages = [
    [
      "pyarrow.arrows",
      (bytes: ReadableStream<Uint8Array>) =>
        bytes.pipeThrough(new ArrowBatchStream()).pipeThrough(new EmbeddingStream(options)),
    ],
    [
      "pandas.csv",
      (bytes: ReadableStream<Uint8Array>) => bytes.pipeThrough(new CsvEmbeddingStream(options)),
    ],
    [
      "pandas.jsonl",
      (bytes: ReadableStream<Uint8Array>) =>
        bytes.pipeThrough(new JsonLinesEmbeddingStream(options)),
    ],
  ] as const;
  for (const [file, through] of stages) {
    const batches = await Array.fromAsync(through(chunked(fixtureBytes(`wide/${file}`), [500])));
    const { rows, keys } = sorted(batches);
    const expected = await readWide(file, options);
    assertEquals({ rows, keys }, { rows: expected.rows, keys: expected.keys });
    assertEquals(Object.keys(rows), IN_ORDER);
  }
});

Deno.test("memory that is given back is that of the batch, and nothing else is disturbed", async () => {
  for (
    const file of ["pyarrow.arrow", "pyarrow-v2-plain.parquet", "stored.npz", "numpy.safetensors"]
  ) {
    const opened = await openEmbeddings(wideUrl(file), { column: "layer*" });
    const found: number[] = [];
    for await (const batch of opened.batches) {
      for (let row = 0; row < batch.rows; row++) found.push(batch.row(row)[5]);
      opened.giveBack(batch);
      assert((batch.data.buffer as ArrayBuffer).detached);
    }
    assertEquals(found, layerRows("layer10").flat());
    assertEquals(found.length, WIDE_ROWS);
  }
});
