import { assertAlmostEquals, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runCli, startCli } from "./run_cli.ts";

const SWEEP = `method,lr,wd,rankMe,accuracy
m,1,1,10,60
m,2,1,20,70
m,3,1,5,40
m,2,2,21,71
m,2,3,15,50
n,1,,500,80
n,2,,400,81
`;

async function selectText(text: string, ...flags: string[]) {
  return await runCli(["select", "-", ...flags], { stdin: new TextEncoder().encode(text) });
}

/** A folder with embeddings that `generate` makes, of the ranks that are asked for. */
async function withEmbeddings(
  ranks: Readonly<Record<string, number>>,
  test: (folder: string) => Promise<void>,
) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, rank] of Object.entries(ranks)) {
      const child = startCli([
        "generate",
        "--rows=300",
        "--dim=24",
        `--spectrum=rank:${rank}`,
        "--noise=0.01",
      ]);
      await child.stdin.close();
      const file = await Deno.create(`${folder}/${name}`);
      await child.stdout.pipeTo(file.writable);
      assertEquals(await new Response(child.stderr).text(), "");
      await child.status;
    }
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("select reads a manifest from a pipe without any permission", async () => {
  const { status, stdout, stderr } = await selectText(SWEEP);
  assertEquals([status, stderr], [0, ""]);
  const lines = stdout.split("\n");
  assertEquals(lines[0], "m, lr = 2: the highest RankMe");
  assertEquals(lines.slice(1, 5), [
    "lr          RankMe  below the highest  accuracy",
    "1            10.00              10.00     60.00",
    "2   chosen   20.00                        70.00",
    "3            5.000             15.000     40.00",
  ]);
  assertStringIncludes(stdout, "m, wd = 2: the highest RankMe");
  assertStringIncludes(stdout, "n, lr = 1: the highest RankMe");
  assertStringIncludes(stdout, "What the choices cost on accuracy");
  // Oracle 70, 71, 81; RankMe 70, 71, 80; random 170/3, 191/3, 80.5.
  assertMatch(stdout, /mean +74\.00 +73\.67 +0\.33 +66\.94 +7\.06/);
});

Deno.test("select prints YAML and JSON manifests alike, and everything as JSON", async () => {
  const runs = SWEEP.trimEnd().split("\n").slice(1).map((line) => {
    const [method, lr, wd, rankMe, accuracy] = line.split(",");
    return {
      method,
      lr: Number(lr),
      wd: wd === "" ? null : Number(wd),
      rankMe: Number(rankMe),
      accuracy: Number(accuracy),
    };
  });
  const yaml = runs.map((run) =>
    Object.entries(run).map(([key, value], index) => `${index ? "  " : "- "}${key}: ${value}\n`)
      .join("")
  ).join("");
  const texts = [SWEEP, JSON.stringify(runs), yaml];
  const [csv, json, yml] = await Promise.all(texts.map((text) => selectText(text)));
  assertEquals(json, csv);
  assertEquals(yml, csv);
  const { stdout } = await selectText(yaml, "--json");
  const { methods, costs, version } = JSON.parse(stdout);
  assertEquals(methods[0].choices.map((choice: { chosen: number }) => choice.chosen), [2, 2]);
  assertEquals(methods[0].default, { lr: 2, wd: 1 });
  assertEquals(typeof version, "string");
  assertAlmostEquals(costs[0].rankMe.gap, 1 / 3, 1e-12);
});

Deno.test("select prints CSV and Markdown", async () => {
  const csv = await selectText(SWEEP, "--csv");
  assertEquals(csv.stdout.split("\n").slice(0, 3), [
    "method,hyperparameter,value,choice,rankMe,seeds,seedDeviation,difference,standardError,alphaReq,accuracy",
    "m,lr,1,,10,1,,10,,,60",
    "m,lr,2,chosen,20,1,,,,,70",
  ]);
  const markdown = await selectText(SWEEP, "--markdown");
  assertStringIncludes(
    markdown.stdout,
    "### m, lr = 2: the highest RankMe\n\n| lr  |        | RankMe |",
  );
});

