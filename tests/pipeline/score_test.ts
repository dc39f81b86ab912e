import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { toFileUrl } from "./to_file_url.ts";
import { EmbeddingBatch } from "../../src/batch.ts";
import { RankMeError } from "../../src/errors.ts";
import { chooseBackend } from "../../src/linalg/choose_backend.ts";
import { referenceBackend } from "../../src/linalg/reference/backend.ts";
import { countingBackend } from "../linalg/counting_backend.ts";
import { score, scoreStream } from "../../src/pipeline/score.ts";
import type { ScoreOptions, ScoreProgress } from "../../src/pipeline/score_options.ts";
import type { ScoreSource } from "../../src/pipeline/reading.ts";
import { VERSION } from "../../src/report/version.ts";
import { batchesOf, batchOf, rankOf, stateOf } from "../covariance/rows.ts";
import { gaussian } from "../linalg/matrices.ts";
import { arrowBytes, END_OF_STREAM_BYTES, inChunks, withFiles } from "./arrow.ts";
import { never, promptly, settle, watchedSource } from "./streams.ts";

const ROWS = 60, DIM = 5;
const DATA = gaussian(1, ROWS * DIM);
/** RankMe of DATA; that the state gives the right one is shown against NumPy elsewhere. */
const RANK = rankOf(stateOf(DATA, DIM));

function batches(...sizes: number[]): EmbeddingBatch[] {
  return batchesOf(DATA, DIM, ...sizes);
}

async function refusal(
  source: ScoreSource | readonly ScoreSource[],
  options?: ScoreOptions,
): Promise<RankMeError> {
  return await assertRejects(() => promptly(score(source, options)), RankMeError);
}

async function assertScored(source: ScoreSource | readonly ScoreSource[]): Promise<void> {
  const report = await score(source);
  assertEquals([report.rows, report.dim, report.complete], [ROWS, DIM, true]);
  assertAlmostEquals(report.rankMe, RANK, 1e-12 * RANK);
  assertEquals(report.warnings, []);
}

// --- Sources. ---

Deno.test("an array of batches is scored", () => assertScored(batches(7)));

Deno.test("an iterable of batches is scored", () => assertScored(new Set(batches(7))));

Deno.test("an async iterable of batches is scored", () =>
  assertScored((async function* () {
    yield* batches(7);
  })()));

Deno.test("a stream of batches is scored", () => assertScored(ReadableStream.from(batches(7))));

Deno.test("a stream of Arrow bytes is scored, however the bytes are cut", async () => {
  const bytes = await arrowBytes(DATA, DIM, 7);
  for (const size of [1, 8, 1000, bytes.length]) await assertScored(inChunks(bytes, size));
});

Deno.test("a path and a file URL are scored", async () => {
  await withFiles([await arrowBytes(DATA, DIM, 7)], async (path) => {
    await assertScored(path);
    await assertScored(toFileUrl(path));
  });
});

Deno.test("a list of sources of every kind is scored as the shards of one data set", async () => {
  const shards = [0, 10, 20, 30, 40, 50].map((start) =>
    DATA.subarray(start * DIM, (start + 10) * DIM)
  );
  const arrow = await Promise.all(shards.map((shard) => arrowBytes(shard, DIM, 4)));
  await withFiles(arrow, (...paths) =>
    assertScored([
      batchesOf(shards[0], DIM, 3),
      new Set(batchesOf(shards[1], DIM, 3)),
      ReadableStream.from(batchesOf(shards[2], DIM, 3)),
      inChunks(arrow[3], 100),
      paths[4],
      toFileUrl(paths[5]),
    ]));
});

Deno.test("a list of one path is that path", async () => {
  await withFiles([await arrowBytes(DATA, DIM, 7)], (path) => assertScored([path]));
});

Deno.test("shards in any order give the same RankMe", async () => {
  const shards = [batchesOf(DATA.subarray(0, 100), DIM, 8), batchesOf(DATA.subarray(100), DIM, 8)];
  const { rankMe } = await score(shards.toReversed());
  assertAlmostEquals(rankMe, RANK, 1e-12 * RANK);
});

