import { EXIT_STATUS, RankMeError } from "../errors.ts";
import { say } from "./output.ts";

/**
 * Runs what an interruption (Ctrl-C) makes stop early, with what it has by then. A second one ends the
 * program at once.
 *
 * @param run Does the work, until the signal says stop.
 * @returns What `run` returned, or the status of an interruption.
 * @throws Whatever `run` throws without having been interrupted.
 */
export async function untilInterrupted(
  run: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const interrupt = new AbortController();
  const onInterrupt = () => {
    Deno.removeSignalListener("SIGINT", onInterrupt);
    interrupt.abort();
  };
  Deno.addSignalListener("SIGINT", onInterrupt);
  try {
    const status = await run(interrupt.signal);
    return interrupt.signal.aborted ? EXIT_STATUS.interrupted : status;
  } catch (error) {
    if (!interrupt.signal.aborted || !(error instanceof RankMeError)) throw error;
    say(error);
    return EXIT_STATUS.interrupted;
  } finally {
    if (!interrupt.signal.aborted) Deno.removeSignalListener("SIGINT", onInterrupt);
  }
}
