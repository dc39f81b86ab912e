import { assertEquals } from "@std/assert";
import { METRICS_HELP } from "../../src/commands/shared_flags.ts";
import { METRICS } from "../../src/metrics/metrics.ts";

Deno.test("the help names every metric, in the order of reports", () => {
  const [, list] = METRICS_HELP.match(/:\n([^;]+);/)!;
  const names = list.split(",").map((entry) => entry.trim().split(" ")[0]);
  // Every report has RankMe on its own.
  assertEquals(["rankMe", ...names], METRICS.map(({ name }) => name));
});
