import config from "../../deno.json" with { type: "json" };
import { missingPackage } from "./missing_package.ts";
import type { JsYaml } from "./packages/js_yaml.ts";
import type { Mathjs } from "./packages/mathjs.ts";
import type { SimpleAsciiChart } from "./packages/simple_ascii_chart.ts";
import type { Vega, VegaLite } from "./packages/vega.ts";
import type { ZipJs } from "./packages/zip_js.ts";

/** What is used of each package that few runs need, by its name in the import map. */
export interface LatePackages {
  readonly "@zip.js/zip.js": ZipJs;
  readonly "js-yaml": JsYaml;
  readonly "mathjs": Mathjs;
  readonly "simple-ascii-chart": SimpleAsciiChart;
  readonly "vega": Vega;
  readonly "vega-lite": VegaLite;
}

/** What is imported of a package, where that is not the whole of it. */
const PATHS: { readonly [name in keyof LatePackages]?: string } = {
  "@zip.js/zip.js": "/lib/zip-core-reader.js",
};

/**
 * Loads a package when it is first needed.
 *
 * With its name written out, in an `import()` or only for its types, everybody would download it,
 * also who never draws a chart or opens an archive. The version is that of the import map, and no
 * permission is needed. What bundles or vendors does not see it: see `offline.ts`.
 *
 * @param name The package.
 * @returns What it exports.
 * @throws {RankMeError} `package`, when it cannot be had.
 */
export async function latePackage<Name extends keyof LatePackages>(
  name: Name,
): Promise<LatePackages[Name]> {
  // Node has no `npm:`, and finds what is installed by its name.
  const found = "Deno" in globalThis ? config.imports[name] : name;
  try {
    return await import(found + (PATHS[name] ?? ""));
  } catch (error) {
    throw missingPackage(error, name) ?? error;
  }
}
