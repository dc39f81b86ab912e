import { assertEquals } from "@std/assert";
import { runCli } from "../commands/run_cli.ts";

const PAGE = new URL("../../docs/selection.md", import.meta.url);

/** The text between fences of one language. */
function block(page: string, language: string): string {
  return new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, "m").exec(page)![1];
}

Deno.test("the page of select shows what the command prints", async () => {
  const page = await Deno.readTextFile(PAGE);
  const [program, command, manifest, ...flags] = block(page, "sh").trim().split(" ");
  assertEquals([program, command, manifest], ["rankme", "select", "sweep.csv"]);
  const { status, stdout } = await runCli(["select", "-", ...flags], {
    stdin: new TextEncoder().encode(block(page, "csv")),
  });
  assertEquals([status, stdout], [0, block(page, "text")]);
});
