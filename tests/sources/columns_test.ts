import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import type { Column } from "../../src/sources/column.ts";
import {
  asksForSeveral,
  checkChoice,
  checkSameColumns,
  chooseColumns,
  chooseKeys,
  type ColumnChoice,
  originOf,
} from "../../src/sources/columns.ts";

/** Columns from the types that they are of, as in `{ id: "int64", vector: "list<float32>" }`. */
function columnsOf(types: Readonly<Record<string, string>>): Column[] {
  return Object.entries(types).map(([name, type]) => ({ name, type, kind: kindOf(type) }));
}

function kindOf(type: string): Column["kind"] {
  if (type.startsWith("float")) return "numbers";
  return type.startsWith("list<float") ? "vectors" : "other";
}

/** Columns of numbers of these names. */
function numbers(...names: string[]): Column[] {
  return names.map((name) => ({ name, type: "float32", kind: "numbers" }));
}

function refusal(columns: readonly Column[], choice: ColumnChoice = {}): RankMeError {
  return assertThrows(() => chooseColumns(columns, choice), RankMeError);
}

/** Which columns are chosen, and where they are. */
function found(columns: readonly Column[], choice: Parameters<typeof chooseColumns>[1] = {}) {
  const chosen = chooseColumns(columns, choice), { name } = chosen;
  return chosen.kind === "vectors"
    ? { kind: chosen.kind, name, index: chosen.index }
    : { kind: chosen.kind, name, indices: chosen.indices, names: chosen.names };
}

Deno.test("asking for one column and for several contradicts itself", () => {
  const error = assertThrows(() => checkChoice({ column: "a", columns: ["b"] }), RankMeError);
  assertEquals(error.code, "usage");
  for (const choice of [{}, { column: "a" }, { columns: ["b"] }]) checkChoice(choice);
});

// --- One column of vectors ---

Deno.test("the only column of vectors is taken, whatever else there is", () => {
  const columns = columnsOf({
    id: "int64",
    vector: "list<float16>",
    score: "float32",
    words: "list<utf8>",
  });
  assertEquals(found(columns), { kind: "vectors", name: "vector", index: 1 });
});

Deno.test("several columns that fit are listed, and the choice is taken", () => {
  const columns = columnsOf({
    id: "int64",
    layer1: "list<float32>",
    layer2: "list<float16>",
    layer3: "list<float64>",
  });
  const error = refusal(columns);
  assertEquals(error.code, "column");
  assertEquals(
    error.message,
    "several columns could be embeddings: layer1 (list<float32>), layer2 (list<float16>), layer3 " +
      "(list<float64>); choose one with --column NAME",
  );
  const chosen = found(columns, { column: "layer3" });
  assertEquals(chosen, { kind: "vectors", name: "layer3", index: 3 });
});

Deno.test("where no column fits all are listed with their types, and what is needed", () => {
  const columns = columnsOf({ id: "int32", text: "utf8", counts: "list<int32>" });
  assertEquals(
    refusal(columns).message,
    "no column holds embeddings; there are: id (int32), text (utf8), counts (list<int32>); a column " +
      "of lists of float16, float32 or float64 is needed",
  );
  assertStringIncludes(refusal([]).message, "no column holds embeddings; there are: none;");
  const needs = { vectors: "a row of numbers is needed", numbers: "each must be a number" };
  const other = assertThrows(() => chooseColumns(columns, {}, needs), RankMeError);
  assertStringIncludes(other.message, "; a row of numbers is needed");
});

Deno.test("a long list of columns is cut short", () => {
  const { message } = refusal(numbers("id", ...Array.from({ length: 384 }, (_, i) => `x${i}`)));
  assertStringIncludes(message, "x10 (float32) and 373 more; if each");
});

Deno.test("a column of that name must be there, once, and hold vectors", () => {
  const columns = [
    ...columnsOf({ a: "list<float32>", words: "list<utf8>", x: "float32" }),
    ...columnsOf({ a: "list<float32>" }),
  ];
  assertStringIncludes(
    refusal(columns, { column: "b" }).message,
    'there is no column "b"; there are: a (list<float32>), words (list<utf8>), x (float32), a (list',
  );
  assertEquals(refusal(columns, { column: "a" }).message, '2 columns are named "a"');
  assertEquals(
    refusal(columns, { column: "words" }).message,
    'column "words" is list<utf8>; a column of lists of float16, float32 or float64 is needed',
  );
  assertStringIncludes(refusal(columns, { column: "x" }).message, 'column "x" is float32');
});

// --- One column per dimension, found without being asked for ---

