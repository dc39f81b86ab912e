import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { TextLineStream } from "@std/streams/text-line-stream";
import { golden } from "../golden/golden.ts";
import { arrowBytes, goldenBytes } from "./arrow_bytes.ts";
import { runCli, startCli } from "./run_cli.ts";

/** The value that NumPy's float64 SVD gives. */
function goldenValue(name: string, convention: "paper" | "paper-centered" | "reptrix"): number {
  return golden.find((one) => one.name === name)!.expected[convention]!.value;
}

Deno.test("a stream on stdin is scored without any permission, as NumPy scores it", async () => {
  const run = await runCli(["score", "-", "--json"], { stdin: await goldenBytes("gaussian") });
  assertEquals(run.stderr, "");
  assertEquals(run.status, 0);
  const report = JSON.parse(run.stdout);
  const expected = goldenValue("gaussian", "paper");
  assertAlmostEquals(report.rankMe, expected, 1e-9 * expected);
});

Deno.test("the JSON object has the keys of the design, in its order, and no others", async () => {
  const run = await runCli(["--json"], { stdin: await goldenBytes("gaussian") });
  const report = JSON.parse(run.stdout);
  assertEquals(Object.keys(report), [
    "rankMe",
    "rows",
    "dim",
    "column",
    "skippedRows",
    "complete",
    "convention",
    "centered",
    "epsilon",
    "normalized",
    "metrics",
    "accuracy",
    "backend",
    "timing",
    "inputs",
    "warnings",
    "version",
  ]);
  const { name, rows, dim } = golden.find((one) => one.name === "gaussian")!;
  assertEquals(name, "gaussian");
  assertEquals([report.rows, report.dim, report.skippedRows], [rows, dim, 0]);
  assertEquals([report.complete, report.convention, report.centered], [true, "paper", false]);
  const column = { column: "embedding", reason: "the only one that holds vectors" };
  assertEquals(report.inputs, [{ name: "stdin", format: "arrow-stream", ...column, rows }]);
  assertEquals(report.warnings, []);
});

Deno.test("--spectrum puts the singular values into the JSON", async () => {
  const run = await runCli(["--json", "--spectrum"], { stdin: await goldenBytes("low-rank") });
  const { singularValues } = JSON.parse(run.stdout);
  const expected = golden.find((one) => one.name === "low-rank")!;
  assertEquals(singularValues.length, expected.dim);
  expected.indices.forEach((index, i) => {
    const largest = expected.singularValues[0];
    assertAlmostEquals(
      singularValues[index] ** 2,
      expected.singularValues[i] ** 2,
      1e-13 * largest * largest,
    );
  });
});

Deno.test("--center and --convention score as NumPy does", async () => {
  const stdin = await goldenBytes("low-rank-large-mean");
  const centered = JSON.parse((await runCli(["--json", "--center"], { stdin })).stdout);
  const expected = goldenValue("low-rank-large-mean", "paper-centered");
  assertAlmostEquals(centered.rankMe, expected, 1e-9 * expected);
  assertEquals(centered.centered, true);

  const reptrix = JSON.parse((await runCli(["--json", "--convention=reptrix"], { stdin })).stdout);
  const expectedReptrix = goldenValue("low-rank-large-mean", "reptrix");
  assertAlmostEquals(reptrix.rankMe, expectedReptrix, 1e-9 * expectedReptrix);
  assertEquals([reptrix.convention, reptrix.centered], ["reptrix", true]);

  const undone = await runCli(["--json", "--convention=reptrix", "--no-center"], { stdin });
  assertEquals(JSON.parse(undone.stdout).centered, false);
});

Deno.test("--epsilon replaces the convention's", async () => {
  const stdin = await arrowBytes(Float64Array.of(1, 0, 0, 0, 1, 0), 3);
  const run = await runCli(["--json", "--epsilon", "0.25"], { stdin });
  // p = (1/2 + 1/4, 1/2 + 1/4): two values, as N = 2 < D = 3.
  const p = 0.75;
  assertAlmostEquals(JSON.parse(run.stdout).rankMe, Math.exp(-2 * p * Math.log(p)), 1e-12);
});

