import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { allocating, type ErrorCode, formatBytes, RankMeError } from "../src/errors.ts";

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