Deno.test("shards are opened in turn, each once the one before has been read", async () => {
  const opened: string[] = [];
  const shard = (name: string, start: number) =>
    (async function* () {
      opened.push(`${name} opened`);
      yield new EmbeddingBatch({ data: DATA.subarray(start, start + 10 * DIM), dim: DIM });
      opened.push(`${name} read`);
    })();
  await score([shard("a", 0), shard("b", 100)]);
  assertEquals(opened, ["a opened", "a read", "b opened", "b read"]);
});

// --- The report. ---

Deno.test("a report says what was read and by what", async () => {
  const report = await score(batches(7));
  assertEquals([report.rows, report.dim, report.skippedRows], [ROWS, DIM, 0]);
  const { backend } = chooseBackend();
  const { name, threads } = backend;
  backend.release();
  assertEquals([report.backend.name, report.backend.threads], [name, threads]);
  assertEquals(report.inputs, [{ name: "batches", format: "batches", rows: ROWS }]);
  assertEquals(report.version, VERSION);
  const { seconds, rowsPerSecond } = report.timing;
  assert(seconds > 0 && seconds < 60);
  assertAlmostEquals(rowsPerSecond, ROWS / seconds);
});

Deno.test("a report lists its inputs in order, by path or by the names they are given", async () => {
  const half = DATA.length / 2;
  const arrow = await Promise.all(
    [DATA.subarray(0, half), DATA.subarray(half)].map((shard) => arrowBytes(shard, DIM, 9)),
  );
  await withFiles(arrow, async (...paths) => {
    const { inputs } = await score([...paths, inChunks(arrow[0], 64)]);
    const read = { column: "embedding", reason: "the only one that holds vectors" };
    assertEquals(inputs, [
      { name: paths[0], format: "arrow-stream", rows: 30, ...read },
      { name: paths[1], format: "arrow-stream", rows: 30 },
      { name: "stream", format: "arrow-stream", rows: 30 },
    ]);
    const named = await score([...paths, batches(9)], { names: ["first", undefined, "third"] });
    assertEquals(named.inputs.map(({ name }) => name), ["first", paths[1], "third"]);
  });
});

Deno.test("the backend that is asked for computes, and is in the report", async () => {
  const { backend, calls } = countingBackend({ threads: 3 });
  const report = await score(batches(20), { backend });
  assertEquals(report.backend, { name: "counting", threads: 3 });
  assertEquals(calls.updates, 3);
});

Deno.test("conventions, centring and ε are those that are asked for", async () => {
  const report = await score(batches(7), { convention: "reptrix" });
  assertEquals([report.convention, report.centered, report.epsilon], ["reptrix", true, 1e-7]);
  const own = await score(batches(7), { center: true, epsilon: 0 });
  assertEquals([own.convention, own.centered, own.epsilon], ["paper", true, 0]);
  assertAlmostEquals(own.rankMe, own.metrics.effectiveRank, 1e-14);
});

// --- What is done to rows. ---

Deno.test("normalize scales every row to length 1 first", async () => {
  const unit = DATA.slice();
  for (let at = 0; at < unit.length; at += DIM) {
    const row = unit.subarray(at, at + DIM);
    const length = Math.hypot(...row);
    row.forEach((x, i) => row[i] = x / length);
  }
  const expected = rankOf(stateOf(unit, DIM));
  const { rankMe } = await score(batches(7), { normalize: true });
  assertAlmostEquals(rankMe, expected, 1e-12 * expected);
  assert(Math.abs(expected - RANK) > 1e-4, "the rows must tell the two apart");
  // And without being asked to, it does not.
  assertAlmostEquals((await score(batches(7), { normalize: false })).rankMe, RANK, 1e-12 * RANK);
});

Deno.test("limit scores exactly the first rows, and is complete", async () => {
  for (const limit of [1, 6, 7, 8, 59, 60, 61, 1e12]) {
    const report = await score(batches(7), { limit });
    const rows = Math.min(limit, ROWS);
    const expected = rankOf(stateOf(DATA.subarray(0, rows * DIM), DIM));
    assertEquals([report.rows, report.complete], [rows, true]);
    assertAlmostEquals(report.rankMe, expected, 1e-12 * expected);
  }
});

