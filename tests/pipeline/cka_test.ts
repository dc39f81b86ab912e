import { fastestBackend } from "../../src/linalg/fastest_backend.ts";
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { EmbeddingBatch } from "../../src/batch.ts";
import { RankMeError } from "../../src/errors.ts";
import { referenceBackend } from "../../src/linalg/reference/backend.ts";
import { cka, ckaOfColumns, type CkaOptions } from "../../src/pipeline/cka.ts";
import { batchesOf } from "../covariance/rows.ts";
import { pairCases, pairOf } from "../golden/objects.ts";
import { gaussian } from "../linalg/matrices.ts";
import { arrowBytes, withFiles } from "./arrow.ts";
import { never, promptly, watchedSource } from "./streams.ts";

const BACKEND = { backend: referenceBackend };
const [ALIKE, HALF_ALIKE] = pairCases;

for (const golden of pairCases) {
  Deno.test(`two streams of rows that are ${golden.name} have the CKA of NumPy`, async () => {
    const { a, b } = pairOf(golden);
    const [dimA, dimB] = golden.dims;
    for (const sizes of [[1], [7, 3], [1000]]) {
      const report = await cka(batchesOf(a, dimA, ...sizes), batchesOf(b, dimB, 5), BACKEND);
      assertAlmostEquals(report.cka[0][1], golden.cka, 1e-12);
      assertAlmostEquals(report.chance[0][1], golden.chance, 1e-12);
      assertEquals([report.names, report.dims], [["A", "B"], golden.dims]);
      assertEquals([report.rows, report.skippedRows, report.complete], [golden.rows, 0, true]);
      assertEquals(report.inputs.map(({ rows }) => rows), [golden.rows, golden.rows]);
    }
  });
}

Deno.test("files of several batches, read in step, are named as they are called", async () => {
  const { a, b } = pairOf(HALF_ALIKE);
  const bytes = [await arrowBytes(a, 5, 17), await arrowBytes(b, 5, 64, { dtype: "f32" })];
  await withFiles(bytes, async (first, second) => {
    const report = await cka(first, second, BACKEND);
    assertAlmostEquals(report.cka[0][1], HALF_ALIKE.cka, 1e-6);
    assertEquals(report.names, [first, second]);
    const named = await cka([first], [second], { ...BACKEND, names: ["one", "two"] });
    assertEquals(named.names, ["one", "two"]);
    assertEquals(named.inputs.map(({ name }) => name), [first, second]);
  });
});

Deno.test("what is said of one source counts for it, and of its columns nothing else then", async () => {
  const { a, b } = pairOf(HALF_ALIKE);
  const bytes = [
    await arrowBytes(a, 5, 64, { column: "x", dtype: "f64" }),
    await arrowBytes(b, 5, 64, { column: "y", layout: "columns", dtype: "f64" }),
  ];
  await withFiles(bytes, async (first, second) => {
    const report = await cka(first, second, {
      ...BACKEND,
      column: "x",
      b: { columns: ["y_*"] },
    });
    assertAlmostEquals(report.cka[0][1], HALF_ALIKE.cka, 1e-12);
    await assertRejects(() => cka(first, second, { ...BACKEND, column: "x" }), RankMeError, '"x"');
    const turned = await cka(second, first, { ...BACKEND, column: "x", a: { columns: ["y_*"] } });
    assertAlmostEquals(turned.cka[0][1], HALF_ALIKE.cka, 1e-12);
  });
});

Deno.test("shards of either are one after the other", async () => {
  const { a, b } = pairOf(HALF_ALIKE);
  const cut = 5 * 77;
  const shards = [a.subarray(0, cut), a.subarray(cut)].map((data) => batchesOf(data, 5, 20));
  const { cka: [[, value]] } = await cka(shards, batchesOf(b, 5, 200), BACKEND);
  assertAlmostEquals(value, HALF_ALIKE.cka, 1e-12);
});

