/** What every stage promises, whatever it does: it is a plain TransformStream with backpressure. */
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { EmbeddingBatch } from "../../src/batch.ts";
import { OnlineCovariance } from "../../src/covariance/online_covariance.ts";
import { CovarianceStream } from "../../src/pipeline/covariance_stream.ts";
import { EffectiveRankStream } from "../../src/pipeline/effective_rank_stream.ts";
import { ArrowBatchStream } from "../../src/sources/arrow/arrow_batch_stream.ts";
import { ArrowEncodeStream } from "../../src/sources/arrow/arrow_encode_stream.ts";
import { EmbeddingStream } from "../../src/sources/arrow/embedding_stream.ts";
import { LimitStream } from "../../src/transforms/limit_stream.ts";
import { UnitNormStream } from "../../src/transforms/unit_norm_stream.ts";
import { stateOf } from "../covariance/rows.ts";
import { gaussian } from "../linalg/matrices.ts";
import { never, promptly, settle, watchedSource } from "./streams.ts";

const DIM = 3, ROWS = 4;

function makeBatch(index: number): EmbeddingBatch {
  return new EmbeddingBatch({ data: gaussian(index, ROWS * DIM), dim: DIM, offset: ROWS * index });
}

function makeState(index: number): OnlineCovariance {
  return stateOf(gaussian(index, ROWS * DIM), DIM);
}

/** What can be said of a chunk of any kind, as plain data. */
function contentOf(chunk: unknown): unknown {
  if (chunk instanceof EmbeddingBatch) return { ...chunk, data: [...chunk.data] };
  if (!(chunk instanceof OnlineCovariance)) return structuredClone(chunk);
  return { count: chunk.count, mean: chunk.mean, scatter: chunk.scatter() };
}

interface Stage {
  readonly name: string;
  // deno-lint-ignore no-explicit-any
  readonly make: () => TransformStream<any, any>;
  /** The chunks it is fed with; each makes at least one chunk, the covariance's the one before. */
  readonly chunk: (index: number) => unknown;
}

const STAGES: readonly Stage[] = [
  { name: "LimitStream", make: () => new LimitStream(1e9), chunk: makeBatch },
  { name: "UnitNormStream", make: () => new UnitNormStream(), chunk: makeBatch },
  { name: "CovarianceStream", make: () => new CovarianceStream({ every: ROWS }), chunk: makeBatch },
  { name: "EffectiveRankStream", make: () => new EffectiveRankStream(), chunk: makeState },
];

