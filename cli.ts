/**
 * The command line: `deno run jsr:@rankme/rankme/cli`. See `--help`.
 *
 * @module
 */

import { main } from "./src/commands/main.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));
