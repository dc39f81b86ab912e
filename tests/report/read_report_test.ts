import { assertEquals, assertThrows } from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import { readReports } from "../../src/report/read_report.ts";

/** What `score --json` prints of one data set. */
const PRINTED = {
  rankMe: 31.646,
  rows: 8192,
  dim: 384,
  skippedRows: 2,
  complete: true,
  convention: "paper",
  centered: false,
  epsilon: 1e-7,
  normalized: false,
  metrics: { effectiveRank: 31.63 },
  accuracy: { rankMeBound: 1.2e-9, method: "gram" },
  backend: { name: "wasm", threads: 2 },
  version: "0.1.0",
};
const { accuracy: _accuracy, backend: _backend, ...KEPT } = PRINTED;

function refused(text: string): RankMeError {
  return assertThrows(() => readReports(text, "base.json"), RankMeError);
}

Deno.test("an object, an array and indented JSON are read", () => {
  assertEquals(readReports(JSON.stringify(PRINTED), "base.json"), [KEPT]);
  const parts = [{ ...PRINTED, dims: [0, 64] }, { ...PRINTED, column: "layer1", group: "cat" }];
  assertEquals(readReports(JSON.stringify(parts, null, 2), "base.json"), [
    { ...KEPT, dims: [0, 64] },
    { ...KEPT, column: "layer1", group: "cat" },
  ]);
});

Deno.test("an interval is read, and keys of later versions are left out", () => {
  const confidence = { standardError: 0.2, low: 31.2, high: 32, level: 0.95, metrics: {} };
  const [report] = readReports(JSON.stringify({ ...PRINTED, confidence, more: 1 }), "base.json");
  assertEquals([report.confidence?.low, report.confidence?.high], [31.2, 32]);
  assertEquals("more" in report, false);
});

Deno.test("of JSON Lines those count that are complete", () => {
  const lines = [
    { ...PRINTED, rows: 4096, complete: false },
    { ...PRINTED, rankMe: 32 },
  ].map((report) => `${JSON.stringify(report)}\n`).join("");
  assertEquals(readReports(lines, "base.json").map(({ rankMe }) => rankMe), [32]);
});

Deno.test("a report of a part of its rows is refused", () => {
  const partial = { ...PRINTED, complete: false };
  for (
    const text of [
      JSON.stringify(partial),
      JSON.stringify([PRINTED, partial]),
      `${JSON.stringify(partial)}\n${JSON.stringify(partial)}\n`,
    ]
  ) {
    const error = refused(text);
    assertEquals(error.code, "truncated");
    assertEquals(
      error.message,
      "base.json: the report is of a part of its rows only; score all of them again",
    );
  }
});

Deno.test("what is no such report is refused with the key that shows it", () => {
  const without = (key: string) => ({ ...PRINTED, [key]: undefined });
  for (
    const [value, message] of [
      [without("rankMe"), '"rankMe" is missing'],
      [without("normalized"), '"normalized" is missing'],
      [{ ...PRINTED, rankMe: null }, '"rankMe" is null'],
      [{ ...PRINTED, rankMe: "31" }, '"rankMe" is "31"'],
      [{ ...PRINTED, rows: 1.5 }, '"rows" is 1.5'],
      [{ ...PRINTED, metrics: { a: null } }, '"metrics" is {"a":null}'],
      [{ ...PRINTED, metrics: [] }, '"metrics" is []'],
      [{ ...PRINTED, dims: [1] }, '"dims" is [1]'],
      [{ ...PRINTED, confidence: { low: 1 } }, '"confidence" is {"low":1}'],
    ] as const
  ) {
    const error = refused(JSON.stringify(value));
    assertEquals(error.code, "format");
    assertEquals(
      error.message,
      `base.json: this is not what score --json prints: ${message}`,
    );
  }
});

Deno.test("what is no JSON is refused, with the line where there are several", () => {
  const line = JSON.stringify(PRINTED);
  for (
    const [text, message] of [
      ["", "base.json: there is nothing in it"],
      ["[]", "base.json: there is no report in it"],
      ["null", "base.json: this is not what score --json prints"],
      ["3", "base.json: this is not what score --json prints"],
      ["RankMe  31.65\n", "base.json: line 1: this is not what score --json prints"],
      [
        `${line}\n\n${line.slice(0, 50)}`,
        "base.json: line 3: this is not what score --json prints",
      ],
      ["[[]]", "base.json: this is not what score --json prints"],
      ["\0\x01ARROW1", "base.json: line 1: this is not what score --json prints"],
    ]
  ) {
    const error = refused(text);
    assertEquals([error.code, error.message], ["format", message]);
  }
});
