import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { allocating, closest, type ErrorCode, formatBytes, RankMeError } from "../src/errors.ts";

Deno.test("an error's message names the input, the place, what was found and what would do", () => {
  const error = new RankMeError("non-finite", 'NaN in column "embedding"', {
    place: { input: "emb.arrow", batch: 3, row: 8214 },
    advice: "pass --non-finite skip to leave such rows out",
  });
  assertEquals(
    error.message,
    'emb.arrow: batch 3, row 8214: NaN in column "embedding"; ' +
      "pass --non-finite skip to leave such rows out",
  );
});

Deno.test("an error's message leaves out what is not known", () => {
  assertEquals(new RankMeError("empty", "no rows").message, "no rows");
  const inputOnly = new RankMeError("empty", "no rows", { place: { input: "a.arrow" } });
  assertEquals(inputOnly.message, "a.arrow: no rows");
  const byteOnly = new RankMeError("corrupt", "a length of −1", { place: { byte: 0 } });
  assertEquals(byteOnly.message, "byte 0: a length of −1");
  const advised = new RankMeError("usage", "no such flag", { advice: "see --help" });
  assertEquals(advised.message, "no such flag; see --help");
});

Deno.test("an error's place is written from the largest to the smallest unit", () => {
  const error = new RankMeError("corrupt", "x", {
    place: { row: 1, batch: 2, byte: 3, input: "i" },
  });
  assertEquals(error.message, "i: byte 3, batch 2, row 1: x");
  const table = new RankMeError("corrupt", "x", { place: { row: 1, rowGroup: 4, input: "i" } });
  assertEquals(table.message, "i: row group 4, row 1: x");
  const text = new RankMeError("corrupt", "x", { place: { row: 1, line: 2, input: "i" } });
  assertEquals(text.message, "i: line 2, row 1: x");
});

Deno.test("an error is an Error with a name, a code and a cause", () => {
  const cause = new TypeError("underneath");
  const error = new RankMeError("unreadable", "no such file", { cause });
  assert(error instanceof Error);
  assertEquals(error.name, "RankMeError");
  assertEquals(error.code, "unreadable");
  assertEquals(error.what, "no such file");
  assertStrictEquals(error.cause, cause);
  assertEquals("cause" in new RankMeError("empty", "no rows"), false);
});

Deno.test("every code has the exit status of the design", () => {
  // 2 wrong usage, 3 input unreadable, malformed or empty, 4 out of memory or other resources.
  const statuses: Record<ErrorCode, number> = {
    usage: 2,
    permission: 2,
    unreadable: 3,
    format: 3,
    unsupported: 3,
    truncated: 3,
    corrupt: 3,
    changed: 3,
    column: 3,
    dimension: 3,
    null: 3,
    "non-finite": 3,
    range: 3,
    empty: 3,
    memory: 4,
    package: 4,
    resources: 4,
    unwritable: 4,
  };
  for (const [code, status] of Object.entries(statuses)) {
    assertEquals(new RankMeError(code as ErrorCode, "x").exitStatus, status, code);
  }
});

Deno.test("at() adds to the place, keeps what is known, and leaves the error as it was", () => {
  const cause = new Error("underneath");
  const inner = new RankMeError("null", "a null", { place: { row: 4 }, advice: "skip it", cause });
  const outer = inner.at({ input: "b.arrow", batch: 2, row: 99 });
  assertEquals(outer.message, "b.arrow: batch 2, row 4: a null; skip it");
  assertEquals(outer.code, "null");
  assertStrictEquals(outer.cause, cause);
  assertEquals(inner.message, "row 4: a null; skip it");
});

/** What ends a line, moves a cursor, turns the direction of writing, or is not seen. */
const UNPRINTABLE = ["\n", "\r", "\t", "\x1b", "\0", "\x7f", "\x9b", "\u2028", "\u202e", "\u2066"]
  .concat(["\u200b", "\ufeff", "\u{e0041}"]);

