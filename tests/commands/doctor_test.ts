import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { runCli } from "./run_cli.ts";

const CORES = navigator.hardwareConcurrency;

Deno.test("doctor checks and measures every backend there is, without permission", async () => {
  const run = await runCli(["doctor", "--json"]);
  assertEquals([run.status, run.stderr], [0, ""]);
  const { deno, cores, peakGflops, backends, refused } = JSON.parse(run.stdout);
  assertEquals(deno, Deno.version.deno);
  assertEquals(cores, CORES);
  assert(peakGflops > 0);
  const names = backends.map(({ name, threads }: { name: string; threads: number }) =>
    `${name} ${threads}`
  );
  assertEquals(names, ["reference 1", "wasm 1", ...CORES > 1 ? [`wasm ${CORES}`] : []]);
  for (const backend of backends) {
    assertEquals(backend.correct, true);
    assertLess(backend.eigenvalueError, 1e-12);
    assert(backend.updateGflops > 0 && backend.eigenvalueSeconds > 0);
    assertEquals(backend.name === "wasm", backend.peakFraction > 0);
  }
  assertEquals(refused, [{
    library: "a native BLAS",
    reason: "loading it needs --allow-ffi",
  }]);
});

Deno.test("doctor says the same to a person", async () => {
  const { stdout } = await runCli(["doctor"]);
  assertMatch(stdout, /^rankme \S+, Deno \S+, \S+ \S+, \d+ cores\n/);
  assertMatch(stdout, /peak +\S+ GF\/s a thread/);
  assertMatch(stdout, /backend +wasm, 1 thread, fused multiply-add\n/);
  assertMatch(stdout, /eigenvalues +right: \S+ from mathjs/);
  assertMatch(stdout, /rank-k update +\S+ GF\/s in float64, D = 384, \d+ % of the peak/);
  assertMatch(stdout, /not used +a native BLAS: loading it needs --allow-ffi/);
});