Deno.test("limit counts the rows of all shards together", async () => {
  const shards = batches(20).map((batch) => [batch.at(0)]);
  const report = await score(shards, { limit: 25 });
  const expected = rankOf(stateOf(DATA.subarray(0, 25 * DIM), DIM));
  assertEquals(report.rows, 25);
  assertAlmostEquals(report.rankMe, expected, 1e-12 * expected);
});

Deno.test("the rows of the inputs add up to the rows scored, under a limit and along the way too", async () => {
  const shards = () => batches(20).map((batch) => [batch.at(0)]);
  const reports = await Array.fromAsync(scoreStream(shards(), { limit: 33, every: 10 }));
  assertEquals(
    reports.map(({ rows, inputs }) => [rows, inputs.reduce((sum, input) => sum + input.rows, 0)]),
    [[10, 10], [20, 20], [30, 30], [33, 33]],
  );
});

Deno.test("a limit releases the source, wherever it falls", async () => {
  for (const limit of [1, 4, 5, 10]) {
    const source = watchedSource((index) => batchOf(2, index, 1, 0, index, 2, 2, 1, 3));
    assertEquals((await score(source.stream, { limit })).rows, limit);
    await settle();
    assertEquals(source.cancelled.length, 1, `limit ${limit}`);
  }
});

Deno.test("a limit within the first bytes of an Arrow stream releases it too", async () => {
  const bytes = await arrowBytes(DATA, DIM, 7);
  const source = watchedSource((index) => index === 0 ? bytes : never<typeof bytes>());
  assertEquals((await promptly(score(source.stream, { limit: 3 }))).rows, 3);
  await settle();
  assertEquals(source.cancelled.length, 1);
});

Deno.test("a limit lets a generator of batches clean up after itself", async () => {
  let cleaned = 0;
  const generate = async function* () {
    try {
      for (let index = 0;; index++) yield batchOf(2, index, 1, 0, index);
    } finally {
      cleaned++;
    }
  };
  assertEquals((await score(generate(), { limit: 3 })).rows, 3);
  await settle();
  assertEquals(cleaned, 1);
});

Deno.test("unusable rows are refused with their place, or skipped and counted", async () => {
  const data = DATA.slice();
  data[3 * DIM + 1] = NaN;
  data[40 * DIM + 4] = -Infinity;
  const bytes = await arrowBytes(data, DIM, 7);
  const error = await refusal(inChunks(bytes, 999), { names: ["emb.arrow"] });
  assertEquals(error.code, "non-finite");
  assertStringIncludes(error.message, "emb.arrow: batch 0, row 3: NaN");

  const report = await score(inChunks(bytes, 999), { nonFinite: "skip" });
  assertEquals([report.rows, report.skippedRows, report.complete], [ROWS - 2, 2, true]);
  const kept = DATA.filter((_, at) => ![3, 40].includes(Math.floor(at / DIM)));
  const expected = rankOf(stateOf(kept, DIM));
  assertAlmostEquals(report.rankMe, expected, 1e-12 * expected);
});

Deno.test("skipped rows are counted over all shards, also where a whole shard is skipped", async () => {
  const bad = DATA.map(() => NaN);
  const shards = [bad, DATA, bad].map((data) => arrowBytes(data, DIM, 7));
  const sources = (await Promise.all(shards)).map((bytes) => inChunks(bytes, 999));
  const report = await score(sources, { nonFinite: "skip" });
  assertEquals([report.rows, report.skippedRows], [ROWS, 2 * ROWS]);
  assertEquals(report.inputs.map(({ rows }) => rows), [0, ROWS, 0]);
});

// --- Reports along the way. ---

Deno.test("every reports at its multiples, and once at the end, complete only then", async () => {
  for (const sizes of [[60], [1], [7], [20]]) {
    const reports = await Array.fromAsync(scoreStream(batches(...sizes), { every: 20 }));
    assertEquals(
      reports.map(({ rows, complete }) => [rows, complete]),
      [[20, false], [40, false], [60, true]],
    );
    for (const { rows, rankMe } of reports) {
      const expected = rankOf(stateOf(DATA.subarray(0, rows * DIM), DIM));
      assertAlmostEquals(rankMe, expected, 1e-12 * expected);
    }
  }
});

