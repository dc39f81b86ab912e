import { assertEquals, assertGreater, assertMatch } from "@std/assert";
import { runBlock, shellBlocks } from "../package/readme.ts";
import { PYTHON } from "./python.ts";

Deno.test("the README's commands that need Python work", async () => {
  const blocks = (await shellBlocks("README.md")).filter(({ note }) => note === "python");
  assertGreater(blocks.length, 0);
  for (const block of blocks) {
    const { status, stdout, stderr, litter } = await runBlock(block, [
      new URL(".", PYTHON).pathname,
    ]);
    assertEquals(status, 0, stderr);
    assertEquals(litter, []);
    assertMatch(stdout, /^RankMe {2}\d/);
  }
});
