import { assertEquals, assertGreater } from "@std/assert";
import config from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);

interface Symbol {
  readonly name: string;
  readonly declarations: readonly {
    readonly kind: string;
    readonly jsDoc?: { readonly tags?: readonly { readonly kind: string }[] };
  }[];
}

Deno.test("every exported function, class and constant has an example", async () => {
  const entries = Object.values(config.exports).filter((path) => path !== "./cli.ts");
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...entries],
    cwd: ROOT,
  }).output();
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout));
  const symbols = Object.values(nodes).flatMap((module) =>
    (module as { symbols: Symbol[] }).symbols
  );
  const documented = symbols.flatMap(({ name, declarations }) =>
    declarations
      .filter(({ kind }) => ["function", "class", "variable"].includes(kind))
      .map(({ jsDoc }) => ({
        name,
        example: jsDoc?.tags?.some(({ kind }) => kind === "example") ?? false,
      }))
  );
  assertGreater(documented.length, 15);
  assertEquals(documented.filter(({ example }) => !example).map(({ name }) => name), []);
});
