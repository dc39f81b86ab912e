import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import { type ManifestOptions, parseManifest } from "../../src/selection/manifest.ts";
import { selectRuns } from "../../src/selection/select_runs.ts";
import type { SelectionOptions } from "../../src/selection/selection_options.ts";
import type { Selection } from "../../src/selection/selection.ts";
import { selectionChart } from "../../src/selection/selection_chart.ts";
import { selectionText } from "../../src/selection/selection_text.ts";

async function select(text: string, options: SelectionOptions = {}, columns: ManifestOptions = {}) {
  return selectRuns(await parseManifest(text, columns), options);
}

/** What was chosen, by the method and the hyperparameter. */
function chosen({ methods }: Selection) {
  return methods.flatMap(({ method = "", choices }) =>
    choices.map(({ hyperparameter, chosen }) => [method, hyperparameter, chosen.value] as const)
  );
}

/** Two methods; SimCLR's default is lr 0.3, wd 1e-4, temp 0.1. */
const SWEEP = `method,lr,wd,temp,rankMe,alphaReq,accuracy_in,accuracy_ood
simclr,0.3,1e-4,0.1,40,1.2,66,90
simclr,0.1,1e-4,0.1,30,1.3,60,88
simclr,0.5,1e-4,0.1,39,1.05,67,89
simclr,0.3,1e-5,0.1,42,1.4,65,91
simclr,0.3,1e-3,0.1,20,0.7,50,80
simclr,0.3,1e-4,0.2,35,1.3,64,89
simclr,0.3,1e-4,0.5,15,2,40,70
vicreg,0.1,,,100,0.5,70,93
vicreg,0.2,,,120,1.1,68,94
`;

Deno.test("the value of the highest RankMe is chosen on each axis of each method", async () => {
  const selection = await select(SWEEP);
  assertEquals(chosen(selection), [
    ["simclr", "lr", 0.3],
    ["simclr", "wd", 1e-5],
    ["simclr", "temp", 0.1],
    ["vicreg", "lr", 0.2],
  ]);
  const [{ default: standard, choices }] = selection.methods;
  assertEquals(standard, { lr: 0.3, wd: 1e-4, temp: 0.1 });
  assertEquals(choices.map(({ fixed }) => fixed), [
    { wd: 1e-4, temp: 0.1 },
    { lr: 0.3, temp: 0.1 },
    { lr: 0.3, wd: 1e-4 },
  ]);
  assertEquals(choices[0].candidates.map(({ value }) => value), [0.1, 0.3, 0.5]);
  assertEquals(choices[0].reason, "the highest RankMe");
  assertEquals(selection.leftOut, []);
});

Deno.test("the order of the runs changes nothing", async () => {
  const [heading, ...lines] = SWEEP.trimEnd().split("\n");
  const shuffled = [3, 7, 0, 5, 8, 2, 6, 1, 4].map((index) => lines[index]);
  const selection = await select([heading, ...shuffled].join("\n"));
  const sorted = (all: Selection) => chosen(all).map(String).sort();
  assertEquals(sorted(selection), sorted(await select(SWEEP)));
});

