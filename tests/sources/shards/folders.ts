/** Folders for tests. */

/**
 * Runs with a folder of some files, which is gone afterwards.
 *
 * @param files What is in it: paths, and the contents of each. Default: a name as its contents. A path
 * that ends with a slash is an empty folder.
 * @param run Is given its path.
 */
export async function withFolder(
  files: readonly string[] | Readonly<Record<string, string | Uint8Array>>,
  run: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const contents: [string, string | Uint8Array][] = Array.isArray(files)
    ? files.map((path) => [path, path])
    : Object.entries(files);
  try {
    for (const [path, content] of contents) {
      const parent = path.slice(0, path.lastIndexOf("/") + 1);
      await Deno.mkdir(`${folder}/${parent}`, { recursive: true });
      if (path.endsWith("/")) continue;
      if (typeof content === "string") await Deno.writeTextFile(`${folder}/${path}`, content);
      else await Deno.writeFile(`${folder}/${path}`, content);
    }
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
