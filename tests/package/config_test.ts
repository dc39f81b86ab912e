import { assert, assertEquals, assertMatch } from "@std/assert";
import jsr from "../../deno.jsr.json" with { type: "json" };
import config from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));

Deno.test("deno.jsr.json is deno.json without the stand-ins", () => {
  const { links, exclude, publish, ...rest } = config;
  assertEquals(links.length, 3);
  const kernels = "src/linalg/wasm/assembly";
  assertEquals(exclude, ["links", `${kernels}/*.as.ts`]);
  assertEquals(publish.exclude, ["!links", kernels]);
  const include = publish.include.filter((path) => path !== "links/");
  const published = { include, exclude: [kernels] };
  assertEquals(jsr as unknown, { ...rest, exclude, publish: published, lock: false });
});

Deno.test("each stand-in has a version that the imports ask for", async () => {
  for (const link of config.links) {
    const { name, version } = JSON.parse(await read(`${link}/deno.json`));
    const wanted = (config.imports as Record<string, string>)[name];
    const [, least] = wanted.match(/@\^(\d+\.\d+\.\d+)$/)!;
    assert(newer(version, least), `${name} ${version} for ${wanted}`);
  }
});

Deno.test("the lock file names no package of JSR, so that it holds with and without stand-ins", async () => {
  const lock = JSON.parse(await read("deno.lock"));
  assertEquals(lock.jsr, undefined);
});

/** What the files of the package import by name, and which file it is. */
async function* namedImports(folder: URL): AsyncGenerator<{ named: string; file: string }> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const file = new URL(name, folder).href;
    if (isDirectory) yield* namedImports(new URL(`${name}/`, folder));
    else if (name.endsWith(".ts")) {
      const text = await Deno.readTextFile(new URL(file));
      for (const [, named] of text.matchAll(/(?:\bfrom|\bimport\(|^import) ?"([^".][^"]*)"/gm)) {
        yield { named, file };
      }
    }
  }
}

/** The files that import inner modules of a package of npm, by its name. */
async function innerImports(): Promise<Map<string, Set<string>>> {
  const packages = Object.entries(config.imports)
    .flatMap(([name, address]) => address.startsWith("npm:") ? name : []);
  const files = new Map<string, Set<string>>();
  for await (const { named, file } of namedImports(new URL("src/", ROOT))) {
    const found = packages.find((name) => named.startsWith(`${name}/`));
    if (found) files.set(found, (files.get(found) ?? new Set()).add(file));
  }
  // The check finds what is known to be imported so.
  for (const name of ["@zip.js/zip.js", "apache-arrow", "hyparquet"]) assert(files.has(name), name);
  return files;
}

Deno.test("a package of npm whose inner modules are imported is pinned exactly", async () => {
  const imports = config.imports as Record<string, string>;
  for (const name of (await innerImports()).keys()) {
    assertMatch(imports[name], /@\d+\.\d+\.\d+$/);
  }
});

Deno.test("one file imports the inner modules of hyparquet, and one those of zip.js", async () => {
  const files = await innerImports();
  for (const name of ["hyparquet", "@zip.js/zip.js"]) assertEquals(files.get(name)!.size, 1, name);
});

Deno.test("one version of Deno is pinned everywhere", async () => {
  const pins = new Set<string>();
  for (const path of ["README.md", "CONTRIBUTING.md", ".ci/run", ".github/workflows/ci.yml"]) {
    const found = [...(await read(path)).matchAll(/(?:deno@|deno-version: )(\d[\d.]*)/g)];
    assert(found.length > 0, `${path} pins no version of Deno`);
    found.forEach(([, version]) => pins.add(version));
  }
  assertEquals(pins.size, 1, [...pins].join(", "));
});

Deno.test("the licence is MIT, as the package says", async () => {
  assertEquals(config.license, "MIT");
  assertMatch(await read("LICENSE"), /^MIT License/);
});

/** Whether version a is b or later within the same major version. */
function newer(a: string, b: string): boolean {
  const [x, y] = [a, b].map((version) => version.split(".").map(Number));
  if (x[0] !== y[0]) return false;
  return x[1] > y[1] || x[1] === y[1] && x[2] >= y[2];
}
