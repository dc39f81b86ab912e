import { assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };

/** Rooms from left to right; a room may import those further right only, and `errors`. */
const RANKS: Readonly<Record<string, number>> = {
  commands: 0,
  selection: 1,
  pipeline: 2,
  sources: 3,
  transforms: 3,
  covariance: 3,
  metrics: 3,
  report: 3,
  linalg: 4,
  batch: 5,
  errors: 5,
  platform: 5,
  parse_json: 6,
  printable: 6,
};

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly Dependency[];
}

interface Dependency {
  readonly code?: { readonly specifier?: string };
  readonly type?: { readonly specifier?: string };
}

const ROOT = new URL("../../", import.meta.url);

/** What each file under src/ imports of src/, types included, as Deno resolves it. */
async function importsBySource(): Promise<ReadonlyMap<string, readonly string[]>> {
  const imports = new Map<string, readonly string[]>();
  for (const entry of Object.values(config.exports)) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", new URL(entry, ROOT).href],
      cwd: ROOT,
    }).output();
    const { modules } = JSON.parse(new TextDecoder().decode(stdout));
    for (const { specifier, dependencies = [] } of modules as Module[]) {
      const targets = dependencies.flatMap(({ code, type }) => [code?.specifier, type?.specifier]);
      const [from] = inSource([specifier]);
      if (from) imports.set(from, inSource(targets));
    }
  }
  return imports;
}

function inSource(specifiers: readonly (string | undefined)[]): string[] {
  const start = new URL("src/", ROOT).href;
  return specifiers.flatMap((one) => one?.startsWith(start) ? [one.slice(start.length)] : []);
}

function room(file: string): string {
  return file.split("/")[0].replace(/\.ts$/, "");
}

function crosses(from: string, to: string): boolean {
  const [a, b] = [room(from), room(to)];
  return a !== b && b !== "errors" && RANKS[b] <= RANKS[a];
}

Deno.test("every file under src/ is in a room of the house and can be reached", async () => {
  const imports = await importsBySource();
  const files: string[] = [];
  for await (const path of filesUnder(new URL("src/", ROOT))) {
    // What the kernels are compiled from: another language, and not part of the package.
    if (!path.startsWith("linalg/wasm/assembly/")) files.push(path);
  }
  assertEquals([...imports.keys()].sort(), files.sort());
  assertEquals(files.filter((file) => RANKS[room(file)] === undefined), []);
});

Deno.test("each room imports only rooms further right, and errors", async () => {
  const wrong = [...await importsBySource()].flatMap(([from, targets]) =>
    targets.filter((to) => crosses(from, to)).map((to) => `${from} → ${to}`)
  );
  assertEquals(wrong, []);
});

Deno.test("the check of the walls finds an import against the direction", () => {
  assertEquals(crosses("metrics/rank_me.ts", "covariance/online_covariance.ts"), true);
  assertEquals(crosses("linalg/spectrum.ts", "metrics/rank_me.ts"), true);
  assertEquals(crosses("pipeline/score.ts", "sources/detect.ts"), false);
  assertEquals(crosses("batch.ts", "errors.ts"), false);
  assertEquals(crosses("errors.ts", "batch.ts"), true);
});

Deno.test("no file imports itself by way of others", async () => {
  const imports = await importsBySource();
  assertEquals(findCycle(imports), undefined);
  const knot = new Map([["a", ["b"]], ["b", ["c"]], ["c", ["a"]]]);
  assertEquals(findCycle(knot), ["a", "b", "c", "a"]);
});

/** A path of imports that comes back to where it began, if there is one. */
function findCycle(imports: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const target of imports.get(file) ?? []) {
      const cycle = visit(target, [...path, file]);
      if (cycle) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const cycle = visit(file, []);
    if (cycle) return cycle;
  }
}

async function* filesUnder(folder: URL, prefix = ""): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* filesUnder(new URL(`${name}/`, folder), `${prefix}${name}/`);
    else if (name.endsWith(".ts")) yield prefix + name;
  }
}
