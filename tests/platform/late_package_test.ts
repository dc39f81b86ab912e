import { assert, assertEquals } from "@std/assert";
import { latePackage } from "../../src/platform/late_package.ts";
import type { LatePackages } from "../../src/platform/late_package.ts";
import { OFFLINE } from "../../src/platform/offline.ts";
import config from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);

Deno.test("a late package is the one that offline.ts names, in the version of the import map", async () => {
  for (const [name, load] of Object.entries(OFFLINE)) {
    // One and the same module, so that its version is the same.
    assertEquals(await latePackage(name as keyof LatePackages), await load(), name);
  }
});

Deno.test("late packages are pinned exactly: what a consumer locks does not hold them", () => {
  for (const name of Object.keys(OFFLINE)) {
    const address = (config.imports as Record<string, string>)[name];
    assert(/^npm:.*@\d+\.\d+\.\d+$/.test(address), address);
  }
});

Deno.test("nothing that the command line or the library imports leads to a late package, not even a type", async () => {
  for (const entry of ["cli.ts", "mod.ts"]) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", entry],
      cwd: ROOT,
    }).output();
    const { modules } = JSON.parse(new TextDecoder().decode(stdout));
    const packages = (modules as { specifier: string }[]).flatMap(({ specifier }) =>
      specifier.match(/^npm:\/((?:@[^/]+\/)?[^/@]+)/)?.[1] ?? []
    );
    assert(packages.includes("apache-arrow"), entry);
    assertEquals(packages.filter((name) => name in OFFLINE), [], entry);
  }
});
