import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  Binary,
  Bool,
  type DataType,
  Dictionary,
  Field,
  FixedSizeList,
  Float16,
  Float32,
  Float64,
  Int32,
  Int64,
  Int8,
  LargeList,
  List,
  Map_,
  Schema,
  Struct,
  Utf8,
} from "apache-arrow";
import { RankMeError } from "../../../src/errors.ts";
import { chooseColumns } from "../../../src/sources/columns.ts";
import { arrowColumns, rowsPerValue } from "../../../src/sources/arrow/arrow_columns.ts";
import type { Axes } from "../../../src/sources/axes.ts";

const f32 = new Float32();
const listOf = (type: DataType) => new List(new Field("item", type));

function structOf(types: Readonly<Record<string, DataType>>): Struct {
  return new Struct(Object.entries(types).map(([name, type]) => new Field(name, type)));
}

function schemaOf(types: Readonly<Record<string, DataType>>): Schema {
  return new Schema(structOf(types).children);
}

/** What each column is, by its name. */
function kinds(schema: Schema): Record<string, string> {
  return Object.fromEntries(
    arrowColumns(schema).map(({ name, kind, type }) => [name, `${kind}: ${type}`]),
  );
}

Deno.test("lists of floats of any layout and width are vectors, floats are numbers", () => {
  for (const [Type, called] of [[Float16, "16"], [Float32, "32"], [Float64, "64"]] as const) {
    const item = new Field("item", new Type());
    assertEquals(
      kinds(schemaOf({
        fixed: new FixedSizeList(512, item),
        list: new List(item),
        large: new LargeList(item),
        entry: new Dictionary(new List(item), new Int32()),
        number: new Type(),
      })),
      {
        fixed: `vectors: fixed_size_list<float${called}>[512]`,
        list: `vectors: list<float${called}>`,
        large: `vectors: large_list<float${called}>`,
        entry: `vectors: dictionary<list<float${called}>>`,
        number: `numbers: float${called}`,
      },
    );
  }
});

Deno.test("a field without a name, as damage or a foreign writer may have it, is called nothing", () => {
  const nameless = new Field(null as unknown as string, f32);
  assertEquals(kinds(new Schema([nameless])), { "": "numbers: float32" });
  const inside = new Schema([new Field("s", new Struct([nameless]))]);
  assertEquals(arrowColumns(inside).map(({ name }) => name), ["s", "s."]);
});

Deno.test("columns of all other types are neither", () => {
  const entries = structOf({ key: new Utf8(), value: f32 });
  const types = {
    id: new Int32(),
    text: new Utf8(),
    label: new Dictionary(new Utf8(), new Int32()),
    score: new Dictionary(f32, new Int32()),
    nested: listOf(listOf(new Int32())),
    counts: listOf(new Int32()),
    flags: structOf({ a: new Bool() }),
    map: new Map_(new Field("entries", entries)),
  };
  assertEquals(kinds(schemaOf(types as unknown as Record<string, DataType>)), {
    id: "other: int32",
    text: "other: utf8",
    label: "other: dictionary<utf8>",
    score: "other: dictionary<float32>",
    nested: "other: list<list<int32>>",
    counts: "other: list<int32>",
    flags: "other: struct",
    "flags.a": "other: bool",
    map: "other: map",
  });
});

Deno.test("lists of lists of floats, of any depth and kind, are matrices", () => {
  const fixed = new FixedSizeList(2, new Field("item", new LargeList(new Field("item", f32))));
  const types = {
    two: listOf(listOf(f32)),
    three: listOf(fixed),
    entry: new Dictionary(listOf(listOf(f32)), new Int32()),
    of: structOf({ two: listOf(listOf(f32)) }),
  };
  assertEquals(kinds(schemaOf(types as unknown as Record<string, DataType>)), {
    two: "matrices: list<list<float32>>",
    three: "matrices: list<fixed_size_list<large_list<float32>>[2]>",
    entry: "other: dictionary<list<list<float32>>>",
    of: "other: struct",
    "of.two": "matrices: list<list<float32>>",
  });
});

Deno.test("a struct of indices and values is a sparse vector, with all that is in it", () => {
  const sparse = structOf({ size: f32, indices: listOf(new Int32()), values: listOf(f32) });
  assertEquals(kinds(schemaOf({ z: sparse, values: listOf(f32) })), {
    z: "other: sparse vector",
    "z.size": "other: part of a sparse vector",
    "z.indices": "other: part of a sparse vector",
    "z.values": "other: part of a sparse vector",
    values: "vectors: list<float32>",
  });
});

Deno.test("fields of structs are columns at any depth, with the path to them", () => {
  const inner = structOf({ id: new Int64(), z: listOf(f32) });
  const schema = schemaOf({ id: new Int64(), outer: structOf({ x: f32, inner }), y: f32 });
  assertEquals(
    arrowColumns(schema).map(({ name, path }) => [name, ...path]),
    [
      ["id", 0],
      ["outer", 1],
      ["outer.x", 1, 0],
      ["outer.inner", 1, 1],
      ["outer.inner.id", 1, 1, 0],
      ["outer.inner.z", 1, 1, 1],
      ["y", 2],
    ],
  );
});

Deno.test("a column whose name is a path hides the field there", () => {
  const schema = schemaOf({ a: structOf({ b: listOf(f32), c: f32 }), "a.b": listOf(f32) });
  assertEquals(arrowColumns(schema).map(({ name, path }) => [name, ...path]), [
    ["a", 0],
    ["a.c", 0, 1],
    ["a.b", 1],
  ]);
});