Deno.test("select prefers the smallest or largest of what is within a tolerance", async () => {
  const { stdout } = await selectText(SWEEP, "--tolerance", "5%", "--prefer", "wd=min,lr=max");
  assertStringIncludes(
    stdout,
    "m, wd = 1: the smallest of 2 values that cannot be told from the highest (2)",
  );
  assertStringIncludes(stdout, "within the tolerance counts as equal");
});

Deno.test("a joint choice and methods as a hyperparameter carry their warnings", async () => {
  const joint = await selectText(SWEEP, "--joint");
  assertEquals(joint.status, 0);
  assertStringIncludes(joint.stderr, "warning: a joint choice is not what the paper does");
  assertStringIncludes(joint.stdout, "m, lr=2, wd=2: the highest RankMe");
  assertStringIncludes(joint.stdout, "n, lr=1: the highest RankMe");
  const methods = await selectText(SWEEP, "--hyperparameters", "method,lr,wd");
  assertStringIncludes(methods.stderr, "warning: a method is no hyperparameter");
  assertStringIncludes(methods.stdout, "m, lr = 2: the highest RankMe");
  assertEquals((await selectText(SWEEP, "--joint", "--quiet")).stderr, "");
});

Deno.test("select scores embeddings beside the manifest, and draws a figure", async () => {
  await withEmbeddings({ "a.arrow": 4, "b.arrow": 12, "c.arrow": 8 }, async (folder) => {
    await Deno.writeTextFile(
      `${folder}/sweep.csv`,
      "lr,embeddings,top1\n0.1,a.arrow,50\n0.2,b.arrow,70\n0.4,c.arrow,60\n",
    );
    const svg = `${folder}/sweep.svg`;
    const permissions = [`--allow-read=${folder}`, `--allow-write=${svg}`];
    const run = await runCli(["select", `${folder}/sweep.csv`, "--json", "--svg", svg], {
      permissions,
    });
    assertEquals([run.status, run.stderr], [0, ""]);
    const { methods: [{ choices: [choice] }] } = JSON.parse(run.stdout);
    assertEquals([choice.chosen, choice.judgedBy, choice.tied], [0.2, "rows", 1]);
    const ranks = choice.candidates.map(({ rankMe }: { rankMe: number }) => rankMe);
    for (const [index, file] of ["a", "b", "c"].entries()) {
      const { stdout } = await runCli([`${folder}/${file}.arrow`, "--json"], { permissions });
      assertAlmostEquals(ranks[index], JSON.parse(stdout).rankMe, 1e-9);
    }
    assertEquals(typeof choice.candidates[0].alphaReq, "number");
    assertEquals(choice.costs[0].rankMe.gap, 0);
    const figure = await Deno.readTextFile(svg);
    assertMatch(figure, /^<svg [^]*<\/svg>$/);
    assertEquals(figure.match(/aria-roledescription="point"/g)?.length, 3);
  });
});

Deno.test("a run that cannot be scored is left out, and the exit status says so", async () => {
  await withEmbeddings({ "a.arrow": 4, "b.arrow": 12 }, async (folder) => {
    const manifest = `${folder}/sweep.csv`;
    const permissions = [`--allow-read=${folder}`];
    const lines = ["lr,path,status", "0.1,a.arrow,", "0.2,b.arrow,", "0.4,none.arrow,"];
    await Deno.writeTextFile(manifest, lines.join("\n"));
    const missing = await runCli(["select", manifest], { permissions });
    assertEquals(missing.status, 3);
    assertMatch(missing.stderr, /^rankme: line 4 is left out: .*none\.arrow: /);
    assertStringIncludes(missing.stdout, "lr = 0.2: the highest RankMe");
    assertMatch(missing.stdout, /Left out\nline 4: .*none\.arrow/);
    await Deno.writeTextFile(manifest, `${lines.join("\n")}failed`);
    const failed = await runCli(["select", manifest], { permissions });
    assertEquals([failed.status, failed.stderr], [0, ""]);
    assertMatch(failed.stdout, /Left out\nline 4: its status is "failed"\n$/);
    const forbidden = await runCli(["select", manifest], {
      permissions: [`--allow-read=${manifest}`],
    });
    assertEquals(forbidden.status, 2);
    assertMatch(forbidden.stderr, /a\.arrow: Deno was not allowed to read this file/);
  });
});

