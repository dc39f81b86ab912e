import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { runCli } from "./run_cli.ts";

Deno.test("--version prints the version, of every command", async () => {
  for (const args of [["--version"], ["-V"], ["score", "--version"], ["generate", "-V"]]) {
    const run = await runCli(args);
    assertEquals([run.status, run.stdout], [0, `rankme ${config.version}\n`]);
  }
});

Deno.test("help lists the commands, and each command shows flags and examples", async () => {
  const general = await runCli(["help"]);
  assertEquals([general.status, general.stderr], [0, ""]);
  assertEquals((await runCli(["--help"])).stdout, general.stdout);
  for (const name of ["score", "generate", "doctor"]) {
    assertMatch(general.stdout, new RegExp(`^  ${name} +\\S`, "m"));
    const help = await runCli([name, "--help"]);
    assertEquals(help.status, 0);
    assertEquals((await runCli(["help", name])).stdout, help.stdout);
    assertStringIncludes(help.stdout, "\nFlags\n");
    assertMatch(help.stdout, /\nExamples\n {2}# .+\n {2}.*rankme/);
  }
});

Deno.test("a mistyped flag or command is refused with what may have been meant", async () => {
  const flag = await runCli(["score", "--colum=x"]);
  assertEquals([flag.status, flag.stdout], [2, ""]);
  assertEquals(flag.stderr, "rankme: there is no flag --colum; did you mean --column?\n");
  const command = await runCli(["help", "generat"]);
  assertEquals(command.status, 2);
  assertStringIncludes(command.stderr, "did you mean generate?");
});

Deno.test("a flag without its value, or with one it has not, is refused", async () => {
  for (
    const [args, message] of [
      [["--limit"], "--limit needs a value: --limit=N"],
      [["--limit", "1.5"], '--limit is a whole number from 1 on, not "1.5"'],
      [["--convention", "none"], "--convention is paper, roy-vetterli"],
      [["--epsilon", "2"], "ε must be at least 0 and below 1, not 2"],
      [["--fail-under", "high"], '--fail-under is a number, not "high"'],
      [["--column=a", "--columns=b"], "both one column and several"],
    ] as const
  ) {
    const run = await runCli(args);
    assertEquals([run.status, run.stdout], [2, ""], args.join(" "));
    assertStringIncludes(run.stderr, message);
  }
});

Deno.test("an input that looks like a mistyped command says which commands there are", async () => {
  const run = await runCli(["genrate"], { permissions: ["--allow-read"] });
  assertEquals(run.status, 3);
  assertStringIncludes(run.stderr, "genrate: there is no such file");
  assertStringIncludes(run.stderr, "did you mean the command generate?");
  assertStringIncludes((await runCli(["genrate"])).stderr, "did you mean the command generate?");
});
