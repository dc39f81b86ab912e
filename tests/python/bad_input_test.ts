import { assertEquals, assertLess, assertMatch } from "@std/assert";
import { DENO_RUN } from "../deno_run.ts";
import { jsonOf, startPython } from "./python.ts";

interface BadInput {
  readonly format: string;
  readonly name: string;
  readonly args: readonly string[];
}

/** What measure.py prints of a run. */
interface Run {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  readonly peakBytes: number;
}

/** Bad input is refused in no more than this; a good file takes a tenth of it. */
const SECONDS = 1, BYTES = 200e6;

const CLI = new URL("../../cli.ts", import.meta.url).href;

/** A run as the kernel measures it; one that took long is run again, as the machine may be busy. */
async function score(folder: string, args: readonly string[]): Promise<Run> {
  const command = [Deno.execPath(), ...DENO_RUN, `--allow-read=${folder}`, CLI, "--json", ...args];
  const once = () => jsonOf<Run>(startPython("bench/python/measure.py", ["--", ...command]));
  const run = await once();
  return run.seconds < SECONDS ? run : await once();
}

Deno.test("no number comes of bad input: status 3, one line that says why, soon, in little memory", async (t) => {
  const folder = await Deno.makeTempDir();
  try {
    const inputs = await jsonOf<BadInput[]>(startPython("tests/python/bad_inputs.py", [folder]));
    for (const { format, name, args } of inputs) {
      await t.step(`${format}: ${name}`, async () => {
        const { status, stdout, stderr, seconds, peakBytes } = await score(folder, args);
        assertEquals([status, stdout], [3, ""], stderr);
        // One line, which begins with the input and is no stack of ours.
        assertMatch(stderr, /^rankme: \/[^\n]+: [^\n]+\n$/);
        assertLess(seconds, SECONDS);
        assertLess(peakBytes, BYTES);
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
