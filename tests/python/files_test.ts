import { assertEquals } from "@std/assert";
import { type CliRun, runCli } from "../commands/run_cli.ts";
import { assertRankMe } from "./assert_rank_me.ts";
import { jsonOf, type Reference, startPython } from "./python.ts";

interface WrittenFile extends Reference {
  readonly name: string;
  readonly flags: readonly string[];
  readonly skippedRows: number;
}

const CONVENTIONS = {
  "paper": [],
  "paper-centered": ["--center"],
  "roy-vetterli": ["--convention", "roy-vetterli"],
  "stable-pretraining": ["--convention", "stable-pretraining"],
  "reptrix": ["--convention", "reptrix"],
} as const;

/** Streams come through a pipe, files by their path. */
async function scoreFile(path: string, flags: readonly string[]): Promise<CliRun> {
  if (path.endsWith(".arrow")) {
    return await runCli([path, "--json", ...flags], { permissions: [`--allow-read=${path}`] });
  }
  const { readable } = await Deno.open(path);
  return await runCli(["-", "--json", ...flags], { stdin: readable });
}

Deno.test("what pyarrow, pandas and polars write is scored as NumPy scores it", async (t) => {
  const folder = await Deno.makeTempDir();
  try {
    const files = await jsonOf<WrittenFile[]>(
      startPython("tests/python/write_embeddings.py", [folder]),
    );
    for (const file of files) {
      await t.step(file.name, async () => {
        const run = await scoreFile(`${folder}/${file.name}`, file.flags);
        assertRankMe(run, file);
        assertEquals(JSON.parse(run.stdout).skippedRows, file.skippedRows);
      });
    }
    for (const [convention, flags] of Object.entries(CONVENTIONS)) {
      await t.step(`under the convention ${convention}`, async () => {
        const file = files.find(({ name }) => name === "fixed-size-list-f64.arrow")!;
        assertRankMe(await scoreFile(`${folder}/${file.name}`, flags), file, { convention });
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
