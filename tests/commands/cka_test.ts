import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { pairCases, pairOf } from "../golden/objects.ts";
import { gaussian } from "../linalg/matrices.ts";
import { withFiles } from "../pipeline/arrow.ts";
import { arrowBytes } from "./arrow_bytes.ts";
import { runCli, startCli } from "./run_cli.ts";

const HALF_ALIKE = pairCases[1];
const { a: A, b: B } = pairOf(HALF_ALIKE);

/** Calls `use` with two files of the golden pair, and the permission to read them. */
async function withPair(
  use: (a: string, b: string, permissions: readonly string[]) => Promise<void>,
): Promise<void> {
  await withFiles([await arrowBytes(A, 5), await arrowBytes(B, 5)], async (a, b) => {
    await use(a, b, [`--allow-read=${a},${b}`]);
  });
}

Deno.test("cka of two files prints what NumPy finds", async () => {
  await withPair(async (a, b, permissions) => {
    const json = await runCli(["cka", a, b, "--json"], { permissions });
    assertEquals([json.status, json.stderr], [0, ""]);
    const report = JSON.parse(json.stdout);
    assertAlmostEquals(report.cka, HALF_ALIKE.cka, 1e-12);
    assertAlmostEquals(report.chance, HALF_ALIKE.chance, 1e-12);
    assertEquals([report.names, report.dims, report.rows], [[a, b], [5, 5], HALF_ALIKE.rows]);
    const text = await runCli(["cka", a, b], { permissions });
    assertEquals(text.stdout.split("\n")[0], `CKA  ${HALF_ALIKE.cka.toFixed(4)}`);
  });
});

Deno.test("either input may be piped in", async () => {
  await withPair(async (a, _, permissions) => {
    for (const order of [[a, "-"], ["-", a]]) {
      const run = await runCli(["cka", ...order, "--json"], {
        stdin: await arrowBytes(B, 5),
        permissions,
      });
      const { cka, inputs } = JSON.parse(run.stdout);
      assertAlmostEquals(cka, HALF_ALIKE.cka, 1e-12);
      assertEquals(
        inputs.map(({ name }: { name: string }) => name),
        order.map((name) => name === "-" ? "stdin" : name),
      );
    }
  });
});

Deno.test("--limit is a number of pairs, --quiet leaves out warnings and --verbose says more", async () => {
  await withPair(async (a, b, permissions) => {
    const loud = await runCli(["cka", a, b, "--limit", "12", "--verbose"], { permissions });
    assertStringIncludes(loud.stdout, "rows           12\n");
    assertStringIncludes(loud.stderr, "rankme: warning: unrelated rows would give a CKA of 0.");
    assertStringIncludes(
      loud.stderr,
      `rankme: ${a}: arrow-stream, column "embedding" (the only one that holds vectors), 12 rows
`,
    );
    const quiet = await runCli(["cka", a, b, "--limit", "12", "-q"], { permissions });
    assertEquals([quiet.stdout, quiet.stderr], [loud.stdout, ""]);
  });
});

Deno.test("one input may be read in another way than the other", async () => {
  const columns = await arrowBytes(A, 5, { layout: "columns", dtype: "f64" });
  await withFiles([columns, new Uint8Array(B.buffer)], async (a, b) => {
    const flags = ["--columns-a", "embedding_*", "--format-b", "f64", "--dim-b", "5"];
    const permissions = [`--allow-read=${a},${b}`];
    const run = await runCli(["cka", a, b, "--json", ...flags], { permissions });
    assertEquals([run.status, run.stderr], [0, ""]);
    assertAlmostEquals(JSON.parse(run.stdout).cka, HALF_ALIKE.cka, 1e-12);
  });
});

Deno.test("inputs of different numbers of rows are an error with both counts", async () => {
  const files = [await arrowBytes(gaussian(1, 200), 2), await arrowBytes(gaussian(2, 210), 3)];
  await withFiles(files, async (a, b) => {
    const run = await runCli(["cka", a, b], { permissions: [`--allow-read=${a},${b}`] });
    assertEquals([run.status, run.stdout], [3, ""]);
    assertEquals(
      run.stderr,
      `rankme: ${a} has 100 rows, and ${b} has 70 rows; rows are paired by their order, so both must ` +
        "be of the same samples\n",
    );
  });
});

