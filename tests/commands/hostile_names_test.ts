import { assert, assertEquals } from "@std/assert";
import { type CliRun, runCli } from "./run_cli.ts";

/** Clears a screen, writes over a line, forges one of ours, and turns the direction of writing. */
const HOSTILE = "a\x1b[2J\r\u202eb\x9b1m\nrankme: gate passed";
const permissions = ["--allow-read"];

/** JSON Lines whose columns and classes are called by anything. */
const ROWS = Array.from({ length: 12 }, (_, i) => {
  const vector = [Math.sin(i), Math.cos(3 * i)];
  return { [`${HOSTILE}0`]: vector, [`${HOSTILE}1`]: vector, [HOSTILE]: i % 2 ? HOSTILE : "plain" };
});
const LINES = new TextEncoder().encode(ROWS.map((row) => `${JSON.stringify(row)}\n`).join(""));

function assertHarmless({ stdout, stderr }: CliRun, called: string): void {
  const shown = stdout + stderr;
  assert(!/[[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]--[\n]]/v.test(shown), `${called}: ${shown}`);
  assert(!/^rankme: gate passed/m.test(shown), `${called}: ${shown}`);
}

Deno.test("what is printed does nothing to a terminal, whatever columns and classes are called", async () => {
  const first = ["--column", `${HOSTILE}0`], by = [...first, "--by", HOSTILE];
  const runs: readonly (readonly [readonly string[], number])[] = [
    [by, 0],
    [[...by, "--every", "4", "--verbose"], 0],
    [[...by, "--fail-under", "50"], 1],
    [[...first, "--verbose"], 0],
    [["--column", `${HOSTILE}*`], 0],
    [[], 3],
    [["--column", HOSTILE], 3],
    [["--column", `${HOSTILE}0,word`], 3],
    [["cka", "-", "--column", `${HOSTILE}*`], 0],
    [[`--${HOSTILE}`], 2],
    [["--limit", HOSTILE], 2],
    [["--metric", `gap=1+${HOSTILE}`], 2],
    [[HOSTILE], 3],
    [["help", HOSTILE], 2],
  ];
  await Promise.all(runs.map(async ([args, status]) => {
    const run = await runCli(args, { stdin: LINES, permissions });
    assertEquals(run.status, status, `${JSON.stringify(args)}: ${run.stderr}`);
    assertHarmless(run, JSON.stringify(args));
  }));
});

Deno.test("JSON has the names as they are", async () => {
  const args = ["--column", `${HOSTILE}0`, "--by", HOSTILE, "--json"];
  const { stdout } = await runCli(args, { stdin: LINES });
  const groups = JSON.parse(stdout).map(({ group }: { group: string }) => group);
  assertEquals(groups.sort(), [HOSTILE, "plain"]);
});

Deno.test("what select prints does nothing to a terminal, whatever a manifest holds", async () => {
  const heads = ["method", HOSTILE, `accuracy_${HOSTILE}`, "rankMe", "status"];
  const rows = Array.from({ length: 6 }, (_, i) => [
    HOSTILE,
    `${HOSTILE}${i}`,
    String(60 + i),
    i === 5 ? "" : String(30 + Math.sin(i)),
    i === 4 ? HOSTILE : "ok",
  ]);
  for (const flags of [[], ["--markdown"], ["--joint"], ["--default", `${HOSTILE}=1`]]) {
    const run = await runCli(["select", "-", ...flags], { stdin: csv([heads, ...rows]) });
    assert(run.status === 2 || run.status === 3, run.stderr);
    assertHarmless(run, flags.join(" "));
  }
});

function csv(rows: readonly (readonly string[])[]): Uint8Array {
  const line = (cells: readonly string[]) =>
    `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(",")}\n`;
  return new TextEncoder().encode(rows.map(line).join(""));
}
