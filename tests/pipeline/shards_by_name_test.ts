import { Field, FixedSizeList, Float64, Table, tableToIPC, vectorFromArray } from "apache-arrow";
import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import { score, scoreParts } from "../../src/pipeline/score.ts";
import type { ScoreOptions } from "../../src/pipeline/score_options.ts";
import { npyFile, npyHeader, safetensorsFile, zipFile } from "../sources/dense/dense_bytes.ts";
import { concatenated } from "../sources/inputs.ts";
import { withFolder } from "../sources/shards/folders.ts";

const DIM = 4;
/** RankMe of all rows by NumPy; see tests/fixtures/make_shards.py. Joined by position it is 3.872. */
const BY_NAME = 3.687353244299125;

/** The numbers of make_shards.py. */
const ROWS = Array.from(
  { length: 40 },
  (_, i) => Array.from({ length: DIM }, (_, d) => ((i + 1) ** 2 * (2 * d + 3)) % 17 - 8),
);
const HALVES = [ROWS.slice(0, 20), ROWS.slice(20)] as const;
/** In which order the columns stand in the second half. */
const ORDER = [3, 0, 2, 1];

type Files = Readonly<Record<string, string | Uint8Array>>;

/** Some rows with a column for each dimension, in some order. */
const WRITERS: Readonly<
  Record<string, (rows: readonly number[][], order: readonly number[]) => string | Uint8Array>
> = {
  "csv": (rows, order) => csv(order.map((d) => `x${d}`), rows.map((row) => pick(row, order))),
  "tsv": (rows, order) =>
    csv(order.map((d) => `x${d}`), rows.map((row) => pick(row, order))).replaceAll(",", "\t"),
  "jsonl": (rows, order) => lines(rows.map((row) => objectOf(order, (d) => row[d]))),
  "arrow": (rows, order) =>
    tableToIPC(
      new Table(objectOf(order, (d) => vectorFromArray(rows.map((row) => row[d]), new Float64()))),
      "file",
    ),
  "arrows": (rows, order) => arrowStream(rows, order),
};

function arrowStream(rows: readonly number[][], order: readonly number[]): Uint8Array {
  const columns = objectOf(
    order,
    (d) => vectorFromArray(rows.map((row) => row[d]), new Float64()),
  );
  return tableToIPC(new Table(columns), "stream");
}

function objectOf<T>(order: readonly number[], value: (d: number) => T): Record<string, T> {
  return Object.fromEntries(order.map((d) => [`x${d}`, value(d)]));
}

function pick(row: readonly number[], order: readonly number[]): number[] {
  return order.map((d) => row[d]);
}

function csv(names: readonly string[], rows: readonly (readonly unknown[])[]): string {
  return [names, ...rows].map((cells) => `${cells.join(",")}\n`).join("");
}

function lines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}

function npy(rows: readonly number[][]): Uint8Array {
  const shape = [rows.length, rows[0].length];
  return npyFile(npyHeader("<f8", shape), Float64Array.from(rows.flat()));
}

function npz(arrays: Readonly<Record<string, readonly number[][]>>): Uint8Array {
  return zipFile(
    Object.entries(arrays).map(([name, rows]) => ({ name: `${name}.npy`, bytes: npy(rows) })),
  );
}

function safetensors(name: string, rows: readonly number[][]): Uint8Array {
  const data = Float64Array.from(rows.flat());
  const info = { dtype: "F64", shape: [rows.length, DIM], data_offsets: [0, data.byteLength] };
  return safetensorsFile({ [name]: info }, data);
}

/** A column of lists in Arrow. */
function listColumn(name: string, rows: readonly number[][]): Uint8Array {
  const type = new FixedSizeList(DIM, new Field("item", new Float64()));
  return tableToIPC(new Table({ [name]: vectorFromArray(rows, type) }), "stream");
}

async function ranked(files: Files, options: ScoreOptions = {}): Promise<number> {
  let rankMe = NaN;
  await withFolder(files, async (folder) => {
    const shards = Object.keys(files).map((name) => `${folder}/${name}`);
    rankMe = (await score(shards, options)).rankMe;
  });
  return rankMe;
}