Deno.test("--normalize scales rows to length 1 first", async () => {
  // Two directions, one a thousand times longer: normalised, they count the same.
  const stdin = await arrowBytes(Float64Array.of(1000, 0, 0, 1), 2);
  const report = JSON.parse((await runCli(["--json", "--normalize"], { stdin })).stdout);
  assertAlmostEquals(report.rankMe, 2, 1e-5);
});

Deno.test("files are shards of one data set, streams and stdin among them", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const all = Float64Array.from({ length: 300 * 4 }, (_, i) => Math.sin(i * i));
    await Deno.writeFile(`${folder}/a.arrows`, await arrowBytes(all.subarray(0, 400), 4));
    await Deno.writeFile(`${folder}/b.arrows`, await arrowBytes(all.subarray(400, 480), 4));
    const rest = await arrowBytes(all.subarray(480), 4);
    const sharded = await runCli(
      ["--json", `${folder}/a.arrows`, "-", `${folder}/b.arrows`],
      { stdin: rest, permissions: [`--allow-read=${folder}`] },
    );
    const whole = await runCli(["--json"], { stdin: await arrowBytes(all, 4) });
    const [a, b] = [JSON.parse(sharded.stdout), JSON.parse(whole.stdout)];
    assertAlmostEquals(a.rankMe, b.rankMe, 1e-12 * b.rankMe);
    assertEquals(a.inputs.map((input: { rows: number }) => input.rows), [100, 180, 20]);
    assertEquals(a.inputs[1].name, "stdin");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: "a named pipe is read as a stream",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const pipe = `${folder}/pipe`;
      assertEquals((await new Deno.Command("mkfifo", { args: [pipe] }).output()).code, 0);
      const child = startCli(["--json", pipe], [`--allow-read=${folder}`]);
      await Deno.writeFile(pipe, await goldenBytes("gaussian"), { create: false });
      await child.stdin.close();
      const { code, stdout } = await child.output();
      assertEquals(code, 0);
      assertEquals(JSON.parse(new TextDecoder().decode(stdout)).rows, 1000);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("a device that Deno keeps to itself is refused with what to do instead", async () => {
  const run = await runCli(["/dev/stdin"], { permissions: ["--allow-read"] });
  assertEquals(run.status, 2);
  assertStringIncludes(run.stderr, "/dev/stdin: Deno opens this only with --allow-all");
  assertStringIncludes(run.stderr, "pipe it in and pass -");
});

Deno.test("an input given twice is refused, as its rows would count twice", async () => {
  const run = await runCli(["-", "-"]);
  assertEquals(run.status, 2);
  assertStringIncludes(run.stderr, "- is given twice");
});

Deno.test("--every prints one object a line, the last alone complete", async () => {
  const stdin = await goldenBytes("gaussian");
  const run = await runCli(["--json", "--every", "300"], { stdin });
  const reports = run.stdout.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(reports.map(({ rows }) => rows), [300, 600, 900, 1000]);
  assertEquals(reports.map(({ complete }) => complete), [false, false, false, true]);
  assertEquals(
    reports.at(-1).rankMe,
    JSON.parse((await runCli(["--json"], { stdin })).stdout).rankMe,
  );
});

Deno.test("--limit scores the first rows only", async () => {
  const data = Float64Array.from({ length: 100 * 3 }, (_, i) => Math.sin(i * i));
  const limited = await runCli(["--json", "--limit", "70"], { stdin: await arrowBytes(data, 3) });
  const first = await runCli(["--json"], { stdin: await arrowBytes(data.slice(0, 210), 3) });
  const [a, b] = [JSON.parse(limited.stdout), JSON.parse(first.stdout)];
  assertEquals([a.rows, a.complete], [70, true]);
  assertAlmostEquals(a.rankMe, b.rankMe, 1e-12 * b.rankMe);
});

Deno.test("the text shows the score, the shape, the spread and the spectrum", async () => {
  const run = await runCli([], { stdin: await goldenBytes("low-rank") });
  const expected = goldenValue("low-rank", "paper");
  const [first] = run.stdout.split("\n");
  assertEquals(first, `RankMe  ${expected.toPrecision(4)}`);
  const { rows, dim } = golden.find((one) => one.name === "low-rank")!;
  assertStringIncludes(run.stdout, `${rows.toLocaleString("en-US")} × ${dim}`);
  assertMatch(run.stdout, /spread +19 % of 40 dimensions \(compare with runs of the same method\)/);
  assertMatch(run.stdout, /spectrum +[▁▂▃▄▅▆▇█]{40}\n/);
  assertEquals(run.stderr, "");
});

Deno.test("NaN is refused with its place, or left out when asked", async () => {
  const data = Float64Array.from({ length: 200 * 3 }, (_, i) => Math.sin(i * i));
  data[150 * 3 + 2] = NaN;
  const stdin = await arrowBytes(data, 3);
  const refused = await runCli(["--json"], { stdin });
  assertEquals([refused.status, refused.stdout], [3, ""]);
  assertEquals(
    refused.stderr,
    'rankme: stdin: batch 2, row 150: NaN in column "embedding" (dimension 2); ' +
      "pass --non-finite skip to leave such rows out\n",
  );
  const skipped = await runCli(["--json", "--non-finite", "skip"], { stdin });
  const { rows, skippedRows, rankMe } = JSON.parse(skipped.stdout);
  assertEquals([rows, skippedRows], [199, 1]);
  const kept = Float64Array.from([...data.slice(0, 450), ...data.slice(453)]);
  const other = await runCli(["--json"], { stdin: await arrowBytes(kept, 3) });
  assertAlmostEquals(rankMe, JSON.parse(other.stdout).rankMe, 1e-12 * rankMe);
});

Deno.test("a stream cut off inside a batch is refused with the byte", async () => {
  const bytes = await goldenBytes("gaussian");
  const run = await runCli(["--json"], { stdin: bytes.subarray(0, 100_000) });
  assertEquals([run.status, run.stdout], [3, ""]);
  assertMatch(run.stderr, /^rankme: stdin: byte 100000, batch \d+: the stream ends .* short/);
});

Deno.test("a missing end-of-stream marker is marked, and an error with --strict", async () => {
  const bytes = await goldenBytes("gaussian");
  const stdin = bytes.subarray(0, bytes.length - 8);
  const run = await runCli(["--json"], { stdin });
  assertEquals(run.status, 0);
  assertEquals(JSON.parse(run.stdout).complete, false);
  assertStringIncludes(JSON.parse(run.stdout).warnings[0], "end-of-stream marker");
  assertStringIncludes(run.stderr, "rankme: warning: stdin: the stream ended without");
  assertStringIncludes((await runCli([], { stdin })).stdout, "partial");
  const strict = await runCli(["--json", "--strict"], { stdin });
  assertEquals([strict.status, strict.stdout], [3, ""]);
});

Deno.test("inputs that are no embeddings end with status 3 and one line that says why", async () => {
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [new Uint8Array(0), /^rankme: stdin: no bytes at all; .*\n$/],
    [new TextEncoder().encode("a,b\n1,2\n"), /^rankme: stdin: no column holds lists .*\n$/],
    [
      new TextEncoder().encode("PAR1\x15\x04\x15\x10\x15\x14\x4c\x15"),
      /^rankme: stdin: .* pass its path instead .*\n$/,
    ],
    [new TextEncoder().encode("ARROW1\0\0xx"), /^rankme: stdin: .* pass its path instead .*\n$/],
    [Uint8Array.of(0x80, 4, 0x95), /^rankme: stdin: this is a Python pickle, .*\n$/],
  ];
  for (const [stdin, message] of cases) {
    const run = await runCli(["--json"], { stdin });
    assertEquals([run.status, run.stdout], [3, ""]);
    assertMatch(run.stderr, message);
  }
});

