const encoder = new TextEncoder();

/**
 * Writes results to standard output.
 *
 * @param text What to write.
 * @throws {Deno.errors.BrokenPipe} When nobody reads any more.
 */
export function print(text: string): void {
  writeAll(Deno.stdout, text);
}

/**
 * Writes notes to standard error.
 *
 * @param text What to write.
 */
export function note(text: string): void {
  try {
    writeAll(Deno.stderr, text);
  } catch {
    // Nobody is there to be told.
  }
}

function writeAll(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(to.writeSync(bytes));
}