/** The message of a refusal, without the folder. */
async function refused(files: Files, options: ScoreOptions = {}): Promise<string> {
  let message = "";
  await withFolder(files, async (folder) => {
    const shards = Object.keys(files).map((name) => `${folder}/${name}`);
    const error = await assertRejects(() => scoreParts(shards, options), RankMeError);
    assertEquals(error.code, "column", error.message);
    message = error.message.replaceAll(`${folder}/`, "");
  });
  return message;
}

Deno.test("columns of one dimension each are joined by their names, in every format", async () => {
  const straight = [0, 1, 2, 3];
  for (const [ending, write] of Object.entries(WRITERS)) {
    for (const columns of [["x*"], undefined, ["x0", "x1", "x2", "x3"]]) {
      const files = {
        [`a.${ending}`]: write(HALVES[0], straight),
        [`b.${ending}`]: write(HALVES[1], ORDER),
      };
      assertAlmostEquals(await ranked(files, { columns }), BY_NAME, 1e-9, ending);
    }
  }
  const parquet = ["in-order", "in-another-order"].map((name) =>
    new URL(`../fixtures/shards/${name}.parquet`, import.meta.url)
  );
  for (const columns of [["x*"], undefined]) {
    assertAlmostEquals((await score(parquet, { columns })).rankMe, BY_NAME, 1e-9);
    const back = await score([...parquet].reverse(), { columns: ["x*"] });
    assertAlmostEquals(back.rankMe, BY_NAME, 1e-9);
  }
});

Deno.test("streams that are joined to one are joined by the names of columns", async () => {
  const stream = concatenated(
    arrowStream(HALVES[0], [0, 1, 2, 3]),
    arrowStream(HALVES[1], ORDER),
  );
  for (const columns of [["x*"], undefined]) {
    const report = await score(new Blob([stream]).stream(), { columns });
    assertAlmostEquals(report.rankMe, BY_NAME, 1e-9);
  }
  const error = await assertRejects(
    () =>
      score(
        new Blob([
          concatenated(listColumn("image", HALVES[0]), listColumn("text", HALVES[1])),
        ]).stream(),
      ),
    RankMeError,
  );
  assertEquals(
    error.message,
    'stream: batch 1: there is no column "image" as in the batches before; there are: text ' +
      "(fixed_size_list<float64>[4]); score what has other columns by itself",
  );
});

Deno.test("a column more or fewer than in the first shard is refused by its name", async () => {
  const write = WRITERS.csv;
  const wide = csv(["x0", "x1", "x2", "x3", "x4"], HALVES[1].map((row) => [...row, 1.5]));
  for (const columns of [["x*"], undefined]) {
    assertEquals(
      await refused({ "a.csv": write(HALVES[0], [0, 1, 2, 3]), "b.csv": wide }, { columns }),
      'b.csv: a.csv has no column "x4", as there is here; score what has other columns by itself',
    );
    assertEquals(
      await refused({
        "a.csv": write(HALVES[0], [0, 1, 2, 3]),
        "b.csv": write(HALVES[1], [3, 0, 1]),
      }, { columns }),
      'b.csv: there is no column "x2" as in a.csv; there are: x3 (numeric), x0 (numeric), x1 ' +
        "(numeric); score what has other columns by itself",
    );
  }
});

Deno.test("vectors of another name are of another data set, in every format", async () => {
  const file: Readonly<Record<string, (name: string, rows: number[][]) => string | Uint8Array>> = {
    "arrow": listColumn,
    "csv": (name, rows) => csv([name], rows.map((row) => [`"[${row}]"`])),
    "jsonl": (name, rows) => lines(rows.map((row) => ({ [name]: row }))),
    "npz": (name, rows) => npz({ [name]: rows }),
    "safetensors": safetensors,
  };
  for (const [ending, write] of Object.entries(file)) {
    const [a, b] = [`a.${ending}`, `b.${ending}`];
    const message = await refused({
      [a]: write("image", HALVES[0]),
      [b]: write("text", HALVES[1]),
    });
    const start = `${b}: there is no column "image" as in ${a}; there are: text (`;
    assertEquals(message.slice(0, start.length), start);
    const alike = { [a]: write("image", HALVES[0]), [b]: write("image", HALVES[1]) };
    assertAlmostEquals(await ranked(alike), BY_NAME, 1e-9, ending);
  }
  // Whatever the formats are.
  await refused({ "a.arrow": listColumn("emb", HALVES[0]), "b.npz": npz({ z: HALVES[1] }) });
  const mixed = { "a.arrow": listColumn("z", HALVES[0]), "b.npz": npz({ z: HALVES[1] }) };
  assertAlmostEquals(await ranked(mixed), BY_NAME, 1e-9);
});

