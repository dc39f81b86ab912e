import { assertEquals, assertLess, assertMatch } from "@std/assert";
import { DENO_RUN } from "../deno_run.ts";
import { jsonOf, startPython } from "./python.ts";

interface BadInput {
  readonly format: string;
  readonly name: string;
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  readonly peakMegabytes: number;
}

/** Bad input is refused in no more than this; a good file takes a tenth of it. */
const SECONDS = 1, MEGABYTES = 200;

Deno.test("no number comes of bad input: status 3, one line that says why, soon, in little memory", async (t) => {
  const folder = await Deno.makeTempDir();
  const cli = new URL("../../cli.ts", import.meta.url).href;
  const command = [Deno.execPath(), ...DENO_RUN, `--allow-read=${folder}`, cli, "--json"];
  try {
    const results = await jsonOf<BadInput[]>(
      startPython("tests/python/bad_inputs.py", [folder, ...command]),
    );
    for (const result of results) {
      await t.step(`${result.format}: ${result.name}`, () => {
        assertEquals([result.status, result.stdout], [3, ""], result.stderr);
        // One line, which begins with the input and is no stack of ours.
        assertMatch(result.stderr, /^rankme: \/[^\n]+: [^\n]+\n$/);
        assertLess(result.seconds, SECONDS);
        assertLess(result.peakMegabytes, MEGABYTES);
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
