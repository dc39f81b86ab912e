/**
 * Tests of what other programs wrote: the command line scores it as NumPy does, and what is read are
 * the numbers that went in, bit for bit and in order.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import {
  type EmbeddingInput,
  openEmbeddings,
  type OpenEmbeddingsOptions,
} from "../../src/sources/mod.ts";
import { listShards } from "../../src/sources/shards/list_shards.ts";
import { type CliRun, runCli } from "../commands/run_cli.ts";
import { assertRankMe } from "./assert_rank_me.ts";
import { jsonOf, type Reference, startPython } from "./python.ts";

/** What write_formats.py wrote. */
type Written = Usable | Refused;

interface Usable extends Reference {
  /** Its path in the folder. */
  readonly name: string;
  /** How it is to be read. */
  readonly options: OpenEmbeddingsOptions;
  /** Whether the command line gets it through a pipe. */
  readonly piped: boolean;
  readonly skippedRows: number;
  /** A file of the numbers that went in: float64, row by row. */
  readonly expected: string;
}

interface Refused extends Pick<Usable, "name" | "options"> {
  /** Words that the message has. */
  readonly refused: string;
}

/** How many runs of the command line go on at once. */
const PROCESSES = 2;

/**
 * Has Python write a format in all ways, and tests what it wrote.
 *
 * @param format What write_formats.py calls it.
 */
export function testRealWriters(format: string): void {
  Deno.test(`${format}: what other programs write is read and scored right`, async (t) => {
    const folder = await Deno.makeTempDir();
    try {
      const script = startPython("tests/python/write_formats.py", [format, folder]);
      const written = await jsonOf<Written[]>(script);
      assert(written.length > 0);
      const runs = await limited(PROCESSES, written, (one) => run(one, folder));
      for (const [index, one] of written.entries()) {
        await t.step(one.name, async () => {
          if ("refused" in one) return assertRefused(runs[index], one);
          assertRankMe(runs[index], one);
          assertEquals(JSON.parse(runs[index].stdout).skippedRows, one.skippedRows);
          await assertSameNumbers(one, folder);
        });
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

/** Does something with each of some items, but with no more than so many at once. */
async function limited<T, R>(
  most: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const workers = Array.from({ length: most }, async () => {
    for (const [index, item] of waiting) results[index] = await work(item);
  });
  await Promise.all(workers);
  return results;
}

async function run(one: Written, folder: string): Promise<CliRun> {
  const path = `${folder}/${one.name}`;
  const flags = ["--json", ...flagsOf(one.options)];
  if ("piped" in one && one.piped) {
    return await runCli(["-", ...flags], { stdin: (await Deno.open(path)).readable });
  }
  // Where a pattern matches, its folder is read.
  const read = path.includes("*") ? folder : path;
  return await runCli([path, ...flags], { permissions: [`--allow-read=${read}`] });
}

/** The flags of some options: `nonFinite: "skip"` is `--non-finite skip`, `header: false` is `--no-header`. */
function flagsOf(options: OpenEmbeddingsOptions): string[] {
  return Object.entries(options).flatMap(([option, value]) => {
    const name = option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return typeof value === "boolean"
      ? [`--${value ? "" : "no-"}${name}`]
      : [`--${name}`, `${value}`];
  });
}

function assertRefused({ status, stdout, stderr }: CliRun, { name, refused }: Refused): void {
  // As bad input, or as wrong usage where the user has to choose.
  assert(status === 2 || status === 3, stderr);
  assertEquals(stdout, "");
  assertStringIncludes(stderr, name);
  assertStringIncludes(stderr, refused);
}

/** Asserts that the numbers are those that went in, read as a file and, where that can be, as a stream. */
async function assertSameNumbers(
  { name, options, rows, dim, expected }: Usable,
  folder: string,
): Promise<void> {
  const path = `${folder}/${name}`;
  const wanted = new Float64Array((await Deno.readFile(`${folder}/${expected}`)).buffer);
  assertEquals(wanted.length, rows * dim);
  const shards = await listShards(path);
  assertSameBits(await numbersOf(shards, options, wanted.length), wanted, dim);
  if (shards[0] !== path) return;
  try {
    const { readable } = await Deno.open(path);
    assertSameBits(await numbersOf([readable], options, wanted.length), wanted, dim);
  } catch (error) {
    // What stands at a file's end is not at hand in a stream.
    if (!(error instanceof RankMeError && error.code === "unsupported")) throw error;
  }
}

/** All numbers of some shards, as many as are expected at most. */
async function numbersOf(
  shards: readonly EmbeddingInput[],
  options: OpenEmbeddingsOptions,
  length: number,
): Promise<Float64Array> {
  const numbers = new Float64Array(length);
  let filled = 0;
  for (const shard of shards) {
    const first = filled;
    const { batches } = await openEmbeddings(shard, options);
    for await (const { data, offset, dim } of batches) {
      assertEquals(first + offset * dim, filled);
      numbers.set(data, filled);
      filled += data.length;
    }
  }
  return numbers.subarray(0, filled);
}

function assertSameBits(actual: Float64Array, expected: Float64Array, dim: number): void {
  assertEquals(actual.length, expected.length);
  const [bits, expectedBits] = [actual, expected].map(({ buffer }) => new BigUint64Array(buffer));
  const at = bits.findIndex((number, index) => number !== expectedBits[index]);
  if (at < 0) return;
  const place = `row ${Math.floor(at / dim)}, dimension ${at % dim}`;
  throw new Error(`${place}: ${show(actual[at])}, not ${show(expected[at])}`);
}

function show(number: number): string {
  return Object.is(number, -0) ? "-0" : String(number);
}
