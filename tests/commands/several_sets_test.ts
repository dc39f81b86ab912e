import { assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { npyFile, npyHeader } from "../sources/dense/dense_bytes.ts";
import { withFolder } from "../sources/shards/folders.ts";
import { runCli } from "./run_cli.ts";

/** Rows of two dimensions that are as long and perpendicular to each other: RankMe is 2. */
const SQUARE = npyFile(npyHeader("<f8", [2, 2]), Float64Array.of(3, 0, 0, 3));
const permissions = ["--allow-read"];

Deno.test("a folder of several data sets is refused with lines that score each", async () => {
  const files = {
    "img_emb/img_emb_0.npy": SQUARE,
    "img_emb/img_emb_1.npy": SQUARE,
    "text emb/text_emb_0.npy": SQUARE,
    "text emb/text_emb_1.npy": SQUARE,
  };
  await withFolder(files, async (folder) => {
    for (const input of [folder, `${folder}/*/*.npy`]) {
      const run = await runCli([input], { permissions });
      assertEquals([run.status, run.stdout], [3, ""]);
      assertStringIncludes(
        run.stderr,
        "these files look like 2 data sets: img_emb_0.npy and 1 more",
      );
      const lines = run.stderr.split("\n").filter((line) => line.startsWith("    rankme "));
      assertEquals(lines.length, 2);
      for (const line of lines) {
        const argument = line.trim().slice("rankme ".length).replace(/^'|'$/g, "");
        const scored = await runCli([argument, "--json", "-q"], { permissions });
        assertEquals(scored.status, 0, scored.stderr);
        const { rankMe, rows } = JSON.parse(scored.stdout);
        assertEquals(rows, 4);
        assertAlmostEquals(rankMe, 2, 1e-5);
      }
    }
    // What is listed by its name is what was meant.
    const listed = await runCli([...Object.keys(files).map((name) => `${folder}/${name}`), "-q"], {
      permissions,
    });
    assertEquals(listed.status, 0);
    const compared = await runCli(["compare", folder, "--json", "-q"], { permissions });
    assertEquals(JSON.parse(compared.stdout).length, 2);
  });
});
