import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
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
  LargeList,
  List,
  Map_,
  Schema,
  Struct,
  Utf8,
} from "apache-arrow";
import { RankMeError } from "../../src/errors.ts";
import {
  checkSameColumn,
  chooseColumn,
  type ColumnChoice,
} from "../../src/sources/embedding_column.ts";

const f32 = new Float32();
const listOf = (type: DataType) => new List(new Field("item", type));

function schemaOf(columns: Record<string, DataType>): Schema {
  return new Schema(Object.entries(columns).map(([name, type]) => new Field(name, type)));
}

function refusal(schema: Schema, choice: ColumnChoice = {}): RankMeError {
  return assertThrows(() => chooseColumn(schema, choice), RankMeError);
}

// --- One column of lists ---

Deno.test("the only column of lists of floats is taken, of any layout and width", () => {
  for (const Type of [Float16, Float32, Float64]) {
    const item = new Field("item", new Type());
    for (const type of [new FixedSizeList(3, item), new List(item), new LargeList(item)]) {
      const schema = schemaOf({
        id: new Int64(),
        vector: type,
        score: f32,
        words: listOf(new Utf8()),
      });
      assertEquals(chooseColumn(schema, {}), { kind: "list", name: "vector", index: 1 });
    }
  }
});

Deno.test("several columns that fit are listed, and the choice is taken", () => {
  const fixed = new FixedSizeList(512, new Field("item", new Float16()));
  const large = new LargeList(new Field("item", new Float64()));
  const schema = schemaOf({ id: new Int64(), layer1: listOf(f32), layer2: fixed, layer3: large });
  const error = refusal(schema);
  assertEquals(error.code, "column");
  assertEquals(
    error.message,
    "several columns could be embeddings: layer1 (list<float32>), layer2 " +
      "(fixed_size_list<float16>[512]), layer3 (large_list<float64>); choose one with --column NAME",
  );
  const chosen = chooseColumn(schema, { column: "layer3" });
  assertEquals(chosen, { kind: "list", name: "layer3", index: 3 });
});

Deno.test("where no column fits all are listed with their types", () => {
  const error = refusal(schemaOf({
    id: new Int32(),
    text: new Utf8(),
    label: new Dictionary(new Utf8(), new Int32()),
    nested: listOf(listOf(f32)),
    counts: listOf(new Int32()),
    flags: new Struct([new Field("a", new Bool())]),
    map: new Map_(
      new Field("entries", new Struct([new Field("key", new Utf8()), new Field("value", f32)])) as // deno-lint-ignore no-explicit-any
      any,
    ),
  }));
  assertEquals(
    error.message,
    "no column holds embeddings; there are: id (int32), text (utf8), label (dictionary<utf8>), nested " +
      "(list<list<float32>>), counts (list<int32>), flags (struct), map (map); a column of lists of " +
      "float16, float32 or float64 is needed",
  );
});

Deno.test("float columns without lists are listed, with the flag that takes them", () => {
  const error = refusal(schemaOf({ id: new Int64(), dim_0: f32, dim_1: f32, dim_10: f32 }));
  assertEquals(error.code, "column");
  assertEquals(
    error.message,
    "no column holds lists of floats, but there are float columns: dim_0 (float32), dim_1 (float32), " +
      "dim_10 (float32); if each is one dimension, name them: --columns 'dim_*'",
  );
});

Deno.test("a long list of columns is cut short", () => {
  const columns = Object.fromEntries(Array.from({ length: 384 }, (_, i) => [`x${i}`, f32]));
  const { message } = refusal(schemaOf(columns));
  assertStringIncludes(message, "x11 (float32) and 372 more; if each");
});

Deno.test("a column of that name must be there, once, and hold lists of floats", () => {
  const schema = new Schema([
    new Field("a", listOf(f32)),
    new Field("a", listOf(f32)),
    new Field("words", listOf(new Utf8())),
    new Field("x", f32),
  ]);
  assertStringIncludes(
    refusal(schema, { column: "b" }).message,
    'there is no column "b"; there are: a (list<float32>), a (list<float32>), words (list<utf8>)',
  );
  assertEquals(refusal(schema, { column: "a" }).message, '2 columns are named "a"');
  assertEquals(
    refusal(schema, { column: "words" }).message,
    'column "words" is list<utf8>; a column of lists of float16, float32 or float64 is needed',
  );
  assertStringIncludes(refusal(schema, { column: "x" }).message, 'column "x" is float32');
});

