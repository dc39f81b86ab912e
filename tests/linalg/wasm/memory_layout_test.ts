import { assert, assertEquals } from "@std/assert";
import {
  DATA_START,
  LAYOUT,
  PAGE_BYTES,
  Parts,
  strideOf,
} from "../../../src/linalg/wasm/memory_layout.ts";

const SOURCE = new URL("../../../src/linalg/wasm/", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, SOURCE));

/** Whole numbers as they are written in a source: `256 * 16 + 64`. */
function evaluate(expression: string): number {
  return expression.split("+").reduce(
    (sum, term) => sum + term.split("*").reduce((product, factor) => product * Number(factor), 1),
    0,
  );
}

/** Every `const NAME: type = number;` of an AssemblyScript source. */
async function constantsOf(path: string): Promise<Map<string, number>> {
  const matches = (await read(path)).matchAll(/^(?:export )?const (\w+): \w+ = ([\d *+]+);$/gm);
  return new Map(Array.from(matches, ([, name, expression]) => [name, evaluate(expression)]));
}

/** The same of a TypeScript source, where several may share a line: `const A = 3, B = 4;`. */
async function numbersOf(path: string): Promise<Map<string, number>> {
  const lines = (await read(path)).matchAll(/^const ((?:[A-Z_]+ = \d+(?:, )?)+);$/gm);
  const pairs = Array.from(lines, ([, list]) => list.split(", ")).flat();
  return new Map(pairs.map((pair) => pair.split(" = ")).map(([name, value]) => [name, +value]));
}

const layout = await constantsOf("assembly/layout.as.ts");

Deno.test("both sides of the kernels agree on where things are", () => {
  const shared = Object.keys(LAYOUT);
  assertEquals(
    Object.fromEntries(shared.map((name) => [name, layout.get(name)])),
    { ...LAYOUT } as Record<string, number>,
  );
});

Deno.test("no two words of the kernels lie in one place, nor any where the data begins", async () => {
  const words = (await read("assembly/layout.as.ts")).matchAll(/^export const (\w+): usize/gm);
  const names = Array.from(words, ([, name]) => name).filter((name) => !name.endsWith("_BYTES"));
  const sizes = new Map(names.map((name) => [name, 4]));
  for (const cursor of ["CURSOR", "PACK_CURSOR", "ADD_CURSOR"]) sizes.set(cursor, 8);
  sizes.set("QUEUE", layout.get("QUEUE_LENGTH")! * layout.get("QUEUE_ENTRY_BYTES")!);
  const places = Array.from(sizes, ([name, bytes]) => ({ name, start: layout.get(name)!, bytes }))
    .sort((a, b) => a.start - b.start);
  assert(places.length > 20);
  places.forEach(({ name, start, bytes }, index) => {
    assertEquals(start % Math.min(bytes, 8), 0, `${name} is aligned`);
    const next = places[index + 1]?.start ?? DATA_START;
    assert(start + bytes <= next, `${name} ends before ${places[index + 1]?.name ?? "the data"}`);
  });
});

Deno.test("words that several threads fight for share no cache line with what they spin on", () => {
  const line = (name: string) => Math.floor(layout.get(name)! / 64);
  const lines = [
    "CURSOR",
    "DONE",
    "DOORBELL",
    "KIND",
    "PACK_CURSOR",
    "SUBMITTED",
    "ADD_CURSOR",
    "ENGAGEMENT",
    "DIM",
  ].map(line);
  assertEquals(new Set(lines).size, lines.length);
});

Deno.test("rows are as long as a multiple of both sides of every tile", async () => {
  const [, fused, separate] = (await read("assembly/layout.as.ts"))
    .match(/TILE_COLUMNS: i32 = ASC_FEATURE_RELAXED_SIMD \? (\d+) : (\d+);/)!;
  for (const side of [layout.get("TILE_ROWS")!, Number(fused), Number(separate)]) {
    for (let dim = 0; dim <= 50; dim++) {
      assert(strideOf(dim) >= dim && strideOf(dim) < dim + 12);
      assertEquals(strideOf(dim) % side, 0);
    }
  }
  assertEquals(layout.get("BLOCK_ROWS")! % layout.get("TILE_ROWS")!, 0);
  for (const side of [fused, separate]) {
    assertEquals(layout.get("BLOCK_COLUMNS")! % Number(side), 0);
  }
});

Deno.test("a panel holds its rows, and both factors of a block of reflections", async () => {
  const { PAIR_BYTES, UPDATE_PAIR_BYTES, PANEL_ROWS, QUEUE_LENGTH } = LAYOUT;
  assert(PAIR_BYTES >= PANEL_ROWS * 16);
  // The ring of descriptors is indexed by a mask.
  assertEquals(QUEUE_LENGTH & (QUEUE_LENGTH - 1), 0);
  const block = (await numbersOf("eigenvalues.ts")).get("BLOCK")!;
  assert(block > 0 && 2 * block * 16 <= UPDATE_PAIR_BYTES, `${block} reflections`);
});

Deno.test("both sides of the kernels agree on the kinds of tasks, no two of which are the same", async () => {
  const host = await numbersOf("eigenvalues.ts");
  const tridiagonal = await constantsOf("assembly/tridiagonalize.as.ts");
  const kinds = ["MULTIPLY", "PACK_UPDATE", "UPDATE"];
  assertEquals(kinds.map((kind) => host.get(kind)), kinds.map((kind) => tridiagonal.get(kind)));
  assertEquals(new Set(kinds.map((kind) => tridiagonal.get(kind)!)).size, kinds.length);
});

Deno.test("Parts gives out what does not overlap, on cache lines of its own", () => {
  const parts = new Parts();
  let free = DATA_START;
  for (const bytes of [1, 64, 65, 0, 4096, 7, PAGE_BYTES]) {
    const start = parts.take(bytes);
    assert(start >= free && start < free + 64);
    assertEquals(start % 64, 0);
    free = start + bytes;
  }
  assert(parts.end >= free);
});
