import { assertEquals, assertLess, assertStringIncludes, assertThrows } from "@std/assert";
import { EmbeddingBatch } from "../../src/batch.ts";
import { RankMeError } from "../../src/errors.ts";
import { fastestBackend } from "../../src/linalg/fastest_backend.ts";
import { referenceBackend } from "../../src/linalg/reference/backend.ts";
import { refuseTooLarge } from "../../src/pipeline/refuse_too_large.ts";
import { scoreStream } from "../../src/pipeline/score.ts";
import { DENO_RUN } from "../deno_run.ts";
import { watchedSource } from "./streams.ts";

Deno.test("dimensions of the size that must work are not refused", () => {
  assertEquals(refuseTooLarge([{ dim: 16_384 }], fastestBackend()), 16 * 16_384 ** 2);
});

Deno.test("a matrix that the backend cannot hold is refused with what it would need", () => {
  const refuse = () => refuseTooLarge([{ dim: 30_000 }], fastestBackend());
  const { code, message, exitStatus } = assertThrows(refuse, RankMeError);
  assertEquals([code, exitStatus], ["memory", 4]);
  assertStringIncludes(message, "30000 dimensions need 14.4 GB of memory");
  assertStringIncludes(message, "--limit");
  assertThrows(() => refuseTooLarge([{ dim: 11_500, exact: true }], fastestBackend()), RankMeError);
});

Deno.test("few rows of many dimensions are not refused", () => {
  refuseTooLarge([{ dim: 100_000, rows: 500 }], fastestBackend());
});

Deno.test("a backend without a limit is asked for what the machine has only", () => {
  assertEquals(refuseTooLarge([{ dim: 30_000 }], referenceBackend), 16 * 30_000 ** 2);
});

Deno.test("what cannot fit is refused on the first batch, before any more is read", async () => {
  const dim = 30_000;
  const source = watchedSource(() => new EmbeddingBatch({ data: new Float32Array(dim), dim }));
  let refused: unknown;
  try {
    const backend = fastestBackend();
    for await (const _ of scoreStream(source.stream, { backend })) break;
  } catch (error) {
    refused = error;
  }
  assertEquals(refused instanceof RankMeError && refused.code, "memory");
  assertLess(source.pulled, 5);
  assertEquals(source.cancelled.length, 1);
});

Deno.test("where the free memory may be known it is what counts", async () => {
  const modules = ["pipeline/refuse_too_large.ts", "linalg/reference/backend.ts"]
    .map((path) => new URL(`../../src/${path}`, import.meta.url).href);
  const program = `
    const { refuseTooLarge } = await import("${modules[0]}");
    const { referenceBackend } = await import("${modules[1]}");
    try { refuseTooLarge([{ dim: 10_000_000 }], referenceBackend); } catch (error) {
      console.log(error.code, error.message);
    }`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, program);
  const run = async (...permissions: string[]) => {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [...DENO_RUN, ...permissions, file],
    }).output();
    return new TextDecoder().decode(stdout);
  };
  const read = "--allow-read";
  assertEquals(await run(read), "");
  const told = await run(read, "--allow-sys=systemMemoryInfo");
  assertStringIncludes(told, "memory 10000000 dimensions need 1.60 PB of memory, and ");
  assertStringIncludes(told, "are free");
  await Deno.remove(file);
});
