import { assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { runCli } from "../commands/run_cli.ts";
import { jsonOf, startPython } from "./python.ts";

interface WrittenViews {
  readonly name: string;
  readonly flags: readonly string[];
  readonly lidar: number;
}

Deno.test("LiDAR of files that name the object of each row is NumPy's", async (t) => {
  const folder = await Deno.makeTempDir();
  try {
    const files = await jsonOf<WrittenViews[]>(
      startPython("tests/python/write_views.py", [folder]),
    );
    const permissions = [`--allow-read=${folder}`];
    for (const { name, flags, lidar } of files) {
      await t.step(name, async () => {
        const args = [`${folder}/${name}`, "--group", "image", "--json", ...flags];
        const run = await runCli(args, { permissions });
        assertEquals(run.status, 0, run.stderr);
        const { metrics } = JSON.parse(run.stdout);
        assertAlmostEquals(metrics.lidar, lidar, 1e-9 * lidar);
      });
    }
    await t.step("rows that are not in order are refused without memory for them", async () => {
      const args = [`${folder}/shuffled.parquet`, "--group", "image", "--json"];
      const run = await runCli(args, { permissions });
      assertEquals([run.status, run.stdout], [2, ""]);
      assertStringIncludes(run.stderr, "comes back after rows of others");
      assertStringIncludes(run.stderr, "--group-memory SIZE");
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
