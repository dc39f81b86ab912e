import { refusedBySystem } from "../platform/system_errors.ts";

/**
 * Writes a text to a file.
 *
 * @param path The file; what was in it is lost.
 * @param text The text.
 * @throws {RankMeError} `permission`, where Deno was not given it; `unwritable`, where the system does
 * not let it be written.
 */
export async function writeFile(path: string, text: string): Promise<void> {
  try {
    await Deno.writeTextFile(path, text);
  } catch (cause) {
    throw refusedBySystem(cause, "write", path).at({ input: path });
  }
}
