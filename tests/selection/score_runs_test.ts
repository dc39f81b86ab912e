import {
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import { toJson } from "../../src/report/json.ts";
import { halfWidth } from "../../src/metrics/jackknife.ts";
import { score } from "../../src/pipeline/score.ts";
import { parseManifest } from "../../src/selection/manifest.ts";
import { scoreManifest, type ScoreManifestOptions } from "../../src/selection/score_runs.ts";
import { selectRuns } from "../../src/selection/select_runs.ts";

/** Rows of four dimensions, the k-th of them scaled by `shrink` to the power k. */
function rows(shrink: number, count = 64): string {
  const lines = Array.from(
    { length: count },
    (_, row) => [0, 1, 2, 3].map((k) => Math.sin(1 + row * (k + 1) * 1.7) * shrink ** k).join(","),
  );
  return lines.join("\n") + "\n";
}

async function inFolder(
  files: Readonly<Record<string, string>>,
  test: (folder: string) => Promise<void>,
) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const OPTIONS: ScoreManifestOptions = { header: false, backend: { backend: "reference" }, jobs: 1 };

async function scored(text: string, options: ScoreManifestOptions) {
  return await scoreManifest(await parseManifest(text), { ...OPTIONS, ...options });
}

const FILES = { "flat.csv": rows(1), "steep.csv": rows(0.3), "short.csv": rows(1, 40) };

Deno.test("runs are scored from files beside the manifest, with intervals", async () => {
  await inFolder(FILES, async (folder) => {
    const { runs } = await scored("lr,path\n1,steep.csv\n2,flat.csv\n", { folder });
    for (const { embeddings, score: found } of runs) {
      const expected = await score(`${folder}/${embeddings}`, { header: false, ci: true });
      assertAlmostEquals(found!.rankMe, expected.rankMe, 1e-10);
      assertAlmostEquals(found!.standardError!, expected.confidence!.standardError, 1e-10);
      assertEquals([found!.rows, found!.dim, found!.replicates!.length], [64, 4, 16]);
    }
  });
});

Deno.test("the difference of two runs is judged by the jackknife over the same rows", async () => {
  await inFolder(FILES, async (folder) => {
    const manifest = await scored("lr,path\n1,steep.csv\n2,flat.csv\n", { folder });
    const { methods: [{ choices: [choice] }] } = selectRuns(manifest);
    assertEquals([choice.chosen.value, choice.judgedBy, choice.tied], [2, "rows", 1]);
    const [steep, flat] = await Promise.all(
      ["steep", "flat"].map((name) => score(`${folder}/${name}.csv`, { header: false, ci: true })),
    );
    const differences = flat.confidence!.replicates.map(({ rankMe }, group) =>
      rankMe - steep.confidence!.replicates[group].rankMe
    );
    const mean = differences.reduce((sum, one) => sum + one) / 16;
    const squares = differences.reduce((sum, one) => sum + (one - mean) ** 2, 0);
    const { standardError, low } = choice.candidates[0].difference!;
    assertAlmostEquals(standardError!, Math.sqrt(15 / 16 * squares), 1e-9);
    // The 97.5 % quantile of Student's t with 15 degrees of freedom.
    assertAlmostEquals(
      low!,
      flat.rankMe - steep.rankMe - 2.131449545559323 * standardError!,
      1e-3 * standardError!,
    );
  });
});

Deno.test("the JSON of a report is a score", async () => {
  const text = rows(1);
  await inFolder(
    { "a.csv": text, "b.csv": rows(0.3), "c.json": "[1,2]\n[3,4]\n" },
    async (folder) => {
      const report = await score(`${folder}/a.csv`, {
        header: false,
        ci: true,
        metrics: ["stableRank"],
      });
      await Deno.writeTextFile(`${folder}/a.json`, toJson(report));
      const manifest = await scored("lr,path\n1,a.json\n2,b.csv\n", { folder });
      const [{ score: found }] = manifest.runs;
      assertEquals(found!.rankMe, report.rankMe);
      assertEquals(found!.metrics.stableRank, report.metrics.stableRank);
      assertEquals(found!.replicates, undefined);
      assertAlmostEquals(
        found!.quantile! * found!.standardError!,
        halfWidth(report.confidence!),
        1e-9,
      );
      const { methods: [{ choices: [choice] }] } = selectRuns(manifest);
      assertEquals([choice.chosen.value, choice.judgedBy], [1, "rows"]);
      // Without replicates the two are taken for independent; an interval of 16 groups is wider than 1.96.
      const { value, standardError, high } = choice.candidates[1].difference!;
      const errors = manifest.runs.map(({ score }) => score!.standardError!);
      assertAlmostEquals(standardError!, Math.hypot(...errors), 1e-12);
      assertAlmostEquals(high! - value, 2.131449545559323 * standardError!, 1e-3 * standardError!);
      // Embeddings that are JSON are embeddings.
      const { runs: [run] } = await scored("lr,path\n1,c.json\n", { folder, header: undefined });
      assertEquals([run.score?.rows, run.score?.dim], [2, 2]);
    },
  );
});

Deno.test("a file with several reports is refused for its run", async () => {
  await inFolder({ "a.csv": rows(1) }, async (folder) => {
    const json = toJson(await score(`${folder}/a.csv`, { header: false }));
    await Deno.writeTextFile(`${folder}/two.json`, `[${json},${json}]`);
    const { runs: [run] } = await scored("lr,path\n1,two.json\n", { folder });
    assertStringIncludes(run.failure!.reason, "two.json: 2 reports; a run has one");
  });
});

Deno.test("a file that is not there or no embeddings leaves the others alone", async () => {
  await inFolder({ ...FILES, "bad.npy": "no numbers" }, async (folder) => {
    const text =
      "lr,path,status\n1,steep.csv,\n2,none.npy,\n3,bad.npy,\n4,flat.csv,\n5,gone.npy,failed\n";
    const manifest = await scored(text, { folder });
    assertEquals(manifest.runs.map(({ score }) => score !== undefined), [
      true,
      false,
      false,
      true,
      false,
    ]);
    assertStringIncludes(manifest.runs[1].failure!.reason, "none.npy: ");
    const { leftOut, methods: [{ choices: [choice] }] } = selectRuns(manifest);
    assertEquals(choice.chosen.value, 4);
    assertEquals(leftOut.map(({ run, unexpected }) => [run, unexpected]), [
      ["line 3", true],
      ["line 4", true],
      ["line 6", false],
    ]);
  });
});

Deno.test("a run with a score of its own is not read", async () => {
  const { runs } = await scored("lr,path,score\n1,none.npy,5\n", {});
  assertEquals(runs[0].score!.rankMe, 5);
});

Deno.test("as many rows of each are scored when they are to be equal", async () => {
  await inFolder(FILES, async (folder) => {
    const text = "lr,path\n1,short.csv\n2,flat.csv\n";
    const unequal = selectRuns(await scored(text, { folder }));
    assertStringIncludes(unequal.warnings.join(), "lr: scores of 40, 64 rows");
    const equal = await scored(text, { folder, rows: "min" });
    assertEquals(equal.runs.map(({ score }) => score!.rows), [40, 40]);
    const many = await scored(text, { folder, rows: 50 });
    assertEquals(many.runs.map(({ score }) => score?.rows), [undefined, 50]);
    assertStringIncludes(many.runs[0].failure!.reason, "40 rows");
  });
});

Deno.test("in the long form a file that stands on several axes is one run", async () => {
  await inFolder({ ...FILES, "other.csv": rows(0.5) }, async (folder) => {
    const text = `hyperparameter,value,path,acc
lr,1,flat.csv,60
lr,2,steep.csv,50
wd,1,flat.csv,60
wd,2,other.csv,55
`;
    const manifest = await scored(text, { folder });
    assertEquals(manifest.runs[0].score, manifest.runs[2].score);
    const { methods: [{ choices }] } = selectRuns(manifest);
    assertEquals(choices.map(({ chosen }) => chosen.value), [1, 1]);
  });
});

Deno.test("runs that were scored in different ways are not compared", async () => {
  await inFolder(FILES, async (folder) => {
    const json = toJson(
      await score(`${folder}/flat.csv`, { header: false, convention: "reptrix" }),
    );
    await Deno.writeTextFile(`${folder}/flat.json`, json);
    const manifest = await scored("lr,path\n1,flat.json\n2,steep.csv\n", { folder });
    await assertRejects(
      () => Promise.resolve().then(() => selectRuns(manifest)),
      RankMeError,
      "runs were scored in different ways: convention reptrix, centred, ε = 1e-7; convention paper, " +
        "not centred, ε = 1e-7",
    );
  });
});

Deno.test("embeddings of different widths are pointed out", async () => {
  const narrow = rows(1).replaceAll(/,[^,\n]*\n/g, "\n");
  await inFolder({ ...FILES, "narrow.csv": narrow }, async (folder) => {
    const manifest = await scored("width,path\n3,narrow.csv\n4,flat.csv\n", { folder });
    assertStringIncludes(
      selectRuns(manifest).warnings.join(),
      "width: embeddings of 3, 4 dimensions: their ranks are not alike",
    );
  });
});

Deno.test("where no run can be scored the reason of each is shown", async () => {
  await inFolder({ "bad.npy": "no numbers" }, async (folder) => {
    const text = "lr,path,status\n1,none.npy,\n2,bad.npy,\n3,gone.npy,failed\n";
    const manifest = await scored(text, { folder });
    const { message } = assertThrows(() => selectRuns(manifest), RankMeError);
    const [first, ...lines] = message.split("\n");
    assertStringIncludes(first, "fewer than two runs");
    assertEquals(lines.length, 3);
    assertStringIncludes(lines[0], "    line 2: ");
    assertStringIncludes(lines[0], "none.npy: ");
    assertStringIncludes(lines[1], "bad.npy: ");
    assertEquals(lines[2], '    line 4: its status is "failed"');
  });
  // Of very many, some and their number.
  const rows = Array.from({ length: 500 }, (_, i) => `${i},failed,`).join("\n");
  const many = await parseManifest(`lr,status,rankMe\n${rows}\n`);
  const { message } = assertThrows(() => selectRuns(many), RankMeError);
  assertEquals(message.split("\n").at(-1), "    and 480 more");
});
