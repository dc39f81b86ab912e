const ROOT = new URL("../", import.meta.url);

/** deno.json, or what `deno task test:jsr` runs the tests with instead. */
export const CONFIG: URL = new URL(Deno.env.get("RANKME_TEST_CONFIG") ?? "deno.json", ROOT);

/**
 * How the tests run a program of this project: with their own configuration, never asking, and without
 * a word of what Deno downloads meanwhile, as it does where its cache is empty.
 */
export const DENO_RUN: readonly string[] = [
  "run",
  "--quiet",
  "--no-prompt",
  ...CONFIG.pathname.endsWith("/deno.json") ? [] : ["--no-lock", `--config=${CONFIG.pathname}`],
];