Deno.test("a file without permission is an error that names the flag, without a stack", async () => {
  const run = await runCli(["some.arrow"]);
  assertEquals(run.status, 2);
  assertEquals(
    run.stderr,
    "rankme: some.arrow: Deno was not allowed to read this file; " +
      "add --allow-read or --allow-read=some.arrow\n",
  );
});

Deno.test("a file that is not there, and a folder of other things, end with status 3", async () => {
  const permissions = ["--allow-read"];
  const missing = await runCli(["no-such-file.arrow"], { permissions });
  assertEquals(missing.status, 3);
  assertStringIncludes(missing.stderr, "no-such-file.arrow: there is no such file");
  const folder = await runCli(["src"], { permissions });
  assertEquals(folder.status, 3);
  assertStringIncludes(folder.stderr, "src: no file in this folder ends as a format's do");
});

Deno.test("--fail-under exits with 1 below the threshold and says so", async () => {
  const stdin = await goldenBytes("low-rank");
  const failed = await runCli(["--json", "--fail-under", "10"], { stdin });
  assertEquals(failed.status, 1);
  assertMatch(failed.stderr, /^rankme: RankMe 7\.\d+ is under 10 \(--fail-under\)\n$/);
  assert(failed.stdout.length > 0);
  const passed = await runCli(["--json", "--fail-under", "5"], { stdin });
  assertEquals([passed.status, passed.stderr], [0, ""]);
});

