import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CONFIG, DENO_RUN } from "../deno_run.ts";
import { arrowBytes } from "./arrow_bytes.ts";

const CLI = new URL("../../cli.ts", import.meta.url).href;
const WINDOWS = Deno.build.os === "windows";
const ROWS = await arrowBytes(Float64Array.of(3, 0, 0, 3, 1, 2, 2, 1), 2);

interface Ended {
  readonly status: number;
  readonly stderr: string;
}

/** Runs a line of the shell, in which `rankme` is the command line without permissions. */
async function shell(line: string, env: Record<string, string> = {}): Promise<Ended> {
  const rankme = [Deno.execPath(), ...DENO_RUN, "$ALLOW", CLI].join(" ");
  const { code, stderr } = await new Deno.Command("sh", {
    args: ["-c", `rankme() { ${rankme} "$@"; }\n${line}`],
    env: { NO_COLOR: "1", ALLOW: "", ...env },
    stdin: "null",
    stdout: "null",
  }).output();
  return { status: code, stderr: new TextDecoder().decode(stderr) };
}

/** A folder with two data sets, a list of them, and a report. */
async function withFiles(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/ckpt`);
    for (const step of [1, 2]) await Deno.writeFile(`${folder}/ckpt/step-${step}.arrow`, ROWS);
    await Deno.writeTextFile(
      `${folder}/sweep.csv`,
      "lr,embeddings,accuracy\n0.1,ckpt/step-1.arrow,1\n0.2,ckpt/step-2.arrow,2\n",
    );
    await Deno.writeTextFile(`${folder}/last.json`, '{"rankMe": 1}');
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "a full disk behind standard output ends every command with status 4",
  ignore: WINDOWS,
  fn: () =>
    withFiles(async (folder) => {
      const ALLOW = "--allow-read";
      for (
        const line of [
          "score ckpt/step-1.arrow",
          "score ckpt/step-1.arrow --json",
          "compare ckpt",
          "select sweep.csv --json",
          "cka ckpt/step-1.arrow ckpt/step-2.arrow",
          "generate --rows 100000",
          "generate --expect",
          "help score",
        ]
      ) {
        const { status, stderr } = await shell(`cd ${folder}; rankme ${line} > /dev/full`, {
          ALLOW,
        });
        assertStringIncludes(
          stderr,
          "rankme: standard output: it cannot be written (no space is left on the device)\n",
        );
        assertEquals(status, 4, line);
      }
    }),
});

Deno.test({
  name: "a full disk behind a chart ends with status 4, as does a folder that is not there",
  ignore: WINDOWS,
  fn: () =>
    withFiles(async (folder) => {
      for (
        const [file, what] of [
          ["/dev/full", "it cannot be written (no space is left on the device)"],
          [`${folder}/none/rank.svg`, "there is no such folder to write it into"],
          [folder, "it cannot be written (it is a folder)"],
        ]
      ) {
        for (
          const line of [`compare ${folder}/ckpt --x step -q`, `select ${folder}/sweep.csv -q`]
        ) {
          const { status, stderr } = await shell(`rankme ${line} --svg ${file}`, {
            ALLOW: "--allow-all",
          });
          assertEquals([status, stderr], [4, `rankme: ${file}: ${what}\n`], line);
        }
      }
    }),
});

Deno.test({
  name: "a folder, or nothing readable, on standard input is bad input and not a fault of ours",
  ignore: WINDOWS,
  async fn() {
    for (const line of ["", "--json -", "cka --column x", "select -", "compare -"]) {
      const { status, stderr } = await shell(`rankme ${line} < /`);
      const what = "rankme: stdin: it cannot be read (it is a folder); pass its path as an input\n";
      assertEquals([status, stderr], [3, what], line);
    }
    const { status, stderr } = await shell("rankme 0> /dev/null");
    assertStringIncludes(stderr, "rankme: stdin: it cannot be read");
    assertEquals(status, 3);
  },
});

Deno.test({
  name: "a package that is not in the cache and cannot be had is named, with status 4",
  // With the real @std packages Deno ends before anything of ours begins.
  ignore: WINDOWS || !CONFIG.pathname.endsWith("/deno.json"),
  fn: () =>
    withFiles(async (folder) => {
      const empty = { DENO_DIR: `${folder}/empty`, ALLOW: "--cached-only --allow-read" };
      for (const line of ["score ckpt/step-1.arrow", "compare ckpt", "compare ckpt -j 1"]) {
        const { status, stderr } = await shell(`cd ${folder}; rankme ${line}`, empty);
        assertStringIncludes(
          stderr,
          "it is not in Deno's cache, and --cached-only is given",
        );
        assert(!stderr.includes("fault of ours") && stderr.split("\n").length === 2, stderr);
        assertEquals(status, 4, line);
      }
      const offline = {
        ...empty,
        HTTPS_PROXY: "http://127.0.0.1:9",
        ALLOW: "--allow-read --quiet",
      };
      const { status, stderr } = await shell(`rankme ${folder}/ckpt/step-1.arrow`, offline);
      assertStringIncludes(stderr, "its registry cannot be reached");
      assertEquals(status, 4);
    }),
});

Deno.test({
  name:
    "a permission that is missing ends with status 2, whichever it is and wherever it is needed",
  ignore: WINDOWS,
  fn: () =>
    withFiles(async (folder) => {
      const some = `--allow-read=${folder}/sweep.csv,${folder}/ckpt/step-1.arrow`;
      for (
        const [line, ALLOW, advice] of [
          ["ckpt/step-1.arrow", "", "--allow-read"],
          ["ckpt", "", "--allow-read"],
          ["'ckpt/*.arrow'", "", "--allow-read"],
          ["ckpt/step-1.arrow ckpt/step-2.arrow", some, "--allow-read"],
          ["compare ckpt", "", "--allow-read"],
          ["compare ckpt/step-1.arrow ckpt/step-2.arrow", "", "--allow-read"],
          ["compare ckpt/step-1.arrow ckpt/step-2.arrow", some, "--allow-read"],
          ["compare http://127.0.0.1:8080/a http://127.0.0.1:8080/b", "", "--allow-net"],
          ["http://127.0.0.1:8080/a", "", "--allow-net"],
          ["select sweep.csv", "", "--allow-read"],
          ["select sweep.csv", some, "--allow-read"],
          ["select sweep.csv --svg sweep.svg", "--allow-read", "--allow-write"],
          ["compare ckpt --x step --svg rank.svg", "--allow-read", "--allow-write"],
          ["cka ckpt/step-1.arrow ckpt/step-2.arrow", "", "--allow-read"],
          ["ckpt/step-1.arrow --baseline last.json --max-drop 1", "", "--allow-read"],
          ["ckpt/step-1.arrow --blas /no/lib.so", "--allow-read", "--allow-ffi"],
          ["compare ckpt --blas /no/lib.so", "--allow-read", "--allow-ffi"],
          ["select sweep.csv --blas /no/lib.so", "--allow-read", "--allow-ffi"],
        ]
      ) {
        const { status, stderr } = await shell(`cd ${folder}; rankme ${line}`, { ALLOW });
        assertStringIncludes(stderr, `add ${advice}`, line);
        assertEquals(status, 2, line);
      }
      const denied = "--deny-env --deny-sys --deny-ffi --deny-read --deny-net --deny-run";
      assertEquals((await shell("rankme doctor", { ALLOW: denied })).status, 0);
    }),
});
