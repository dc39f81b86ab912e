import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Bool,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Int32,
  RecordBatch,
  Table,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import { RankMeError } from "../../src/errors.ts";
import { EmbeddingStream } from "../../src/sources/arrow/embedding_stream.ts";
import { openEmbeddings, type OpenEmbeddingsOptions } from "../../src/sources/open_embeddings.ts";
import type { FormatReader } from "../../src/sources/format_reader.ts";
import { parquetReader } from "../../src/sources/parquet/reader.ts";
import { safetensorsReader } from "../../src/sources/dense/safetensors.ts";
import { arrowStreamReader } from "../../src/sources/arrow/reader.ts";
import { chunked, fixtureBytes, readAsItComes, readAtRandom } from "./inputs.ts";
import { ending, inLittleMemory } from "./hostile.ts";
import {
  expectedKeys,
  layerRows,
  readOpened,
  readPiped,
  readWide,
  sorted,
  WIDE_ROWS,
  wideRefusal,
} from "./wide.ts";

const LAYER = layerRows("layer1");
/** Which columns of a file say what: of its columns, or of those named by what is after them. */
type KeysOf = Readonly<Record<string, readonly string[]>>;

const ALL = ["class", "colour", "whole", "large", "flag", "day", "time", "utc", "small"];
const IN_STRUCTS = ["float:small", "meta.id:small", "meta.class:class"];
const TYPES = [
  "class-large:class",
  "class-view:class",
  "class-dictionary:class",
  "colour-int8:colour",
  "whole-dictionary:whole",
  "time-ns:time",
  "utc-ns:utc",
  "small-int16:small",
  "small-int32:small",
  "small-int64:small",
  "small-float16:small",
  "small-float32:small",
];
const NUMBERS = ["i1", "i2", "i4", "i8", "f2", "f4", "f8"].map((kind) => `small-${kind}:small`);
const ARRAYS = [
  ...["class", "whole", "large", "flag", "day", "time"],
  ...["class-big:class", "class-bytes:class", "whole-big:whole", "time-ns:time"],
  ...NUMBERS,
];

const FILES: KeysOf = {
  "pyarrow.arrows": [...ALL, ...IN_STRUCTS],
  "pyarrow.arrow": [...ALL, ...IN_STRUCTS],
  "zstd.arrow": [...ALL, ...IN_STRUCTS],
  "types.arrows": [...TYPES, "day-date64:day"],
  "polars.arrows": ALL.filter((name) => name !== "utc"),
  "pyarrow-v1-dictionary.parquet": [...ALL, ...IN_STRUCTS],
  "pyarrow-v1-plain.parquet": [...ALL, ...IN_STRUCTS],
  "pyarrow-v2-dictionary.parquet": [...ALL, ...IN_STRUCTS],
  "pyarrow-v2-plain.parquet": [...ALL, ...IN_STRUCTS],
  "encodings.parquet": [...ALL, ...IN_STRUCTS],
  "types.parquet": [...TYPES, "day-date64:day"],
  "int96.parquet": ["time"],
  "polars.parquet": ALL.filter((name) => name !== "utc"),
  "duckdb.parquet": ["class", "whole", "large", "flag", "day", "time", "small"],
  "fastparquet.parquet": ["class", "whole", "flag", "time", "colour"],
  "pandas.jsonl": ["class", "colour", "whole", "day", "flag"],
  "nested.jsonl": ["meta.class:class", "meta.id:small"],
  "stored.npz": ARRAYS,
  "compressed.npz": ARRAYS,
  "numpy.safetensors": ["whole", "large", "flag", ...NUMBERS],
};

/** What reads the first layer of a file. */
function firstLayer(file: string): OpenEmbeddingsOptions {
  return /^(nested|fastparquet)/.test(file) ? {} : { column: "layer1" };
}

