import { refusedBySystem } from "../../platform/system_errors.ts";

/** A file or folder, links followed. */
export interface Entry {
  /** Its path. */
  readonly path: string;
  /** Whether it is a folder. */
  readonly isFolder: boolean;
  /** Whether it is a file without a byte. */
  readonly isEmpty: boolean;
  /** Which file or folder it is, whatever its path; absent where the system does not say. */
  readonly identity?: string;
}

/**
 * Finds out what a path leads to.
 *
 * @param path The path.
 * @returns What is there; nothing where there is nothing.
 * @throws {RankMeError} `permission` or `unreadable`.
 */
export async function lookUp(path: string): Promise<Entry | undefined> {
  try {
    const { dev, ino, isDirectory, isFile, size } = await Deno.stat(path);
    return {
      path,
      isFolder: isDirectory,
      isEmpty: isFile && size === 0,
      ...ino && (isFile || isDirectory) && { identity: `${dev}:${ino}` },
    };
  } catch (error) {
    // A name too long for a file is that of none.
    if (isMissing(error) || (error as { code?: string }).code === "ENAMETOOLONG") return undefined;
    throw refusedBySystem(error, "list", path).at({ input: path });
  }
}

/**
 * Lists a folder.
 *
 * @param folder Its path; nothing for the one that the program runs in.
 * @returns The names in it; nothing where there is no such folder.
 * @throws {RankMeError} `permission` or `unreadable`.
 */
export async function namesIn(folder: string): Promise<string[] | undefined> {
  try {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(folder || ".")) names.push(name);
    return names;
  } catch (error) {
    if (isMissing(error)) return undefined;
    const input = folder || ".";
    throw refusedBySystem(error, "list", input).at({ input });
  }
}

/**
 * A path to something in a folder.
 *
 * @param folder The path of the folder; nothing for the one that the program runs in.
 * @param name A name in it.
 * @returns The path.
 */
export function pathIn(folder: string, name: string): string {
  return folder === "" || folder.endsWith("/") ? folder + name : `${folder}/${name}`;
}

function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}
