import { CONFIG } from "../deno_run.ts";

/** A fenced block of shell commands in a page, and what its fence says after the language. */
export interface ShellBlock {
  readonly commands: string;
  readonly note: string;
}

/** What came of running a block. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The names of what is in the checkout and was not before. */
  readonly litter: readonly string[];
}

const ROOT = new URL("../../", import.meta.url);

/** The shell blocks of a page of this project. */
export async function shellBlocks(page: string): Promise<ShellBlock[]> {
  const text = await Deno.readTextFile(new URL(page, ROOT));
  return [...text.matchAll(/^```sh *(.*)\n([^]*?)^```$/gm)]
    .map(([, note, commands]) => ({ note, commands }));
}

/**
 * Runs a block twice, as a reader would who stands in a checkout, except that `npx … deno@VERSION` is
 * the Deno that runs the tests.
 *
 * @param block The commands.
 * @param path Folders to look for programs in first.
 * @returns What the second run came to, or the first one that fails, and what both left in the checkout.
 */
export async function runBlock(
  { commands }: ShellBlock,
  path: readonly string[] = [],
): Promise<Outcome> {
  const checkout = await Deno.makeTempDir(), scratch = await Deno.makeTempDir();
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
    const run = () =>
      new Deno.Command("sh", {
        args: ["-e", "-c", commands],
        cwd: checkout,
        env: {
          PATH: [`${checkout}/bin`, ...path, Deno.env.get("PATH")].join(":"),
          NO_COLOR: "1",
          TMPDIR: scratch,
        },
      }).output();
    const names = async () => (await Array.fromAsync(Deno.readDir(checkout), ({ name }) => name));
    const before = new Set(await names());
    const first = await run();
    const { code, stdout, stderr } = first.success ? await run() : first;
    const decoder = new TextDecoder();
    return {
      status: code,
      stdout: decoder.decode(stdout),
      stderr: decoder.decode(stderr),
      litter: (await names()).filter((name) => !before.has(name)),
    };
  } finally {
    for (const folder of [checkout, scratch]) await Deno.remove(folder, { recursive: true });
  }
}