Deno.test("columns of numbers that count their dimensions are taken by themselves", () => {
  const counted: [readonly string[], string][] = [
    [["dim_0", "dim_1", "dim_2"], "dim_*"],
    [["dim_1", "dim_2", "dim_3"], "dim_*"],
    [["0", "1"], "*"],
    [["emb.0", "emb.1"], "emb.*"],
    [["x00", "x01", "x02"], "x*"],
    [Array.from({ length: 12 }, (_, i) => `f${i}`), "f*"],
    [Array.from({ length: 101 }, (_, i) => `f${String(i).padStart(2, "0")}`), "f*"],
  ];
  for (const [names, pattern] of counted) {
    const columns = [...columnsOf({ id: "int64" }), ...numbers(...names)];
    assertEquals(found(columns), {
      kind: "numbers",
      name: pattern,
      indices: names.map((_, i) => i + 1),
      names,
    });
  }
});

Deno.test("a prefix that ends in a digit or holds signs of patterns is but a prefix", () => {
  for (const prefix of ["layer1_", "v2.", "(x)[*]", "a+"]) {
    const names = [0, 1, 2].map((i) => prefix + i);
    const chosen = chooseColumns(numbers(...names), {});
    assertEquals(chosen.kind === "numbers" && chosen.names, names);
  }
});

Deno.test("columns of numbers that do not count dimensions, and only them, are not taken", () => {
  const others: (readonly string[])[] = [
    ["dim_0", "dim_2"],
    ["dim_2", "dim_3"],
    ["dim_0", "dim_1", "score"],
    ["score", "dim_0", "dim_1"],
    ["dim_0", "dim_0"],
    ["dim_00", "dim_1"],
    ["dim_0", "dim_01"],
    ["dim_9", "dim_10"],
  ];
  for (const names of others) {
    const error = refusal([...columnsOf({ id: "int64" }), ...numbers(...names)]);
    assertEquals(error.code, "column", names.join());
    assertStringIncludes(error.message, "if each is one dimension, name them: --columns '");
  }
});

Deno.test("columns that no pattern takes without others are asked for by their names", () => {
  for (
    const names of [
      ["dim_0"],
      ["x", "y"],
      ["left", "right"],
      ["dim_0", "other_1"],
      ["f0", "f1", "f1_mean"],
      ["a,0", "a,1", "b"],
    ]
  ) {
    const error = refusal(numbers(...names));
    assertStringIncludes(error.message, "name each that is a dimension: --columns NAME,NAME");
  }
  const others = refusal([...numbers("index", "token_count"), ...columnsOf({ text: "utf8" })]);
  assertStringIncludes(
    others.message,
    "; a column of lists of float16, float32 or float64 is needed",
  );
});

Deno.test("the patterns that are advised take the dimensions and no other column of any type", () => {
  const dimensions = Array.from({ length: 12 }, (_, i) => `f${i}`);
  const others: Column[][] = [
    [],
    columnsOf({ file: "utf8" }),
    columnsOf({ fold: "int64", "f": "float32" }),
    [{ name: "f.shape", kind: "other", type: "list<int64>", isPart: true }],
    columnsOf({ first: "list<utf8>" }),
  ];
  for (const beside of others) {
    const columns = [...beside, ...numbers(...dimensions, "width")];
    const { advice = "" } = refusal(columns);
    const [, patterns] = /^if each is one dimension, name them: --columns '(.*)'$/.exec(advice)!;
    const chosen = chooseColumns(columns, { columns: patterns.split(",") });
    assertEquals(chosen.names.toSorted(), dimensions.toSorted(), patterns);
  }
});

Deno.test("columns that count dimensions are taken in the order of their numbers", () => {
  const chosen = chooseColumns(
    numbers("d2", "d10", "d1", "d0", "d3", "d4", "d5", "d6", "d7", "d8", "d9"),
    {},
  );
  assertEquals(chosen.names, ["d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9", "d10"]);
});

Deno.test("columns that count dimensions are not taken where there is a column of vectors", () => {
  const columns = [...numbers("dim_0", "dim_1"), ...columnsOf({ z: "list<float32>" })];
  assertEquals(found(columns), { kind: "vectors", name: "z", index: 2 });
});

Deno.test("columns of numbers are listed with the flag that takes them", () => {
  const columns = [
    ...columnsOf({ id: "int64" }),
    ...numbers("dim_0", "dim_1", "dim_10"),
  ];
  const error = refusal(columns);
  assertEquals(error.code, "column");
  assertEquals(
    error.message,
    "no column holds lists of numbers, but there are columns of numbers: dim_0 (float32), dim_1 " +
      "(float32), dim_10 (float32); if each is one dimension, name them: --columns 'dim_*'",
  );
});