Deno.test("no part of a message does anything to a terminal, whatever it quotes", () => {
  for (const character of UNPRINTABLE) {
    const hostile = `a${character}[2Jb`;
    const { message } = new RankMeError("column", `no column "${hostile}"`, {
      place: { input: hostile },
      advice: `there are ${hostile}`,
      lines: [`one is ${hostile}`],
    }).at({ row: 3 });
    const shown = "a\ufffd[2Jb";
    assertEquals(
      message,
      `${shown}: row 3: no column "${shown}"; there are ${shown}\none is ${shown}`,
    );
  }
  // What people write names with is not touched.
  const name = "خانه\u200cها 👨\u200d👩\u200d👧 é";
  assertEquals(new RankMeError("column", `no "${name}"`).message, `no "${name}"`);
});

Deno.test("at most 200 characters of what is quoted are shown: its beginning and its end", () => {
  const long = `first ${"x".repeat(1e6)} last`;
  const shown = `first ${"x".repeat(94)}…${"x".repeat(94)} last`;
  assertEquals(new RankMeError("column", `no "${long}" here`).message, `no "${shown}" here`);
  const path = `runs/${"y".repeat(300)}/emb.npy`;
  const { message } = new RankMeError("empty", "no rows", { place: { input: path } });
  assertEquals(message.length, 200 + ": no rows".length);
  assert(message.endsWith("y/emb.npy: no rows"));
  const bare = new RankMeError("column", `there are ${"z".repeat(1e6)}`).message;
  assertEquals(bare.length, "there are ".length + 200);
  // Without quotation marks and with blanks in it, a text cannot be told from ours.
  const words = new RankMeError("column", `there are ${"two words ".repeat(1e5)}`).message;
  assertEquals(words.length, 1000);
  // No half of a character that takes two units.
  assert(new RankMeError("column", `no "${"😀".repeat(500)}"`).message.isWellFormed());
});

Deno.test("lines below a message stay on lines of their own, also where a place is added", () => {
  const error = new RankMeError("column", "two data sets", { lines: ["    a", "    b"] });
  assertEquals(error.at({ input: "c" }).message, "c: two data sets\n    a\n    b");
});

Deno.test("allocating() says how much memory a refused array would have needed, and for what", () => {
  const bytes = 2 ** 53;
  const error = assertThrows(
    () => allocating(bytes, "the covariance of 2²⁵ dimensions", () => new Float64Array(bytes / 8)),
    RankMeError,
  );
  assertEquals(error.code, "memory");
  assert(error.message.startsWith("the covariance of 2²⁵ dimensions needs 9.01 PB of memory"));
  assert(error.cause instanceof RangeError);
});

Deno.test("allocating() returns the array, and passes other errors on", () => {
  const array = new Float64Array(3);
  assertStrictEquals(allocating(24, "three numbers", () => array), array);
  const mistake = new TypeError("not about memory");
  const thrown = assertThrows(() =>
    allocating(24, "three numbers", () => {
      throw mistake;
    })
  );
  assertStrictEquals(thrown, mistake);
});

Deno.test("formatBytes() uses powers of 1000 and three digits", () => {
  const expected: [number, string][] = [
    [0, "0 bytes"],
    [999, "999 bytes"],
    [1000, "1.00 kB"],
    [64_000, "64.0 kB"],
    [123_456, "123 kB"],
    [1_500_000_000, "1.50 GB"],
    [2 ** 40, "1.10 TB"],
    [5e17, "500 PB"],
  ];
  for (const [bytes, text] of expected) assertEquals(formatBytes(bytes), text);
});

Deno.test("formatBytes() rounds up to the next unit rather than to 1.00e+3 of one", () => {
  assertEquals(formatBytes(999_499), "999 kB");
  assertEquals(formatBytes(999_999), "1.00 MB");
  assertEquals(formatBytes(999_999_999), "1.00 GB");
});

Deno.test("two neighbouring letters that were swapped are one mistake", () => {
  for (const [typed, meant] of [["scroe", "score"], ["slect", "select"], ["csore", "score"]]) {
    assertEquals(closest(typed, ["score", "select", "compare"]), meant);
  }
  assertEquals(closest("eroc", ["score"]), undefined);
});