Deno.test("what a choice costs is set against the oracle, α-ReQ, the default and a random pick", async () => {
  const { methods: [{ choices: [lr, wd] }], costs } = await select(SWEEP);
  // On lr the oracle takes 0.5 (67), RankMe 0.3 (66); α-ReQ has 1.05 there and takes 0.5 as well.
  assertEquals(lr.costs[0], {
    task: "accuracy_in",
    count: 3,
    oracle: { label: "0.5", accuracy: 67, gap: 0 },
    rankMe: { label: "0.3", accuracy: 66, gap: 1 },
    alphaReq: { label: "0.5", accuracy: 67, gap: 0 },
    random: { accuracy: (60 + 66 + 67) / 3, gap: 67 - (60 + 66 + 67) / 3 },
    default: { label: "0.3", accuracy: 66, gap: 1 },
  });
  assertEquals(wd.costs[1].oracle, { label: "0.00001", accuracy: 91, gap: 0 });
  assertEquals(wd.costs[1].rankMe.gap, 0);
  const [inside, outside] = costs;
  // Oracle 67, 66, 66, 70; RankMe 66, 65, 66, 68.
  assertEquals(inside.choices, 4);
  assertAlmostEquals(inside.oracle.accuracy, 269 / 4, 1e-12);
  assertAlmostEquals(inside.rankMe.accuracy, 265 / 4, 1e-12);
  assertAlmostEquals(inside.rankMe.gap, 1, 1e-12);
  // α nearest to 1: lr 0.5 (67), wd 1e-4 (66), temp 0.1 (66) and lr 0.2 (68).
  assertAlmostEquals(inside.alphaReq!.accuracy, 267 / 4, 1e-12);
  // Random: 193/3, 181/3, 170/3, 69.
  assertAlmostEquals(inside.random.accuracy, (544 / 3 + 69) / 4, 1e-12);
  assertEquals(inside.default, undefined);
  assertEquals(outside.rankMe.gap, 0);
});

Deno.test("the oracle may see one task and be judged on another, as ImageNet's in the paper", async () => {
  const { methods: [{ choices: [lr] }] } = await select(SWEEP, { oracle: "accuracy_in" });
  // It takes lr = 0.5, whose other accuracy is 89, less than the 90 of RankMe's choice.
  assertEquals(lr.costs[1].oracle, { label: "0.5", accuracy: 89, gap: 0 });
  assertEquals(lr.costs[1].rankMe, { label: "0.3", accuracy: 90, gap: -1 });
});

Deno.test("α-ReQ is left out where a value of the axis has no α", async () => {
  const { methods: [{ choices: [lr, , temp] }], costs } = await select(
    SWEEP.replace("simclr,0.1,1e-4,0.1,30,1.3", "simclr,0.1,1e-4,0.1,30,"),
  );
  assertEquals(lr.costs[0].alphaReq, undefined);
  assertEquals(temp.costs[0].alphaReq?.label, "0.1");
  assertEquals(costs[0].alphaReq, undefined);
});

Deno.test("costs are of values whose accuracies are known, on both tasks where there are two", async () => {
  const text = "lr,score,acc_a,acc_b\n1,10,50,70\n2,20,60,80\n3,15,,90\n";
  const { methods: [{ choices: [lr] }] } = await select(text, { oracle: "acc_a" }, {
    accuracy: ["acc_a", "acc_b"],
  });
  assertEquals(lr.costs[1].count, 2);
  assertEquals(lr.costs[1].random, { accuracy: 75, gap: 5 });
  assertEquals(lr.costs[1].oracle.label, "2");
});

Deno.test("α-ReQ needs an α of every seed", async () => {
  const text = (alpha: string) =>
    `lr,seed,score,alphaReq,acc
1,0,10,1.2,50
1,1,10,${alpha},50
2,0,20,1.5,60
`;
  const alphas = async (alpha: string) =>
    (await select(text(alpha))).methods[0].choices[0].candidates.map(({ alphaReq }) => alphaReq);
  assertEquals(await alphas("1.4"), [(1.2 + 1.4) / 2, 1.5]);
  assertEquals(await alphas(""), [undefined, 1.5]);
});

Deno.test("runs of one name are runs of their own, except in the long form", async () => {
  const text = "lr,name,score,acc\n1,x,10,50\n2,x,20,60\n3,x,30,55\n4,x,40,70\n";
  const { methods: [{ correlations }] } = await select(text);
  assertEquals(correlations.acc.count, 4);
});

Deno.test("correlations are within a method, over all its runs and along each axis", async () => {
  const { methods: [simclr, vicreg] } = await select(SWEEP);
  assertEquals(simclr.correlations.accuracy_in.count, 7);
  assertEquals(vicreg.correlations, {});
  assertEquals(simclr.choices[0].correlations, {});
  const { methods: [{ choices: [axis] }] } = await select(
    "lr,score,acc\n1,10,50\n2,20,60\n3,30,55\n4,40,70\n",
  );
  // Pairs in order: 5 of 6, so τ = 4/6; ranks 1,3,2,4 give ρ = 1 − 6·2/60.
  assertAlmostEquals(axis.correlations.acc.kendall.value, 4 / 6, 1e-12);
  assertAlmostEquals(axis.correlations.acc.spearman.value, 0.8, 1e-12);
});