Deno.test("structs that are tensors of a shape each are not looked into", () => {
  const metadata = new Map([["ARROW:extension:name", "arrow.variable_shape_tensor"]]);
  const type = structOf({ data: listOf(f32), shape: listOf(new Int32()) });
  const schema = new Schema([new Field("z", type, true, metadata)]);
  assertEquals(kinds(schema), { z: "other: variable_shape_tensor" });
});

// --- Tensors ---

/** How many rows each tensor of a column is, of 6 numbers and some metadata. */
function rows(metadata: string | undefined, axes?: Axes, type?: DataType): number {
  const entries: [string, string][] = [["ARROW:extension:name", "arrow.fixed_shape_tensor"]];
  if (metadata !== undefined) entries.push(["ARROW:extension:metadata", metadata]);
  type ??= new FixedSizeList(6, new Field("item", f32));
  const [column] = arrowColumns(new Schema([new Field("z", type, true, new Map(entries))]));
  return rowsPerValue(column, axes);
}

function refusal(metadata: string | undefined, axes?: Axes, type?: DataType): RankMeError {
  return assertThrows(() => rows(metadata, axes, type), RankMeError);
}

Deno.test("lists that are no tensors are one row each, whatever is asked for", () => {
  const [column] = arrowColumns(schemaOf({ z: listOf(f32) }));
  for (const axes of [undefined, "rows", "flat"] as const) {
    assertEquals(rowsPerValue(column, axes), 1);
  }
});

Deno.test("tensors of one axis are one row, of more what is asked for", () => {
  for (const axes of [undefined, "rows", "flat"] as const) {
    assertEquals(rows('{"shape":[6]}', axes), 1);
    assertEquals(rows('{"shape":[6],"permutation":[0],"dim_names":["x"]}', axes), 1);
  }
  assertEquals(rows('{"shape":[2,3]}', "rows"), 2);
  assertEquals(rows('{"shape":[2,1,3],"permutation":[0,1,2]}', "rows"), 2);
  assertEquals(rows('{"shape":[6,1]}', "rows"), 6);
  assertEquals(rows('{"shape":[2,3]}', "flat"), 1);
  assertEquals(
    refusal('{"shape":[2,3]}').message,
    'column "z" holds tensors of shape (2, 3); pass --axes rows (every leading axis is rows, D = 3) ' +
      "or --axes flat (one row per first index, D = 6)",
  );
});

Deno.test("tensors of no axis are no embeddings", () => {
  const one = new FixedSizeList(1, new Field("item", f32));
  assertStringIncludes(refusal('{"shape":[]}', "rows", one).message, "of shape (); an (N, D)");
});

Deno.test("tensors whose axes stand in another order are refused as rows", () => {
  const error = refusal('{"shape":[2,3],"permutation":[1,0]}', "rows");
  assertEquals(error.code, "unsupported");
  assertEquals(
    error.message,
    'column "z" holds tensors of shape (2, 3), permuted to (1, 0); write them in the order of their ' +
      "axes, or pass --axes flat",
  );
  // The same permutation of all rows' dimensions changes no rank.
  assertEquals(rows('{"shape":[2,3],"permutation":[1,0]}', "flat"), 1);
});

Deno.test("tensors without a shape, or of one that is not theirs, are refused", () => {
  const shapes = ["[2,4]", "[7]", "[]", "[0,6]", "[2.5,2.4]", "[-2,-3]", '["6"]', "6", "null"];
  const metadata = [undefined, "", "{", "null", "{}", '{"shape":[6],"permutation":6}'];
  for (const text of [...metadata, ...shapes.map((shape) => `{"shape":${shape}}`)]) {
    assertEquals(refusal(text, "rows").code, "corrupt", text);
  }
  assertEquals(refusal('{"shape":[6]}', "rows", listOf(f32)).code, "corrupt");
  assertStringIncludes(
    refusal('{"shape":[2,4]}', "rows").message,
    'tensors of shape (2, 4) in column "z", which is fixed_size_list<float32>[6]',
  );
});

Deno.test("what could be embeddings in another form is called what it is, with what would do", () => {
  const refused = (types: Readonly<Record<string, DataType>>) =>
    assertThrows(() => chooseColumns(arrowColumns(schemaOf(types)), {}), RankMeError).message;
  const int8 = listOf(new Int8());
  assertStringIncludes(refused({ embedding: int8 }), "embedding (list<int8>); cast its whole");
  assertStringIncludes(refused({ emb: new Binary() }), "emb (binary); bytes do not say");
  assertStringIncludes(refused({ emb: new Utf8() }), "emb (utf8); arrays in text are read in");
  // Of others nothing is known, and what says which model made them holds none.
  for (const [name, type] of [["counts", int8], ["embedding_model", new Utf8()]] as const) {
    assertStringIncludes(refused({ [name]: type }), "a column of lists of float16, float32");
  }
  const counted = { x0: f32, x1: f32, embedding_model: new Utf8() };
  assertEquals(chooseColumns(arrowColumns(schemaOf(counted)), {}).names, ["x0", "x1"]);
  // Beside them a few numbers are none.
  assertStringIncludes(
    refused({ stats: listOf(f32), embedding: int8 }),
    '"stats" is beside "embedding"',
  );
});
