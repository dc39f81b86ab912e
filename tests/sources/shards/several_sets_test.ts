import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { RankMeError } from "../../../src/errors.ts";
import { listDataSets } from "../../../src/sources/shards/list_data_sets.ts";
import { listShards } from "../../../src/sources/shards/list_shards.ts";
import { refuseSeveralSets } from "../../../src/sources/shards/several_sets.ts";
import { withFolder } from "./folders.ts";

/** The shards of an input that is one data set. */
async function dataSetOf(input: string): Promise<readonly string[]> {
  const paths = await listShards(input);
  refuseSeveralSets(input, paths);
  return paths;
}

/** Files that are one data set. */
const ONE: readonly (readonly string[])[] = [
  ["shard_0.npy", "shard_1.npy", "shard_10.npy"],
  ["img000.npy", "img001.npy", "img002.npy"],
  ["emb.npy", "emb-1.npy", "emb (2).npy"],
  ["0.npy", "1.npy"],
  ["a.csv", "b.csv"],
  ["a.arrow", "b.csv", "c.jsonl"],
  ["part_aa.csv", "part_ab.csv", "part_ba.csv"],
  ["train-00000-of-00002.parquet", "train-00001-of-00002.parquet"],
  [
    "part-00000-2b1f3c0e-7d1a-4a53-9d0e-0f3a5c1b2d4e-c000.snappy.parquet",
    "part-00001-2b1f3c0e-7d1a-4a53-9d0e-0f3a5c1b2d4e-c000.snappy.parquet",
  ],
  ["day=1/part-0.parquet", "day=2/part-0.parquet"],
  ["day=1/part-0.parquet", "day=2/part-0.parquet", "day=2/part-1.parquet"],
  ["part-3.npy", "part-7.npy"],
  ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"],
  ["mydata_0.npy", "mydata_1.npy", "mydata_2.npy"],
  ["wiki_0.npy", "wiki_1000.npy", "wiki_2000.npy"],
  ["mydata0.npy", "mydata1.npy", "mydata5.npy"],
  ["news2019.npy", "news2021.npy"],
  ["emb-16.npy", "emb-32.npy"],
  ["rank0/emb_0.npy", "rank7/emb_0.npy"],
  ["lang=en/part-0.parquet", "lang=de/part-0.parquet"],
  ["2024-01-31.npy", "2024-02-01.npy"],
  ["2024/01/emb.npy", "2024/02/emb.npy"],
  ["emb_20240131T1200.npy", "emb_20240201T0930.npy"],
  ["early/emb_0.arrow", "early/emb_1.arrow", "late/emb_2.arrow"],
  [
    "label=a/3f0c1a9d8b7e4c2f9a1b0c3d4e5f6a7b-0.parquet",
    "label=b/3f0c1a9d8b7e4c2f9a1b0c3d4e5f6a7b-0.parquet",
    "label=b/9a1b0c3d4e5f6a7b3f0c1a9d8b7e4c2f-1.parquet",
  ],
  ["part.0.parquet", "part.1.parquet"],
  ["00000000.parquet", "00000001.parquet"],
  ["rank0/emb.npy", "rank1/emb.npy"],
  ["2b1f3c0e-7d1a-4a53-9d0e-0f3a5c1b2d4e.parquet", "0f3a5c1b-2d4e-4a53-9d0e-2b1f3c0e7d1a.parquet"],
  [
    "da39a3ee5e6b4b0d3255bfef95601890afd80709.npy",
    "356a192b7913b04c54574d18c28d46e6395428ab.npy",
    "bdfaeebcdaffbdcaebfadcbefadbcfeadbcfeadb.npy",
  ],
  ["dQw4w9WgXcQ.npy", "a8Kd2Lp9ZmR.npy"],
  // Called after what is in each.
  [..."bcdefghijklmnopqrstuvwxyz"].flatMap((letter) =>
    [..."ae"].map((vowel) => `${letter}${vowel}${letter}ird${letter}.npy`)
  ),
];

