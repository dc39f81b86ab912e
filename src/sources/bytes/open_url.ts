import type { OpenedBytes } from "./opened_bytes.ts";
import { byteSource } from "./pulled_bytes.ts";
import { openRemoteFile } from "./remote_file.ts";
import { brokenOff, get, withRetries } from "./requests.ts";

/**
 * Opens a file on a server. Its bytes are read as they come; only where the format needs it are parts
 * asked for.
 *
 * @param url Its address, http or https. Needs permission to reach it.
 * @returns Its bytes. How many there are is not known before all have come.
 * @throws {RankMeError} `unreadable` or `permission`.
 */
export async function openUrl(url: URL): Promise<OpenedBytes> {
  const { signal } = new AbortController();
  const { body } = await withRetries(signal, () => get(url, signal));
  const whole = byteSource(body ?? new Blob().stream());
  const ending = new AbortController();
  let position = 0;
  return {
    source: {
      takesMemory: whole.takesMemory,
      async read(memory) {
        const bytes = await whole.read(memory).catch(() => {
          // What was begun is not begun again: a server may have another file by now.
          throw brokenOff(position);
        });
        position += bytes.length;
        return bytes;
      },
      async close(reason) {
        ending.abort();
        // Fails where the body itself did.
        await whole.close(reason)?.catch(() => {});
      },
    },
    prefersOrder: true,
    async randomAccess() {
      await whole.close();
      return openRemoteFile(url, ending);
    },
  };
}
