import { TextLineStream } from "@std/streams/text-line-stream";
import { PYTHON } from "./python.ts";
import type { Contestant, Sample } from "./rounds.ts";
import { ROOT } from "./settings.ts";

/** Idle threads of OpenBLAS and OpenMP spin for up to 0.2 s after they have been used. */
export const REST_MILLISECONDS = 300;

const WARM_OURS = new URL("warm_ours.ts", import.meta.url).pathname;
const WARM_READING = new URL("warm_reading.ts", import.meta.url).pathname;
const WARM_READING_PEERS = new URL("python/warm_reading.py", import.meta.url).pathname;
const WARM_PEERS = new URL("python/warm_peers.py", import.meta.url).pathname;

/**
 * A process that has loaded everything, and does one operation for each line that it is sent. It says
 * `{"ready": true}` first; each answer is a {@linkcode Sample}.
 */
export class WarmProcess {
  readonly #process: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #requests: WritableStreamDefaultWriter<Uint8Array>;

  /** Starts it; {@linkcode measure} waits until it is ready. */
  constructor(command: readonly string[], env?: Record<string, string>) {
    const [program, ...args] = command;
    this.#process = new Deno.Command(program, {
      args,
      cwd: ROOT,
      env,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#lines = this.#process.stdout
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream())
      .getReader();
    this.#requests = this.#process.stdin.getWriter();
  }

  /** Waits for the next line. */
  async next<T>(): Promise<T> {
    const { value, done } = await this.#lines.read();
    if (done) throw new Error("a process that was being measured has ended");
    return JSON.parse(value);
  }

  /** Has the operation done once. */
  async measure(): Promise<Sample> {
    await this.#requests.write(new TextEncoder().encode("\n"));
    return await this.next();
  }

  /** Ends it. */
  async stop(): Promise<void> {
    // It may have ended already, by itself.
    await this.#requests.close().catch(() => {});
    await this.#lines.cancel();
    await this.#process.status;
  }
}

/** One of warm_ours.ts's jobs as a contestant. */
export function warmOurs(description: Description, job: unknown): Promise<Contestant> {
  return warm(description, [Deno.execPath(), "run", "-A", WARM_OURS, JSON.stringify(job)]);
}

/** One of warm_peers.py's jobs as a contestant. */
export function warmPeer(
  description: Description,
  job: unknown,
  { python = PYTHON, env }: { python?: string; env?: Record<string, string> },
): Promise<Contestant> {
  return warm(description, [python, "-B", WARM_PEERS, JSON.stringify(job)], env);
}

/** One of warm_reading.ts's tasks as a contestant. */
export function warmReader(description: Description, job: unknown): Promise<Contestant> {
  return warm(description, [Deno.execPath(), "run", "-A", WARM_READING, JSON.stringify(job)]);
}

/** One of warm_reading.py's tasks as a contestant. */
export function warmReadingPeer(
  description: Description,
  job: unknown,
  env: Record<string, string>,
): Promise<Contestant> {
  return warm(description, [PYTHON, "-B", WARM_READING_PEERS, JSON.stringify(job)], env);
}

type Description = Omit<Contestant, "measure" | "stop">;

async function warm(
  description: Description,
  command: readonly string[],
  env?: Record<string, string>,
): Promise<Contestant> {
  const process = new WarmProcess(command, env);
  await process.next();
  return {
    ...description,
    measure: () => process.measure(),
    stop: () => process.stop(),
  };
}