for (const [file, names] of Object.entries(FILES)) {
  const keys = names.map((name) => name.split(":")[0]);
  const expected = Object.fromEntries(names.map((name) => {
    const [column, same = column] = name.split(":");
    return [column, expectedKeys(same)];
  }));

  Deno.test(`${file}: each row has the text of each key`, async () => {
    const read = await readWide(file, { ...firstLayer(file), keys });
    assertEquals(read.keys, expected);
    assertEquals(read.rows, { "": LAYER });
    assertEquals(read.batches[0].columns, undefined);
  });

  Deno.test(`${file}: a key comes alone, too, and with columns side by side`, async () => {
    for (const key of keys) {
      const read = await readWide(file, { ...firstLayer(file), keys: [key, key] });
      assertEquals(read.keys, { [key]: expected[key] });
    }
    if (firstLayer(file).column === undefined) return;
    const wide = await readWide(file, { column: ["layer1"], keys });
    assertEquals([wide.rows, wide.keys], [{ layer1: LAYER }, expected]);
  });

  Deno.test(`${file}: a key that is not there is refused with what there is`, async () => {
    const error = await wideRefusal(file, { ...firstLayer(file), keys: ["klass"] });
    assertEquals(error.code, "column");
    assert(error.what.startsWith('there is no column "klass"; there are: '), error.message);
  });
}

Deno.test("keys come through a pipe, whatever its chunks", async () => {
  for (const file of ["pyarrow.arrows", "polars.arrows", "pandas.jsonl"]) {
    for (const sizes of [[1], [7, 300]]) {
      const { keys } = await readPiped(file, { column: "layer1", keys: ["class", "whole"] }, sizes);
      assertEquals(keys, { class: expectedKeys("class"), whole: expectedKeys("whole") });
    }
  }
});

Deno.test("keys are those of their rows where many rows were read in other blocks", async () => {
  for (const column of ["a", ["b", "a"]]) {
    const { rows, keys } = await readWide("long.npz", { column, keys: ["row"] });
    assertEquals(keys.row, Array.from({ length: 3000 }, (_, row) => `${row}`));
    const [first] = Object.values(rows);
    assertEquals(first.map(([number]) => `${number}`), keys.row);
  }
});

// --- Texts ---

Deno.test("a cell of a CSV is its own text, trimmed; an empty one is null", async () => {
  for (const file of ["pandas.csv", "pandas.tsv"]) {
    const keys = ["colour", "whole", "large", "day", "flag"];
    const read = await readWide(file, { column: "layer1", keys });
    for (const key of keys.slice(0, -1)) assertEquals(read.keys[key], expectedKeys(key));
    assertEquals(read.keys.flag.slice(0, 3), ["True", "False", "False"]);
    const error = await wideRefusal(file, { column: "layer1", keys: ["class"] });
    assertEquals(
      error.message,
      `${file}: line 4, row 2: a null in column "class"; pass --non-finite skip to leave such rows ` +
        "out",
    );
    const skipped = await readWide(file, { column: "layer1", keys: ["class"], nonFinite: "skip" });
    assertEquals(skipped.keys.class, expectedKeys("class").filter((text) => text !== ""));
    assertEquals(skipped.skippedRows, expectedKeys("class").filter((text) => text === "").length);
    assertEquals(skipped.rows[""], LAYER.filter((_, row) => expectedKeys("class")[row] !== ""));
  }
});

const GROUPS = Array.from({ length: WIDE_ROWS }, (_, row) => `${Math.floor(row / 3)}`);

Deno.test("a column of numbers that says what rows belong to is no dimension", async () => {
  const cases: readonly [file: string, options: OpenEmbeddingsOptions, dim: number][] = [
    ["numbers-label.csv", { keys: ["label"] }, 3],
    ["numbers-label.csv", { keys: ["label"], columns: ["*"] }, 3],
    ["numbers-label.txt", { keys: ["label"] }, 3],
    // Else "3" would count the dimensions on.
    ["numbers-label-last.csv", { keys: ["3"] }, 3],
    ["numbers-no-header.csv", { keys: ["3"] }, 3],
    ["pandas-columns.parquet", { keys: ["label"] }, 4],
  ];
  for (const [file, options, dim] of cases) {
    const { rows, keys } = await readWide(file, options);
    assertEquals(keys, { [options.keys![0]]: GROUPS });
    assertEquals(rows[""].map((row) => row.length), Array(WIDE_ROWS).fill(dim));
    assertEquals(rows[""].map((row) => row.slice(0, 2)), LAYER);
  }
});

