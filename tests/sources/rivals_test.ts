import { assertEquals, assertStringIncludes } from "@std/assert";
import { believed, FirstNumbers } from "../../src/sources/believable.ts";
import type { Column } from "../../src/sources/column.ts";
import { inOtherForm } from "../../src/sources/other_forms.ts";
import { sparseVector } from "../../src/sources/sparse_vectors.ts";
import { csvRows, jsonRows, refusal } from "./text/texts.ts";

const COUNT = 5;

/** A row of embeddings. */
const vector = (i: number) => Array.from({ length: 8 }, (_, d) => Math.sin(8 * i + d + 1));
const few = (i: number) => [0.5 * i, 0.25, 1 / (i + 3)];

/** Lines of JSON, one for each row. */
function lines(row: (i: number) => unknown): string {
  return Array.from({ length: COUNT }, (_, i) => `${JSON.stringify(row(i))}\n`).join("");
}

function bytes(i: number): Uint8Array {
  return new Uint8Array(Float32Array.from(vector(i)).buffer);
}

const base64 = (i: number) => btoa(String.fromCharCode(...bytes(i)));
const hex = (i: number) => [...bytes(i)].map((b) => b.toString(16).padStart(2, "0")).join("");
const keyed = (i: number, prefix: string) =>
  Object.fromEntries(vector(i).map((number, d) => [`${prefix}${d}`, number]));

/** Lines of which nothing is to be taken, and what is said of them. */
const DOUBTED: readonly (readonly [row: (i: number) => unknown, message: string])[] = [
  [(i) => ({ mean_rgb: few(i), ...keyed(i, "d") }), '"mean_rgb" has 3 numbers beside "d*"'],
  [(i) => ({ features: few(i), ...keyed(i, "d") }), "--column NAME or --columns 'd*'"],
  [(i) => ({ features: few(i), day: "a", ...keyed(i, "d") }), "or --columns 'd0*,d1*,d2*,d3*,"],
  [(i) => ({ features: [3, i, 4, 1], embedding: base64(i) }), '"features" has 4 numbers beside'],
  [(i) => ({ x: [0.1, 0.2 * i], image_features: base64(i) }), '"x" is beside "image_features"'],
  [(i) => ({ layer_norms: [...few(i), ...vector(i)], embedding_b64: base64(i) }), "11 numbers"],
  [(i) => ({ h: [1, i], id: "a" }), '"h" holds whole numbers only'],
  [(i) => ({ colour: few(i), emb: hex(i) }), "emb (hexadecimal of 8 float32 numbers)"],
  [(i) => ({ colour: few(i), emb: vector(i).map(String) }), '"colour" is beside "emb"'],
  [(i) => ({ colour: few(i), emb: vector(i).join(" ") }), "emb (text of 8 numbers)"],
  [(i) => ({ colour: few(i), emb: keyed(i, "k") }), '"colour" is beside "emb.k*"'],
  [(i) => ({ colour: few(i), emb: vector(i).map((v) => ({ v })) }), '"colour" is beside "emb"'],
  [(i) => ({ id: i, probs: few(i) }), '"probs" is named as none are'],
];

for (const [row, message] of DOUBTED) {
  Deno.test(`nothing is taken of ${JSON.stringify(row(0)).slice(0, 100)}`, () => {
    const error = refusal(() => jsonRows(lines(row)));
    assertEquals(error.code, "column");
    assertStringIncludes(error.message, message);
  });
}

/** Ways in which programs print a vector. */
const PRINTED: readonly ((numbers: readonly number[]) => string)[] = [
  (numbers) => numbers.join(" "),
  (numbers) => numbers.join(";"),
  (numbers) => `array([${numbers.join(", ")}], dtype=float32)`,
  (numbers) => `tensor([${numbers.join(", ")}])`,
  (numbers) => `(${numbers.join(", ")})`,
];

Deno.test("vectors as programs print them are no text beside a few numbers in CSV", () => {
  for (const print of PRINTED) {
    const rows = Array.from({ length: COUNT }, (_, i) => i);
    const lists = rows.map((i) => `"[${few(i)}]","${print(vector(i))}"\n`).join("");
    const error = refusal(() => csvRows(`colour,emb\n${lists}`));
    assertStringIncludes(error.message, '"colour" is beside "emb"');
    const counted = rows.map((i) => `${few(i)},"${print(vector(i))}"\n`).join("");
    assertStringIncludes(
      refusal(() => csvRows(`p0,p1,p2,emb\n${counted}`)).message,
      '"p*" is beside "emb"',
    );
  }
});

