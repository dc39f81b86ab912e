import { type ByteParser, CHUNK_BYTES } from "./byte_parser.ts";
import type { Patience } from "./patience.ts";

/** Where bytes can be pulled from, into memory of the reader's choosing. */
export interface ByteSource {
  /**
   * Reads the next bytes, as soon as there are any.
   *
   * @param memory Where to put them; not to be used afterwards, as it may have moved.
   * @returns The beginning of that memory, as far as it was filled; empty at the end.
   */
  read(memory: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  /** Whether memory is out of reach while it is read into. Default: no. */
  readonly takesMemory?: boolean;
  /** Lets go of the source; a read under way ends. May be called again. */
  close(reason?: unknown): void | Promise<void>;
}

/**
 * Feeds a parser from a source. Reads of less than a chunk are cut out of chunks, so that many small
 * ones cost few calls of the system; whatever of a larger one has not come with a chunk is read right
 * into its place, and never copied.
 *
 * @param source Where the bytes come from; read to its end.
 * @param parser The parser.
 * @param patience How long what has come may wait for more to go with it. Default: until it comes.
 * @returns What the parser makes of them.
 */
export async function* pull<T>(
  source: ByteSource,
  parser: ByteParser<T>,
  patience?: Patience,
): AsyncGenerator<T, void, void> {
  let chunk = new Uint8Array(CHUNK_BYTES);
  for (;;) {
    const early = patience && (parser.wantsParts ?? true) ? parser.early : undefined;
    // What is given out early has to be within reach.
    const isLarge = parser.wantsMany && !(early && source.takesMemory);
    const reading = source.read(isLarge ? parser.room : chunk);
    if (early && await patience!.endsBefore(reading)) yield* early.call(parser);
    const bytes = await reading;
    // Whoever is given what comes of them may free their memory, so that they have no length then.
    const isEnd = bytes.length === 0;
    // Though nothing came the room may have moved.
    if (isLarge) yield* parser.filled(bytes);
    if (isEnd) break;
    if (!isLarge) {
      yield* parser.push(bytes);
      chunk = new Uint8Array(bytes.buffer);
    }
  }
  yield* parser.finish();
}

/** What gives bytes, one read after the other: `Deno.stdin`, an open file, a connection. */
export interface ByteReader {
  /**
   * Reads some bytes.
   *
   * @param memory Where to put them.
   * @returns How many there were, or null at the end.
   */
  read(memory: Uint8Array): Promise<number | null>;
  /** Lets go of it; a read under way ends with an error. */
  close(): void;
}

/**
 * Tells readers from all else.
 *
 * @param value Anything.
 * @returns Whether it is one.
 */
export function isByteReader(value: object): value is ByteReader {
  return "read" in value && typeof value.read === "function" && "close" in value &&
    typeof value.close === "function";
}

/**
 * A reader as a source. For standard input this is a third faster than its stream is.
 *
 * @param reader The reader, not to be read by anyone else from now on.
 * @returns The source.
 */
export function readerSource(reader: ByteReader): ByteSource {
  let open = true;
  return {
    read: async (memory) => memory.subarray(0, await reader.read(memory) ?? 0),
    close() {
      if (open) reader.close();
      open = false;
    },
  };
}

/**
 * A stream as a source. One that can read into memory that it is given does so: standard input, pipes
 * and bodies of responses can. Of any other the chunks are copied.
 *
 * @param stream The bytes; locked from now on.
 * @returns The source.
 */
export function byteSource(stream: ReadableStream<Uint8Array>): ByteSource {
  const reader = byobReader(stream);
  if (!reader) return copying(stream.getReader());
  return {
    async read(memory) {
      const { value } = await reader.read(memory);
      // Nothing at all comes of a stream that was cancelled, not even the memory.
      return value ?? new Uint8Array(0);
    },
    takesMemory: true,
    close: (reason) => reader.cancel(reason),
  };
}

function copying(reader: ReadableStreamDefaultReader<Uint8Array>): ByteSource {
  const next = async () => {
    const { value, done } = await reader.read();
    return done ? undefined : value;
  };
  return { read: copyingChunks(next), close: (reason) => reader.cancel(reason) };
}

/**
 * Reads chunks as a {@linkcode ByteSource} is read.
 *
 * @param next Gives the next chunk, or nothing at the end, and then again.
 * @returns The source's `read`, which copies them.
 */
export function copyingChunks(next: () => Promise<Uint8Array | undefined>): ByteSource["read"] {
  let chunk: Uint8Array | undefined = new Uint8Array(0);
  return async (memory) => {
    while (chunk?.length === 0) chunk = await next();
    const taken = chunk?.subarray(0, memory.length) ?? new Uint8Array(0);
    memory.set(taken);
    chunk = chunk?.subarray(taken.length);
    return memory.subarray(0, taken.length);
  };
}

/**
 * Reads some bytes of a source.
 *
 * @param source The source.
 * @param length How many bytes to wait for.
 * @returns As many, or what there is up to the end.
 */
export async function readUpTo(
  source: ByteSource,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  let memory = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const bytes = await source.read(memory.subarray(filled));
    // Though nothing came it may have moved.
    memory = new Uint8Array(bytes.buffer);
    if (bytes.length === 0) break;
    filled += bytes.length;
  }
  return memory.subarray(0, filled);
}

/**
 * Whether a stream is one of bytes, and says so.
 *
 * @param stream Any stream.
 * @returns Whether {@linkcode byteSource} copies nothing of it. It is not locked.
 */
export function isByteStream(stream: ReadableStream): stream is ReadableStream<Uint8Array> {
  const reader = byobReader(stream);
  reader?.releaseLock();
  return reader !== undefined;
}

function byobReader(stream: ReadableStream): ReadableStreamBYOBReader | undefined {
  try {
    return stream.getReader({ mode: "byob" });
  } catch (error) {
    // There is no other way to tell.
    if (error instanceof TypeError && !stream.locked) return undefined;
    throw error;
  }
}

/**
 * Streams what is read from a source. A generator's `finally` would not do: it does not run in one
 * that is cancelled before its first part was asked for.
 *
 * @param source Closed at the end, on an error, and when the stream is cancelled.
 * @param parts What is read from it.
 * @returns The parts, each read when it is asked for.
 */
export function closingStream<T>(
  source: Pick<ByteSource, "close">,
  parts: AsyncGenerator<T, void, void>,
): ReadableStream<T> {
  let reading: Promise<unknown> = Promise.resolve();
  return new ReadableStream({
    async pull(controller) {
      try {
        const next = parts.next();
        reading = next;
        const { value, done } = await next;
        if (!done) return controller.enqueue(value);
        source.close();
        controller.close();
      } catch (error) {
        // What goes wrong in closing is not what went wrong, and is not waited for.
        Promise.resolve(source.close(error)).catch(() => {});
        throw error;
      }
    },
    async cancel(reason) {
      await source.close(reason);
      // A read that was under way ends with an error now, which is of no interest.
      await reading.catch(() => {});
    },
  }, { highWaterMark: 0 });
}
