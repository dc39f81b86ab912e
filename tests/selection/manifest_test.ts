import { assertEquals, assertRejects } from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import { type ManifestOptions, parseManifest } from "../../src/selection/manifest.ts";

const CSV = `method,lr,aug,seed,path,accuracy_cifar,accuracy_inat,name,status
simclr,1e-1,crop,0,a.npy,88.5,40,first,finished
simclr,0.30,,1,b.npy,,41,"second, again",
vicreg,0.1,none,0,"c d.npy",90,,,failed
`;
const JSON_LIST = `[
  {"method": "simclr", "lr": 0.1, "aug": "crop", "seed": 0, "path": "a.npy",
   "accuracies": {"cifar": 88.5, "inat": 40}, "name": "first", "status": "finished"},
  {"method": "simclr", "hyperparameters": {"lr": "0.3", "aug": null}, "seed": 1, "path": "b.npy",
   "accuracy_inat": 41, "name": "second, again"},
  {"method": "vicreg", "lr": 0.1, "aug": "none", "seed": 0, "path": "c d.npy",
   "accuracy_cifar": 90, "accuracy_inat": null, "status": "failed"}
]`;
const YAML = `# A sweep
runs:
  - {method: simclr, lr: 1e-1, aug: crop, seed: 0, path: a.npy, accuracies: {cifar: 88.5, inat: 40},
     name: first, status: finished}
  - method: simclr
    hyperparameters: {lr: .3, aug: ~}
    seed: 1
    path: b.npy
    accuracies: {inat: 41}
    name: second, again
  - method: vicreg
    hyperparameters:
      lr: 0.1
      aug: none
    seed: 0
    path: c d.npy
    accuracy: {cifar: 90}
    status: failed
`;

/** The runs without their places, which are lines in one format and entries in another. */
async function runsOf(text: string, options: ManifestOptions = {}) {
  const { runs, ...rest } = await parseManifest(text, options);
  return { ...rest, name: "", runs: runs.map(({ entry: _, ...run }) => run) };
}

Deno.test("CSV, JSON, JSON Lines and YAML of the same runs are the same manifest", async () => {
  const expected = await runsOf(CSV);
  assertEquals(expected.runs[1], {
    name: "second, again",
    method: "simclr",
    seed: "1",
    embeddings: "b.npy",
    settings: { lr: 0.3 },
    accuracies: { accuracy_inat: 41 },
  });
  assertEquals(expected.runs[2].failure, { told: true, reason: 'its status is "failed"' });
  assertEquals(expected.hyperparameters, ["lr", "aug"]);
  const lines = JSON.parse(JSON_LIST).map((run: unknown) => JSON.stringify(run)).join("\n");
  const others = {
    json: JSON_LIST,
    lines: lines,
    yaml: YAML,
    tsv: CSV.replaceAll(/,(?! again)/g, "\t"),
    windows: `\ufeff${CSV.replaceAll("\n", "\r\n")}`,
    semicolons: CSV.replaceAll(/,(?! again)/g, ";"),
  };
  for (const [what, text] of Object.entries(others)) {
    const { runs, tasks, hyperparameters } = await runsOf(text);
    assertEquals(runs, expected.runs, what);
    assertEquals([...tasks].sort(), [...expected.tasks].sort(), what);
    assertEquals(hyperparameters, expected.hyperparameters, what);
  }
});

Deno.test("a manifest is what its extension says, and what --manifest-format says before that", async () => {
  const yaml = "- lr: 1\n  score: 2\n";
  assertEquals((await parseManifest(yaml, { name: "sweep.yml" })).runs.length, 1);
  await assertRejects(() => parseManifest(yaml, { name: "sweep.json" }), RankMeError, "not JSON");
  assertEquals((await parseManifest(yaml, { name: "sweep.json", format: "yaml" })).runs.length, 1);
});

Deno.test("places are lines of a text and entries of a list", async () => {
  const text = 'lr,score,name\n1,2,"two\nlines"\n\n2,3,b\n';
  assertEquals((await parseManifest(text)).runs.map(({ entry }) => entry), ["line 2", "line 5"]);
  const json = '{"lr":1,"score":2}\n\n{"lr":2,"score":3}';
  assertEquals((await parseManifest(json)).runs.map(({ entry }) => entry), ["line 1", "line 3"]);
  const yaml = "- {lr: 1, score: 2}\n- {lr: 2, score: 3}";
  assertEquals((await parseManifest(yaml)).runs.map(({ entry }) => entry), ["entry 1", "entry 2"]);
});