Deno.test("a key that is asked for as a dimension by its name is both", async () => {
  const options = { columns: ["label", "d0"], keys: ["label"] };
  const { rows, keys } = await readWide("numbers-label.csv", options);
  assertEquals(rows[""], LAYER.map(([first], row) => [Number(GROUPS[row]), first]));
  assertEquals(keys.label, GROUPS);
});

Deno.test("fields of a line are found wherever they are, with carriage returns and quotes", async () => {
  const text = (line: string) => `a,b,label\r\n1,2, x \r\n${line}\r\n3,4,"y, z"\r\n`;
  const read = (bytes: string, options: OpenEmbeddingsOptions) =>
    readOpened(chunked(new TextEncoder().encode(bytes)), options);
  const { rows, keys } = await read(text("5,6,y"), { columns: ["a", "b"], keys: ["label"] });
  assertEquals([rows[""], keys.label], [[[1, 2], [5, 6], [3, 4]], ["x", "y", "y, z"]]);
  for (
    const bytes of [
      "label,a,b\nx,1,2\ny,3,4\n",
      "a,label,b\n1,x,2\n3,y,4",
      "a b label\n1 2  x\n 3 4 y\n",
    ]
  ) {
    const found = await read(bytes, { columns: ["a", "b"], keys: ["label"] });
    assertEquals([found.rows[""], found.keys.label], [[[1, 2], [3, 4]], ["x", "y"]]);
  }
  const short = read("a,b,label\n1,2,x\n3,4\n", { columns: ["a", "b"], keys: ["label"] });
  assertEquals((await assertRejects(() => short, RankMeError)).code, "corrupt");
});

Deno.test("a JSON value is text, a whole number or a boolean", async () => {
  const read = (value: string) =>
    readOpened(chunked(new TextEncoder().encode(`{"k":1,"v":[1]}\n{"k":${value},"v":[2]}\n`)), {
      keys: ["k"],
    });
  for (
    const [value, text] of [['"x"', "x"], ["-12", "-12"], ["true", "true"], ["2.0", "2"], [
      '""',
      "",
    ]]
  ) {
    assertEquals((await read(value)).keys.k, ["1", text]);
  }
  const refused = [["0.5", "column"], ["9007199254740993", "column"], ["[1]", "column"], [
    "{}",
    "column",
  ]];
  for (const [value, code] of [...refused, ["null", "null"], ["NaN", "null"]]) {
    const error = await assertRejects(() => read(value), RankMeError);
    assertEquals([value, error.code, error.place.line], [value, code, 2]);
  }
  const arrays = readOpened(chunked(new TextEncoder().encode("[1,2]\n")), { keys: ["k"] });
  assertEquals((await assertRejects(() => arrays, RankMeError)).code, "column");
});

Deno.test("a key that first comes in a later line is waited for", async () => {
  const text = '{"v":[1]}\n{"v":[2],"k":"x"}\n';
  const { keys, skippedRows } = await readOpened(chunked(new TextEncoder().encode(text)), {
    keys: ["k"],
    nonFinite: "skip",
  });
  assertEquals([keys.k, skippedRows], [["x"], 1]);
});

// --- What cannot say it ---

Deno.test("a null key is refused with its place, or its row left out", async () => {
  for (const [file, spot] of [["holes.arrows", "batch 0"], ["holes.parquet", "row group 2"]]) {
    const options = { column: "a", keys: ["class"], nonFinite: "skip" } as const;
    const { rows, keys, skippedRows } = await readWide(file, options);
    assertEquals(rows[""], [[1, 2], [3, 4], [5, 6]]);
    assertEquals([keys.class, skippedRows], [["p", "r", "s"], 2]);
    const wide = await readWide(file, { ...options, column: "*", keys: ["class", "count"] });
    assertEquals(wide.rows, { a: [[1, 2]], b: [[1]] });
    assertEquals([wide.keys, wide.skippedRows], [{ class: ["p"], count: ["1"] }, 4]);
    // Of pandas' NaN beside whole numbers, where the embedding is whole.
    const error = await wideRefusal(file, { columns: ["half"], keys: ["count"] });
    assertEquals(
      error.message,
      `${file}: ${spot}, row 4: a null in column "count"; pass --non-finite skip to leave such rows ` +
        "out",
    );
  }
  const { keys, skippedRows } = await readWide("pandas.parquet", {
    keys: ["label"],
    nonFinite: "skip",
  });
  assertEquals(keys.label, Array.from({ length: WIDE_ROWS - 1 }, (_, row) => `${row}`));
  assertEquals(skippedRows, 1);
});

