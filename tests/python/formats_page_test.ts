import { assertEquals } from "@std/assert";
import { runCli } from "../commands/run_cli.ts";
import { assertRankMe } from "./assert_rank_me.ts";
import { jsonOf, PYTHON, type Reference, ROOT } from "./python.ts";

interface WrittenFiles extends Reference {
  readonly files: readonly string[];
}

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
    const { files, ...reference } = await jsonOf<WrittenFiles>(
      new Deno.Command(PYTHON, { args: ["-B", script, page], cwd: folder, stdout: "piped" })
        .spawn(),
    );
    assertEquals(files, FILES);
    for (const name of files) {
      await t.step(name, async () => {
        const flags = name.endsWith(".f32") ? RAW : [];
        const path = `${folder}/${name}`;
        const run = await runCli([path, "--json", ...flags], {
          permissions: [`--allow-read=${path}`],
        });
        // pandas writes JSON with ten decimals; of two roundings the bound of ours knows one.
        if (name.endsWith(".jsonl")) {
          return assertEquals(JSON.parse(run.stdout).rows, reference.rows);
        }
        assertRankMe(run, reference);
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