// --- One column per dimension ---

Deno.test("patterns take columns in the order of the patterns, then of the input", () => {
  const columns = columnsOf({
    b_1: "float32",
    a: "float64",
    b_0: "float32",
    id: "int32",
    b_2: "float32",
  });
  assertEquals(found(columns, { columns: ["a", "b_*"] }), {
    kind: "numbers",
    name: "a,b_*",
    indices: [1, 0, 2, 4],
    names: ["a", "b_1", "b_0", "b_2"],
  });
});

Deno.test("only the star means something in a pattern", () => {
  const columns = numbers("a.b", "axb", "(c)[0]+", "d\ne");
  const names = (...patterns: string[]) => {
    const chosen = chooseColumns(columns, { columns: patterns });
    return chosen.kind === "numbers" && chosen.names;
  };
  assertEquals(names("a.b"), ["a.b"]);
  assertEquals(names("(c)[0]+"), ["(c)[0]+"]);
  assertEquals(names("*b"), ["a.b", "axb"]);
  assertEquals(names("d*e"), ["d\ne"]);
  assertEquals(names("*"), ["a.b", "axb", "(c)[0]+", "d\ne"]);
});

Deno.test("patterns that take nothing, a column twice or no numbers are refused", () => {
  const columns = columnsOf({ x0: "float32", x1: "float32", label: "utf8" });
  assertEquals(
    refusal(columns, { columns: ["x*", "y*"] }).message,
    'no column is named "y*"; there are: x0 (float32), x1 (float32), label (utf8)',
  );
  assertEquals(
    refusal(columns, { columns: ["x*", "x1"] }).message,
    "a column is named twice by x*, x1",
  );
  assertEquals(
    refusal(columns, { columns: ["*"] }).message,
    'column "label" is utf8; each of --columns must be float16, float32 or float64',
  );
  assertEquals(refusal(columns, { columns: [] }).code, "usage");
});

// --- What messages call them ---

Deno.test("messages name the column, and the column of each dimension", () => {
  const vectors = chooseColumns(columnsOf({ z: "list<float32>" }), {});
  assertEquals(originOf(vectors), { origin: 'column "z"' });
  const several = chooseColumns(numbers("x0", "x1"), {});
  assertEquals(originOf(several), {
    origin: 'column "x*"',
    dimensions: ['column "x0"', 'column "x1"'],
  });
});

// --- Parts one after the other ---

Deno.test("the columns may not change from one part to the next", () => {
  const choice = { columns: ["x*"] };
  const before = chooseColumns(numbers("x0", "x1"), choice);
  checkSameColumns(before, chooseColumns(numbers("id", "x0", "x1"), choice));
  const cases: [string[], string][] = [
    [["x1", "x0"], 'from column "x0" to column "x1"'],
    [["x0"], 'from column "x1" to no column'],
    [["x0", "x1", "x2"], 'from no column to column "x2"'],
  ];
  for (const [names, what] of cases) {
    const now = chooseColumns(numbers(...names), choice);
    const error = assertThrows(() => checkSameColumns(before, now), RankMeError);
    assertEquals(error.code, "column");
    assertEquals(
      error.message,
      `the embeddings move ${what}; score what has other columns by itself`,
    );
  }
});

Deno.test("vectors in one part and columns of numbers in the next are not the same", () => {
  const vectors = chooseColumns(columnsOf({ z: "list<float32>" }), {});
  const several = chooseColumns(numbers("z0", "z1"), {});
  for (const [before, now] of [[vectors, several], [several, vectors]]) {
    assertThrows(() => checkSameColumns(before, now), RankMeError, "the embeddings move from");
  }
});

// --- Matrices ---

Deno.test("columns of matrices are taken where nothing else fits, or axes or names mean them", () => {
  const matrices = { name: "tokens", type: "list<list<float32>>", kind: "matrices" } as const;
  const other = { name: "score", type: "float32", kind: "numbers" } as const;
  const vectors = { name: "pooled", type: "list<float32>", kind: "vectors" } as const;
  const tokens = (index: number) => ({ kind: "vectors", name: "tokens", index }) as const;
  assertEquals(found([other, matrices], {}), tokens(1));
  assertEquals(chooseColumns([vectors, matrices], {}).name, "pooled");
  assertEquals(found([vectors, matrices], { column: "tokens" }), tokens(1));
  const counted = numbers("x0", "x1");
  assertEquals(chooseColumns([matrices, ...counted], {}).name, "x*");
  assertEquals(found([matrices, ...counted], { axes: "flat" }), tokens(0));
  const both = assertThrows(
    () => chooseColumns([vectors, matrices], { axes: "rows" }),
    RankMeError,
  );
  assertStringIncludes(
    both.message,
    "pooled (list<float32>), tokens (list<list<float32>>); choose",
  );
});