Deno.test("--quiet keeps warnings away, --verbose says what was read and computed", async () => {
  const stdin = await arrowBytes(Float64Array.of(1, 0, 0, 0, 1, 0), 3);
  assertStringIncludes((await runCli([], { stdin })).stderr, "2 rows for 3 dimensions");
  assertEquals((await runCli(["-q"], { stdin })).stderr, "");
  const { stderr } = await runCli(["--verbose"], { stdin });
  assertStringIncludes(
    stderr,
    'stdin: arrow-stream, column "embedding" (the only one that holds vectors), 2 rows',
  );
  assertStringIncludes(stderr, "backend wasm, ");
});

Deno.test("rows that are all equal have rank 0 after centring, and a warning", async () => {
  const stdin = await arrowBytes(new Float64Array(300).fill(0.1), 3);
  const run = await runCli(["--json", "--center"], { stdin });
  const { rankMe, warnings } = JSON.parse(run.stdout);
  assertEquals([run.status, rankMe], [0, 0]);
  assertStringIncludes(warnings[0], "collapsed completely");
});

Deno.test("a reader that goes away ends it quietly", async () => {
  const child = startCli(["--json", "--every", "1"]);
  const bytes = await goldenBytes("gaussian");
  const fed = ReadableStream.from([bytes]).pipeTo(child.stdin).catch(() => {});
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  await fed;
  const { code } = await child.status;
  assertEquals([code, await new Response(child.stderr).text()], [0, ""]);
});

Deno.test("SIGINT scores what has been read, marks it, and exits with 130", async () => {
  const child = startCli(["--json", "--every", "100"]);
  const bytes = await goldenBytes("gaussian");
  const writer = child.stdin.getWriter();
  // All batches but the last, and then silence: the producer hangs.
  await writer.write(bytes.subarray(0, bytes.length - 10_000));
  const lines: string[] = [];
  const reading = (async () => {
    const text = child.stdout
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream());
    for await (const line of text) {
      lines.push(line);
      if (lines.length === 9) child.kill("SIGINT");
    }
  })();
  const { code } = await child.status;
  await reading;
  const last = JSON.parse(lines.at(-1)!);
  assertEquals(code, 130);
  assertEquals(last.complete, false);
  assertGreater(last.rows, 900);
  assertLess(last.rows, 1000);
  assertStringIncludes(last.warnings[0], "interrupted");
  assertStringIncludes(await new Response(child.stderr).text(), "interrupted");
  await writer.abort().catch(() => {});
});

