import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { MOST_COLUMNS } from "../../src/sources/column.ts";
import { readText } from "../../src/sources/bytes/read_text.ts";
import { RankMeError } from "../../src/errors.ts";
import { score } from "../../src/pipeline/score.ts";

async function refusal(attempt: Promise<unknown>): Promise<RankMeError> {
  const error = await attempt.then(() => undefined, (error) => error);
  assert(error instanceof RankMeError, String(error));
  return error;
}

const bytesOf = (text: string) => new Blob([text]).stream();

Deno.test("more columns or keys than anybody has are refused where they stand", async () => {
  const names = Array.from({ length: MOST_COLUMNS + 1 }, (_, i) => `c${i}`);
  const csv = `${names.join()}\n${names.map(() => 1).join()}\n`;
  const json = JSON.stringify({ id: 1, inner: Object.fromEntries(names.map((name) => [name, 1])) });
  for (
    const [format, text, what] of [["csv", csv, "columns"], ["jsonl", json, "keys"]] as const
  ) {
    const error = await refusal(score(bytesOf(text), { format, names: ["pipe"] }));
    assertEquals([error.code, error.place.line], ["unsupported", 1]);
    assertStringIncludes(error.message, `${MOST_COLUMNS + 1} ${what}, where ${MOST_COLUMNS}`);
  }
});

Deno.test("as many columns as a row of 2^17 numbers has are read", async () => {
  const dim = 2 ** 17;
  const lines = [
    Array.from({ length: dim }, (_, i) => `c${i}`),
    ...[3, 4].map((value) => Array.from({ length: dim }, (_, i) => i === value ? 1 : 0)),
  ];
  const { rankMe, dim: found } = await score(bytesOf(lines.join("\n") + "\n"), {
    format: "csv",
    limit: 2,
  });
  assertEquals([Math.round(rankMe * 1e4) / 1e4, found], [2, dim]);
});

Deno.test("a text that lists runs without end is refused by its length", async () => {
  let pulled = 0;
  const zeros = {
    close: () => {},
    read: (to: Uint8Array) => {
      pulled += to.fill(0x30).length;
      return Promise.resolve(to.length);
    },
  };
  const error = await refusal(readText(zeros));
  assertEquals(error.message.includes("stdin: a text of more than 16 MB"), true, error.message);
  assert(pulled < 20e6);
});