const TIES = "lr,rankMe\n0.1,30\n0.2,39.7\n0.3,40\n0.4,39.6\n0.5,20\n";

Deno.test("within a tolerance the smallest or largest value is chosen", async () => {
  const tolerance = { value: 0.01, relative: true };
  const cases = [[undefined, 0.3], ["min", 0.2], ["max", 0.4]] as const;
  for (const [prefer, value] of cases) {
    const { methods: [{ choices: [choice] }] } = await select(TIES, { tolerance, prefer });
    assertEquals([choice.chosen.value, choice.highest.value, choice.tied], [value, 0.3, 3]);
    assertEquals(choice.judgedBy, "tolerance");
  }
  const { methods: [{ choices: [choice] }] } = await select(TIES, { tolerance });
  assertEquals(
    choice.reason,
    "the highest RankMe, but 0.2, 0.4 cannot be told from it; --prefer min or max would choose among them",
  );
  const absolute = { tolerance: { value: 0.35, relative: false }, prefer: "max" } as const;
  assertEquals(chosen(await select(TIES, absolute)), [["", "lr", 0.3]]);
  assertEquals(chosen(await select(TIES, { ...absolute, prefer: "min" })), [["", "lr", 0.2]]);
});

Deno.test("a value that is exactly at the tolerance is equal", async () => {
  const options = { tolerance: { value: 0.1, relative: true }, prefer: "min" } as const;
  // 1.1 − 0.99 is a little more than a tenth of 1.1 in binary.
  assertEquals(chosen(await select("lr,score\n1,0.99\n2,1.1\n", options)), [["", "lr", 1]]);
  assertEquals(chosen(await select("lr,score\n1,0.989\n2,1.1\n", options)), [["", "lr", 2]]);
});

Deno.test("without any spread only equal scores are ties, and each axis has its preference", async () => {
  const text = "lr,wd,score\n1,1,5\n2,1,5\n3,1,4.999\n1,2,5\n1,3,5\n";
  assertEquals(chosen(await select(text)), [["", "lr", 1], ["", "wd", 1]]);
  const prefer = { lr: "max", wd: "min" } as const;
  assertEquals(chosen(await select(text, { prefer })), [["", "lr", 2], ["", "wd", 1]]);
  assertEquals(chosen(await select(text, { prefer: "max" })), [["", "lr", 2], ["", "wd", 3]]);
  const { methods: [{ choices: [choice] }] } = await select(text);
  assertEquals(choice.judgedBy, "nothing");
  assertStringIncludes(choice.reason, "2 equals it");
});

Deno.test("words have no order to prefer one by", async () => {
  const text = "aug,score\ncrop,5\nblur,5\nnone,4\n";
  const { methods: [{ choices: [choice] }] } = await select(text, { prefer: "max" });
  assertEquals(choice.chosen.value, "crop");
  assertStringIncludes(choice.reason, "words have no order");
});

Deno.test("standard errors in the manifest tell runs apart", async () => {
  const runs = (error: number) => `lr,score,standardError\n1,40,${error}\n2,39,${error}\n`;
  // The difference of 1 has the standard error √2·0.4: 1.96 of them are 1.11; of √2·0.3 they are 0.83.
  const { methods: [{ choices: [tied] }] } = await select(runs(0.4));
  assertEquals([tied.tied, tied.judgedBy], [2, "rows"]);
  const { difference } = tied.candidates[1];
  assertAlmostEquals(difference!.standardError!, Math.SQRT2 * 0.4, 1e-12);
  assertAlmostEquals(difference!.high!, 1 + 1.959963984540054 * Math.SQRT2 * 0.4, 1e-12);
  assertEquals((await select(runs(0.3))).methods[0].choices[0].tied, 1);
});

