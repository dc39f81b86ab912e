/**
 * The packages that are loaded when they are first needed, by their names, for what caches ahead,
 * bundles or vendors: `deno cache jsr:@rankme/rankme/cli jsr:@rankme/rankme/offline` in a folder with
 * a deno.json, whose lock file then holds all versions. Nothing imports this module.
 *
 * @module
 */

import type { LatePackages } from "./late_package.ts";

/**
 * What loads each package, by its name.
 *
 * @example Which packages there are
 * ```ts
 * import { OFFLINE } from "@rankme/rankme/offline";
 * import { assert } from "@std/assert";
 *
 * assert(Object.keys(OFFLINE).includes("vega-lite"));
 * ```
 */
export const OFFLINE: Readonly<Record<string, () => Promise<unknown>>> = {
  "@zip.js/zip.js": () => import("@zip.js/zip.js/lib/zip-core-reader.js"),
  "js-yaml": () => import("js-yaml"),
  "mathjs": () => import("mathjs"),
  "simple-ascii-chart": () => import("simple-ascii-chart"),
  "vega": () => import("vega"),
  "vega-lite": () => import("vega-lite"),
} satisfies { readonly [name in keyof LatePackages]: () => Promise<LatePackages[name]> };
