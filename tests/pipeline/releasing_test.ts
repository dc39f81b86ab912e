/** Threads keep a program alive: every stage lets go of them, however it ends. */
import { assert, assertEquals, assertGreater, assertRejects } from "@std/assert";
import type { EmbeddingBatch } from "../../src/batch.ts";
import type { Backend } from "../../src/linalg/backend.ts";
import { CovarianceStream } from "../../src/pipeline/covariance_stream.ts";
import { EffectiveRankStream } from "../../src/pipeline/effective_rank_stream.ts";
import { score } from "../../src/pipeline/score.ts";
import { batchOf } from "../covariance/rows.ts";
import { DENO_RUN } from "../deno_run.ts";
import { countingBackend } from "../linalg/counting_backend.ts";
import { settle } from "./streams.ts";

/** A backend that counts how often it is let go of. */
function watchedBackend(): { backend: Backend; released: () => number } {
  let releases = 0;
  const { backend } = countingBackend({ release: () => void releases++ });
  return { backend, released: () => releases };
}

function states(batches: EmbeddingBatch[], backend: Backend) {
  return ReadableStream.from(batches).pipeThrough(new CovarianceStream({ backend, every: 1 }));
}

const GOOD = batchOf(2, 1, 2, 3, 4, 5, 7), BAD = batchOf(2, 1, NaN);

Deno.test("the covariance stage lets go when all rows are in", async () => {
  const { backend, released } = watchedBackend();
  await Array.fromAsync(states([GOOD], backend));
  assertEquals(released(), 1);
});

Deno.test("the covariance stage lets go when it is cancelled, aborted or fails", async () => {
  const cancelled = watchedBackend();
  const reader = states([GOOD, GOOD], cancelled.backend).getReader();
  await reader.read();
  await reader.cancel();
  await settle();
  assertGreater(cancelled.released(), 0);

  const aborted = watchedBackend();
  const stage = new CovarianceStream({ backend: aborted.backend });
  const reading = assertRejects(() => Array.fromAsync(stage.readable));
  await stage.writable.abort(new Error("no more"));
  await reading;
  await settle();
  assertGreater(aborted.released(), 0);

  const failed = watchedBackend();
  await assertRejects(() => Array.fromAsync(states([GOOD, BAD], failed.backend)));
  assertGreater(failed.released(), 0);
});

Deno.test("the rank stage lets go of what the states were computed with, at the end or on failing", async () => {
  for (const fails of [false, true]) {
    const { backend, released } = watchedBackend();
    const [state] = await Array.fromAsync(states([GOOD], { ...backend, release() {} }));
    const broken = Object.create(state, {
      backend: { value: backend },
      spectrum: {
        value: () => {
          throw new Error("broken");
        },
      },
      count: { value: state.count },
      dim: { value: state.dim },
    });
    const whole = Object.create(state, {
      backend: { value: backend },
      spectrum: { value: () => state.spectrum() },
      count: { value: state.count },
      dim: { value: state.dim },
    });
    const ranks = ReadableStream.from([fails ? broken : whole])
      .pipeThrough(new EffectiveRankStream());
    if (fails) await assertRejects(() => Array.fromAsync(ranks), Error, "broken");
    else await Array.fromAsync(ranks);
    assertEquals(released(), 1);
  }
});

Deno.test("a score lets go whether it succeeds or not", async () => {
  const good = watchedBackend(), bad = watchedBackend();
  await score([GOOD], { backend: good.backend });
  assertGreater(good.released(), 0);
  await assertRejects(() => score([GOOD, BAD], { backend: bad.backend }));
  assertGreater(bad.released(), 0);
});

Deno.test("a program that scores on several threads, stage by stage or at once, ends by itself", async () => {
  const program = new URL("score_on_threads.ts", import.meta.url).href;
  const child = new Deno.Command(Deno.execPath(), {
    args: [...DENO_RUN, program],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const late = setTimeout(() => child.kill("SIGKILL"), 30_000);
  const { success, stdout } = await child.output();
  clearTimeout(late);
  const lines = new TextDecoder().decode(stdout).trim().split("\n");
  assert(success, "it had to be killed");
  assertEquals(lines.length, 5);
  assertEquals(lines[2], lines[3], "the last state of the stages is what a score sees");
  assertEquals(lines[4], "the producer failed");
});
