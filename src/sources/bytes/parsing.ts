import type { ByteParser } from "./byte_parser.ts";

/** What a stage makes of the values that a parser finds. */
interface Taker<T, O> {
  /** What is passed on of a value; nothing where it is left out. */
  take(value: T): O | undefined;
  /** Is told that there are no more. */
  end?(): void;
}

/**
 * What a stage does that reads bytes as they come.
 *
 * @param parser What reads them.
 * @param taker What takes the values that it finds.
 * @returns The doings of a `TransformStream`.
 */
export function parsing<T, O>(
  parser: ByteParser<T>,
  taker: Taker<T, O>,
): Transformer<Uint8Array, O> {
  const pass = (values: Iterable<T>, controller: TransformStreamDefaultController<O>) => {
    for (const value of values) {
      const taken = taker.take(value);
      if (taken !== undefined) controller.enqueue(taken);
    }
  };
  return {
    transform(chunk, controller) {
      pass(parser.push(chunk), controller);
      // Nobody knows when the next chunk comes.
      pass(parser.early?.() ?? [], controller);
    },
    flush(controller) {
      pass(parser.finish(), controller);
      taker.end?.();
    },
  };
}