Deno.test("of what the first shard has only one, the others may have several where it is named", async () => {
  const rows = HALVES[1].map((row) => ({ text: row.map((x) => x * x), emb: row }));
  const files = { "a.jsonl": lines(HALVES[0].map((emb) => ({ emb }))), "b.jsonl": lines(rows) };
  assertAlmostEquals(await ranked(files, { column: "emb" }), BY_NAME, 1e-9);
  // The other way round it would be asked which is meant.
  assertEquals(
    await refused(files),
    'b.jsonl: a.jsonl has no column "text", as there is here; score what has other columns by itself',
  );
});

Deno.test("what has no names fits what has, and what it is called by its place is no name", async () => {
  const plain = csv([], HALVES[1]).trimStart();
  const files: Files[] = [
    { "a.npz": npz({ arr_0: HALVES[0] }), "b.npy": npy([...HALVES[1]]) },
    { "a.npz": npz({ emb: HALVES[0] }), "b.npz": npz({ arr_0: HALVES[1] }) },
    { "a.npz": npz({ arr_0: HALVES[0] }), "b.npz": npz({ emb: HALVES[1] }) },
    { "a.npy": npy([...HALVES[0]]), "b.csv": plain },
    { "a.jsonl": lines(HALVES[0]), "b.npz": npz({ emb: HALVES[1] }) },
  ];
  for (const one of files) {
    assertAlmostEquals(await ranked(one), BY_NAME, 1e-9, Object.keys(one).join());
  }
  // As split -l makes of a text with a header: only its first part has it.
  const header = csv(["x0", "x1", "x2", "x3"], HALVES[0]);
  assertAlmostEquals(await ranked({ "part_aa": header, "part_ab": plain }), BY_NAME, 1e-9);
});

Deno.test("columns side by side are those of the first shard, each with its own rows", async () => {
  const objects = (rows: readonly number[][], names: readonly string[]) =>
    lines(
      rows.map((row) =>
        Object.fromEntries(names.map((name) => [
          name,
          name === "layer1" ? row : row.map((x) => -x * x),
        ]))
      ),
    );
  const files = {
    "a.jsonl": objects(HALVES[0], ["layer1", "layer2"]),
    "b.jsonl": objects(HALVES[1], ["layer2", "layer1"]),
  };
  await withFolder(files, async (folder) => {
    const [first] = await scoreParts([`${folder}/a.jsonl`, `${folder}/b.jsonl`], {
      column: "layer*",
    });
    assertEquals(first.column, "layer1");
    assertAlmostEquals(first.rankMe, BY_NAME, 1e-9);
  });
  for (
    const [names, what] of [
      [["layer1"], 'there is no column "layer2" as in a.jsonl'],
      [["layer1", "layer2", "layer3"], 'a.jsonl has no column "layer3"'],
    ] as const
  ) {
    const message = await refused({
      "a.jsonl": objects(HALVES[0], ["layer1", "layer2"]),
      "b.jsonl": objects(HALVES[1], names),
    }, { column: "layer*" });
    assertEquals(message.includes(what), true, message);
  }
});

Deno.test("a shard without the column that says what rows belong to is refused", async () => {
  const rows = (half: number[][], label: string) =>
    lines(half.map((emb, i) => ({ emb, [label]: `${i % 2}` })));
  const message = await refused({
    "a.jsonl": rows(HALVES[0], "class"),
    "b.jsonl": rows(HALVES[1], "label"),
  }, { by: "class" });
  assertEquals(message.startsWith('b.jsonl: there is no column "class"'), true, message);
});

Deno.test("lists of lists beside the vectors of a later shard are no other embeddings", async () => {
  const rows = HALVES[1].map((emb) => ({ emb, states: [emb, emb] }));
  const files = { "a.jsonl": lines(HALVES[0].map((emb) => ({ emb }))), "b.jsonl": lines(rows) };
  assertAlmostEquals(await ranked(files), BY_NAME, 1e-9);
});
