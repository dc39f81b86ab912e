import config from "../../deno.json" with { type: "json" };

/**
 * The version of this package.
 *
 * @example The parts of a version
 * ```ts
 * import { VERSION } from "@rankme/rankme/report";
 * import { assertMatch } from "@std/assert";
 *
 * assertMatch(VERSION, /^\d+\.\d+\.\d+/);
 * ```
 */
export const VERSION: string = config.version;