Deno.test("without every there is one report, the one score() returns", async () => {
  const reports = await Array.fromAsync(scoreStream(batches(7)));
  assertEquals(reports.map(({ rows, complete }) => [rows, complete]), [[ROWS, true]]);
  assertEquals(reports[0].rankMe, (await score(batches(7))).rankMe);
});

Deno.test("a loop over reports that breaks off releases the source", async () => {
  const source = watchedSource((index) => batchOf(2, index, 1, 0, index));
  for await (const report of scoreStream(source.stream, { every: 4 })) {
    if (report.rows === 8) break;
  }
  await settle();
  assertEquals(source.cancelled.length, 1);
  assert(source.pulled < 30, `${source.pulled} batches for 8 rows`);
});

Deno.test("a loop that breaks off releases a source that is making it wait", async () => {
  const source = watchedSource((index) =>
    index < 5 ? batchOf(2, index, 1, 0, index) : never<EmbeddingBatch>()
  );
  const loop = async () => {
    for await (const { rows } of scoreStream(source.stream, { every: 4 })) if (rows === 8) break;
  };
  await promptly(loop(), "breaking off");
  await settle();
  assertEquals(source.cancelled.length, 1);
});

Deno.test("one report from an endless source takes a handful of batches, and no more", async () => {
  const source = watchedSource((index) => batchOf(2, index, 1, 0, index));
  const reports = scoreStream(source.stream, { every: 2, normalize: true, limit: 1e9 });
  assertEquals((await reports.next()).value!.rows, 2);
  await settle();
  const { pulled } = source;
  assert(pulled <= 20, `${pulled} batches for one report`);
  await settle();
  assertEquals(source.pulled, pulled);
  await reports.return();
});

Deno.test("onProgress hears of each batch: rows, and bytes of numbers", async () => {
  const heard: ScoreProgress[] = [];
  await score(batches(25), { onProgress: (progress) => void heard.push({ ...progress }) });
  assertEquals(heard, [
    { rows: 25, bytes: 25 * DIM * 8 },
    { rows: 50, bytes: 50 * DIM * 8 },
    { rows: 60, bytes: 60 * DIM * 8 },
  ]);
});

Deno.test("what onProgress was told does not change afterwards", async () => {
  const heard: ScoreProgress[] = [];
  await score(batches(25), { onProgress: (progress) => void heard.push(progress) });
  assertEquals(heard.map(({ rows }) => rows), [25, 50, 60]);
});

Deno.test("an error of onProgress ends the score with it and releases the source", async () => {
  const mistake = new TypeError("a mistake of the caller's");
  const source = watchedSource((index) => batchOf(2, index, 1, 0, index));
  const error = await assertRejects(() =>
    score(source.stream, {
      onProgress: () => {
        throw mistake;
      },
    })
  );
  assertStrictEquals(error, mistake);
  await settle();
  assertEquals(source.cancelled.length, 1);
});

// --- Interruption. ---

Deno.test("a signal while the source is stuck scores what was read, and says so", async () => {
  const source = watchedSource((index) =>
    index < 5 ? batchOf(2, index + 1, 1, 0, index + 1) : never<EmbeddingBatch>()
  );
  const controller = new AbortController();
  const scoring = score(source.stream, { signal: controller.signal });
  await settle();
  controller.abort();
  const report = await promptly(scoring, "stopping");
  assertEquals([report.rows, report.complete], [10, false]);
  assertEquals(report.warnings, ["interrupted: only the rows read by then are scored"]);
  await settle();
  assertEquals(source.cancelled.length, 1);
});

Deno.test("a signal leaves later shards alone", async () => {
  const stuck = watchedSource((index) => index < 2 ? batches(7)[index] : never<EmbeddingBatch>());
  const next = watchedSource((index) => batches(7)[index]);
  const controller = new AbortController();
  const scoring = score([stuck.stream, next.stream], { signal: controller.signal });
  await settle();
  controller.abort();
  const report = await promptly(scoring, "stopping");
  assertEquals([report.rows, report.inputs.length], [14, 1]);
  await settle();
  assertEquals([next.pulled, next.stream.locked], [0, false]);
});

