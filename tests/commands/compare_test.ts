import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import Papa from "papaparse";
import { syntheticEmbeddings, type SyntheticSpectrum } from "../../src/sources/synthetic.ts";
import { withFolder } from "../sources/shards/folders.ts";
import { arrowBytes } from "./arrow_bytes.ts";
import { type CliRun, runCli, startCli } from "./run_cli.ts";

const DIM = 16;

/** Rows whose rank is known: R equal singular values, and nothing else; or Gaussian ones. */
async function embeddings(
  spectrum: SyntheticSpectrum,
  { rows = 640, seed = 1, dim = DIM } = {},
): Promise<Uint8Array> {
  const data: number[] = [];
  for await (const batch of syntheticEmbeddings({ rows, dim, seed, spectrum })) {
    data.push(...batch.data);
  }
  return await arrowBytes(Float64Array.from(data), dim);
}

const ofRank = (rank: number, options = {}) => embeddings({ kind: "rank", rank }, options);
const gaussian = (options = {}) => embeddings({ kind: "gaussian" }, options);

/** Compares in a folder, without being allowed more than to read it. */
function compareIn(folder: string, ...args: string[]): Promise<CliRun> {
  const paths = args.map((arg) => arg.replaceAll("FOLDER", folder));
  return runCli(["compare", ...paths], { permissions: [`--allow-read=${folder}`] });
}

Deno.test("inputs are ranked by the ranks that they were made with, the best first", async () => {
  const files = {
    "a.arrows": await ofRank(4),
    "b.arrows": await ofRank(12),
    "c.arrows": await ofRank(8),
  };
  await withFolder(files, async (folder) => {
    const run = await compareIn(
      folder,
      "FOLDER/a.arrows",
      "FOLDER/b.arrows",
      "FOLDER/c.arrows",
      "--json",
      "-q",
    );
    assertEquals([run.status, run.stderr], [0, ""]);
    const objects = JSON.parse(run.stdout);
    assertEquals(objects.map(({ name }: { name: string }) => name.at(-8)), ["b", "c", "a"]);
    [12, 8, 4].forEach((rank, i) => assertAlmostEquals(objects[i].rankMe, rank, 1e-3));
    assertEquals(objects[0].difference, undefined);
    const { value, standardError, low, high } = objects[2].difference;
    assertAlmostEquals(value, -8, 1e-3);
    assert(standardError >= 0 && low <= value && value <= high);
    assertEquals(objects[2].tied, false);
    assertEquals(objects[0].confidence.groups, 16);
  });
});

Deno.test("one folder or pattern stands for what is in it, several inputs for themselves", async () => {
  const files = {
    "runs/a.arrows": await ofRank(4),
    "runs/b/0.arrows": await ofRank(8, { rows: 320 }),
    "runs/b/1.arrows": await ofRank(8, { rows: 320, seed: 2 }),
    "other.arrows": await ofRank(2),
    "notes.txt": "",
  };
  await withFolder(files, async (folder) => {
    const names = async (...args: string[]) => {
      const { stdout } = await compareIn(folder, ...args, "--json", "--no-ci", "-q");
      return JSON.parse(stdout).map(({ name, rows }: { name: string; rows: number }) => [
        name.slice(folder.length + 1),
        rows,
      ]);
    };
    assertEquals(await names("FOLDER/runs"), [["runs/b", 640], ["runs/a.arrows", 640]]);
    assertEquals(await names("FOLDER/runs/*"), [["runs/b", 640], ["runs/a.arrows", 640]]);
    assertEquals(await names("FOLDER/runs", "FOLDER/other.arrows"), [["runs", 1280], [
      "other.arrows",
      640,
    ]]);
  });
});

Deno.test("the same rows under two names cannot be told apart, others can", async () => {
  const same = await gaussian();
  await withFolder(
    { "a.arrows": same, "b.arrows": same, "c.arrows": await ofRank(3) },
    async (folder) => {
      const run = await compareIn(folder, "FOLDER", "-q");
      assertEquals([run.status, run.stderr], [0, ""]);
      const lines = run.stdout.split("\n");
      assertMatch(lines[0], /^name +rows × dim +RankMe ± 95 % +vs best ± 95 %$/);
      assertMatch(lines[1], /a\.arrows +640 × 16 +15\.\d+ ± 0\.\d+ +best$/);
      assertMatch(
        lines[2],
        /b\.arrows +640 × 16 +15\.\d+ ± 0\.\d+ +0\.00 ± 0 {2}≈$/,
      );
      assertMatch(lines[3], /c\.arrows +640 × 16 +3\.00\d+ ± .* −1\d\.\d+ ± <?0\.\d+$/);
      assertEquals(lines.slice(4), [
        "",
        "≈ no significant difference to the best: its 95 % interval holds 0",
        "column embedding, convention paper, not centred, ε = 1e-7; higher is better, between runs of one method only",
        "",
      ]);
    },
  );
});

