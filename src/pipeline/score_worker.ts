/**
 * The program of a worker that scores one data set after the other: see `score_in_workers.ts`.
 *
 * @module
 */

import type { ErrorCode, Place } from "../errors.ts";
import { type BackendChoice, chooseBackend } from "../linalg/choose_backend.ts";
import type { ScoreReport } from "../report/report.ts";
import { explained } from "../platform/environment_errors.ts";
import { score } from "./score.ts";
import type { ScoreOptions, ScoreProgress } from "./score_options.ts";

/** What a worker is told to score. */
export interface WorkerJob {
  /** A path or URL, or those of its shards. */
  readonly source: string | readonly string[];
  /** No functions, which cannot be sent. */
  readonly options: ScoreOptions;
  readonly backend: BackendChoice;
}

/** What a worker says. */
export type WorkerMessage =
  /** It has been loaded. */
  | { readonly kind: "ready" }
  /** How many bytes of memory the state needs. */
  | { readonly kind: "memory"; readonly bytes: number }
  | { readonly kind: "progress" } & ScoreProgress
  | { readonly kind: "report"; readonly report: ScoreReport }
  | { readonly kind: "error"; readonly error: SentError };

/** An error without its class, which cannot be sent. */
export interface SentError {
  readonly code: ErrorCode;
  readonly what: string;
  readonly place: Place;
  readonly advice?: string;
}

/** So often, in milliseconds, a worker says how far it has come. */
const PROGRESS_MILLISECONDS = 50;

const channel = globalThis as unknown as {
  onmessage: ((event: MessageEvent<WorkerJob>) => void) | null;
  postMessage(message: WorkerMessage): void;
};

async function run({ source, options, backend: choice }: WorkerJob): Promise<void> {
  const { backend } = chooseBackend(choice);
  let told = -Infinity;
  try {
    const report = await score(source, {
      ...options,
      backend,
      onMemory: (bytes) => channel.postMessage({ kind: "memory", bytes }),
      onProgress: (progress) => {
        if (performance.now() - told < PROGRESS_MILLISECONDS) return;
        told = performance.now();
        channel.postMessage({ kind: "progress", ...progress });
      },
    });
    channel.postMessage({ kind: "report", report });
  } catch (error) {
    const known = explained(error);
    if (!known) throw error;
    const { code, what, place, advice } = known;
    channel.postMessage({ kind: "error", error: { code, what, place, advice } });
  }
}

channel.onmessage = ({ data }) => {
  // A rejection that nobody handles reaches whoever started the worker, as an error of it.
  run(data);
};
channel.postMessage({ kind: "ready" });
