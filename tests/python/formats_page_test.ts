import { assertAlmostEquals, assertEquals } from "@std/assert";
import { runCli } from "../commands/run_cli.ts";
import { assertRankMe } from "./assert_rank_me.ts";
import { jsonOf, PYTHON, type Reference, ROOT } from "./python.ts";

/** What docs/formats.md shows, each written by the line of Python beside it. */
const FILES = [
  "emb.arrows",
  "emb.csv",
  "emb.f32",
  "emb.feather",
  "emb.jsonl",
  "emb.npy",
  "emb.npy.gz",
  "emb.npz",
  "emb.parquet",
  "emb.safetensors",
];
const RAW = ["--format", "f32", "--dim", "8"];

Deno.test("what each line of Python in docs/formats.md writes is scored, whole and right", async (t) => {
  const folder = await Deno.makeTempDir();
  try {
    const script = new URL("tests/python/formats_page.py", ROOT).pathname;
    const page = new URL("docs/formats.md", ROOT).pathname;
    const answers = await jsonOf<Record<string, Reference>>(
      new Deno.Command(PYTHON, { args: ["-B", script, page], cwd: folder, stdout: "piped" })
        .spawn(),
    );
    assertEquals(Object.keys(answers), FILES);
    for (const [name, reference] of Object.entries(answers)) {
      await t.step(name, async () => {
        const flags = name.endsWith(".f32") ? RAW : [];
        const path = `${folder}/${name}`;
        const run = await runCli([path, "--json", ...flags], {
          permissions: [`--allow-read=${path}`],
        });
        assertRankMe(run, reference);
        // Text rounds, and no more than float32 does.
        const { paper } = answers["emb.npy"].rankMe;
        assertAlmostEquals(reference.rankMe.paper, paper, 1e-6 * paper);
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
