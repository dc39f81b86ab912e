import { Buffer } from "node:buffer";
import type { Transform } from "node:stream";
import type { Inflate } from "node:zlib";

/**
 * A decompressor of node:zlib, driven step by step: it is given a chunk, and what comes of that is
 * taken from it before the next. So it never runs ahead, and a few bytes that become gigabytes come out
 * as slowly as they are read.
 */
export class ZlibEngine {
  readonly #stream: Transform & Pick<Inflate, "bytesWritten">;
  #ended = false;
  #failure: unknown;
  /** Ends the wait for something to happen. */
  #wake = () => {};

  /**
   * Takes a decompressor.
   *
   * @param stream A new one; destroyed by {@linkcode close}.
   */
  constructor(stream: Transform & Pick<Inflate, "bytesWritten">) {
    this.#stream = stream;
    const wake = () => this.#wake();
    stream.on("readable", wake);
    stream.on("end", () => {
      this.#ended = true;
      wake();
    });
    stream.on("error", (error) => {
      this.#failure = error;
      wake();
    });
    stream.on("close", wake);
  }

  /** Whether the compressed data have said that they end. */
  get ended(): boolean {
    return this.#ended;
  }

  /** How many bytes of the input were of use: none after the end of the compressed data. */
  get taken(): number {
    return this.#stream.bytesWritten;
  }

  /**
   * Decompresses a chunk.
   *
   * @param chunk Some bytes, not to be written to until all of the result has been read.
   * @returns What comes of them.
   */
  async *put(chunk: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
    let isDone = false;
    this.#stream.write(viewed(chunk), () => {
      isDone = true;
      this.#wake();
    });
    for (;;) {
      const happening = new Promise<void>((resolve) => this.#wake = resolve);
      for (let output; (output = this.#stream.read()) !== null;) yield output;
      if (this.#failure) throw this.#failure;
      if (isDone || this.#ended || this.#stream.destroyed) return;
      await happening;
    }
  }

  /** Lets go of it, whatever it is doing. */
  close(): void {
    this.#stream.destroy();
  }
}

function viewed({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}
