import {
  assert,
  assertEquals,
  assertGreater,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import { type BackendChoice, chooseBackend } from "../../src/linalg/choose_backend.ts";
import type { EachInput, ScoreEachOptions } from "../../src/pipeline/each_options.ts";
import type { EachOutcome } from "../../src/pipeline/each_outcome.ts";
import type { EachProgress } from "../../src/pipeline/each_progress.ts";
import { score } from "../../src/pipeline/score.ts";
import { scoreEach } from "../../src/pipeline/score_each.ts";
import { fittingJobs } from "../../src/pipeline/score_in_workers.ts";
import { syntheticEmbeddings } from "../../src/sources/synthetic.ts";
import { arrowBytes } from "../commands/arrow_bytes.ts";
import { withFolder } from "../sources/shards/folders.ts";
import { never, promptly, watchedSource } from "./streams.ts";

/** With permission to load libraries, another would be chosen. */
const WASM: BackendChoice = { backend: "wasm" };

const rows = (seed: number, count = 300) => syntheticEmbeddings({ rows: count, dim: 8, seed });

async function fileOf(seed: number, count = 300): Promise<Uint8Array> {
  const data = [];
  for await (const batch of rows(seed, count)) data.push(...batch.data);
  return await arrowBytes(Float64Array.from(data), 8);
}

/** Runs with three files, one that is none, and one that is not there. */
async function withFiles(run: (inputs: readonly EachInput[]) => Promise<void>): Promise<void> {
  const files = {
    "a.arrows": await fileOf(1),
    "b.arrows": await fileOf(2, 500),
    "c.arrows": Uint8Array.of(0x80, 4, 0x95, 0, 0, 0),
    "d.arrows": await fileOf(3),
  };
  await withFolder(files, async (folder) => {
    const paths = [...Object.keys(files), "none.arrows"].map((name) => `${folder}/${name}`);
    await run(paths.map((source, i) => ({ name: "abcde"[i], source })));
  });
}

/** What an outcome says that is the same in every run. */
function gist(outcome: EachOutcome) {
  if ("error" in outcome) return [outcome.name, outcome.error.code, outcome.error.message];
  const { rankMe, rows, dim, confidence, inputs, spectrum } = outcome.report;
  return [
    outcome.name,
    rankMe.toFixed(9),
    rows,
    dim,
    confidence?.high.toFixed(6),
    inputs,
    spectrum.rows,
  ];
}

const threadsOf = (outcomes: readonly EachOutcome[]) =>
  outcomes.flatMap((outcome) => "report" in outcome ? [outcome.report.backend.threads] : []);

Deno.test("each data set is scored as by itself, in the order in which they are given", async () => {
  const outcomes = await scoreEach([
    { name: "one", source: rows(1) },
    { name: "two", source: [rows(2), rows(3)] },
  ], { backend: WASM });
  const expected = await Promise.all([rows(1), [rows(2), rows(3)]].map((source) => {
    return score(source, { backend: chooseBackend(WASM).backend });
  }));
  assertEquals(outcomes.map(({ name }) => name), ["one", "two"]);
  assertEquals(
    outcomes.map((outcome) => "report" in outcome && [outcome.report.rankMe, outcome.report.rows]),
    expected.map(({ rankMe, rows }) => [rankMe, rows]),
  );
});

Deno.test("one that cannot be scored leaves the others alone", async () => {
  await withFiles(async (inputs) => {
    const outcomes = await scoreEach(inputs, { jobs: 1, backend: WASM });
    assertEquals(outcomes.map(({ name }) => name), ["a", "b", "c", "d", "e"]);
    assertEquals(outcomes.map((outcome) => "error" in outcome && outcome.error.code), [
      false,
      false,
      "format",
      false,
      "unreadable",
    ]);
    const [, , c, , e] = outcomes;
    // A file is called by its path, whatever its data set is called.
    assertEquals("error" in c && c.error.place.input, String(inputs[2].source));
    assertStringIncludes("error" in e ? e.error.message : "", "none.arrows: there is no such file");
  });
});

Deno.test("files scored several at a time give what they give one after the other", async () => {
  await withFiles(async (inputs) => {
    const options: ScoreEachOptions = {
      ci: true,
      metrics: ["stableRank"],
      backend: { backend: "wasm", threads: 3 },
    };
    const together = await scoreEach(inputs, { ...options, jobs: 3 });
    const inTurn = await scoreEach(inputs, { ...options, jobs: 1 });
    assertEquals(together.map(gist), inTurn.map(gist));
    // The threads are shared among the workers, where one after the other has all of them.
    assertEquals([threadsOf(together), threadsOf(inTurn)], [[1, 1, 1], [3, 3, 3]]);
    const [first] = together;
    assert("report" in first && first.report.spectrum.singularValues instanceof Float64Array);
    assert("report" in first && first.report.confidence!.replicates.length === 16);
    const bad = together[2];
    assert("error" in bad && bad.error instanceof RankMeError);
  });
});

Deno.test("a list of files is one data set for a worker as well", async () => {
  await withFiles(async ([a, b, , d]) => {
    const inputs = [{ name: "ab", source: [a, b].map(({ source }) => String(source)) }, d];
    const outcomes = await scoreEach(inputs, { jobs: 2, backend: { backend: "wasm", threads: 2 } });
    assertEquals(outcomes.map((outcome) => "report" in outcome && outcome.report.rows), [800, 300]);
    assertEquals(threadsOf(outcomes), [1, 1]);
  });
});

Deno.test("rows of a program are scored in turn, with all threads, as are files beside them", async () => {
  await withFiles(async ([a, b]) => {
    const mixed = [a, { name: "rows", source: rows(2) }, b];
    assertEquals(
      threadsOf(await scoreEach(mixed, { jobs: 3, backend: { backend: "wasm", threads: 2 } })),
      [
        2,
        2,
        2,
      ],
    );
  });
});

Deno.test("options that would not do for any data set are refused at once", async () => {
  await withFiles(async (inputs) => {
    for (const jobs of [1, 2]) {
      const refuse = (options: ScoreEachOptions, message: string) =>
        assertRejects(
          () => scoreEach(inputs, { backend: WASM, ...options, jobs }),
          RankMeError,
          message,
        );
      await refuse({ epsilon: 2 }, "ε must be");
      await refuse({ metrics: ["stabelRank"] }, "stableRank");
      await refuse({ metrics: ["lidar"] }, "--group");
    }
    for (const jobs of [0, 1.5, NaN]) {
      await assertRejects(() => scoreEach(inputs, { jobs }), RankMeError, "1 at a time or more");
    }
  });
});

Deno.test("progress adds up over all data sets", async () => {
  await withFiles(async (inputs) => {
    for (const jobs of [1, 3]) {
      const told: EachProgress[] = [];
      await scoreEach(inputs, {
        jobs,
        backend: WASM,
        onProgress: (progress) => told.push(progress),
      });
      assertEquals(told.at(-1)!.done, 5);
      assertEquals(told.every(({ inputs }) => inputs === 5), true);
      told.slice(1).forEach(({ rows, done }, i) => {
        assert(rows >= told[i].rows && done >= told[i].done);
      });
      assertGreater(told.at(-1)!.rows, 0);
    }
  });
});

Deno.test("a signal stops it: what was scored by then is kept, what was not is left out", async () => {
  const interrupt = new AbortController();
  const hanging = watchedSource<never>((index) => {
    if (index === 0) setTimeout(() => interrupt.abort(), 10);
    return never();
  });
  const outcomes = await promptly(scoreEach([
    { name: "done", source: rows(1) },
    { name: "hangs", source: hanging.stream },
    { name: "later", source: rows(2) },
  ], { backend: WASM, signal: interrupt.signal }));
  assertEquals(outcomes.map(({ name }) => name), ["done"]);
});

Deno.test("a signal that has come already lets nothing be scored", async () => {
  await withFiles(async (inputs) => {
    for (const jobs of [1, 2]) {
      assertEquals(
        await scoreEach(inputs, { jobs, backend: WASM, signal: AbortSignal.abort() }),
        [],
      );
    }
  });
});

Deno.test("there are as many jobs at a time as their memory allows, and always one", () => {
  assertEquals(fittingJobs(900e6, 8, 4e9), 4);
  assertEquals(fittingJobs(1e6, 8, 4e9), 8);
  assertEquals(fittingJobs(9e9, 8, 4e9), 1);
});