Deno.test("a signal while Arrow bytes are stuck scores what was read and releases them", async () => {
  const bytes = await arrowBytes(DATA, DIM, 7);
  const source = watchedSource((index) =>
    index === 0 ? bytes.subarray(0, bytes.length - 100) : never<typeof bytes>()
  );
  const controller = new AbortController();
  const scoring = score(source.stream, { signal: controller.signal });
  await settle();
  controller.abort();
  const report = await promptly(scoring, "stopping");
  assertEquals([report.rows, report.complete], [56, false]);
  await settle();
  assertEquals(source.cancelled.length, 1);
});

Deno.test("a signal in an endless source ends it", async () => {
  const controller = new AbortController();
  const source = watchedSource(async (index) => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    return batchOf(2, index, 1, 0, index);
  });
  const scoring = score(source.stream, {
    signal: controller.signal,
    onProgress: ({ rows }) => rows >= 20 && controller.abort(),
  });
  const report = await promptly(scoring, "stopping");
  assert(report.rows >= 18 && report.rows <= 20, `${report.rows} rows`);
  assertEquals(report.complete, false);
  await settle();
  assertEquals(source.cancelled.length, 1);
});

Deno.test("a signal before the first row leaves nothing to score", async () => {
  const source = watchedSource(() => never<EmbeddingBatch>());
  const controller = new AbortController();
  const scoring = refusal(source.stream, { signal: controller.signal });
  await settle();
  controller.abort();
  const error = await scoring;
  assertEquals(error.code, "empty");
  assertStringIncludes(error.message, "interrupted before the first row");
  await settle();
  assertEquals(source.cancelled.length, 1);
});

Deno.test("an interruption before the first byte lets go of bytes that never come", async () => {
  let closed = 0;
  const ended = Promise.withResolvers<number | null>();
  const reader = {
    read: () => ended.promise,
    close() {
      closed++;
      ended.resolve(null);
    },
  };
  const cancelled: unknown[] = [];
  const stream = new ReadableStream<Uint8Array>({
    type: "bytes",
    pull: () => never<undefined>(),
    cancel: (reason) => void cancelled.push(reason),
  });
  for (const source of [reader, stream]) {
    const controller = new AbortController();
    const scoring = refusal(source, { signal: controller.signal });
    await settle();
    controller.abort();
    assertStringIncludes((await scoring).message, "interrupted before the first row");
    await settle();
  }
  assertEquals([closed, cancelled.length], [1, 1]);
});

Deno.test("a signal that was given before the start reads nothing", async () => {
  const source = watchedSource((index) => index < 50 ? batchOf(2, index, 1, 0, index) : undefined);
  const error = await refusal(source.stream, { signal: AbortSignal.abort() });
  assertEquals(error.code, "empty");
  assertStringIncludes(error.message, "interrupted before the first row");
  assert(source.pulled <= 2, `${source.pulled} batches`);
});

Deno.test("a signal that comes once all rows are read takes nothing from the report", async () => {
  const controller = new AbortController();
  const reports = scoreStream(batches(20), { signal: controller.signal, every: 20 });
  const seen: [number, boolean][] = [];
  for await (const { rows, complete, warnings } of reports) {
    seen.push([rows, complete]);
    if (rows < ROWS) continue;
    controller.abort();
    assertEquals(warnings, []);
  }
  assertEquals(seen.at(-1), [ROWS, true]);

  const { backend } = countingBackend({
    eigenvalues(...of) {
      late.abort();
      return referenceBackend.eigenvalues(...of);
    },
  });
  const late = new AbortController();
  const report = await score(batches(20), { signal: late.signal, backend });
  assertEquals([report.rows, report.complete, report.warnings], [ROWS, true, []]);
});

Deno.test("a signal that never comes keeps no listener of a score that is over", async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener, remove = signal.removeEventListener;
  signal.addEventListener = (...of: unknown[]) => {
    listeners++;
    Reflect.apply(add, signal, of);
  };
  signal.removeEventListener = (...of: unknown[]) => {
    listeners--;
    Reflect.apply(remove, signal, of);
  };
  await score(batches(7), { signal });
  assertEquals(listeners, 0);
  await score(batches(7), { signal, limit: 8 });
  assertEquals(listeners, 0);
  await refusal([batchOf(1, NaN)], { signal });
  await settle();
  assertEquals(listeners, 0);
});