Deno.test("seeds are averaged, and their spread tells values apart", async () => {
  const text = `lr,seed,score,acc
1,0,38,60
1,1,40,62
2,0,41,64
2,1,39,
2,2,43,68
3,0,20,50
`;
  const { methods: [{ choices: [choice] }] } = await select(text);
  const [one, two, three] = choice.candidates;
  assertEquals([one.rankMe, two.rankMe, three.rankMe], [39, 41, 20]);
  assertEquals([one.accuracies.acc, two.accuracies.acc], [61, 66]);
  assertAlmostEquals(one.seedDeviation!, Math.SQRT2, 1e-12);
  assertAlmostEquals(two.seedDeviation!, 2, 1e-12);
  assertEquals(three.seedDeviation, undefined);
  // Pooled relative variance: (1·2/39² + 2·4/41²)/3, 3 degrees of freedom, t = 3.182446305284263.
  const relative = Math.sqrt((2 / 39 ** 2 + 8 / 41 ** 2) / 3);
  const error = Math.hypot(relative * 41 / Math.sqrt(3), relative * 20);
  assertAlmostEquals(three.difference!.standardError!, error, 1e-12);
  assertAlmostEquals(three.difference!.high!, 21 + 3.182446305284263 * error, 1e-5);
  assertEquals(choice.judgedBy, "seeds");
  assertEquals([one.tied, three.tied], [true, false]);
});

Deno.test("seeds of the default alone say how far values of one seed can be told apart", async () => {
  const text = `lr,wd,seed,score
1,1,0,40
1,1,1,41
1,1,2,42
2,1,0,43
1,2,0,20
`;
  const { methods: [{ choices: [lr, wd] }] } = await select(text);
  assertEquals([lr.judgedBy, lr.chosen.value, lr.tied], ["seeds", 2, 2]);
  assertEquals([wd.judgedBy, wd.chosen.value, wd.tied], ["seeds", 1, 1]);
});

Deno.test("one repetition alone is no spread to judge by", async () => {
  const text = "lr,seed,score\n1,0,40\n1,1,41\n2,0,39\n";
  const { methods: [{ choices: [choice] }] } = await select(text);
  assertEquals([choice.judgedBy, choice.chosen.value, choice.tied], ["nothing", 1, 1]);
});

Deno.test("runs that failed and runs without a score are left out, and said to be", async () => {
  const text = `lr,seed,score,status,name
1,0,30,finished,a
2,0,99,crashed,b
3,0,,,c
4,0,35,,d
4,1,nan,FAILED,e
`;
  const selection = await select(text);
  assertEquals(chosen(selection), [["", "lr", 4]]);
  assertEquals(selection.methods[0].choices[0].candidates.map(({ value }) => value), [1, 4]);
  assertEquals(selection.leftOut, [
    { run: "line 3 (b)", reason: 'its status is "crashed"', unexpected: false },
    { run: "line 4 (c)", reason: 'nothing in "score"', unexpected: true },
    { run: "line 6 (e)", reason: 'its status is "FAILED"', unexpected: false },
  ]);
});

Deno.test("a default that failed still says where the axes are", async () => {
  const text = "lr,wd,score,status\n1,1,,failed\n2,1,20,\n3,1,30,\n1,2,15,\n1,3,10,\n";
  const selection = await select(text);
  assertEquals(chosen(selection), [["", "lr", 3], ["", "wd", 2]]);
  assertEquals(selection.methods[0].default, { lr: 1, wd: 1 });
});

Deno.test("an axis of which one value is left is not chosen, and said to be", async () => {
  const text = "lr,wd,score\n1,1,10\n2,1,20\n1,2,\n1,3,\n";
  const selection = await select(text);
  assertEquals(chosen(selection), [["", "lr", 2]]);
  assertEquals(selection.warnings, [
    "fewer than two values of wd have a score: there is nothing to choose",
  ]);
  await assertRejectsWith(
    "lr,score\n1,\n2,3\n",
    "fewer than two runs of any method and axis have a score",
  );
});

