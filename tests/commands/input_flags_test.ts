import { assertEquals, assertStringIncludes } from "@std/assert";
import { arrowBytes } from "./arrow_bytes.ts";
import { runCli } from "./run_cli.ts";

Deno.test("--skip, --limit and --sample choose the rows", async () => {
  const data = Float64Array.from({ length: 400 }, (_, i) => Math.sin(i * i));
  const stdin = await arrowBytes(data, 4);
  const rowsWith = async (...flags: string[]) => {
    const { stdout } = await runCli(["--json", ...flags], { stdin });
    const { rows, rankMe } = JSON.parse(stdout);
    return { rows, rankMe };
  };
  const whole = await rowsWith();
  assertEquals(whole.rows, 100);
  const part = await runCli(["--json"], { stdin: await arrowBytes(data.subarray(40, 240), 4) });
  const chosen = await rowsWith("--skip", "10", "--limit", "50");
  assertEquals([chosen.rows, chosen.rankMe], [50, JSON.parse(part.stdout).rankMe]);

  assertEquals(await rowsWith("--skip", "0"), whole);

  const sample = await rowsWith("--sample", "30");
  assertEquals(sample.rows, 30);
  assertEquals(await rowsWith("--sample", "30", "--seed", "0"), sample);
  const other = await rowsWith("--sample", "30", "--seed", "1");
  assertEquals([other.rows, other.rankMe === sample.rankMe], [30, false]);
});

Deno.test("flags for inputs that make no sense end with status 2", async () => {
  for (
    const [args, message] of [
      [["--seed", "1"], "--seed is for --sample"],
      [["--sample", "5", "--seed=-1"], "a seed is a whole number from 0"],
      [["--format", "hdf5"], "--format is arrow-stream, arrow-file, npy"],
      [["--axes", "columns"], '--axes is rows, flat, not "columns"'],
      [["--dims", "5:2"], "--dims is A:B"],
      [["--skip=-1"], '--skip is a whole number from 0 on, not "-1"'],
      [["--limit", "0"], '--limit is a whole number from 1 on, not "0"'],
      [["--columns", ", ,"], '--columns names nothing: ", ,"'],
      [["--fail-under", " "], '--fail-under is a number, not " "'],
      [["--fail-under", "_"], '--fail-under is a number, not "_"'],
      [["--dim", "0"], "--dim is a whole number from 1 on"],
      [["--column=a", "--columns=b"], "both one column and several"],
    ] as const
  ) {
    const run = await runCli(args);
    assertEquals([run.status, run.stdout], [2, ""], args.join(" "));
    assertStringIncludes(run.stderr, message);
  }
});
