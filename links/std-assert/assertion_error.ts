// Stand-in for the JSR package @std/assert, used only in this checkout because of the `links` entry
// of deno.json. It covers just what this project uses; published consumers get the real package.

/** The error of an assertion that does not hold. */
export class AssertionError extends Error {
  /**
   * Makes a new error.
   *
   * @param message What does not hold.
   * @param options The options of every error, such as its cause.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}
