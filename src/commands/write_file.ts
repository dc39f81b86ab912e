import { RankMeError } from "../errors.ts";

/**
 * Writes a text to a file.
 *
 * @param path The file; what was in it is lost.
 * @param text The text.
 * @throws {RankMeError} `permission`, where Deno was not given it; `unreadable`, where the system does
 * not let it be written.
 */
export async function writeFile(path: string, text: string): Promise<void> {
  const place = { input: path };
  try {
    await Deno.writeTextFile(path, text);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) {
      throw new RankMeError("permission", "Deno was not allowed to write this file", {
        place,
        advice: `add --allow-write=${path}`,
        cause,
      });
    }
    if (!(cause instanceof Error)) throw cause;
    throw new RankMeError("unreadable", `it cannot be written (${cause.message})`, {
      place,
      cause,
    });
  }
}
