import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { parseDims } from "../../src/commands/dims.ts";
import { RankMeError } from "../../src/errors.ts";
import { arrowBytes } from "./arrow_bytes.ts";
import { runCli } from "./run_cli.ts";

/** Two directions of equal length, and twice the second: ranks of prefixes are 1, 2 and between. */
const ROWS = Float64Array.of(3, 0, 0, 0, 3, 3);

Deno.test("ranges of dimensions are written as in Python, or as a first number of them", () => {
  assertEquals(parseDims(["64", "0:64", ":64", "64:", "64:128", ":"]), [
    { end: 64 },
    { start: 0, end: 64 },
    { end: 64 },
    { start: 64 },
    { start: 64, end: 128 },
    {},
  ]);
  for (const wrong of ["0", "5:5", "6:5", "a", "1:2:3", "-1", "1.5", "", ":0"]) {
    assertThrows(() => parseDims([wrong]), RankMeError, `"${wrong}"`);
  }
});

Deno.test("--dims with one range prints one object, with the range in it", async () => {
  const run = await runCli(["--json", "--dims", ":2"], { stdin: await arrowBytes(ROWS, 3) });
  const { rankMe, dim, dims } = JSON.parse(run.stdout);
  assertEquals([Math.round(rankMe * 1e4) / 1e4, dim, dims], [2, 2, [0, 2]]);
});

Deno.test("--dims with several prints an array, or a table", async () => {
  const stdin = await arrowBytes(ROWS, 3);
  const run = await runCli(["--json", "--dims", "1,2,1:3"], { stdin });
  const reports = JSON.parse(run.stdout);
  assertEquals(
    reports.map(({ rankMe, dims }: { rankMe: number; dims: number[] }) => [
      Math.round(rankMe * 1e4) / 1e4,
      dims,
    ]),
    [[1, [0, 1]], [2, [0, 2]], [1, [1, 3]]],
  );
  const table = await runCli(["--dims", "1,2,1:3"], { stdin });
  assertMatch(table.stdout, /^dims {2}RankMe {2}spread .*\n0:1 +1\.000 +100 % .*\n0:2 +2\.000/);
  assertStringIncludes(table.stdout, "2 rows; convention paper");
});

Deno.test("--dims with --every prints a line of JSON for each range", async () => {
  const stdin = await arrowBytes(ROWS, 3);
  const run = await runCli(["--json", "--dims", "1,2", "--every", "1"], { stdin });
  const lines = run.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines.map(({ rows, dims, complete }) => [rows, dims[1], complete]), [
    [1, 1, false],
    [1, 2, false],
    [2, 1, true],
    [2, 2, true],
  ]);
});

Deno.test("a gate fails when any range is under it, and says which", async () => {
  const stdin = await arrowBytes(ROWS, 3);
  const run = await runCli(["--dims", "1,2", "--fail-under", "1.5", "--quiet"], { stdin });
  assertEquals(run.status, 1);
  assertEquals(run.stderr, "rankme: RankMe 1.000 of dims 0:1 is under 1.5 (--fail-under)\n");
});

Deno.test("dimensions that there are not end with status 3", async () => {
  const run = await runCli(["--dims", "2,4"], { stdin: await arrowBytes(ROWS, 3) });
  assertEquals([run.status, run.stdout], [3, ""]);
  assertEquals(run.stderr, "rankme: stdin: row 0: dimensions 0:4 of an embedding that has 3\n");
});
