import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { missingPackage } from "../../src/platform/missing_package.ts";
import config from "../../deno.json" with { type: "json" };
import { DENO_RUN } from "../deno_run.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** What Deno throws. */
function notFound(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: "ERR_MODULE_NOT_FOUND" });
}

Deno.test("a package that Deno does not find is named, with what would do", () => {
  for (
    const [said, name, advice] of [
      [
        "Could not find a matching package for 'npm:@zip.js/zip.js@2.24.0' in the node_modules directory. Ensure …",
        "@zip.js/zip.js",
        "--node-modules-dir=none",
      ],
      [
        'Failed loading https://registry.npmjs.org/mathjs for package "mathjs"\n    0: npm package not found in cache: "mathjs", --cached-only is specified.',
        "mathjs",
        "run this once without it",
      ],
      ["The lockfile is out of date. 'npm:vega@6.4.0'\n\x1b[0m1", "vega", "--frozen=false"],
      [
        'Failed loading http://127.0.0.1:9/mathjs for package "mathjs"\n    0: error sending request for url',
        "mathjs",
        "run this once where it can be",
      ],
      ["Could not find npm package 'mathjs' matching '99.2.0'.", "mathjs", ""],
      ["npm specifiers were requested; npm:vega but --no-npm is specified", "vega", "leave it out"],
    ]
  ) {
    const error = missingPackage(notFound(said))!;
    assertEquals(error.code, "package");
    assertEquals(error.exitStatus, 4);
    assert(error.message.startsWith(`${name} from npm is needed here: `), error.message);
    assertStringIncludes(error.message, advice);
    // deno-lint-ignore no-control-regex
    assertEquals(/[\x00-\x1f]/.test(error.message), false);
  }
});

Deno.test("other errors are about no package", () => {
  assertEquals(missingPackage(new TypeError("npm:mathjs")), undefined);
  assertEquals(missingPackage(notFound('Module not found "file:///a.ts".')), undefined);
  assertEquals(missingPackage("npm:mathjs"), undefined);
});

/** Runs the command line in a folder of its own, without a network. */
async function offline(
  files: Readonly<Record<string, string>>,
  flags: readonly string[],
  args: readonly string[],
): Promise<{ code: number; stderr: string }> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...DENO_RUN, ...flags, `${ROOT}cli.ts`, ...args],
      cwd: folder,
      env: { NPM_CONFIG_REGISTRY: "http://127.0.0.1:1/", DENO_DIR: `${folder}/cache` },
      stdin: "null",
    }).output();
    return { code, stderr: new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("packages that cannot be had end with status 4 and advice, and are no fault of ours", async () => {
  const npm = Object.entries(config.imports).filter(([, address]) => address.startsWith("npm:"));
  assert(npm.length > 10);
  for (const flags of [["--cached-only"], []]) {
    const { code, stderr } = await offline({ "x.csv": "1,2\n" }, ["--allow-read", ...flags], [
      "score",
      "x.csv",
      "--columns",
      "*",
    ]);
    assertEquals([code, stderr.includes("a fault of ours")], [4, false], stderr);
    assertStringIncludes(stderr, "from npm is needed here");
  }
});