// --- Warnings and refusals. ---

Deno.test("a stream without its end-of-stream marker is scored, not complete, with a warning", async () => {
  const bytes = await arrowBytes(DATA, DIM, 7);
  const cut = bytes.subarray(0, bytes.length - END_OF_STREAM_BYTES);
  const report = await score(inChunks(cut, 999), { names: ["pipe"] });
  assertEquals([report.rows, report.complete], [ROWS, false]);
  assertAlmostEquals(report.rankMe, RANK, 1e-12 * RANK);
  assertEquals(report.warnings.length, 1);
  assertStringIncludes(
    report.warnings[0],
    "pipe: the stream ended without its end-of-stream marker",
  );
  // One such shard among whole ones is enough.
  const shards = await score([inChunks(bytes, 999), inChunks(cut, 999), inChunks(bytes, 999)]);
  assertEquals([shards.rows, shards.complete, shards.warnings.length], [3 * ROWS, false, 1]);
});

Deno.test("a stream without its end-of-stream marker is refused when asked to be strict", async () => {
  const bytes = await arrowBytes(DATA, DIM, 7);
  const cut = bytes.subarray(0, bytes.length - END_OF_STREAM_BYTES);
  const error = await refusal(inChunks(cut, 999), { strict: true, names: ["pipe"] });
  assertEquals(error.code, "truncated");
  assertStringIncludes(error.message, "pipe: ");
  assertEquals((await score(inChunks(bytes, 999), { strict: true })).complete, true);
});

Deno.test("a stream that ends inside a batch is refused, never scored", async () => {
  const bytes = await arrowBytes(DATA, DIM, 7);
  for (const missing of [END_OF_STREAM_BYTES + 1, 100, bytes.length - 1]) {
    const cut = bytes.subarray(0, bytes.length - missing);
    const error = await refusal(inChunks(cut, 64), { names: ["pipe"] });
    assertEquals(error.code, "truncated");
    assertStringIncludes(error.message, "pipe: ");
  }
});

Deno.test("fewer rows than dimensions are scored with a warning", async () => {
  const report = await score([new EmbeddingBatch({ data: gaussian(2, 12), dim: 6 })]);
  assertEquals(report.spectrum.singularValues.length, 2);
  assertEquals(report.warnings.length, 1);
  assertStringIncludes(report.warnings[0], "2 rows for 6 dimensions");
  assertEquals(report.complete, true);
});

Deno.test("equal rows have rank 1, and rank 0 with a warning when centred", async () => {
  const rows = [batchOf(2, 0.1, 0.2, 0.1, 0.2, 0.1, 0.2)];
  const report = await score(rows);
  assertAlmostEquals(report.rankMe, 1, 1e-5);
  assertEquals(report.warnings, []);
  const centered = await score(rows, { center: true });
  assertEquals(centered.rankMe, 0);
  assertEquals(centered.warnings.length, 1);
  assertStringIncludes(centered.warnings[0], "all rows are equal");
});

Deno.test("rows of zeros have rank 0, with a warning", async () => {
  for (const normalize of [false, true]) {
    const report = await score([batchOf(2, 0, 0, 0, 0)], { normalize });
    assertEquals(report.rankMe, 0);
    assertEquals(report.warnings, ["every value is zero: collapsed completely"]);
  }
});

Deno.test("values whose squares overflow or vanish are refused, and scored once scaled", async () => {
  for (const size of [1e200, 1e-200]) {
    const rows = [batchOf(2, 3 * size, 0, 0, 4 * size)];
    const error = await refusal(rows);
    assertEquals(error.code, "range");
    assertStringIncludes(error.message, "power of two");
    const { rankMe } = await score(
      rows.map((batch) =>
        batch.mapRows((row) => row.forEach((x, i) => row[i] = x * 2 ** (size > 1 ? -660 : 660)))
      ),
    );
    // σ = 4, 3: p = 4/7, 3/7.
    assertAlmostEquals(rankMe, (7 / 4) ** (4 / 7) * (7 / 3) ** (3 / 7), 1e-5);
  }
});

