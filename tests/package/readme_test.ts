import { assertEquals, assertMatch } from "@std/assert";
import { runBlock, shellBlocks } from "./readme.ts";

/** `clone` is for a reader who has no checkout yet. */
const blocks = (await shellBlocks("README.md")).filter(({ note }) => note !== "clone");
const isTestCommand = (commands: string) => /^npx -y deno@[\d.]+ task test$/m.test(commands);

Deno.test("the README has one command that runs the main job and one that runs the tests", () => {
  assertMatch(blocks[0].commands, /^npx -y deno@[\d.]+ task demo\n$/);
  assertEquals(blocks.filter(({ commands }) => isTestCommand(commands)).length, 1);
});

Deno.test({
  name: "the main job prints what the README shows",
  ignore: Deno.build.os === "windows",
  async fn() {
    const text = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
    const [, shown] = text.match(/task demo -->\s+```text\n([^]*?)```/)!;
    const { status, stdout, litter } = await runBlock(blocks[0]);
    assertEquals(stdout, shown);
    assertEquals([status, litter], [0, []]);
  },
});

// Blocks that need Python are run by tests/python/, those that install by consumer_test.ts; the tests
// themselves by whoever reads this.
for (const block of blocks.slice(1)) {
  if (["python", "install"].includes(block.note) || isTestCommand(block.commands)) continue;
  const [first] = block.commands.split("\n").filter((line) => !line.startsWith("#"));
  Deno.test({
    name: `the README's commands work, twice, and leave nothing in the checkout: ${first} …`,
    ignore: Deno.build.os === "windows",
    async fn() {
      const { status, stderr, litter } = await runBlock(block);
      assertEquals(status, 0, stderr);
      assertEquals(litter, []);
    },
  });
}
