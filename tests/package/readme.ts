import { CONFIG } from "../deno_run.ts";

/** A fenced block of shell commands in a page, and what its fence says after the language. */
export interface ShellBlock {
  readonly commands: string;
  readonly note: string;
}

const ROOT = new URL("../../", import.meta.url);

/** The shell blocks of a page of this project. */
export async function shellBlocks(page: string): Promise<ShellBlock[]> {
  const text = await Deno.readTextFile(new URL(page, ROOT));
  return [...text.matchAll(/^```sh *(.*)\n([^]*?)^```$/gm)]
    .map(([, note, commands]) => ({ note, commands }));
}

/**
 * Runs a block as a reader would who stands in a checkout, except that `npx … deno@VERSION` is the Deno
 * that runs the tests. Files that it writes go to a folder of their own.
 *
 * @param block The commands.
 * @param path Folders to look for programs in first.
 */
export async function runBlock(
  { commands }: ShellBlock,
  path: readonly string[] = [],
): Promise<{ status: number; stdout: string; stderr: string }> {
  const checkout = await Deno.makeTempDir();
  try {
    for (const name of ["cli.ts", "mod.ts", "deno.lock", "src", "links", "examples"]) {
      await Deno.symlink(new URL(name, ROOT), `${checkout}/${name}`);
    }
    await Deno.symlink(CONFIG, `${checkout}/deno.json`);
    await Deno.mkdir(`${checkout}/bin`);
    const write = (name: string, script: string) =>
      Deno.writeTextFile(`${checkout}/bin/${name}`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    await write("deno", `exec '${Deno.execPath()}' "$@"`);
    await write("npx", 'shift 2\nexec deno "$@"');
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-e", "-c", commands],
      cwd: checkout,
      env: {
        PATH: [`${checkout}/bin`, ...path, Deno.env.get("PATH")].join(":"),
        NO_COLOR: "1",
      },
    }).output();
    const decoder = new TextDecoder();
    return { status: code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    await Deno.remove(checkout, { recursive: true });
  }
}
