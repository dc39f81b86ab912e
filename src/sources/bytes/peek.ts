import type { Patience } from "./patience.ts";
import type { ByteSource } from "./pulled_bytes.ts";

/** So many bytes tell a format, though no more come for now. */
const TELLING_BYTES = 16;
const NEWLINE = 0x0a;

/**
 * Looks at the first bytes of a source without taking them from whoever reads it.
 *
 * @param source The source, not to be read any more but through what is returned.
 * @param options.least How many bytes to wait for.
 * @param options.most How many to look at, where more come along with them. Default: no more.
 * @param patience How long to wait for all of them, where some came. Default: until they come.
 * @returns The first bytes, fewer where there are fewer or no more come for now, and a source of all.
 */
export async function peek(
  source: ByteSource,
  { least, most = least }: { readonly least: number; readonly most?: number },
  patience?: Patience,
): Promise<{ readonly head: Uint8Array; readonly source: ByteSource }> {
  const memory = new Uint8Array(most);
  let filled = 0;
  /** A read that was not waited for. */
  let pending: Promise<Uint8Array> | undefined;
  while (filled < least) {
    const reading = source.read(new Uint8Array(most - filled));
    if (await patience?.endsBefore(reading) && isTelling(memory.subarray(0, filled))) {
      pending = reading;
      break;
    }
    const bytes = await reading;
    if (bytes.length === 0) break;
    memory.set(bytes, filled);
    filled += bytes.length;
  }
  const head = memory.subarray(0, filled);
  let left: Uint8Array = head;
  return {
    head,
    source: {
      get takesMemory() {
        return source.takesMemory;
      },
      async read(memory) {
        if (left.length === 0) {
          if (!pending) return await source.read(memory);
          left = await pending;
          pending = undefined;
        }
        const taken = left.subarray(0, memory.length);
        memory.set(taken);
        left = left.subarray(taken.length);
        return memory.subarray(0, taken.length);
      },
      close: (reason) => source.close(reason),
    },
  };
}

/** Whether a beginning tells what it is of: a line does, however short. */
function isTelling(head: Uint8Array): boolean {
  return head.length >= TELLING_BYTES || head.includes(NEWLINE);
}