Deno.test("fractions and bytes are refused, with what would do", async () => {
  for (const file of ["holes.arrows", "holes.parquet"]) {
    const half = await wideRefusal(file, { column: "a", keys: ["half"] });
    assertEquals([half.code, half.what], ["column", '0.5 in column "half"']);
    assertEquals(
      half.advice,
      "what rows belong to is text, a whole number, a boolean or a date: round it, or write it as text",
    );
    const bytes = await wideRefusal(file, { column: "a", keys: ["bytes"] });
    assertEquals(bytes.code, "column");
    assert(/^column "bytes" is b/.test(bytes.what), bytes.message);
    const list = await wideRefusal(file, { column: "a", keys: ["b"] });
    assert(list.what.startsWith('column "b" is list<'), list.message);
  }
});

Deno.test("arrays that cannot say it are refused by what they are", async () => {
  const refused = [
    ["labels", "dimension", '11 rows of array "labels" beside 12 rows of array "emb"'],
    ["half", "column", '0.5 in array "half"'],
    ["square", "dimension", 'array "square" has shape (12, 2)'],
    ["objects", "column", 'array "objects" is of the data type "|O"'],
    ["time", "null", 'a null in array "time"'],
    ["holes", "null", 'a null in array "holes"'],
  ];
  for (const [key, code, what] of refused) {
    const error = await wideRefusal("odd.npz", { column: "emb", keys: [key] });
    assertEquals([error.code, error.what], [code, what]);
  }
  const holes = { column: "emb.npy", keys: ["holes"], nonFinite: "skip" } as const;
  const { rows, keys } = await readWide("odd.npz", holes);
  assertEquals(rows[""], LAYER.filter((_, row) => row % 2 === 0));
  assertEquals(keys.holes, Array(WIDE_ROWS / 2).fill("1"));
  const error = await wideRefusal("odd.safetensors", { column: "a", keys: ["labels"] });
  assertEquals(error.what, '11 rows of tensor "labels" beside 12 rows of tensor "a"');
  const floats = await wideRefusal("numpy.safetensors", { column: "layer1", keys: ["layer10"] });
  assertEquals([floats.code, floats.what], ["dimension", 'tensor "layer10" has shape (12, 1)']);
});

Deno.test("one array by itself has no room for keys", async () => {
  const inputs: [string, OpenEmbeddingsOptions][] = [
    ["dense/f4-little-c.npy", {}],
    ["dense/rows.f32", { format: "f32", dim: 3 }],
  ];
  for (const [name, options] of inputs) {
    const read = () => readOpened(chunked(fixtureBytes(name)), { ...options, keys: ["class"] });
    const error = await assertRejects(read, RankMeError);
    assertEquals(error.code, "usage");
    assert(error.message.includes("np.savez"), error.message);
  }
});

Deno.test("a key is not taken for each of several rows of a value", async () => {
  for (const file of ["tokens.arrows", "tokens.parquet"]) {
    const error = await wideRefusal(file, { column: "a", axes: "rows", keys: ["class"] });
    assertEquals(
      [error.code, error.what],
      ["unsupported", 'column "class" says one thing of several rows of column "a"'],
    );
    const { keys } = await readWide(file, { column: "c", axes: "flat", keys: ["class"] });
    assertEquals(keys.class, ["p", "q"]);
  }
  const tensors = readWide("../dense/axes-3.npy", { axes: "rows", keys: ["class"] });
  assertEquals((await assertRejects(() => tensors, RankMeError)).code, "usage");
});

// --- Record batches that a program makes ---