for (const { name, make, chunk } of STAGES) {
  Deno.test(`${name} is a TransformStream`, () => {
    assert(make() instanceof TransformStream);
  });

  Deno.test(`${name} takes no more than is read from it`, async () => {
    const source = watchedSource(chunk);
    const reader = source.stream.pipeThrough(make()).getReader();
    await settle();
    assert(source.pulled <= 2, `${source.pulled} chunks before the first read`);
    for (let reads = 1; reads <= 5; reads++) {
      await reader.read();
      await settle();
      assert(source.pulled <= reads + 3, `${source.pulled} chunks for ${reads} reads`);
    }
    await reader.cancel();
  });

  Deno.test(`${name} passes a cancellation on with its reason`, async () => {
    const source = watchedSource(chunk);
    const reader = source.stream.pipeThrough(make()).getReader();
    await reader.read();
    const reason = new Error("enough");
    await promptly(reader.cancel(reason), "cancelling");
    await settle();
    assertEquals(source.cancelled.length, 1);
    assertStrictEquals(source.cancelled[0], reason);
    const { pulled } = source;
    await settle();
    assertEquals(source.pulled, pulled);
  });

  Deno.test(`${name} passes a cancellation on while the source makes it wait`, async () => {
    const source = watchedSource(() => never());
    const reader = source.stream.pipeThrough(make()).getReader();
    const reading = reader.read();
    await settle();
    await promptly(reader.cancel(), "cancelling");
    assertEquals((await reading).done, true);
    await settle();
    assertEquals(source.cancelled.length, 1);
  });

  Deno.test(`${name} passes an error from upstream on, the very same`, async () => {
    const error = new TypeError("the disk is on fire");
    const source = watchedSource((index) => {
      if (index === 3) throw error;
      return chunk(index);
    });
    const thrown = await assertRejects(() => Array.fromAsync(source.stream.pipeThrough(make())));
    assertStrictEquals(thrown, error);
  });

  Deno.test(`${name} can be tee'd: both branches see the same`, async () => {
    const source = watchedSource((index) => index < 4 ? chunk(index) : undefined);
    const [left, right] = source.stream.pipeThrough(make()).tee();
    const [a, b] = await Promise.all([Array.fromAsync(left), Array.fromAsync(right)]);
    assert(a.length >= 4);
    assertEquals(a.map(contentOf), b.map(contentOf));
  });

  Deno.test(`${name} never changes a chunk again that it has handed out or taken in`, async () => {
    const inputs: unknown[] = [];
    const inputsThen: unknown[] = [];
    const source = watchedSource((index) => {
      if (index === 5) return undefined;
      inputs.push(chunk(index));
      inputsThen.push(contentOf(inputs[index]));
      return inputs[index];
    });
    const outputs: unknown[] = [];
    const outputsThen: unknown[] = [];
    for await (const output of source.stream.pipeThrough(make())) {
      outputs.push(output);
      outputsThen.push(contentOf(output));
    }
    assert(outputs.length >= 5);
    assertEquals(outputs.map(contentOf), outputsThen);
    assertEquals(inputs.map(contentOf), inputsThen);
  });

  Deno.test(`${name} ends an empty stream with an empty stream`, async () => {
    assertEquals(await Array.fromAsync(ReadableStream.from([]).pipeThrough(make())), []);
  });
}

/** Every stage there is, one behind the other. */
function allStages(source: ReadableStream<EmbeddingBatch>) {
  return source
    .pipeThrough(new ArrowEncodeStream({ dtype: "f64" }))
    .pipeThrough(new ArrowBatchStream())
    .pipeThrough(new EmbeddingStream())
    .pipeThrough(new LimitStream(1e9))
    .pipeThrough(new UnitNormStream())
    .pipeThrough(new CovarianceStream({ every: ROWS }))
    .pipeThrough(new EffectiveRankStream());
}

Deno.test("one report read from an endless source takes a handful of batches, and no more", async () => {
  const source = watchedSource(makeBatch);
  const reader = allStages(source.stream).getReader();
  const { value } = await reader.read();
  assertEquals(value!.rows, ROWS);
  await settle();
  const { pulled } = source;
  assert(pulled <= 20, `${pulled} batches for one report`);
  await settle();
  assertEquals(source.pulled, pulled);
  await reader.cancel();
  await settle();
  assertEquals(source.cancelled.length, 1);
});

Deno.test("a loop that breaks off releases an endless source", async () => {
  const source = watchedSource(makeBatch);
  let reports = 0;
  for await (const _ of allStages(source.stream)) if (++reports === 3) break;
  await settle();
  assertEquals(source.cancelled.length, 1);
  const { pulled } = source;
  await settle();
  assertEquals(source.pulled, pulled);
});

Deno.test("an error of the source arrives unchanged at the end of all stages", async () => {
  const error = new RangeError("no more memory");
  const source = watchedSource((index) => {
    if (index === 6) throw error;
    return makeBatch(index);
  });
  const thrown = await assertRejects(() => Array.fromAsync(allStages(source.stream)));
  assertStrictEquals(thrown, error);
});

Deno.test("a branch of a tee may be scored while the other is used for something else", async () => {
  const source = watchedSource((index) => index < 10 ? makeBatch(index) : undefined);
  const [rows, copies] = source.stream.tee();
  const [reports, batches] = await Promise.all([
    Array.fromAsync(allStages(rows)),
    Array.fromAsync(copies),
  ]);
  assertEquals(reports.at(-1)!.rows, 10 * ROWS);
  assertEquals(
    batches.map(contentOf),
    Array.from({ length: 10 }, (_, i) => contentOf(makeBatch(i))),
  );
});