Deno.test("an input that fails is named, the others are ranked, and the status is 3", async () => {
  const files = { "a.arrows": await ofRank(4), "bad.npy": "no array", "c.arrows": await ofRank(8) };
  await withFolder(files, async (folder) => {
    const text = await compareIn(folder, "FOLDER", "--no-ci", "-q");
    assertEquals(text.status, 3);
    assertMatch(text.stdout, /c\.arrows.*\n.*a\.arrows.*\n.*bad\.npy +failed\n/);
    assertMatch(text.stderr, /^rankme: .*bad\.npy: .*\n$/);
    const json = await compareIn(folder, "FOLDER", "--json", "--no-ci");
    assertEquals(json.status, 3);
    const objects = JSON.parse(json.stdout);
    assertEquals(objects.length, 3);
    assertEquals(Object.keys(objects[2]), ["name", "error"]);
    assertStringIncludes(objects[2].error.message, "bad.npy");
    assertEquals((await compareIn(folder, "FOLDER/bad.npy", "FOLDER/none.npy")).status, 3);
  });
});

Deno.test("other numbers of rows and dimensions are pointed out", async () => {
  const files = {
    "a.arrows": await gaussian({ rows: 200 }),
    "b.arrows": await gaussian({ dim: 8 }),
  };
  await withFolder(files, async (folder) => {
    const { status, stderr } = await compareIn(folder, "FOLDER");
    assertEquals(status, 0);
    assertStringIncludes(stderr, "16 dimensions");
    assertMatch(
      stderr,
      /rankme: warning: 200 rows \(.*a\.arrows\), 640 rows \(.*b\.arrows\): RankMe/,
    );
    assertEquals((await compareIn(folder, "FOLDER", "-q")).stderr, "");
  });
});

Deno.test("--rows takes as many of each", async () => {
  const files = { "a.arrows": await gaussian({ rows: 200 }), "b.arrows": await gaussian() };
  await withFolder(files, async (folder) => {
    const rows = async (count: string) => {
      const run = await compareIn(folder, "FOLDER", "--no-ci", "--json", "--rows", count);
      return [run.status, JSON.parse(run.stdout).map((one: { rows?: number }) => one.rows)];
    };
    assertEquals(await rows("150"), [0, [150, 150]]);
    assertEquals(await rows("min"), [0, [200, 200]]);
    assertEquals(await rows("300"), [3, [300, undefined]]);
    const run = await compareIn(folder, "FOLDER", "--rows", "300");
    assertMatch(run.stderr, /a\.arrows: 200 rows, and 300 of each are to be compared/);
  });
});

Deno.test("another metric can be ranked by, without being asked for twice", async () => {
  const files = { "a.arrows": await ofRank(4), "b.arrows": await ofRank(8) };
  await withFolder(files, async (folder) => {
    const run = await compareIn(folder, "FOLDER", "--sort", "stableRank", "--ascending", "--csv");
    const records = Papa.parse(run.stdout, { header: true, skipEmptyLines: true });
    const data = records.data as Record<string, string>[];
    assertEquals(data.map(({ name }) => name.at(-8)), ["a", "b"]);
    assertAlmostEquals(Number(data[0].stableRank), 4, 1e-6);
    assertAlmostEquals(Number(data[1].difference), 4, 1e-6);
    assertEquals(data[1].error, "");
    const wrong = await compareIn(folder, "FOLDER", "--sort", "stabelRank");
    assertEquals([wrong.status, wrong.stdout], [2, ""]);
    assertStringIncludes(wrong.stderr, "stableRank");
  });
});