Deno.test("slices of record batches keep the keys of their rows", async () => {
  const type = new FixedSizeList(1, new Field("item", new Float32()));
  const rows = Array.from({ length: 20 }, (_, row) => row);
  const columns = {
    emb: vectorFromArray(rows.map((row) => [row]), type),
    text: vectorFromArray(rows.map((row) => row % 7 === 3 ? null : `n${row}`), new Utf8()),
    flag: vectorFromArray(rows.map((row) => row % 3 === 0), new Bool()),
    entry: vectorFromArray(
      rows.map((row) => `e${row % 4}`),
      new Dictionary(new Utf8(), new Int32()),
    ),
  };
  const batch = new Table(columns).batches[0].slice(2, 19);
  const stream = ReadableStream.from([new RecordBatch(batch.schema, batch.data)])
    .pipeThrough(new EmbeddingStream({ keys: ["text", "flag", "entry"], nonFinite: "skip" }));
  const read = sorted(await Array.fromAsync(stream));
  const kept = rows.slice(2, 19).filter((row) => row % 7 !== 3);
  assertEquals(read.rows[""], kept.map((row) => [row]));
  assertEquals(read.keys, {
    text: kept.map((row) => `n${row}`),
    flag: kept.map((row) => `${row % 3 === 0}`),
    entry: kept.map((row) => `e${row % 4}`),
  });
});

// --- Bad files ---

Deno.test("a flipped bit in a file with keys ends in rows or in an error of ours", async () => {
  const cases: readonly [file: string, reader: FormatReader, keys: readonly string[]][] = [
    ["int96.parquet", parquetReader, ["time"]],
    ["fastparquet.parquet", parquetReader, ["class", "whole", "flag", "colour"]],
    ["encodings.parquet", parquetReader, ["class", "meta.class", "whole", "large", "flag", "day"]],
    ["numpy.safetensors", safetensorsReader, ["whole", "flag"]],
  ];
  await inLittleMemory(async () => {
    for (const [file, reader, keys] of cases) {
      const bytes = fixtureBytes(`wide/${file}`);
      const options = { ...firstLayer(file), keys, nonFinite: "skip" } as const;
      for (let bit = 0; bit < 8 * bytes.length; bit += 7) {
        bytes[bit >> 3] ^= 1 << (bit & 7);
        const end = await ending(() => readAtRandom(reader, bytes, options));
        bytes[bit >> 3] ^= 1 << (bit & 7);
        if (end instanceof RankMeError) continue;
        assertEquals([bit, end.rows.length + end.skippedRows], [bit, WIDE_ROWS]);
      }
    }
  });
});

Deno.test("a flipped bit in record batches with keys ends in rows or in an error of ours", async () => {
  const bytes = fixtureBytes("wide/types.arrows");
  const keys = ["class-large", "class-view", "class-dictionary", "time-ns"];
  await inLittleMemory(async () => {
    for (let bit = 0; bit < 8 * bytes.length; bit += 7) {
      bytes[bit >> 3] ^= 1 << (bit & 7);
      const read = () => readAsItComes(arrowStreamReader, bytes, { column: "layer1", keys });
      const end = await ending(() => Promise.try(read));
      bytes[bit >> 3] ^= 1 << (bit & 7);
      if (end instanceof RankMeError) continue;
      for (const { rows, keys: found = {} } of end.batches) {
        for (const key of keys) assertEquals(found[key].length, rows);
      }
    }
  });
});

Deno.test("text that is not UTF-8 is refused", async () => {
  for (const file of ["pyarrow.arrows", "pyarrow.arrow", "encodings.parquet"]) {
    const bytes = fixtureBytes(`wide/${file}`);
    const text = new TextEncoder().encode("größer");
    const places = bytes.keys().filter((i) => text.every((byte, j) => bytes[i + j] === byte));
    for (const at of [...places]) bytes[at + 2] = 0xff;
    const path = await Deno.makeTempFile();
    await Deno.writeFile(path, bytes);
    const options = { column: "layer1", keys: ["class"] };
    const opened = await openEmbeddings(path, options);
    const error = await assertRejects(() => Array.fromAsync(opened.batches), RankMeError);
    await Deno.remove(path);
    assertEquals(error.code, "corrupt");
    assert(/UTF-8|encoded data/.test(error.what), error.what);
  }
});