async function assertRejectsWith(text: string, message: string, options: SelectionOptions = {}) {
  const manifest = await parseManifest(text);
  assertThrows(() => selectRuns(manifest, options), RankMeError, message);
}

Deno.test("the long form gives the same choices and costs", async () => {
  const long = `method,hyperparameter,value,name,rankMe,alphaReq,accuracy_in,accuracy_ood
simclr,lr,0.1,a,30,1.3,60,88
simclr,lr,0.3,default,40,1.2,66,90
simclr,lr,0.5,b,39,1.05,67,89
simclr,wd,1e-5,c,42,1.4,65,91
simclr,wd,1e-4,default,40,1.2,66,90
simclr,wd,1e-3,d,20,0.7,50,80
simclr,temp,0.1,default,40,1.2,66,90
simclr,temp,0.2,e,35,1.3,64,89
simclr,temp,0.5,f,15,2,40,70
vicreg,lr,0.1,g,100,0.5,70,93
vicreg,lr,0.2,h,120,1.1,68,94
`;
  const selection = await select(long), wide = await select(SWEEP);
  assertEquals(chosen(selection), chosen(wide));
  assertEquals(selection.costs, wide.costs);
  // The default stands in three lines and is one run.
  assertEquals(selection.methods[0].correlations.accuracy_in.count, 7);
  assertEquals(
    selection.methods[0].correlations.accuracy_in.kendall,
    wide.methods[0].correlations.accuracy_in.kendall,
  );
});

Deno.test("a joint choice is over everything, within each method, with a warning", async () => {
  const { methods, warnings } = await select(SWEEP, { joint: true });
  assertEquals(
    methods.map(({ method, choices: [{ chosen }] }) => [method, chosen.settings]),
    [["simclr", { lr: 0.3, wd: 1e-5, temp: 0.1 }], ["vicreg", { lr: 0.2 }]],
  );
  assertEquals(warnings, [
    "a joint choice is not what the paper does: it varies one hyperparameter at a time; methods are " +
    "not compared: each has its own choice",
  ]);
  await assertRejectsWith(SWEEP, "configurations have no order", { joint: true, prefer: "min" });
});

Deno.test("methods are never ranked against each other", async () => {
  const text = "method,lr,score\na,1,10\na,2,11\nb,1,500\nb,2,400\n";
  const selection = await select(text, {}, { hyperparameters: ["method", "lr"] });
  assertEquals(chosen(selection), [["a", "lr", 2], ["b", "lr", 1]]);
  assertEquals(selection.methods[0].choices[0].candidates.length, 2);
  assertEquals(selection.warnings.length, 1);
  await assertRejectsWith("method,lr,score\na,1,10\nb,1,500\n", "no two runs of one method differ");
});

const GRID = `lr,wd,score
1,1,11
1,2,12
1,3,13
2,1,21
2,2,22
2,3,23
`;

Deno.test("a grid has many axes: the default says which, and without one it is refused", async () => {
  await assertRejectsWith(
    GRID,
    "6 configurations could be the default that others vary around: lr=1, wd=1; lr=1, wd=2; " +
      "lr=1, wd=3; lr=2, wd=1; lr=2, wd=2; lr=2, wd=3; say which, as in --default 'lr=1, wd=1'",
  );
  const selection = await select(GRID, { default: { lr: 1, wd: 2 } });
  assertEquals(selection.methods[0].choices.map(({ fixed }) => fixed), [{ wd: 2 }, { lr: 1 }]);
  assertEquals(chosen(selection), [["", "lr", 2], ["", "wd", 3]]);
  assertEquals(selection.leftOut.map(({ run, reason }) => [run, reason]), [
    ["line 5", "it lies on none of the axes"],
    ["line 7", "it lies on none of the axes"],
  ]);
  assertEquals(selection.leftOut.some(({ unexpected }) => unexpected), false);
});

