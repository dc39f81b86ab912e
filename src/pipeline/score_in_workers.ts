import { RankMeError } from "../errors.ts";
import { type BackendChoice, chooseBackend } from "../linalg/choose_backend.ts";
import { type EachOutcome, failure } from "./each_outcome.ts";
import type { EachInput, ScoreEachOptions } from "./each_options.ts";
import type { EachProgressSum } from "./each_progress.ts";
import { availableMemory } from "./refuse_too_large.ts";
import type { WorkerJob, WorkerMessage } from "./score_worker.ts";

const PROGRAM = new URL("./score_worker.ts", import.meta.url);
/** What a worker takes besides the state: its own copy of the program, and what it has read. */
const WORKER_BYTES = 100e6;
/** What all may take where nobody says how much there is. */
const UNKNOWN_MEMORY = 2e9;

/**
 * Scores data sets several at a time, each by a worker: one thread reads as fast as it can parse, and
 * so several read several times as fast.
 *
 * Every job is like the first one in most uses: its first row says how much memory each will need, and
 * so how many there can be at a time.
 *
 * @param inputs The data sets.
 * @param options How to score each, and how many at a time.
 * @param progress Is told how far each has come.
 * @returns What came of each, nothing in place of those that were stopped; nothing at all where workers
 * will not do.
 */
export async function scoreInWorkers(
  inputs: readonly EachInput[],
  { jobs, backend: choice, signal, onProgress: _, ...options }: ScoreEachOptions & {
    readonly jobs: number;
  },
  progress: EachProgressSum,
): Promise<readonly (EachOutcome | undefined)[] | undefined> {
  const sources = inputs.map(({ source }) => sentSource(source));
  const canBeSent = sources.every((source) => source !== undefined) && !options.expressions?.length;
  const most = Math.min(jobs, inputs.length);
  if (most < 2 || !canBeSent || !mayStartWorkers()) return undefined;
  const backend = sharedBackend(choice);
  if (!backend) return undefined;
  const tasks = inputs.map(({ name }, index) => ({
    index,
    name,
    job: (lanes: number): WorkerJob => ({
      source: sources[index]!,
      options,
      backend: { ...backend, threads: Math.max(1, Math.floor(backend.threads / lanes)) },
    }),
  }));
  const pool = new Pool(tasks, most, progress);
  try {
    await Promise.race([pool.run(), aborted(signal)]);
    return pool.outcomes;
  } finally {
    pool.stop();
  }
}

interface Task {
  readonly index: number;
  readonly name: string;
  /** What a worker is told, where so many work. */
  job(lanes: number): WorkerJob;
}

/** Workers that take tasks off a list. */
class Pool {
  /** What came of each; nothing at all where no worker could be started. */
  outcomes: (EachOutcome | undefined)[] | undefined = [];
  readonly #tasks: Task[];
  readonly #most: number;
  readonly #progress: EachProgressSum;
  readonly #workers: Worker[] = [];
  /** How many work: one, until it is known how many can. */
  readonly #lanes = Promise.withResolvers<number>();

  constructor(tasks: readonly Task[], most: number, progress: EachProgressSum) {
    this.#tasks = [...tasks];
    this.#most = most;
    this.#progress = progress;
  }

  async run(): Promise<void> {
    const first = await this.#start();
    if (!first) {
      this.outcomes = undefined;
      return;
    }
    const firstLane = this.#work(first, this.#most);
    const lanes = await Promise.race([this.#lanes.promise, firstLane.then(() => 1)]);
    const others = Array.from({ length: lanes - 1 }, async () => {
      const worker = this.#tasks.length > 0 && await this.#start();
      if (worker) await this.#work(worker, lanes);
    });
    await Promise.all([firstLane, ...others]);
  }

  stop(): void {
    this.#workers.forEach((worker) => worker.terminate());
  }

  /** A worker that has been loaded; nothing where it could not be. */
  #start(): Promise<Worker | undefined> {
    const { promise, resolve } = Promise.withResolvers<Worker | undefined>();
    const worker = new Worker(PROGRAM, { type: "module" });
    this.#workers.push(worker);
    worker.onmessage = () => resolve(worker);
    worker.onerror = (event) => {
      event.preventDefault();
      resolve(undefined);
    };
    return promise;
  }

  async #work(worker: Worker, lanes: number): Promise<void> {
    for (let task = this.#tasks.shift(); task; task = this.#tasks.shift()) {
      this.outcomes![task.index] = await this.#one(worker, task, lanes);
      this.#progress.finish(task.index);
    }
  }

  #one(worker: Worker, { index, name, job }: Task, lanes: number): Promise<EachOutcome> {
    const { promise, resolve, reject } = Promise.withResolvers<EachOutcome>();
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`${name}: ${event.message}`));
    };
    worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
      if (data.kind === "memory") this.#lanes.resolve(fittingJobs(data.bytes, this.#most));
      if (data.kind === "progress") this.#progress.update(index, data);
      if (data.kind === "report") resolve({ name, report: data.report });
      if (data.kind === "error") {
        const { code, what, place, advice } = data.error;
        const error = new RankMeError(code, what, { place, advice });
        resolve(Promise.try(() => failure(name, error)));
      }
    };
    worker.postMessage(job(lanes));
    return promise;
  }
}

/**
 * How many jobs can be done at a time.
 *
 * @param stateBytes How much memory the state of one needs.
 * @param most How many there may be.
 * @param available How much memory there is. Default: what the system says, if it may be asked.
 * @returns From 1 to that many.
 */
export function fittingJobs(
  stateBytes: number,
  most: number,
  available: number = availableMemory() ?? UNKNOWN_MEMORY,
): number {
  return Math.max(1, Math.min(most, Math.floor(available / (stateBytes + WORKER_BYTES))));
}

/** A path or URL, or a list of them; nothing for what cannot be sent to a worker. */
function sentSource(source: EachInput["source"]): WorkerJob["source"] | undefined {
  if (typeof source === "string" || source instanceof URL) return String(source);
  if (!Array.isArray(source)) return undefined;
  const paths = source.map((part) => sentSource(part));
  return paths.every((path) => typeof path === "string") ? paths : undefined;
}

/** A worker reads its program, which Deno asks permission for where it is a file. */
function mayStartWorkers(): boolean {
  if (!("Worker" in globalThis)) return false;
  if (PROGRAM.protocol !== "file:" || !("Deno" in globalThis)) return true;
  return Deno.permissions.querySync({ name: "read", path: PROGRAM }).state === "granted";
}

/** What each worker is to compute with; nothing where the whole process shares one. */
function sharedBackend(
  choice?: BackendChoice,
): { backend: "wasm" | "reference"; threads: number } | undefined {
  const { backend: { name, threads } } = chooseBackend(choice);
  return name === "wasm" || name === "reference" ? { backend: name, threads } : undefined;
}

/** Never, where nothing stops it. */
function aborted(signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve();
    else signal?.addEventListener("abort", () => resolve(), { once: true });
  });
}