Deno.test("--markdown prints a table for a page", async () => {
  const files = { "a|b.arrows": await ofRank(4), "c.arrows": await ofRank(8) };
  await withFolder(files, async (folder) => {
    const { stdout } = await compareIn(folder, "FOLDER", "--markdown", "--no-ci");
    const lines = stdout.split("\n");
    assertMatch(lines[0], /^\| name +\| rows × dim \| RankMe \| vs best \|$/);
    assertMatch(lines[1], /^\| -+ \| -+: \| -+: \| -+: \|$/);
    assertMatch(lines[3], /a\\\|b\.arrows \| +640 × 16 \| +4\.000 \| +−4\.000 \|$/);
    assertEquals(lines.length, 5);
  });
});

/** Checkpoints of a training that collapses. */
async function checkpoints(): Promise<Record<string, Uint8Array>> {
  const ranks = { 1000: 8, 2000: 12, 10_000: 11, 3000: 13, 20_000: 3 };
  const files: Record<string, Uint8Array> = {};
  for (const [step, rank] of Object.entries(ranks)) {
    files[`step-${step}.arrows`] = await ofRank(rank, { seed: Number(step) });
  }
  return files;
}

Deno.test("--x draws RankMe against the step, and marks the collapse", async () => {
  await withFolder(await checkpoints(), async (folder) => {
    const { status, stdout } = await compareIn(folder, "FOLDER", "--x", "step");
    assertEquals(status, 0);
    const [drawn, table, told] = stdout.split("\n\n");
    assertMatch(drawn, /^RankMe, ● drop\n/);
    assertEquals(drawn.match(/●/g)!.length, 3);
    assertMatch(drawn, /1,000 .* 20,000\n +step$/);
    const rows = table.split("\n").slice(1);
    assertEquals(rows.map((row) => /(?<=arrows +)\S+/.exec(row)![0]), [
      "1,000",
      "2,000",
      "3,000",
      "10,000",
      "20,000",
    ]);
    assertEquals(rows.map((row) => /(drop|collapse) −\d+ %$/.exec(row)?.[0]), [
      undefined,
      undefined,
      undefined,
      "drop −15 %",
      "collapse −77 %",
    ]);
    assertStringIncludes(told, "collapse at step 20,000: RankMe 3.00");
    assertStringIncludes(told, "% of 13.00 at step 3,000");
    assertStringIncludes(told, "first drop at step 10,000");
  });
});

Deno.test("the JSON of checkpoints has x and the drops, in the training's order", async () => {
  await withFolder(await checkpoints(), async (folder) => {
    const { stdout } = await compareIn(folder, "FOLDER/*.arrows", "--x", "step", "--json");
    const objects: { x: number; drop?: { from: number; share: number; collapse: boolean } }[] = JSON
      .parse(stdout);
    assertEquals(objects.map(({ x }) => x), [1000, 2000, 3000, 10_000, 20_000]);
    assertEquals(objects.map(({ drop }) => drop?.collapse), [
      undefined,
      undefined,
      undefined,
      false,
      true,
    ]);
    assertEquals(objects[4].drop!.from, 3000);
    assertAlmostEquals(objects[4].drop!.share, 3 / 13, 1e-4);
  });
});

Deno.test("--svg draws the same as a file", async () => {
  await withFolder(await checkpoints(), async (folder) => {
    const args = ["compare", folder, "--x", "step", "--svg", `${folder}/rank.svg`];
    const run = await runCli(args, {
      permissions: [`--allow-read=${folder}`, `--allow-write=${folder}`],
    });
    assertEquals(run.status, 0, run.stderr);
    const svg = await Deno.readTextFile(`${folder}/rank.svg`);
    assertMatch(svg, /^<svg [^]+<\/svg>\n$/);
    for (const word of ["step", "RankMe", "collapse", "20,000"]) assertStringIncludes(svg, word);
    assert(!/NaN|undefined/.test(svg));
    const denied = await compareIn(folder, "FOLDER", "--x", "step", "--svg", "FOLDER/rank.svg");
    assertEquals(denied.status, 2);
    assertStringIncludes(denied.stderr, "add --allow-write or --allow-write=");
  });
});

Deno.test("a name without a step is refused before anything is scored", async () => {
  const files = { ...await checkpoints(), "final.arrows": "cannot be read" };
  await withFolder(files, async (folder) => {
    const run = await compareIn(folder, "FOLDER", "--x", "step");
    assertEquals([run.status, run.stdout], [2, ""]);
    assertMatch(
      run.stderr,
      /no number after "step" in .*final\.arrows; names such as step-1000\.npy/,
    );
  });
});