Deno.test("one more run than a star has does not hide its default", async () => {
  const text = "lr,wd,score\n2,2,19\n1,1,10\n2,1,20\n3,1,15\n1,2,9\n1,3,8\n";
  const selection = await select(text);
  assertEquals(selection.methods[0].default, { lr: 1, wd: 1 });
  assertEquals(chosen(selection), [["", "lr", 2], ["", "wd", 1]]);
  assertEquals(selection.leftOut.map(({ run }) => run), ["line 2"]);
});

Deno.test("a run without a value of a hyperparameter has no place on its axis", async () => {
  const selection = await select("lr,wd,score\n,1,50\n1,1,10\n2,1,20\n");
  assertEquals(chosen(selection), [["", "lr", 2]]);
  assertEquals(selection.leftOut.map(({ run }) => run), ["line 2"]);
});

Deno.test("a default that is named leaves out axes that do not go through it", async () => {
  const text = "lr,wd,score\n1,1,10\n2,1,20\n1,2,15\n";
  assertEquals(chosen(await select(text)), [["", "lr", 2], ["", "wd", 2]]);
  const { methods: [{ choices }], warnings } = await select(text, { default: { wd: 2 } });
  assertEquals(choices.map(({ hyperparameter }) => hyperparameter), ["wd"]);
  assertEquals(warnings, ["no two runs differ in lr only: it is not chosen"]);
});

Deno.test("two axes that do not cross need no default", async () => {
  const text = "lr,wd,score\n1,1,10\n2,1,20\n9,5,3\n9,6,4\n";
  const selection = await select(text);
  assertEquals(chosen(selection), [["", "lr", 2], ["", "wd", 6]]);
  assertEquals(selection.methods[0].default, undefined);
});

Deno.test("a default that no run has, or of a hyperparameter there is none of, is refused", async () => {
  await assertRejectsWith(GRID, "no run has lr=9", { default: { lr: 9 } });
  await assertRejectsWith(GRID, 'no hyperparameter "momentum"; there are lr, wd', {
    default: { momentum: 1 },
  });
  await assertRejectsWith(GRID, 'no hyperparameter "temp"', { prefer: { temp: "min" } });
  await assertRejectsWith(GRID, 'no accuracies called "acc"', { oracle: "acc" });
});

Deno.test("a column that differs in every run is pointed out when it hides the axes", async () => {
  await assertRejectsWith(
    "lr,wd,wandb,score\n1,1,x7,10\n2,1,k3,20\n1,2,p9,15\n",
    "no two runs of one method differ in one hyperparameter only, of lr (2 values), wd (2 values), " +
      "wandb (3 values); if it is none, leave a column out: --ignore wandb",
  );
  await assertRejectsWith(
    "lr,wd,score\n1,1,10\n2,2,20\n3,3,5\n",
    "--joint chooses over everything",
  );
});

Deno.test("a hyperparameter that cannot be chosen among others is said not to be", async () => {
  const { warnings } = await select("lr,wd,score\n1,1,10\n2,1,20\n3,2,15\n");
  assertEquals(warnings, ["no two runs differ in wd only: it is not chosen"]);
});

Deno.test("a choice at the end of what was tried is pointed out", async () => {
  const text = (name: string) => `${name},score\n1,30\n2,20\n3,10\n`;
  assertEquals((await select(text("lr"))).warnings, [
    "lr: the choice is the smallest value that was tried: an untrained network has a high rank as " +
    "well, so see that it is trained enough",
  ]);
  assertEquals((await select(text("temp"))).warnings, [
    "temp: the choice is the smallest value that was tried, and others beyond it may be better",
  ]);
  assertEquals((await select("lr,score\n1,10\n2,30\n3,20\n")).warnings, []);
  // What failed was tried as well.
  const { warnings, methods } = await select("lr,score,status\n1,10,\n2,20,\n3,30,\n4,,failed\n");
  assertEquals(warnings, []);
  assertEquals(methods[0].choices[0].unscored, [4]);
});