/** Columns side by side in one batch. */
function sideBySide(widths: readonly number[], rows: number): EmbeddingBatch[] {
  const dim = widths.reduce((a, b) => a + b);
  let start = 0;
  const columns = widths.map((width, i) => ({ name: `layer${i}`, start, end: start += width }));
  const data = gaussian(1, rows * dim);
  return batchesOf(data, dim, 9).map(({ data, offset }) =>
    new EmbeddingBatch({ data, dim, offset, columns })
  );
}

Deno.test("of several columns each is compared with each", async () => {
  const batches = sideBySide([2, 3, 1], 40);
  const report = await ckaOfColumns(batches, BACKEND);
  assertEquals(report.names, ["layer0", "layer1", "layer2"]);
  assertEquals(report.dims, [2, 3, 1]);
  for (const [i, a] of batches[0].columns!.entries()) {
    for (const [j, b] of batches[0].columns!.entries()) {
      const pick = (start: number, end: number) =>
        batches.map((batch) => batch.dimensions(start, end));
      const pair = await cka(pick(a.start, a.end), pick(b.start, b.end), BACKEND);
      assertAlmostEquals(report.cka[i][j], pair.cka[0][1], 1e-12);
      assertAlmostEquals(report.chance[i][j], pair.chance[0][1], 1e-12);
    }
  }
});

Deno.test("columns of two inputs are compared within each and across", async () => {
  const report = await cka(sideBySide([2, 3], 40), sideBySide([2, 3], 40), {
    ...BACKEND,
    names: ["a", "b"],
  });
  assertEquals(report.names, ["a:layer0", "a:layer1", "b:layer0", "b:layer1"]);
  assertAlmostEquals(report.cka[0][2], 1, 1e-12);
  assertAlmostEquals(report.cka[0][3], report.cka[0][1], 1e-12);
});

Deno.test("one set of embeddings has nothing to be compared with", async () => {
  const error = await assertRejects(
    () => ckaOfColumns(batchesOf(gaussian(1, 20), 2, 5), BACKEND),
    RankMeError,
  );
  assertEquals(error.code, "usage");
  assert(error.message.includes("CKA compares two sets of embeddings, and there is one"));
});

Deno.test("skip, limit and sample choose pairs of rows", async () => {
  const { a, b } = pairOf(ALIKE);
  const some = (options: CkaOptions) =>
    cka(batchesOf(a, 6, 7), batchesOf(b, 4, 11), { ...BACKEND, ...options });
  const part = await some({ skip: 13, limit: 30 });
  const direct = await cka(
    batchesOf(a.subarray(13 * 6, 43 * 6), 6, 30),
    batchesOf(b.subarray(13 * 4, 43 * 4), 4, 30),
    BACKEND,
  );
  assertEquals(part.rows, 30);
  assertAlmostEquals(part.cka[0][1], direct.cka[0][1], 1e-12);
  const sample = await some({ sample: 50, seed: 1 });
  assertEquals(sample.rows, 50);
  // Pairs stay pairs: of rows that are apart nothing but chance would be left.
  assertAlmostEquals(sample.cka[0][1], ALIKE.cka, 0.05);
});

Deno.test("a limit that both reach is no mismatch, and one that one does not reach is", async () => {
  const short = batchesOf(gaussian(1, 20), 2, 4), long = batchesOf(gaussian(2, 60), 2, 4);
  assertEquals((await cka(short, long, { ...BACKEND, limit: 10 })).rows, 10);
  for (const options of [{}, { limit: 20 }]) {
    const error = await assertRejects(
      () => cka(short, long, { ...BACKEND, ...options, names: ["a", "b"] }),
      RankMeError,
    );
    assertEquals(
      error.message,
      "a has 10 rows, and b has 30 rows; rows are paired by their order, so both must be of the same " +
        "samples",
    );
  }
});

Deno.test("a NaN is named by the input that it is in", async () => {
  const broken = gaussian(1, 40);
  broken[2 * 13 + 1] = NaN;
  const good = gaussian(2, 40);
  const options = { ...BACKEND, names: ["good", "broken"] };
  const error = await assertRejects(
    () => cka(batchesOf(good, 2, 20), batchesOf(broken, 2, 5), options),
    RankMeError,
  );
  assertEquals(error.message, "broken: row 13: NaN (dimension 1)");
});

