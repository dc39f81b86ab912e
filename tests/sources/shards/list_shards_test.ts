import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { RankMeError } from "../../../src/errors.ts";
import { listAllShards, listShards } from "../../../src/sources/shards/list_shards.ts";
import { withFolder } from "./folders.ts";

const isWindows = Deno.build.os === "windows";

/** The shards of a folder, or of a pattern in it, without the folder's path. */
async function listed(folder: string, inside = ""): Promise<string[]> {
  const shards = await listShards(folder + inside);
  return shards.map((path) => path.slice(folder.length + 1));
}

/** Asserts that a folder of some files, or a pattern in it, is refused. */
async function assertRefused(
  files: Parameters<typeof withFolder>[0],
  code: string,
  message: string,
  inside = "",
): Promise<void> {
  await withFolder(files, async (folder) => {
    const error = await assertRejects(() => listShards(folder + inside), RankMeError);
    assertEquals([error.code, error.exitStatus], [code, 3], error.message);
    assertEquals(error.place.input?.startsWith(folder), true);
    assertStringIncludes(error.message.replaceAll(folder, "FOLDER"), message);
  });
}

const numbered = (total: number, ...indices: number[]) =>
  indices.map((index) => `x-0000${index}-of-0000${total}.npy`);

// --- Files and URLs ---

Deno.test("a file, a URL and what is not there are their only shard", async () => {
  await withFolder(["emb[1].npy", "emb1.npy", "notes.txt"], async (folder) => {
    for (const name of ["emb[1].npy", "notes.txt", "none.npy"]) {
      assertEquals(await listed(folder, `/${name}`), [name]);
    }
    const url = new URL(`file://${folder}/emb1.npy`);
    assertEquals(await listShards(url), [`${folder}/emb1.npy`]);
  });
  const urls = ["https://h.org/*.npy?sig=a", "s3://bucket/[1].npy"];
  for (const url of urls) assertEquals(await listShards(url), [url]);
  assertEquals(await listShards(new URL(urls[0])), [urls[0]]);
});

// --- Folders ---

Deno.test("texts without a byte are parts without rows where Spark has ended, nowhere else", async () => {
  const files = { "part-0.json": "", "part-1.json": "[1]\n", "day=2/part-0.csv": "" };
  await withFolder({ ...files, _SUCCESS: "" }, async (folder) => {
    assertEquals(await listed(folder), ["part-1.json"]);
  });
  await withFolder(files, async (folder) => {
    assertEquals(await listed(folder), ["day=2/part-0.csv", "part-0.json", "part-1.json"]);
  });
  await withFolder({ "part-0.parquet": "", _SUCCESS: "" }, async (folder) => {
    assertEquals(await listed(folder), ["part-0.parquet"]);
  });
});

Deno.test("a folder is the files of known formats in it and in its folders, in natural order", async () => {
  const known = [
    "day=1/part-00000-a.snappy.parquet",
    "day=1/part-00001-a.json",
    "day=2/part-00000-a.snappy.parquet",
    "day=2/part-00001-a.json.gz",
    "emb-1.npy",
    "emb-2.npz",
    "emb-10.npy.gz",
    "emb-11.jsonl.zst",
    "x/a.arrow",
    "x/b.arrows",
    "x/c.feather",
    "x/d.ipc",
    "x/e.pq",
    "x/f.safetensors",
    "x/g.csv",
    "x/h.tsv.gz",
    "x/i.ndjson",
    "x/j.CSV",
  ];
  const others = [
    ".DS_Store",
    "._emb-1.npy",
    ".part-0.parquet.crc",
    ".cache/emb.npy",
    "_SUCCESS",
    "_logs/a.csv",
    "_metadata",
    "README.md",
    "config.json",
    "x/notes.txt",
    "x/emb.npy.bak",
    "x/model.pt",
    "x/npy",
  ];
  await withFolder([...others, ...known].reverse(), async (folder) => {
    assertEquals(await listed(folder), known);
    assertEquals(await listed(folder, "/x"), known.filter((path) => path.startsWith("x/")));
    assertEquals(await listed(`${folder}`, "/"), await listed(folder));
    const url = new URL(`file://${folder}`);
    assertEquals((await listShards(url)).length, known.length);
  });
});