Deno.test("no report holds a number that is none, whatever is missing", async () => {
  const text = `lr,seed,score,acc
1,0,0,
2,0,0,5
3,0,0,5
4,0,0,5
4,1,0,5
4,2,0,5
`;
  const { methods, costs } = await select(text);
  const numbers = JSON.stringify({ methods, costs });
  // JSON writes NaN and Infinity as null.
  assertEquals(numbers.includes("null"), false, numbers);
});

Deno.test("a grid of 91,125 configurations is refused without comparing each with each line", async () => {
  const values = Array.from({ length: 45 }, (_, i) => i);
  const rows = values.flatMap((a) =>
    values.flatMap((b) => values.map((c) => `${a},${b},${c},${30 + (a * b + c) % 7}`))
  );
  const manifest = await parseManifest(`a,b,c,rankMe\n${rows.join("\n")}\n`);
  const error = assertThrows(() => selectRuns(manifest), RankMeError);
  assertStringIncludes(error.message, "91125 configurations could be the default");
  // The advice of the message is followed.
  const { methods } = selectRuns(manifest, { default: { a: 0, b: 0, c: 0 } });
  assertEquals(methods[0].choices.map(({ hyperparameter }) => hyperparameter), ["a", "b", "c"]);
  assertEquals(methods[0].choices.map(({ candidates }) => candidates.length), [45, 45, 45]);
});

Deno.test("hundreds of thousands of values can be chosen from and printed", async () => {
  const rows = Array.from({ length: 150_000 }, (_, i) => `${i},${10 + i % 89},${i % 97}`);
  const selection = selectRuns(await parseManifest(`lr,rankMe,accuracy\n${rows.join("\n")}\n`));
  assertEquals(selectionText(selection).split("\n").length > 150_000, true);
});

Deno.test("no manifest of 20,000 runs takes longer than reading it many times over", async (t) => {
  const count = 20_000;
  const random = (row: number, column: number) => (row * 7919 + column * 104_729 + 13) % 99_991;
  const manifests: Record<string, readonly [heads: string, row: (index: number) => string]> = {
    "four seeds of each": ["lr,seed,rankMe", (i) => `${i >> 2},${i % 4},${random(i, 0)}`],
    "10,000 hyperparameters in the long form": [
      "hyperparameter,value,rankMe",
      (i) => `h${i >> 1},${i},${random(i, 0)}`,
    ],
    "20 hyperparameters of which no two runs differ in one only": [
      Array.from({ length: 20 }, (_, i) => `h${i}`) + ",rankMe",
      (i) => Array.from({ length: 21 }, (_, column) => random(i, i * column)).join(),
    ],
    "ten accuracies": [
      "lr,rankMe" + Array.from({ length: 10 }, (_, i) => `,accuracy_${i}`).join(""),
      (i) => `${i},` + Array.from({ length: 11 }, (_, column) => random(i, column)).join(),
    ],
  };
  for (const [name, [heads, row]] of Object.entries(manifests)) {
    await t.step(name, async () => {
      const rows = Array.from({ length: count }, (_, index) => row(index));
      const started = performance.now();
      const manifest = await parseManifest(`${heads}\n${rows.join("\n")}\n`);
      const read = performance.now();
      try {
        selectionChart(manifest, selectRuns(manifest));
      } catch (error) {
        assertStringIncludes(String(error), "differ in one hyperparameter only");
      }
      const [reading, selecting] = [read - started, performance.now() - read];
      assert(selecting < 15 * reading + 500, `${selecting} ms, and ${reading} ms to read it`);
    });
  }
});

Deno.test("a column to leave out is looked for only where that takes no time to speak of", async () => {
  // Any two runs differ in two hyperparameters.
  const heads = Array.from({ length: 300 }, (_, i) => `h${i}`);
  const rows = heads.map((_, row) => heads.map((_, column) => Number(row === column)));
  const started = performance.now();
  await assertRejectsWith(
    [[...heads, "rankMe"], ...rows.map((row) => [...row, 1])].join("\n"),
    "--joint chooses over everything",
  );
  const seconds = (performance.now() - started) / 1000;
  assert(seconds < 10, `${seconds} s`);
});
