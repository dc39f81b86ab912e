import { RankMeError } from "../../errors.ts";

/** How long to wait before each further attempt, in milliseconds. */
const DELAYS = [200, 400, 800];

/** An error that may pass: the same request may do better a little later. */
export class PassingError extends Error {
  /** What it is if it does not pass. */
  override readonly cause: RankMeError;

  /**
   * Marks an error.
   *
   * @param cause What it is if it does not pass.
   */
  constructor(cause: RankMeError) {
    super(cause.message);
    this.cause = cause;
  }
}

/**
 * Tries something a few times.
 *
 * @param signal Ends it, in a wait too.
 * @param attempt What to try; it throws a {@linkcode PassingError} where trying again makes sense.
 * @returns What it returned.
 * @throws {RankMeError} What it threw.
 */
export async function withRetries<T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0;; tries++) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof PassingError)) throw error;
      if (tries === DELAYS.length) throw error.cause;
      await waited(DELAYS[tries], signal);
    }
  }
}

/**
 * Asks a server for a file, or for a part of it. Follows redirections. Needs permission to reach it.
 *
 * @param url Its address.
 * @param signal Ends the request.
 * @param range The first and the last byte that are wanted. Default: all.
 * @returns The response, whose status is 200 or 206.
 * @throws {RankMeError} `unreadable`, `permission`, `changed`, or one of these in a
 * {@linkcode PassingError}.
 */
export async function get(
  url: URL,
  signal: AbortSignal,
  range?: readonly [first: number, last: number],
): Promise<Response> {
  const response = await fetch(url, {
    signal,
    // Positions and sizes are those of the file, not of what a server makes of it on the way.
    headers: { "accept-encoding": "identity", ...range && { range: `bytes=${range.join("-")}` } },
  }).catch((error) => {
    signal.throwIfAborted();
    throw unreached(error, url);
  });
  if (response.status === 200 || (range && response.status === 206)) return response;
  await response.body?.cancel();
  throw refused(response, url);
}

function unreached(error: unknown, url: URL): RankMeError | PassingError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Deno.errors.NotCapable) {
    // After a redirection it is not the host that was given.
    const [, host = url.host] = /net access to "([^"]+)"/.exec(message) ?? [];
    return new RankMeError("permission", `Deno was not allowed to reach ${host}`, {
      advice: `add --allow-net=${host}`,
      cause: error,
    });
  }
  // Neither these messages nor the errors are passed on whole: they name the URL with its signature.
  const { cause } = error as { cause?: unknown };
  const [, reason] =
    /client error \(\w+\): (.*)/s.exec(cause instanceof Error ? cause.message : "") ??
      /^Fetch failed: (.*)/s.exec(message) ?? [];
  const what = `${url.host} cannot be reached${reason ? ` (${reason})` : ""}`;
  return new PassingError(
    new RankMeError("unreadable", what, { advice: "is the address right, and the network up?" }),
  );
}

function refused({ status, statusText, url }: Response, asked: URL): RankMeError | PassingError {
  const { host } = new URL(url || asked);
  if (status === 416) {
    return new RankMeError("changed", `${host} has fewer bytes than before`, {
      advice: "read it again once its writer is done",
    });
  }
  const error = new RankMeError(
    "unreadable",
    `${host} answered ${[status, statusText].filter(Boolean).join(" ")}`,
    { advice: adviceFor(status) },
  );
  return mayPass(status) ? new PassingError(error) : error;
}

function mayPass(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

function adviceFor(status: number): string {
  if (status === 401 || status === 403) {
    return "a URL has to be public or signed, and signatures expire: sign it again";
  }
  if (mayPass(status)) return "try again later";
  return "is the address right?";
}

/**
 * The error for a body that ended before it should.
 *
 * @param byte How many bytes came before.
 * @returns The error.
 */
export function brokenOff(byte: number): RankMeError {
  return new RankMeError("truncated", "the connection broke off", {
    place: { byte },
    advice: "read it again, or download it first",
  });
}

function waited(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}