Deno.test("wrong usage is told before anything is read", async () => {
  for (
    const [args, message] of [
      [["a", "b", "c"], "cka compares two inputs, not 3"],
      [["-", "-"], "standard input can be read once only"],
      [["a", "--column-b", "x"], "--column-b is for one of two inputs"],
      [["a", "--dim-a", "3"], "--dim-a is for one of two inputs"],
      [["a", "b", "--format-b", "x"], "--format-b is arrow-stream"],
      [["a", "b", "--non-finite", "skip"], "rows of two inputs cannot be skipped"],
      [["a", "b", "--fail-under", "1"], "there is no flag --fail-under"],
    ] as const
  ) {
    const run = await runCli(["cka", ...args]);
    assertEquals([run.status, run.stdout], [2, ""]);
    assertStringIncludes(run.stderr, message);
  }
});

Deno.test("one input of one column has nothing to be compared with", async () => {
  const run = await runCli(["cka", "-"], { stdin: await arrowBytes(A, 5) });
  assertEquals(run.status, 2);
  assertStringIncludes(run.stderr, "give two inputs, or name several columns");
});

Deno.test("SIGINT compares the rows read by then and exits with 130", async () => {
  await withPair(async (a, _, permissions) => {
    const child = startCli(["cka", a, "-", "--json", "--verbose"], permissions);
    const bytes = await arrowBytes(B, 5);
    const writer = child.stdin.getWriter();
    // All batches but the last, and then silence: the producer hangs.
    await writer.write(bytes.subarray(0, bytes.length - 300));
    const [toWatch, toKeep] = child.stderr.tee();
    const notes = new Response(toKeep).text(), output = new Response(child.stdout).text();
    for await (const note of toWatch.pipeThrough(new TextDecoderStream())) {
      // Said of the first rows.
      if (note.includes("the state will need")) child.kill("SIGINT");
    }
    const { code } = await child.status;
    const report = JSON.parse(await output);
    assertEquals([code, report.complete], [130, false]);
    assert(report.rows >= 64 && report.rows < HALF_ALIKE.rows, `${report.rows} rows`);
    assertStringIncludes(await notes, "interrupted");
    await writer.abort().catch(() => {});
  });
});

Deno.test("an identifier in one of two inputs is refused with the flag that leaves it out of that one", async () => {
  const rows = Array.from({ length: HALF_ALIKE.rows }, (_, i) => [i, ...A.slice(5 * i, 5 * i + 5)]);
  const csv = new TextEncoder().encode(rows.map((row) => `${row.join(",")}\n`).join(""));
  await withFiles([csv, await arrowBytes(B, 5)], async (a, b) => {
    const permissions = [`--allow-read=${a},${b}`];
    for (const [inputs, side] of [[[a, b], "a"], [[b, a], "b"]] as const) {
      const refused = await runCli(["cka", ...inputs], { permissions });
      assertEquals([refused.status, refused.stdout], [3, ""]);
      assertStringIncludes(refused.stderr, `leave it out with --dims-${side} 1:6; where it is`);
      const run = await runCli(["cka", ...inputs, `--dims-${side}`, "1:6", "--json"], {
        permissions,
      });
      assertAlmostEquals(JSON.parse(run.stdout).cka, HALF_ALIKE.cka, 1e-12);
      // Of both it would be a dimension of the other one less.
      const both = await runCli(["cka", ...inputs, "--dims", "1:6"], { permissions });
      assertEquals([both.status, both.stdout], [3, ""]);
    }
    const taken = await runCli(["cka", a, b, "--dims-a", "0:6", "--json"], { permissions });
    assertEquals(JSON.parse(taken.stdout).dims, [6, 5]);
    const first = await runCli(["cka", b, b, "--dims", "3", "--dims-b", "5", "--json"], {
      permissions,
    });
    assertEquals(JSON.parse(first.stdout).dims, [3, 5]);
    const several = await runCli(["cka", b, b, "--dims-a", "1:2,3:4"], { permissions });
    assertEquals(several.status, 2);
    assertStringIncludes(several.stderr, "--dims-a is one range here");
    const one = await runCli(["cka", b, "--column", "*", "--dims", "1:2"], { permissions });
    assertEquals(one.status, 2);
  });
});

Deno.test("a row that is not finite is to be left out of both inputs, which no flag does", async () => {
  const holed = A.map((value, i) => i === 12 ? NaN : value);
  await withFiles([await arrowBytes(holed, 5), await arrowBytes(B, 5)], async (a, b) => {
    const run = await runCli(["cka", a, b], { permissions: [`--allow-read=${a},${b}`] });
    assertEquals(run.status, 3);
    assertStringIncludes(run.stderr, "NaN in column");
    assertStringIncludes(run.stderr, "; leave such rows out of both inputs\n");
  });
});