Deno.test("unit rows of any size can be scored, as their squares are", async () => {
  const { rankMe } = await score([batchOf(2, 1e200, 0, 0, 1e-200)], { normalize: true });
  assertAlmostEquals(rankMe, 2, 1e-5);
});

Deno.test("no rows at all are refused with the name of the input", async () => {
  const empty = new EmbeddingBatch({ data: new Float64Array(0), dim: 3 });
  for (const source of [[], [empty], ReadableStream.from([]), [[], []]] as ScoreSource[]) {
    assertEquals((await refusal(source)).code, "empty");
  }
  const error = await refusal([[empty], [empty]], { names: ["a", "b"] });
  assertEquals(error.message, "a, b: no rows");
  const bytes = await refusal(inChunks(new Uint8Array(0), 1), { names: ["pipe"] });
  assertEquals(bytes.code, "empty");
  assertStringIncludes(bytes.message, "pipe: ");
});

Deno.test("an input of which every row was skipped is refused, saying so", async () => {
  const bytes = await arrowBytes(DATA.map(() => NaN), DIM, 7);
  const error = await refusal(inChunks(bytes, 99), { nonFinite: "skip", names: ["pipe"] });
  assertEquals(error.message, "pipe: no rows left: all 60 were skipped");
});

Deno.test("shards of different dimensions are refused, naming both", async () => {
  const arrow = await Promise.all([arrowBytes(DATA, 5, 10), arrowBytes(DATA, 6, 10)]);
  await withFiles(arrow, async (...paths) => {
    const error = await refusal(paths);
    assertEquals(error.code, "dimension");
    assertEquals(error.message, `${paths[1]}: row 0: 6 dimensions where ${paths[0]} has 5`);
  });
  const error = await refusal([[batchOf(2, 1, 2)], [batchOf(3, 1, 2, 3)]], { names: ["a", "b"] });
  assertEquals(error.message, "b: row 0: 3 dimensions where a has 2");
});

Deno.test("a shard that is refused is released", async () => {
  const wide = watchedSource(() => batchOf(3, 1, 2, 3));
  const error = await refusal([batches(7), wide.stream]);
  assertEquals(error.code, "dimension");
  await settle();
  assertEquals(wide.cancelled.length, 1);
});

Deno.test("batches of different dimensions in one source are refused with the row", async () => {
  const error = await refusal([batchOf(2, 1, 2, 3, 4), batchOf(3, 1, 2, 3)], { names: ["mine"] });
  assertEquals(error.code, "dimension");
  assertEquals(error.message, "mine: row 2: 3 dimensions where mine has 2");
});

Deno.test("NaN in a program's batches is refused with the shard and the row in it", async () => {
  const shards = [[batchOf(2, 1, 2, 3, 4)], [batchOf(2, 5, 6), batchOf(2, 7, NaN)]];
  const error = await refusal(shards, { names: ["a", "b"] });
  assertEquals(error.code, "non-finite");
  assertEquals(error.message, "b: row 1: NaN (dimension 1)");
});

Deno.test("an error of the source arrives unchanged", async () => {
  const mistake = new TypeError("the producer failed");
  const failing = () =>
    watchedSource((index) => {
      if (index === 2) throw mistake;
      return batches(7)[index];
    }).stream;
  assertStrictEquals(await assertRejects(() => score(failing())), mistake);
  assertStrictEquals(await assertRejects(() => score([batches(7), failing()])), mistake);
});

Deno.test("a file that is not there is refused with its path", async () => {
  const path = "no/such/embeddings.arrow";
  const error = await refusal([batches(7), path]);
  assertEquals(error.code, "unreadable");
  assertStringIncludes(error.message, path);
});

Deno.test("options that make no sense are refused before the source is touched", async () => {
  const senseless: ScoreOptions[] = [
    { limit: 0 },
    { every: 0 },
    { limit: 5, every: 1.5 },
    { limit: 5, epsilon: -1 },
    { limit: 5, convention: "none" as "paper" },
  ];
  for (const options of senseless) {
    const source = watchedSource((index) => batchOf(2, index, 1));
    assertEquals((await refusal(source.stream, options)).code, "usage");
    await settle();
    assertEquals([source.pulled, source.stream.locked], [0, false], JSON.stringify(options));
  }
});