Deno.test("classes, probabilities and boxes are no dimensions, though they are counted", () => {
  for (const prefix of ["class_", "prob_", "box_"]) {
    const text = `${prefix}0,${prefix}1,${prefix}2\n${few(0)}\n${few(1)}\n`;
    assertStringIncludes(refusal(() => csvRows(text)).message, `"${prefix}*" is named as none are`);
    assertEquals(csvRows(text, { columns: [`${prefix}*`] }), [few(0), few(1)]);
  }
  assertEquals(csvRows(`dim_0,dim_1,dim_2\n${few(0)}\n`), [few(0)]);
});

Deno.test("a typed column that is named as embeddings is a rival in whatever form", () => {
  const colour: Column = { name: "colour", kind: "vectors", type: "list<float32>" };
  const emb = { name: "emb", kind: "other", type: "other" } as const;
  for (const form of ["others", "bytes", "text", "integers", "lists"] as const) {
    const other = { ...emb, ...inOtherForm(form, "emb") };
    assertStringIncludes(refusal(() => believed(colour, [colour, other])).message, 'beside "emb"');
  }
  const sparse = { ...emb, ...sparseVector("emb").whole };
  assertStringIncludes(refusal(() => believed(colour, [colour, sparse])).message, 'beside "emb"');
  // Of several lists of texts, tags are no embeddings; nor is the name of a model.
  assertEquals(inOtherForm("others", "tags"), {});
  assertEquals(inOtherForm("text", "embedding_model"), {});
  const named: Column = { name: "features", kind: "vectors", type: "list<float32>" };
  const unproven = believed(named, [named, { ...emb, ...inOtherForm("bytes", "emb") }]);
  const block = { rows: 1, dim: 2, data: Float64Array.of(0.5, 1), unproven };
  assertStringIncludes(
    refusal(() => new FirstNumbers().take(block)).message,
    '"features" has 2 numbers beside "emb"',
  );
});

Deno.test("all rows in one array beside their number and length are no row", () => {
  const flat = Array.from({ length: COUNT }, (_, i) => vector(i)).flat();
  for (
    const [object, advice] of [
      [{ embedding: flat, n: COUNT, d: 8 }, ".d as $d | [.embedding[]]"],
      [{ vectors: flat, dimension: 8, count: COUNT }, ".dimension as $d | [.vectors[]]"],
      [{ vectors: flat, dim: 8 }, ".dim as $d | [.vectors[]]"],
    ] as const
  ) {
    const error = refusal(() => jsonRows(JSON.stringify(object)));
    assertStringIncludes(error.message, `tensor of shape (${COUNT}, 8)`);
    assertStringIncludes(error.message, advice);
  }
  const each = lines((i) => ({ embedding: vector(i), dim: 8, n: 4, width: 4, height: 3 }));
  assertEquals(jsonRows(each).length, COUNT);
});

Deno.test("what is plainly of embeddings is read beside texts, scores and names of models", () => {
  const rows = Array.from({ length: COUNT }, (_, i) => vector(i));
  const beside = { embedding_model: "m", text: "a 1.5 b", label_0: 0.1, label_1: 0.3 };
  const others = { features: ["red", "big"], digest: "d41d8cd98f00b204e9800998ecf8427e" };
  assertEquals(jsonRows(lines((i) => ({ embedding: vector(i), ...beside, ...others }))), rows);
  assertEquals(jsonRows(lines((i) => ({ x: vector(i), y: i % 2 }))), rows);
  // States of each token beside what was pooled of them.
  const long = (i: number) => [...vector(i), ...vector(i + 9)];
  const states = lines((i) => ({ embedding: long(i), hidden_states: [long(i), long(i)] }));
  assertEquals(jsonRows(states)[1], long(1));
  const dims = lines((i) => ({ ...keyed(i, "x"), at: "12.5,13.1" }));
  assertEquals(jsonRows(dims), rows);
});
