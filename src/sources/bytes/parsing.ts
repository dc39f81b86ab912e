import type { ByteParser } from "./byte_parser.ts";

/**
 * What a stage does that reads bytes as they come.
 *
 * @param parser What reads them.
 * @param wrap What the stage passes on of each value; nothing where it is left out.
 * @param end Is told that there are no more. Default: nobody.
 * @returns The doings of a `TransformStream`.
 */
export function parsing<T, O>(
  parser: ByteParser<T>,
  wrap: (value: T) => O | undefined,
  end = () => {},
): Transformer<Uint8Array, O> {
  const pass = (values: Iterable<T>, controller: TransformStreamDefaultController<O>) => {
    for (const value of values) {
      const wrapped = wrap(value);
      if (wrapped !== undefined) controller.enqueue(wrapped);
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
      end();
    },
  };
}
