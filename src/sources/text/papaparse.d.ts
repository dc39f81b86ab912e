/** What is used of papaparse, whose own parser is not in the types that others made for it. */

/** What one step of parsing came to. */
interface Step {
  readonly data: string[][];
  readonly errors: readonly unknown[];
  /** `cursor` is where the record ends in the text. */
  readonly meta: { readonly cursor: number };
}

/** Parses a text, record by record. */
declare class Parser {
  constructor(options: {
    readonly delimiter: string;
    readonly newline: string;
    readonly step: (step: Step) => void;
  });
  parse(
    text: string,
    baseIndex: number,
    ignoreLastRow: boolean,
  ): { readonly errors: readonly unknown[] };
}

declare const Papa: { readonly Parser: typeof Parser };
export default Papa;
