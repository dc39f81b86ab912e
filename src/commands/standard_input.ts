import type { ByteReader } from "../sources/bytes/pulled_bytes.ts";

/**
 * How long the end of a pipe waits for an interruption that was sent before. A terminal sends it to all
 * programs of a pipeline at once: where the one before this ends by it, that is not the end of the data.
 * It takes a turn of the event loop to be told; a longer wait would pass for a pause of the producer.
 */
const GRACE_MILLISECONDS = 2;

/** Standard input, of which an end that an interruption made is none. */
export const standardInput: ByteReader = {
  async read(bytes) {
    const count = await Deno.stdin.read(bytes);
    if (count === null) await new Promise((resolve) => setTimeout(resolve, GRACE_MILLISECONDS));
    return count;
  },
  close: () => Deno.stdin.close(),
};