Deno.test("rows that are not finite are not skipped of two inputs, and are of one", async () => {
  const batches = sideBySide([2, 1], 40);
  await assertRejects(
    () => cka(batches, batches, { ...BACKEND, nonFinite: "skip" }),
    RankMeError,
    "a row left out of one alone",
  );
  const bytes = await arrowBytes(gaussian(1, 40), 2, 7);
  await assertRejects(() => ckaOfColumns(new Blob([bytes]).stream(), BACKEND), RankMeError, "one");
});

Deno.test("a source whose rows are all the same is named", async () => {
  const error = await assertRejects(
    () =>
      cka(batchesOf(gaussian(1, 40), 2, 5), batchesOf(new Float64Array(40).fill(1e8 / 3), 2, 5), {
        ...BACKEND,
        names: ["a", "b"],
      }),
    RankMeError,
  );
  assertEquals(error.message, "all rows of b are the same: nothing can be like it; leave it out");
});

Deno.test("sources without a row are an error", async () => {
  await assertRejects(() => cka([[]], [[]], BACKEND), RankMeError, "no rows");
});

Deno.test("few rows for the dimensions bring a warning of what unrelated rows would give", async () => {
  const few = await cka(
    batchesOf(gaussian(1, 80), 8, 5),
    batchesOf(gaussian(2, 80), 8, 5),
    BACKEND,
  );
  assertEquals(few.warnings.length, 1);
  assert(/^unrelated rows would give a CKA of 0\.\d\d: compare more rows$/.test(few.warnings[0]));
  const { a, b } = pairOf(HALF_ALIKE);
  assertEquals((await cka(batchesOf(a, 5, 9), batchesOf(b, 5, 9), BACKEND)).warnings, []);
});

Deno.test("an interruption compares the rows read by then, though a source says nothing", async () => {
  const interrupt = new AbortController();
  const endless = batchesOf(gaussian(1, 40), 2, 5);
  const source = watchedSource<EmbeddingBatch>((index) => endless[index] ?? never());
  const other = watchedSource<EmbeddingBatch>((index) => endless[index % 4]);
  const report = await promptly(cka(source.stream, other.stream, {
    ...BACKEND,
    signal: interrupt.signal,
    onProgress: ({ rows }) => rows === 20 && setTimeout(() => interrupt.abort(), 5),
  }));
  assertEquals([report.rows, report.complete], [20, false]);
  assertEquals(report.warnings[0], "interrupted: only the rows read by then are compared");
  assertEquals([source.cancelled.length, other.cancelled.length], [1, 1]);
});

Deno.test("an interruption before the first row is an error", async () => {
  const source = () => watchedSource<EmbeddingBatch>(() => never()).stream;
  const error = await promptly(assertRejects(
    () => cka(source(), source(), { ...BACKEND, signal: AbortSignal.timeout(5) }),
    RankMeError,
  ));
  assert(error.message.includes("interrupted before the first row"), error.message);
});

Deno.test("an error of one source lets go of the other", async () => {
  const failing = watchedSource<EmbeddingBatch>(() => {
    throw new RankMeError("corrupt", "broken");
  });
  const waiting = watchedSource<EmbeddingBatch>(() => never());
  await promptly(
    assertRejects(() => cka(failing.stream, waiting.stream, BACKEND), RankMeError, "broken"),
  );
  assertEquals(waiting.cancelled.length, 1);
});

Deno.test("columns whose scatter cannot fit are refused on the first batch, whoever listens", async () => {
  const dim = 30_000;
  const columns = [{ name: "a", start: 0, end: 1 }, { name: "b", start: 1, end: dim }];
  const row = () => new EmbeddingBatch({ data: new Float32Array(dim), dim, columns });
  for (const onMemory of [undefined, () => {}]) {
    const source = watchedSource(row);
    const { code } = await assertRejects(
      () => ckaOfColumns(source.stream, { backend: fastestBackend(), onMemory }),
      RankMeError,
    );
    assertEquals([code, source.pulled < 5, source.cancelled.length], ["memory", true, 1]);
  }
});