Deno.test("partitions are read though their key begins with an underscore", async () => {
  await withFolder(["_day=1/a.npy", "_tmp/b.npy"], async (folder) => {
    assertEquals(await listed(folder), ["_day=1/a.npy"]);
  });
});

Deno.test("a folder without files of a known format says what is there", async () => {
  await assertRefused(
    ["sub/", "_x/a.npy"],
    "empty",
    "FOLDER: no file in this folder ends as a format's do; it holds _x, sub; pass files",
  );
  const names = ["1.pt", "2.pt", "3.pt", "4.pt", "5.pt", "6.pt", "10.pt"];
  await assertRefused(names, "empty", "it holds 1.pt, 2.pt, 3.pt, 4.pt, 5.pt and 2 more");
  await withFolder([], async (folder) => {
    const error = await assertRejects(() => listShards(folder), RankMeError);
    assertEquals(error.message, `${folder}: this folder is empty`);
  });
});

Deno.test(
  "links are followed, but not back to their own folder",
  { ignore: isWindows },
  async () => {
    await withFolder(["data/1.npy", "in/2.npy"], async (folder) => {
      await Deno.symlink("../data", `${folder}/in/link`);
      await Deno.symlink("../in", `${folder}/in/up`);
      await Deno.symlink("../data/1.npy", `${folder}/in/9.txt`);
      assertEquals(await listed(folder, "/in"), ["in/2.npy", "in/link/1.npy"]);
      const error = await assertRejects(() => listShards(folder), RankMeError);
      assertEquals(
        error.message.replaceAll(folder, ""),
        "/data/1.npy and /in/link/1.npy are the same file; its rows would count twice",
      );
      await Deno.symlink("nowhere", `${folder}/data/3.npy`);
      const broken = await assertRejects(() => listShards(`${folder}/data`), RankMeError);
      assertEquals([broken.code, broken.place.input], ["unreadable", `${folder}/data/3.npy`]);
    });
  },
);

// --- What would count twice, or not at all ---

Deno.test("a folder that is being written to, or whose log says what counts, is refused", async () => {
  const cases: [string, string, string][] = [
    ["_temporary/0/x", "changed", "FOLDER: a write into this folder has not ended"],
    ["_delta_log/0.json", "unsupported", "FOLDER: this is a Delta Lake table, whose log"],
    [".hoodie/x", "unsupported", "a Hudi table"],
    ["_spark_metadata/0", "unsupported", "what a Spark stream writes"],
    ["metadata/v1.metadata.json", "unsupported", "an Iceberg table"],
    ["deep/er/_delta_log/0.json", "unsupported", "FOLDER/deep/er: this is a Delta Lake table"],
  ];
  for (const [path, code, message] of cases) {
    await assertRefused(["part-0.parquet", path], code, message);
  }
  await withFolder(["part-0.parquet", "metadata/a.npy", "_SUCCESS"], async (folder) => {
    assertEquals((await listed(folder)).length, 2);
  });
});

Deno.test("shards that are missing from a numbered set are named", async () => {
  await withFolder([...numbered(4, 0, 1, 2, 3), "y-1-of-2.npy", "y-2-of-2.npy"], async (folder) => {
    assertEquals((await listed(folder)).length, 6);
  });
  const missing = "FOLDER: shards are missing: FOLDER/";
  await assertRefused(numbered(5, 0, 1, 3, 4), "unreadable", `${missing}x-00002-of-00005.npy;`);
  await assertRefused(
    numbered(5, 1, 2, 3),
    "unreadable",
    "x-00000-of-00005.npy, FOLDER/x-00004-of-00005.npy;",
  );
  await assertRefused(numbered(5, 2, 3, 4, 5), "unreadable", `${missing}x-00001-of-00005.npy;`);
  await assertRefused(["a/x-0-of-2.npy", "b/x-1-of-2.npy"], "unreadable", "shards are missing");
  await assertRefused(["x-0-of-2.npy", "y-1-of-2.npy"], "unreadable", "shards are missing");
  await assertRefused(["x-7-of-999999999999.npy"], "unreadable", "and 999999999993 more");
  await assertRefused(
    [...numbered(5, 0, 1, 2, 3, 4), ...numbered(6, 0, 1, 2, 3, 4, 5)],
    "unsupported",
    "shards of several sets are mixed, of 5 and of 6 files",
  );
});

