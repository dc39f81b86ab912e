import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { RankMeError } from "../../../src/errors.ts";
import { listDataSets } from "../../../src/sources/shards/list_data_sets.ts";
import { withFolder } from "./folders.ts";

/** The data sets in a folder, or by a pattern in it, without the folder's path. */
async function listed(folder: string, inside = ""): Promise<string[]> {
  const paths = await listDataSets(folder + inside);
  return paths.map((path) => path.slice(folder.length + 1));
}

async function assertRefused(folder: string, code: string, message: string): Promise<void> {
  const error = await assertRejects(() => listDataSets(folder), RankMeError);
  assertEquals([error.code, error.place.input], [code, folder]);
  assertStringIncludes(error.message, message);
}

Deno.test("every file that can hold embeddings, and every folder, is a data set of its own", async () => {
  const files = ["step-10.npy", "step-2.npy", "step-1/a.npy", "step-1/b.npy", "logs/x.txt"];
  await withFolder([...files, "config.json", ".cache/x.npy", "_tmp/x.npy"], async (folder) => {
    assertEquals(await listed(folder), ["logs", "step-1", "step-2.npy", "step-10.npy"]);
  });
});

Deno.test("what a pattern stands for are data sets, folders among them", async () => {
  await withFolder(["a-1/x.npy", "a-2.npy", "b.npy"], async (folder) => {
    assertEquals(await listed(folder, "/a-*"), ["a-1", "a-2.npy"]);
    await assertRefused(`${folder}/c*`, "unreadable", "nothing matches this pattern");
  });
});

Deno.test("a file, a URL and what is not there are data sets themselves", async () => {
  await withFolder(["emb[1].npy", "emb1.npy"], async (folder) => {
    for (const name of ["emb[1].npy", "none.npy"]) {
      assertEquals(await listed(folder, `/${name}`), [name]);
    }
    assertEquals(await listDataSets(new URL(`file://${folder}/emb1.npy`)), [`${folder}/emb1.npy`]);
    assertEquals(await listDataSets("s3://bucket/*"), ["s3://bucket/*"]);
  });
});

Deno.test("a folder of the shards of one data set is not taken for several", async () => {
  await withFolder(["part-0.parquet", "part-1.parquet", "_SUCCESS"], async (folder) => {
    await assertRefused(folder, "usage", "_SUCCESS says that this folder is one data set");
  });
  await withFolder(["data-0.arrow", "state.json"], async (folder) => {
    await assertRefused(folder, "usage", "state.json says that this folder is one data set");
  });
});

Deno.test("a folder without a data set is refused with what is in it", async () => {
  await withFolder(["notes.txt"], async (folder) => {
    await assertRefused(folder, "empty", "no data set in this folder: it holds notes.txt");
  });
  await withFolder(["empty/"], async (folder) => {
    await assertRefused(`${folder}/empty`, "empty", "this folder is empty");
  });
});