Deno.test("SIGINT before the first row exits with 130 and no number", async () => {
  const child = startCli(["--json"]);
  // One batch of half a megabyte, cut short. A pipe holds 64 kB: once more has been taken from us, the
  // other side reads, and so listens for signals too.
  const bytes = await arrowBytes(new Float64Array(64 * 1024), 1024);
  const writer = child.stdin.getWriter();
  await writer.write(bytes.subarray(0, 300_000));
  child.kill("SIGINT");
  const [{ code }, stdout, stderr] = await Promise.all([
    child.status,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  assertEquals([code, stdout], [130, ""]);
  assertStringIncludes(stderr, "interrupted before the first row");
  await writer.abort().catch(() => {});
});

// --- What computes. ---

Deno.test("without a permission WebAssembly computes, on all threads, and --verbose says why", async () => {
  const run = await runCli(["--json", "--verbose"], { stdin: await goldenBytes("gaussian") });
  assertEquals(run.status, 0);
  const { backend } = JSON.parse(run.stdout);
  assertEquals(backend, {
    name: "wasm",
    threads: navigator.hardwareConcurrency,
    relaxedSimd: true,
  });
  // What computes comes first, and what was tried for it does not read like a failure.
  const [first, second] = run.stderr.split("\n");
  assertStringIncludes(first, `rankme: backend wasm, ${navigator.hardwareConcurrency} thread`);
  assertEquals(second, "rankme: not used: a native BLAS: loading it needs --allow-ffi");
  const asked = await runCli(["--backend", "blas"], { stdin: await goldenBytes("gaussian") });
  assertEquals(
    [asked.status, asked.stderr],
    [2, "rankme: a native BLAS cannot be used: loading it needs --allow-ffi\n"],
  );
  assertMatch(run.stderr, /the state will need \S+ \S+ of memory/);
});

Deno.test("--backend and --threads choose, and every choice gives the same number", async () => {
  const ranks: number[] = [];
  for (const [name, threads] of [["reference", 1], ["wasm", 1], ["wasm", 3]] as const) {
    const run = await runCli(["--json", `--backend=${name}`, `--threads=${threads}`], {
      stdin: await goldenBytes("gaussian"),
    });
    const { rankMe, backend } = JSON.parse(run.stdout);
    assertEquals([backend.name, backend.threads], [name, threads]);
    ranks.push(rankMe);
  }
  const expected = goldenValue("gaussian", "paper");
  ranks.forEach((rank) => assertAlmostEquals(rank, expected, 1e-9 * expected));
});

Deno.test("a backend there is none of, and no threads, are refused", async () => {
  assertEquals((await runCli(["--backend", "gpu"])).status, 2);
  assertEquals((await runCli(["--threads", "0"])).status, 2);
});

Deno.test("--backend blas without --allow-ffi is refused and says what it lacks", async () => {
  const run = await runCli(["--backend", "blas"], { stdin: await goldenBytes("gaussian") });
  assert(run.status !== 0);
  assertStringIncludes(run.stderr, "--allow-ffi");
});

Deno.test("a BLAS that is asked for by name and may not be loaded is refused", async () => {
  const run = await runCli(["--blas", "libnone.so"], { stdin: await goldenBytes("gaussian") });
  assertEquals(run.status, 2);
  assertStringIncludes(run.stderr, "libnone.so");
  assertStringIncludes(run.stderr, "--allow-ffi");
});

Deno.test("--exact says so, and resolves what a covariance cannot", async () => {
  const stdin = () => goldenBytes("rank-deficient");
  const gram = JSON.parse((await runCli(["--json"], { stdin: await stdin() })).stdout);
  const exact = JSON.parse((await runCli(["--json", "--exact"], { stdin: await stdin() })).stdout);
  assertEquals([gram.accuracy.method, exact.accuracy.method], ["gram", "qr"]);
  assertLess(exact.accuracy.rankMeBound, gram.accuracy.rankMeBound / 1000);
  const expected = goldenValue("rank-deficient", "paper");
  assertLess(Math.abs(exact.rankMe - expected), 1e-11 * expected);
  // The difference between the two is what the bound of the less exact one promises.
  assertLess(Math.abs(gram.rankMe - exact.rankMe), gram.accuracy.rankMeBound);
  assertEquals(exact.warnings, []);
});