// --- Tensors ---

Deno.test("a column of tensors is taken when they have one axis, and refused when more", () => {
  const tensors = (metadata: string | undefined) => {
    const entries = [["ARROW:extension:name", "arrow.fixed_shape_tensor"]];
    if (metadata !== undefined) entries.push(["ARROW:extension:metadata", metadata]);
    const type = new FixedSizeList(6, new Field("item", f32));
    return new Schema([new Field("z", type, true, new Map(entries as [string, string][]))]);
  };
  assertEquals(chooseColumn(tensors('{"shape":[6]}'), {}).name, "z");
  assertEquals(chooseColumn(tensors("{}"), {}).name, "z");
  assertEquals(chooseColumn(tensors(undefined), {}).name, "z");
  const error = refusal(tensors('{"shape":[2,3]}'), { column: "z" });
  assertEquals(error.code, "unsupported");
  assertEquals(
    error.message,
    'column "z" holds tensors of shape (2, 3); one embedding per row is needed: pool or flatten them ' +
      "first",
  );
  for (const broken of ["", "{", "null"]) assertEquals(refusal(tensors(broken)).code, "corrupt");
});

// --- One column per dimension ---

Deno.test("patterns take columns in the order of the patterns, then of the schema", () => {
  const schema = schemaOf({ b_1: f32, a: new Float64(), b_0: f32, id: new Int32(), b_2: f32 });
  assertEquals(chooseColumn(schema, { columns: ["a", "b_*"] }), {
    kind: "scalars",
    name: "a,b_*",
    indices: [1, 0, 2, 4],
    names: ["a", "b_1", "b_0", "b_2"],
  });
});

Deno.test("only the star means something in a pattern", () => {
  const schema = schemaOf({ "a.b": f32, axb: f32, "(c)[0]+": f32, "d\ne": f32 });
  const names = (...columns: string[]) => {
    const chosen = chooseColumn(schema, { columns });
    return chosen.kind === "scalars" && chosen.names;
  };
  assertEquals(names("a.b"), ["a.b"]);
  assertEquals(names("(c)[0]+"), ["(c)[0]+"]);
  assertEquals(names("*b"), ["a.b", "axb"]);
  assertEquals(names("d*e"), ["d\ne"]);
  assertEquals(names("*"), ["a.b", "axb", "(c)[0]+", "d\ne"]);
});

Deno.test("patterns that take nothing, a column twice or no floats are refused", () => {
  const schema = schemaOf({ x0: f32, x1: f32, label: new Utf8() });
  assertEquals(
    refusal(schema, { columns: ["x*", "y*"] }).message,
    'no column is named "y*"; there are: x0 (float32), x1 (float32), label (utf8)',
  );
  assertEquals(
    refusal(schema, { columns: ["x*", "x1"] }).message,
    "a column is named twice by x*, x1",
  );
  assertEquals(
    refusal(schema, { columns: ["*"] }).message,
    'column "label" is utf8; each of --columns must be float16, float32 or float64',
  );
  assertEquals(refusal(schema, { columns: [] }).code, "usage");
});

// --- Schemas one after the other ---

Deno.test("the columns may not change from one schema to the next", () => {
  const choice = { columns: ["x*"] };
  const before = chooseColumn(schemaOf({ x0: f32, x1: f32 }), choice);
  checkSameColumn(before, chooseColumn(schemaOf({ id: new Int32(), x0: f32, x1: f32 }), choice), 1);
  const cases: [Record<string, DataType>, string][] = [
    [{ x1: f32, x0: f32 }, 'from column "x0" to column "x1"'],
    [{ x0: f32 }, 'from column "x1" to no column'],
    [{ x0: f32, x1: f32, x2: f32 }, 'from no column to column "x2"'],
  ];
  for (const [columns, what] of cases) {
    const now = chooseColumn(schemaOf(columns), choice);
    const error = assertThrows(() => checkSameColumn(before, now, 7), RankMeError);
    assertEquals(error.code, "column");
    assertEquals(
      error.message,
      `batch 7: the embeddings move ${what}; score what has other columns by itself`,
    );
  }
});
