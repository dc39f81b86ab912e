import type { RankMeError } from "../errors.ts";
import { printableClause } from "../printable.ts";
import { isRefusal, refusedBySystem } from "../platform/system_errors.ts";

const encoder = new TextEncoder();

let unread = false;

/**
 * Writes results to standard output. That nobody reads them any more is no error, and says nothing of
 * what they come to: {@linkcode isUnread} tells.
 *
 * @param text What to write.
 * @throws {RankMeError} `unwritable`, as on a full disk.
 */
export function print(text: string): void {
  try {
    if (!unread) writeAll(Deno.stdout, text);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw unwritten(error);
    unread = true;
  }
}

/**
 * Whether results go nowhere, as after `| head`.
 *
 * @returns Whether a {@linkcode print} found nobody who reads.
 */
export function isUnread(): boolean {
  return unread;
}

/**
 * Writes results to standard output as they come.
 *
 * @param bytes What to write.
 * @throws {Deno.errors.BrokenPipe} When nobody reads any more.
 * @throws {RankMeError} `unwritable`, as on a full disk; what the stream fails with.
 */
export async function printStream(bytes: ReadableStream<Uint8Array>): Promise<void> {
  await bytes.pipeTo(Deno.stdout.writable).catch((error) => {
    throw unwritten(error);
  });
}

function unwritten(error: unknown): unknown {
  if (!isRefusal(error) || error instanceof Deno.errors.BrokenPipe) return error;
  return refusedBySystem(error, "write").at({ input: "standard output" });
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

/** The columns of a terminal that does not say how many it has. */
const USUAL_WIDTH = 80;

/**
 * The columns of a line of standard output.
 *
 * @param otherwise What to take where there is no terminal. Default: any number.
 * @returns The number of columns.
 */
export function terminalWidth(otherwise = Infinity): number {
  if (!Deno.stdout.isTerminal()) return otherwise;
  // A terminal that was never told its size says 0.
  return Deno.consoleSize().columns || USUAL_WIDTH;
}

function writeAll(to: { writeSync(bytes: Uint8Array): number }, text: string): void {
  let bytes = encoder.encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(to.writeSync(bytes));
}
