import { assertAlmostEquals, assertEquals } from "@std/assert";
import { runCli } from "../commands/run_cli.ts";
import { jsonOf, startPython } from "./python.ts";

interface WrittenPair {
  readonly a: string;
  readonly b: string;
  readonly flags: readonly string[];
  readonly rows: number;
  readonly cka: number;
}

interface Written {
  readonly pairs: readonly WrittenPair[];
  readonly layers: readonly (readonly number[])[];
}

Deno.test("linear CKA of files of any formats is NumPy's, by a path or a pipe", async (t) => {
  const folder = await Deno.makeTempDir();
  try {
    const { pairs, layers } = await jsonOf<Written>(
      startPython("tests/python/write_pairs.py", [folder]),
    );
    const permissions = [`--allow-read=${folder}`];
    for (const { a, b, flags, rows, cka } of pairs) {
      const isParquet = b.endsWith(".parquet");
      for (const piped of isParquet || a === b ? [false] : [false, true]) {
        await t.step(`${a} and ${piped ? "a pipe of " : ""}${b} ${flags.join(" ")}`, async () => {
          const second = `${folder}/${b}`;
          const args = ["cka", `${folder}/${a}`, piped ? "-" : second, "--json", ...flags];
          const stdin = piped ? (await Deno.open(second)).readable : undefined;
          const run = await runCli(args, { permissions, stdin });
          assertEquals([run.status, run.stderr], [0, ""]);
          const report = JSON.parse(run.stdout);
          assertAlmostEquals(report.cka, cka, 1e-11);
          assertEquals([report.rows, report.complete], [rows, true]);
        });
      }
    }
    await t.step("each layer of one file with each", async () => {
      const args = ["cka", `${folder}/layers.parquet`, "--column", "layer*"];
      const run = await runCli([...args, "--json"], { permissions });
      const { names, cka, rows } = JSON.parse(run.stdout);
      assertEquals([names, rows], [["layer1", "layer2", "layer10"], 3000]);
      cka.forEach((values: number[], i: number) =>
        values.forEach((value, j) => assertAlmostEquals(value, layers[i][j], 1e-11))
      );
      const text = await runCli(args, { permissions });
      const [heading, first] = text.stdout.split("\n");
      assertEquals(heading.trim().split(/ +/), names);
      assertEquals(first.split(/ +/), ["layer1", ...layers[0].map((value) => value.toFixed(4))]);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
