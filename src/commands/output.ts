import type { RankMeError } from "../errors.ts";
import { printableClause } from "../printable.ts";

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
 * Says something on standard error, on a line of its own. It may quote names from anybody.
 *
 * @param what A clause, or an error whose message is to be said.
 */
export function say(what: string | RankMeError): void {
  draw(`rankme: ${typeof what === "string" ? printableClause(what) : what.message}\n`);
}

/**
 * Writes to standard error, control characters and all.
 *
 * @param text What to write.
 */
export function draw(text: string): void {
  try {
    writeAll(Deno.stderr, text);
  } catch {
    // Nobody is there to be told.
  }
}

/**
 * How many characters fit on a line of standard output.
 *
 * @returns The width of the terminal; 80 where there is none.
 */
export function terminalWidth(): number {
  // A terminal that was never told its size says 0.
  return Deno.stdout.isTerminal() && Deno.consoleSize().columns || 80;
}

function writeAll(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(to.writeSync(bytes));
}
