import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { runCli } from "./run_cli.ts";

Deno.test("doctor finds the eigenvalues right and measures the speed, without permission", async () => {
  const run = await runCli(["doctor", "--json"]);
  assertEquals([run.status, run.stderr], [0, ""]);
  const { deno, cores, backends } = JSON.parse(run.stdout);
  assertEquals(deno, Deno.version.deno);
  assertEquals(cores, navigator.hardwareConcurrency);
  const [reference] = backends;
  assertEquals([reference.name, reference.threads, reference.correct], ["reference", 1, true]);
  assertLess(reference.eigenvalueError, 1e-12);
  assert(reference.updateGflops > 0 && reference.eigenvalueSeconds > 0);
});

Deno.test("doctor says the same to a person", async () => {
  const run = await runCli(["doctor"]);
  assertMatch(run.stdout, /^rankme \S+, Deno \S+, \S+ \S+, \d+ cores\n/);
  assertMatch(run.stdout, /eigenvalues +right: \S+ from mathjs/);
});