/** Files that are several: each with what a line of the message scores. */
const SEVERAL: readonly (readonly [files: readonly string[], scored: readonly string[]])[] = [
  [
    ["data/train-00000-of-00001.parquet", "data/test-00000-of-00001.parquet"],
    ["data/test-00000-of-00001.parquet", "data/train-00000-of-00001.parquet"],
  ],
  [
    ["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet", "data/test.parquet"],
    ["data/test.parquet", "'data/train-0000*-of-00002.parquet'"],
  ],
  [
    [
      "img_emb/img_emb_0.npy",
      "img_emb/img_emb_1.npy",
      "text_emb/text_emb_0.npy",
      "text_emb/text_emb_1.npy",
      "metadata/metadata_0.parquet",
    ],
    ["img_emb/", "text_emb/"],
  ],
  [["image/0.npy", "image/1.npy", "text/0.npy", "text/1.npy"], ["image/", "text/"]],
  [["train/x1.npy", "train/x2.npy", "test/x3.npy"], ["test/x3.npy", "train/"]],
  [["train_x.npy", "test_x.npy"], ["test_x.npy", "train_x.npy"]],
  [["features.npy", "labels.npy"], ["features.npy"]],
  [["X.npy", "y.npy"], ["X.npy"]],
  [["epoch1.npy", "epoch2.npy", "epoch10.npy"], ["epoch1.npy", "epoch2.npy", "epoch10.npy"]],
  [["checkpoint-500/emb.npy", "checkpoint-1000/emb.npy"], [
    "checkpoint-500/emb.npy",
    "checkpoint-1000/emb.npy",
  ]],
  [["image2text.npy", "text2image.npy"], ["image2text.npy", "text2image.npy"]],
  [["resnet50v2.npy", "mobilenetv3.npy"], ["mobilenetv3.npy", "resnet50v2.npy"]],
  [["epoch1/part-0.npy", "epoch2/part-1.npy"], ["epoch1/part-0.npy", "epoch2/part-1.npy"]],
  [["emb_v1.npy", "emb_v2.npy"], ["emb_v1.npy", "emb_v2.npy"]],
  ...[
    ["block_3.npy", "block_4.npy"],
    ["stage1.npy", "stage2.npy"],
    ["model1.npy", "model2.npy"],
    ["model-a.npy", "model-b.npy"],
    ["run-1.npy", "run-2.npy"],
    ["run1/emb.npy", "run2/emb.npy"],
    ["exp1_emb.npy", "exp2_emb.npy"],
    ["fold0.npy", "fold1.npy"],
    ["view1.npy", "view2.npy"],
    ["ep10.npy", "ep20.npy", "ep30.npy"],
    ["lr0.01.npy", "lr0.1.npy"],
    ["resnet18.npy", "resnet50.npy", "resnet101.npy"],
    ["vitb16.npy", "vitb32.npy"],
    ["clip-vit-b-16.npy", "clip-vit-b-32.npy"],
    ["cifar10.npy", "cifar100.npy"],
    ["split=test/e.npy", "split=train/e.npy"],
    ["epoch=1/e.npy", "epoch=2/e.npy"],
    ["model=bert/e.npy", "model=gpt/e.npy"],
    ["tau=0.1/e.npy", "tau=0.2/e.npy"],
    // The weights of a network, tasks of a benchmark.
    [..."abcdefghijkl"].map((letter) => `${letter}${letter}_proj.npy`),
  ].map((files) => [files, files] as const),
  [["layer_0.npy", "layer_11.npy"], ["layer_0.npy", "layer_11.npy"]],
];

Deno.test("files that differ in a number, a date, a hash or a partition are one data set", async () => {
  for (const files of ONE) {
    await withFolder(files, async (folder) => {
      assertEquals((await dataSetOf(folder)).length, files.length, files.join());
    });
  }
});

Deno.test("files that differ in more are refused, with a line that scores each", async () => {
  for (const [files, scored] of SEVERAL) {
    await withFolder(files, async (folder) => {
      for (const input of [folder, `${folder}/**/*.*`]) {
        const error = await assertRejects(() => dataSetOf(input), RankMeError);
        assertEquals(error.code, "unsupported");
        assertStringIncludes(error.message, "data sets: ");
        const lines = error.lines.map((line) => line.trim().replace(`${folder}/`, ""));
        assertEquals(lines, scored.map((one) => `rankme ${one}`), files.join());
        // What a line names is one data set, and all of them are no files twice.
        const named = error.lines.map((line) => line.trim().slice("rankme ".length));
        const lists = await Promise.all(named.map((one) => dataSetOf(one.replace(/^'|'$/g, ""))));
        assertEquals(new Set(lists.flat()).size, lists.flat().length);
      }
    });
  }
});

Deno.test("of many data sets the first are listed, and how many more there are", async () => {
  const stems =
    "bias down_proj embed gate_proj head k_proj norm o_proj q_proj scale up_proj v_proj w";
  await withFolder(stems.split(" ").map((stem) => `${stem}.npy`), async (folder) => {
    const error = await assertRejects(() => dataSetOf(folder), RankMeError);
    assertStringIncludes(error.message, "look like 13 data sets: bias.npy, down_proj.npy, ");
    assertStringIncludes(error.message, "v_proj.npy, and 1 more");
    assertEquals(error.lines.length, 12);
  });
});

Deno.test("comparing takes each as a data set of its own", async () => {
  await withFolder(["epoch1.npy", "epoch2.npy"], async (folder) => {
    assertEquals((await listDataSets(folder)).length, 2);
  });
});

Deno.test("data sets whose files have one name are told by their folders", () => {
  const paths = ["d/image/0.npy", "d/image/1.npy", "d/text/0.npy", "d/text/1.npy"];
  try {
    refuseSeveralSets("d", paths);
  } catch (error) {
    assertStringIncludes(
      (error as RankMeError).message,
      "2 data sets: image/0.npy and 1 more, text/0.npy and 1 more",
    );
    return;
  }
  throw new Error("it was not refused");
});