Deno.test("the long form names the one hyperparameter of each run", async () => {
  const text = `method,hyperparameter,value,rankMe
simclr,lr,1e-1,30
simclr,lr,0.3,40
simclr,augmentation,crop,20
`;
  const { runs, hyperparameters, isLong } = await parseManifest(text);
  assertEquals(isLong, true);
  assertEquals(hyperparameters, ["lr", "augmentation"]);
  assertEquals(runs.map(({ settings }) => settings), [
    { lr: 0.1 },
    { lr: 0.3 },
    { augmentation: "crop" },
  ]);
  const some = await parseManifest(text, { hyperparameters: ["lr"] });
  assertEquals(some.runs.length, 2);
});

Deno.test("a score that is missing or an empty path is a run without one, however it is written", async () => {
  for (const missing of ["", "nan", "NaN", "None", "null", "NA", "-"]) {
    const [run] = (await parseManifest(`lr,rankMe\n1,${missing}\n`)).runs;
    assertEquals(run.failure, { told: false, reason: 'nothing in "rankMe"' }, missing);
    const [other] = (await parseManifest(`lr,path\n1,${missing}\n`)).runs;
    assertEquals(other.failure, { told: false, reason: 'nothing in "path"' }, missing);
  }
});

Deno.test("columns mean what the user says they do", async () => {
  const text = "lr,score,linear_probe,note,seed\n1,2,66,x,0\n2,3,67,y,1\n";
  const { tasks, hyperparameters, runs } = await parseManifest(text, {
    accuracy: ["linear_probe"],
    ignore: ["note"],
  });
  assertEquals([tasks, hyperparameters], [["linear_probe"], ["lr"]]);
  assertEquals(runs[0].accuracies, { linear_probe: 66 });
  const seeds = await parseManifest(text, { hyperparameters: ["seed"] });
  assertEquals(seeds.runs.map(({ settings, seed }) => [settings, seed]), [
    [{ seed: 0 }, undefined],
    [{ seed: 1 }, undefined],
  ]);
});

Deno.test("numbers that score gives, and accuracies that were not asked for, are no hyperparameters", async () => {
  const text = "lr,rankMe,alpha_req,StableRank,accuracy_a,accuracy_b\n1,2,1.5,3,50,60\n";
  const { hyperparameters, tasks, runs: [run] } = await parseManifest(text, {
    accuracy: ["accuracy_a"],
  });
  assertEquals([hyperparameters, tasks], [["lr"], ["accuracy_a"]]);
  assertEquals(run.score?.metrics, { alphaReq: 1.5, stableRank: 3 });
});

Deno.test("methods as a hyperparameter get the warning, and stay methods", async () => {
  const text = "method,lr,score\na,1,2\nb,1,3\n";
  for (const hyperparameters of [["method"], ["method", "lr"]]) {
    const manifest = await parseManifest(text, { hyperparameters });
    assertEquals(manifest.hyperparameters, ["lr"]);
    assertEquals(manifest.runs.map(({ method }) => method), ["a", "b"]);
    assertEquals(manifest.warnings, [
      "a method is no hyperparameter: RankMe compares runs of one method only, so the choice is made " +
      "within each",
    ]);
  }
  const { warnings } = await parseManifest("arch,lr,score\nresnet,1,2\nvit,1,3\n");
  assertEquals(warnings.length, 1);
  assertEquals((await parseManifest("arch,lr,score\n1,1,2\n2,1,3\n")).warnings, []);
});

