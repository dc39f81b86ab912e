import { assertEquals } from "@std/assert";
import { type CkaReport, ckaToJson, ckaToText } from "../../src/report/cka.ts";

const PAIR: CkaReport = {
  names: ["a.npy", "b.npy"],
  dims: [384, 1024],
  cka: [[1, 0.82345], [0.82345, 1]],
  chance: [[0.02, 0.0123], [0.0123, 0.01]],
  rows: 25_600,
  skippedRows: 0,
  complete: true,
  backend: { name: "reference", threads: 1 },
  timing: { seconds: 0.5, rowsPerSecond: 51_200 },
  inputs: [],
  warnings: [],
  version: "0.1.0",
};

const LAYERS: CkaReport = {
  ...PAIR,
  names: ["layer1", "layer2", "l"],
  dims: [2, 2, 2],
  cka: [[1, 0.5, 0.25], [0.5, 1, 0.125], [0.25, 0.125, 1]],
  chance: [[0.9, 0.1, 0.2], [0.1, 0.9, 0.3], [0.2, 0.3, 0.9]],
};

Deno.test("two sets are one number, with what unrelated rows would give", () => {
  assertEquals(
    ckaToText(PAIR),
    `CKA  0.8235

chance level   unrelated rows would give 0.0123
rows           25,600
of             a.npy, 384 dims
and            b.npy, 1,024 dims
`,
  );
  const partial = ckaToText({ ...PAIR, complete: false, skippedRows: 3 }).split("\n");
  assertEquals(partial[0], "CKA  0.8235  partial");
  assertEquals(partial[3], "rows           25,600, 3 rows skipped");
});

Deno.test("more than two are a table", () => {
  assertEquals(
    ckaToText(LAYERS),
    `        layer1  layer2       l
layer1  1.0000  0.5000  0.2500
layer2  0.5000  1.0000  0.1250
l       0.2500  0.1250  1.0000

25,600 rows; unrelated rows would give up to 0.3000
`,
  );
});

Deno.test("colours are there when they are asked for, and not otherwise", () => {
  for (const report of [PAIR, LAYERS]) {
    assertEquals(ckaToText(report).includes("\x1b"), false);
    assertEquals(ckaToText(report, { color: true }).includes("\x1b[2m"), true);
  }
});

Deno.test("the JSON has numbers for two sets and lists for more", () => {
  const { cka, chance, ...pair } = JSON.parse(ckaToJson(PAIR));
  assertEquals([cka, chance], [0.82345, 0.0123]);
  const { cka: matrix, ...layers } = JSON.parse(ckaToJson(LAYERS));
  assertEquals(matrix, LAYERS.cka);
  assertEquals(layers.chance, LAYERS.chance);
  assertEquals(Object.keys(pair), [
    "names",
    "dims",
    "rows",
    "skippedRows",
    "complete",
    "backend",
    "timing",
    "inputs",
    "warnings",
    "version",
  ]);
});