Deno.test("what would do in place of a column is said of it, not what is needed at large", () => {
  const columns: readonly Column[] = [
    { name: "label", type: "float64", kind: "numbers" },
    { name: "features", type: "sparse vector", kind: "other", advice: "write dense ones" },
  ];
  const choices = [{}, { column: "features" }, { columns: ["features"] }];
  for (const choice of choices) {
    assertStringIncludes(refusal(columns, choice).message, "; write dense ones");
  }
});

// --- Several columns side by side ---

Deno.test("a list, or a pattern that is no name, asks for columns side by side", () => {
  const columns = numbers("a*", "ab");
  for (const column of [["a"], ["a", "b"], "*", "layer*"]) {
    assertEquals(asksForSeveral({ column }, columns), true);
  }
  for (const column of [undefined, "a", "a*"]) {
    assertEquals(asksForSeveral({ column }, columns), false);
  }
  assertEquals(asksForSeveral({ column: "a*" }), true);
});

Deno.test("columns side by side are in the order asked for, those of a pattern in natural order", () => {
  const vectors = columnsOf({
    layer10: "list<float32>",
    layer2: "list<float16>",
    layer1: "list<float64>",
    layer_name: "utf8",
    projector: "list<float32>",
  });
  const chosen = (column: string | string[]) => found(vectors, { column });
  assertEquals(chosen("layer*"), {
    kind: "several",
    name: "layer*",
    indices: [2, 1, 0],
    names: ["layer1", "layer2", "layer10"],
  });
  assertEquals(chosen(["projector", "layer*1*", "layer1"]), {
    kind: "several",
    name: "projector,layer*1*,layer1",
    indices: [4, 2, 0],
    names: ["projector", "layer1", "layer10"],
  });
  assertEquals(chosen("projector"), { kind: "vectors", name: "projector", index: 4 });
});

Deno.test("a pattern takes lists of lists where axes are asked for, or there is nothing else", () => {
  const columns: Column[] = [
    { name: "a1", type: "list<float32>", kind: "vectors" },
    { name: "a2", type: "list<list<float32>>", kind: "matrices" },
  ];
  const names = (column: string, axes?: "rows") => {
    const chosen = chooseColumns(columns, { column, axes });
    return chosen.kind === "several" ? chosen.names : [];
  };
  assertEquals(names("a*"), ["a1"]);
  assertEquals(names("a*", "rows"), ["a1", "a2"]);
  assertEquals(names("*2"), ["a2"]);
});

Deno.test("other columns side by side are other columns", () => {
  const columns = columnsOf({ a: "list<float32>", b: "list<float32>", c: "list<float32>" });
  const [ab, ac] = [["a", "b"], ["a", "c"]].map((column) => chooseColumns(columns, { column }));
  checkSameColumns(ab, ab);
  const error = assertThrows(() => checkSameColumns(ab, ac), RankMeError);
  assertEquals(error.what, 'the embeddings move from column "b" to column "c"');
});

// --- What rows belong to ---

Deno.test("a column that says what rows belong to is no candidate", () => {
  const columns = columnsOf({ label: "list<float32>", emb: "list<float32>" });
  assertEquals(refusal(columns).code, "column");
  assertEquals(found(columns, { keys: ["label"] }), {
    kind: "vectors",
    name: "emb",
    index: 1,
  });
  const counted = numbers("d0", "d1", "d2");
  const chosen = chooseColumns([...counted, ...numbers("label")], { keys: ["label"] });
  assertEquals(chosen.kind === "numbers" && chosen.names, ["d0", "d1", "d2"]);
  const last = chooseColumns(counted, { keys: ["d2"] });
  assertEquals(last.kind === "numbers" && last.names, ["d0", "d1"]);
});

Deno.test("each key is found once, by its name", () => {
  const columns = [...numbers("a", "b"), ...columnsOf({ "c.d": "utf8", b: "utf8" })];
  assertEquals(chooseKeys(columns, { keys: ["c.d", "a", "c.d"] }), [2, 0]);
  assertEquals(chooseKeys(columns, {}), []);
  const twice = assertThrows(() => chooseKeys(columns, { keys: ["b"] }), RankMeError);
  assertEquals(twice.what, '2 columns are named "b"');
  const none = assertThrows(() => chooseKeys(columns, { keys: ["e"] }), RankMeError);
  assertEquals(
    none.what,
    'there is no column "e"; there are: a (float32), b (float32), c.d (utf8), b (utf8)',
  );
});