Deno.test("flags that contradict each other are refused", async () => {
  const cases: readonly (readonly [string[], string])[] = [
    [["--sort", "rankMe", "--x", "step"], "--sort and --x are two orders"],
    [["--ascending"], "--ascending is for --sort"],
    [["--svg", "a.svg"], "--svg is for --x"],
    [["--json", "--csv"], "--json and --csv cannot both be printed"],
    [["--rows", "10", "--limit", "10"], "--rows and --limit both say how many rows"],
    [["--rows", "few"], "--rows is a number"],
    [["--dims", "8,16"], "--dims is one range here"],
    [["--column", "a,b"], "--column is one here"],
    [["a.npy"], "a.npy is given twice"],
  ];
  for (const [args, message] of cases) {
    const run = await runCli(["compare", "a.npy", ...args]);
    assertEquals([run.status, run.stdout], [2, ""], run.stderr);
    assertStringIncludes(run.stderr, message);
  }
  const none = await runCli(["compare"]);
  assertEquals(none.status, 2);
  assertStringIncludes(none.stderr, "nothing to compare");
});

Deno.test("standard input is an input among others, and needs no permission", async () => {
  const run = await runCli(["compare", "-", "--json", "-q"], { stdin: await ofRank(4) });
  assertEquals([run.status, run.stderr], [0, ""]);
  assertEquals(JSON.parse(run.stdout)[0].name, "stdin");
});

Deno.test("SIGINT shows what was scored by then, and exits with 130", async () => {
  await withFolder({ "a.arrows": await ofRank(4) }, async (folder) => {
    const child = startCli(["compare", `${folder}/a.arrows`, "-", "--json", "-v"], [
      "--allow-read",
    ]);
    // Standard input says nothing, ever.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    child.kill("SIGINT");
    const { code, stdout, stderr } = await child.output();
    await child.stdin.close().catch(() => {});
    assertEquals(code, 130);
    assertStringIncludes(
      new TextDecoder().decode(stderr),
      "rankme: interrupted: 1 of 2 were looked at, so none is the best; not scored: stdin\n",
    );
    const objects = JSON.parse(new TextDecoder().decode(stdout));
    assertEquals(objects.map(({ name }: { name: string }) => name.slice(-8)), [
      "a.arrows",
      "stdin",
    ]);
    assertEquals(objects[1], { name: "stdin", interrupted: true });
  });
});

Deno.test("SIGINT ends workers that wait for a server, too", async () => {
  const asked = Promise.withResolvers<void>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    asked.resolve();
    return new Response(new ReadableStream({ pull: () => new Promise(() => {}) }));
  });
  const url = `http://127.0.0.1:${server.addr.port}/x.npy`;
  const child = startCli(["compare", url, `${url}?2`, "--jobs", "2"], [
    "--allow-read",
    "--allow-net=127.0.0.1",
  ]);
  await asked.promise;
  const sent = performance.now();
  child.kill("SIGINT");
  const { code } = await child.output();
  assertLess(performance.now() - sent, 10_000);
  assertEquals(code, 130);
  await child.stdin.close().catch(() => {});
  await server.shutdown().catch(() => {});
});

Deno.test("workers and one after the other print the same", async () => {
  const files = {
    "a.arrows": await gaussian(),
    "b.arrows": await gaussian({ seed: 2 }),
    "c.npy": "",
  };
  await withFolder(files, async (folder) => {
    const outputs = await Promise.all([["--jobs=1"], ["--jobs=2"]].map(async (args) => {
      const run = await runCli(["compare", folder, "--csv", "--threads=2", ...args], {
        permissions: ["--allow-read"],
      });
      return [run.status, run.stdout.replaceAll(/\d\.\d{9}\d+/g, (digits) => digits.slice(0, 11))];
    }));
    assertEquals(outputs[1], outputs[0]);
    assertEquals(outputs[0][0], 3);
  });
});

Deno.test("without permission to read the program's own files no worker is started", async () => {
  await withFolder(
    { "a.arrows": await gaussian(), "b.arrows": await gaussian() },
    async (folder) => {
      const threads = async (permission: string) => {
        const run = await runCli(["compare", folder, "--json", "--threads=3", "--jobs=2"], {
          permissions: [permission],
        });
        return JSON.parse(run.stdout).map((one: { backend: { threads: number } }) =>
          one.backend.threads
        );
      };
      assertEquals(await threads(`--allow-read=${folder}`), [3, 3]);
      assertEquals(await threads("--allow-read"), [1, 1]);
    },
  );
});