for (
  const [what, args, status, message] of [
    ["no manifest", [], 2, "select takes one manifest"],
    ["two manifests", ["a.csv", "b.csv"], 2, "select takes one manifest"],
    [
      "a preference there is none of",
      ["-", "--prefer", "largest"],
      2,
      '--prefer is NAME=VALUE, and so on after commas, not "largest"',
    ],
    [
      "a preference that is none",
      ["-", "--prefer", "lr=high"],
      2,
      '--prefer is min or max, not "high"',
    ],
    [
      "a tolerance that is none",
      ["-", "--tolerance", "some"],
      2,
      "--tolerance is a share such as 1%",
    ],
    ["a default that is none", ["-", "--default", "0.1"], 2, "--default is NAME=VALUE"],
    [
      "a figure without accuracies",
      ["-", "--svg", "x.svg", "--ignore", "accuracy"],
      2,
      "--svg draws RankMe against accuracy",
    ],
    ["two forms of output", ["-", "--json", "--csv"], 2, "--json or --csv, not both"],
    ["rows given twice", ["-", "--rows", "5", "--limit", "5"], 2, "--rows says how many rows"],
    [
      "a column there is none of",
      ["-", "--accuracy", "top5"],
      3,
      'stdin: there is no column "top5"',
    ],
    ["a manifest that is not there", ["no/such/sweep.csv"], 2, "no/such/sweep.csv"],
  ] as const
) {
  Deno.test(`select refuses ${what}`, async () => {
    const run = await runCli(["select", ...args], { stdin: new TextEncoder().encode(SWEEP) });
    assertEquals([run.status, run.stdout], [status, ""]);
    assertStringIncludes(run.stderr, message);
  });
}

Deno.test("a manifest that cannot be read is named", async () => {
  const run = await runCli(["select", "/no/such/sweep.csv"], { permissions: ["--allow-read"] });
  assertEquals([run.status, run.stdout], [3, ""]);
  assertEquals(run.stderr, "rankme: /no/such/sweep.csv: there is no such file\n");
});

Deno.test("flags that say how to score are refused where there is nothing to be scored", async () => {
  const stdin = new TextEncoder().encode("lr,rankMe\n0.1,31\n0.3,40\n1,12\n");
  for (const flag of ["--normalize", "--center", "--no-center", "--limit=5", "--rows=min"]) {
    const { status, stdout, stderr } = await runCli(["select", "-", flag], { stdin });
    assertEquals([status, stdout], [2, ""]);
    assertStringIncludes(
      stderr,
      "says how embeddings are scored, and the manifest has scores only",
    );
  }
  assertEquals((await runCli(["select", "-", "--jobs=1", "--no-ci"], { stdin })).status, 0);
});

Deno.test("identifiers in the embeddings of runs are left out as their messages say", async () => {
  const folder = await Deno.makeTempDir();
  const matrix = (spread: number) =>
    Array.from({ length: 40 }, (_, i) => [1, 2, 3, 4].map((j) => Math.sin(i * j) * spread ** j));
  const flags = ["--allow-read=" + folder];
  for (const spread of [0.5, 0.9]) {
    const rows = matrix(spread);
    const csv = (of: number[][]) => of.map((row) => `${row.join(",")}\n`).join("");
    await Deno.writeTextFile(`${folder}/${spread}.csv`, csv(rows.map((row, i) => [i, ...row])));
    await Deno.writeTextFile(`${folder}/${spread}-alone.csv`, csv(rows));
  }
  const manifest = (ending: string) =>
    `method,lr,embeddings\n${[0.5, 0.9].map((x) => `m,${x},${folder}/${x}${ending}\n`).join("")}`;
  const select = async (ending: string, ...more: string[]) =>
    await runCli(["select", "-", ...more], {
      stdin: new TextEncoder().encode(manifest(ending)),
      permissions: flags,
    });
  assertStringIncludes((await select(".csv")).stderr, "leave it out with --dims 1:5;");
  const left = await select(".csv", "--dims", "1:5", "-q");
  assertEquals([left.status, left.stderr], [0, ""]);
  assertEquals(left.stdout, (await select("-alone.csv", "-q")).stdout);
  await Deno.remove(folder, { recursive: true });
});