const REFUSED: readonly (readonly [what: string, text: string, message: string])[] = [
  ["nothing", "", "a manifest without one run"],
  ["no run", "lr,score\n", "a manifest without one run"],
  ["an empty list", "[]", "a manifest without one run"],
  [
    "two columns for the path",
    "lr,path,embeddings\n1,a,b",
    '"path" and "embeddings" could both be meant; leave one out with --ignore path',
  ],
  [
    "two columns for the score",
    "lr,score,rankMe\n1,2,3",
    '"score" and "rankMe" could both be meant',
  ],
  [
    "no score and no path",
    "lr,wd\n1,2",
    'no column "embeddings" (or "path") and none "rankMe" (or "score"); there are lr, wd',
  ],
  [
    "no hyperparameter",
    "method,score\na,1",
    "no column of a hyperparameter; there are method, score",
  ],
  [
    "half of the long form",
    "hyperparameter,score\nlr,1",
    'a column "hyperparameter" and none called "value"',
  ],
  [
    "a long form with more columns",
    "hyperparameter,value,wd,score\nlr,1,2,3",
    '"wd" could be others; leave out what is none: --ignore wd',
  ],
  ["a long form without a value", "hyperparameter,value,score\nlr,,3", 'line 2: "value" is empty'],
  [
    "a word for a score",
    "lr,score\n1,2\n2,high",
    'line 3: "score" is "high"; a number is wanted, or nothing',
  ],
  ["an infinite score", "lr,score\n1,inf", 'line 2: "score" is "inf"'],
  ["a negative score", "lr,score\n1,-2", 'line 2: "score" is -2'],
  ["a word for an accuracy", "lr,score,acc\n1,2,66%", 'line 2: "acc" is "66%"'],
  ["no method in one", "method,lr,score\na,1,2\n,2,3", 'line 3: "method" is empty'],
  [
    "the same run twice",
    "lr,score\n1,2\n1.0,3",
    'line 3: the same run as line 2; a column "seed" tells repetitions apart',
  ],
  [
    "the same seed twice",
    "lr,seed,score,name\n1,0,2,a\n1,0,3,b",
    "line 3: the same run as line 2 (a); method, hyperparameters and seed",
  ],
  ["one file for two runs", "lr,path\n1,a.npy\n2,a.npy", "line 3: the same embeddings as line 2"],
  [
    "one file for two methods in the long form",
    "method,hyperparameter,value,path\na,lr,1,x.npy\nb,lr,1,x.npy",
    "line 3: the same embeddings as line 2",
  ],
  ["a row too short", "lr,wd,score\n1,2,3\n1,2", "line 3: 2 cells under 3 columns"],
  ["a quote that is open", 'lr,score\n1,"2\n', "a quote that is not closed"],
  ["two columns of one name", "lr,lr,score\n1,2,3", 'line 1: two columns are called "lr"'],
  ["a column without a name", "lr,,score\n1,2,3", "line 1: column 2 has no name"],
  ["no list", '"text"', "manifest"],
  ["a list of numbers", "[1, 2]", "entry 1: not an object of columns and values"],
  ["NaN in JSON", '[{"lr": 1, "score": NaN}]', "not JSON"],
  ["a list as a value", '[{"lr": [1, 2], "score": 1}]', 'entry 1: "lr" is a list'],
  ["an object as a value", "- lr: {a: 1}\n  score: 2", 'entry 1: "lr" is an object'],
  ["YAML that is none", "- lr: 1\n  score: 2\n wd: 3\n", "manifest: line 3: not YAML ("],
  ["a key twice in YAML", "- {lr: 1, lr: 2, score: 3}", "not YAML (duplicated mapping key)"],
];

for (const [what, text, message] of REFUSED) {
  Deno.test(`a manifest is refused with its place: ${what}`, async () => {
    await assertRejects(() => parseManifest(text), RankMeError, message);
  });
}

Deno.test("a column that was named and is not there is an error", async () => {
  const text = "lr,score\n1,2\n";
  for (
    const options of [{ accuracy: ["top5"] }, { ignore: ["top5"] }, { hyperparameters: ["top5"] }]
  ) {
    await assertRejects(
      () => parseManifest(text, options),
      RankMeError,
      'manifest: there is no column "top5"; there are lr, score',
    );
  }
  const long = "hyperparameter,value,score\nlr,1,2\n";
  await assertRejects(
    () => parseManifest(long, { hyperparameters: ["wd"] }),
    RankMeError,
    'no run varies "wd"; there are lr',
  );
});

Deno.test("a manifest below comments of many MB is told by its first run", async () => {
  const comments = "# a\n".repeat(3e6);
  const { runs: [run] } = await parseManifest(`${comments}\n  \n- lr: 1\n  rankMe: 2\n`);
  assertEquals(run.settings, { lr: 1 });
});