Deno.test("a pattern may leave out shards, but none that is missing", async () => {
  await withFolder(numbered(5, 0, 1, 2, 3, 4), async (folder) => {
    assertEquals(await listed(folder, "/x-0000[0-2]-*"), numbered(5, 0, 1, 2));
  });
  await assertRefused(numbered(5, 0, 1, 3, 4), "unreadable", "x-00002-of-00005.npy", "/*.npy");
});

Deno.test("the same name in two formats is refused", async () => {
  const pairs = [["emb.npy", "emb.csv"], ["emb.npy", "emb.npy.gz"], ["emb.csv.gz", "emb.csv.zst"]];
  for (const pair of pairs) {
    await assertRefused(pair, "unsupported", "look like the same rows, which would count twice");
    await assertRefused(pair, "unsupported", "look like the same rows", "/emb.*");
  }
  await withFolder(["a.npy", "b.csv", "c/a.parquet", "a.x.npy"], async (folder) => {
    assertEquals((await listed(folder)).length, 4);
  });
});

Deno.test("a file that is given twice is refused, be it by another name", async () => {
  await withFolder(["a.npy", "sub/b.npy"], async (folder) => {
    const cases = [
      [`${folder}/a.npy`, `${folder}/a.npy`],
      [`${folder}/a.npy`, `${folder}/./a.npy`],
      [folder, `${folder}/sub/b.npy`],
      [`${folder}/*.npy`, new URL(`file://${folder}/a.npy`)],
      ["https://h.org/a?secret", "https://h.org/a?secret"],
    ];
    for (const inputs of cases) {
      const error = await assertRejects(() => listAllShards(inputs), RankMeError);
      assertEquals([error.code, error.message.includes("secret")], ["usage", false]);
      assertStringIncludes(error.message, "its rows would count twice");
    }
    assertEquals(
      await listAllShards([`${folder}/a.npy`, `${folder}/sub`, "https://h.org/a"]),
      [[`${folder}/a.npy`], [`${folder}/sub/b.npy`], ["https://h.org/a"]],
    );
    await Deno.link(`${folder}/a.npy`, `${folder}/c.npy`);
    const error = await assertRejects(() => listShards(folder), RankMeError);
    assertStringIncludes(error.message, "c.npy are the same file");
  });
});

// --- Hugging Face ---

const state = (files: readonly string[], more: Record<string, unknown> = {}) =>
  JSON.stringify({ _data_files: files.map((filename) => ({ filename })), ...more });

Deno.test("what save_to_disk wrote is the files of its state, in their order", async () => {
  const files = ["data-00001-of-00002.arrow", "data-00000-of-00002.arrow"];
  const other = { "cache-abc.arrow": "", "dataset_info.json": "{}", "emb.npy": "" };
  for (const more of [{}, { _indices_files: null }, { _indices_data_files: [] }]) {
    const all = { ...other, [files[0]]: "", [files[1]]: "", "state.json": state(files, more) };
    await withFolder(all, async (folder) => assertEquals(await listed(folder), files));
  }
  await withFolder({
    "a/data.arrow": "",
    "a/x.npy": "",
    "a/state.json": state(["data.arrow"]),
    "b.npy": "",
  }, async (folder) => {
    assertEquals(await listed(folder), ["a/data.arrow", "b.npy"]);
  });
});

