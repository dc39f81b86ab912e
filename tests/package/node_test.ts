import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { goldenBytes } from "../commands/arrow_bytes.ts";
import { golden } from "../golden/golden.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const NODE = "24";
/** What the library needs; Node takes types out of what is not in node_modules by itself. */
const FILES = ["mod.ts", "deno.json", "src"];
const PACKAGES = [
  "apache-arrow",
  "flatbuffers",
  "hyparquet",
  "hysnappy",
  "mathjs",
  "papaparse",
  "pure-rand",
  "xxhash-wasm",
];

const PROGRAM = `
import { readFileSync } from "node:fs";
import { cka, EmbeddingBatch, metricExpressions, score } from "./mod.ts";

const bytes = readFileSync("emb.arrow");
const expressions = await metricExpressions(["twice = 2 * rankMe"]);
const { rankMe, metrics: { twice } } = await score(new Blob([bytes]).stream(), { expressions });
const dim = 512;
const data = Float32Array.from({ length: 3000 * dim }, (_, index) => Math.sin(index ** 1.5));
const wide = await score([new EmbeddingBatch({ data, dim })]);
const pair = await cka([new EmbeddingBatch({ data, dim })], [new EmbeddingBatch({ data, dim })]);
const refusal = await score("emb.arrow").catch((error) => error.message);
console.log(JSON.stringify({
  rankMe, twice, rows: wide.rows, threads: wide.backend.threads, cka: pair.cka[0][1], refusal,
}));
`;

function run(command: string, args: readonly string[], cwd: string): Promise<Deno.CommandOutput> {
  return new Deno.Command(command, { args: [...args], cwd, stdin: "null" }).output();
}

async function hasNpm(): Promise<boolean> {
  try {
    return (await run("npm", ["--version"], ROOT)).success;
  } catch {
    return false;
  }
}

Deno.test({
  name: `Node ${NODE} imports the library and scores, on one thread`,
  ignore: !await hasNpm(),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      await run("cp", ["-r", ...FILES, folder], ROOT);
      const imports = config.imports as Record<string, string>;
      const dependencies = Object.fromEntries(
        PACKAGES.map((name) => [name, imports[name].slice(`npm:${name}@`.length)]),
      );
      await Deno.writeTextFile(
        `${folder}/package.json`,
        JSON.stringify({ type: "module", dependencies: { ...dependencies, node: NODE } }),
      );
      await Deno.writeFile(`${folder}/emb.arrow`, await goldenBytes("gaussian"));
      await Deno.writeTextFile(`${folder}/program.mjs`, PROGRAM);
      const installed = await run("npm", ["install", "--no-audit", "--no-fund"], folder);
      assertEquals(installed.code, 0, new TextDecoder().decode(installed.stderr));
      const { stdout, stderr } = await run(
        `${folder}/node_modules/.bin/node`,
        ["program.mjs"],
        folder,
      );
      const text = new TextDecoder().decode(stdout);
      assertMatch(text, /^\{/, new TextDecoder().decode(stderr));
      const { rankMe, twice, rows, threads, cka, refusal } = JSON.parse(text);
      const { value, relative } = golden.find(({ name }) => name === "gaussian")!.expected.paper!;
      assert(Math.abs(rankMe / value - 1) <= relative, `${rankMe} and not ${value}`);
      assertEquals(twice, 2 * rankMe);
      assertEquals([rows, threads], [3000, 1]);
      assertAlmostEquals(cka, 1, 1e-9);
      assertEquals(
        refusal,
        "emb.arrow: only Deno opens files here; run it with Deno, or pass a stream of the bytes",
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
