// Stand-in for the JSR package @std/streams, used only in this checkout because of the `links` entry of
// deno.json. It covers just what this project uses; published consumers get the real package.

/** Options of {@linkcode TextLineStream}. */
export interface TextLineStreamOptions {
  /**
   * Whether a `\r` that no `\n` follows ends a line too.
   *
   * @default {false}
   */
  allowCR?: boolean;
}

/**
 * Cuts a stream of text into lines, wherever its chunks begin and end. A line ends with `\n` or
 * `\r\n`, which is left out. What follows the last line end is a line too, unless it is empty.
 */
export class TextLineStream extends TransformStream<string, string> {
  /**
   * Makes a new stream.
   *
   * @param options Which characters end a line.
   */
  constructor(options: TextLineStreamOptions = {}) {
    // A `\r` at the very end has to wait: the next chunk may begin with the `\n` that belongs to it.
    const lineEnd = options.allowCR ? /\r?\n|\r(?!$)/ : /\r?\n/;
    let pending = "";

    super({
      transform(chunk, controller): void {
        const lines = (pending + chunk).split(lineEnd);
        pending = lines.pop()!;
        for (const line of lines) controller.enqueue(line);
      },
      flush(controller): void {
        if (pending === "") return;
        controller.enqueue(options.allowCR ? pending.replace(/\r$/, "") : pending);
      },
    });
  }
}