Deno.test("a data set that is not all there, or chosen by indices, is refused", async () => {
  const files = ["data-0.arrow", "data-1.arrow"];
  await assertRefused(
    { "data-0.arrow": "", "state.json": state(files) },
    "unreadable",
    "FOLDER: state.json names files that are missing: data-1.arrow",
  );
  for (const key of ["_indices_files", "_indices_data_files"]) {
    const indices = { [key]: [{ filename: "indices.arrow" }] };
    await assertRefused(
      { "data-0.arrow": "", "state.json": state(["data-0.arrow"], indices) },
      "unsupported",
      "flatten_indices()",
    );
  }
  await assertRefused(
    { "data-0.arrow": "", "state.json": "{" },
    "corrupt",
    "FOLDER/state.json: it cannot be read as JSON",
  );
});

Deno.test("a state.json of something else is no matter", async () => {
  const others = [
    "{}",
    "[]",
    "null",
    '{"_data_files": 3}',
    state(["../secret.arrow"]),
    '{"_data_files": [{}]}',
  ];
  for (const other of others) {
    await withFolder({ "a.npy": "", "state.json": other }, async (folder) => {
      assertEquals(await listed(folder), ["a.npy"]);
    });
  }
});

Deno.test("one of several data sets has to be chosen", async () => {
  const files = {
    "test/data.arrow": "",
    "test/state.json": state(["data.arrow"]),
    "train/data.arrow": "",
    "train/state.json": state(["data.arrow"]),
  };
  const dict = (splits: unknown) => ({ ...files, "dataset_dict.json": JSON.stringify({ splits }) });
  await assertRefused(
    dict(["train", "test"]),
    "unsupported",
    "FOLDER: this folder holds 2 data sets; pass one of them: FOLDER/test, FOLDER/train",
  );
  await withFolder(dict(["train"]), async (folder) => {
    assertEquals(await listed(folder), ["train/data.arrow"]);
  });
  for (
    const [splits, code] of [
      [["gone"], "unreadable"],
      [[".."], "unreadable"],
      [[], "unsupported"],
      [3, "unsupported"],
    ]
  ) {
    await assertRefused(dict(splits), code as string, "FOLDER");
  }
});

// --- Patterns ---

Deno.test("a pattern takes files of any name, and folders as folders", async () => {
  await withFolder(
    ["runs/a/1.npy", "runs/b/2.npy", "runs/b/x.txt", "raw/1.bin", "raw/_SUCCESS"],
    async (folder) => {
      assertEquals(await listed(folder, "/raw/*"), ["raw/1.bin"]);
      assertEquals(await listed(folder, "/runs/*"), ["runs/a/1.npy", "runs/b/2.npy"]);
      assertEquals(await listed(folder, "/runs/**"), ["runs/a/1.npy", "runs/b/2.npy"]);
      assertEquals(await listed(folder, "/{raw/1.bin,runs/b/x.*}"), ["raw/1.bin", "runs/b/x.txt"]);
    },
  );
  await assertRefused(["a.npy"], "unreadable", "nothing matches this pattern", "/*.csv");
  await assertRefused(["a.npy"], "unreadable", "nothing matches this pattern", "/b/*.npy");
});

// --- Permissions ---

Deno.test("the permission that is missing is named", async () => {
  await withFolder(["in/1.npy", "out/2.npy"], async (folder) => {
    const module = import.meta.resolve("../../../src/sources/shards/list_shards.ts");
    const script = `
      import { listShards } from ${JSON.stringify(module)};
      for (const inside of ["/in", "/in/*.npy", "/out", "/out/*.npy"]) {
        const input = ${JSON.stringify(folder)} + inside;
        console.log(await listShards(input).then(String, (error) => error.message));
      }`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--quiet", "--no-config", `--allow-read=${folder}/in`, "-"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(script));
    await writer.close();
    const { stdout } = await child.output();
    const lines = new TextDecoder().decode(stdout).replaceAll(folder, "FOLDER").split("\n");
    assertEquals(lines, [
      "FOLDER/in/1.npy",
      "FOLDER/in/1.npy",
      // Whoever opens it says what is missing.
      "FOLDER/out",
      "FOLDER/out: Deno was not allowed to look into this folder; add --allow-read or --allow-read=FOLDER/out",
      "",
    ]);
  });
});
