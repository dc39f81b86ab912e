import type { KernelInstance, Kernels } from "./kernels_module.ts";

/** What a helper does: nothing, serve, or never serve again. */
const IDLE = 0, SERVING = 1, DISMISSED = 2;
/** A task takes milliseconds: a helper that is still inside one after so long is dead. */
const PATIENCE_MILLISECONDS = 30_000;

/**
 * What a helper runs. A blob, so that no permission is needed; it leaves the engagement that it
 * serves only when told to through the shared memory, and hears of the next one by message.
 */
const HELPER_SOURCE = `onmessage = ({ data: { module, memory, engagement, state } }) => {
  if (Atomics.compareExchange(state, 0, ${IDLE}, ${SERVING}) !== ${IDLE}) return;
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  try {
    exports.serve(engagement);
  } catch (error) {
    exports.fail();
    console.error("rankme: a helper thread broke down:", error);
  }
  Atomics.store(state, 0, ${IDLE});
  Atomics.notify(state, 0);
};`;

interface Helper {
  readonly worker: Worker;
  /** One word that it shares with the calling thread. */
  readonly state: Int32Array;
}

/** Threads that take tasks off the calling thread, on one memory at a time. */
export class Helpers {
  readonly #kernels: Kernels;
  /** How many there are. */
  readonly count: number;
  readonly #source: string;
  #helpers: Helper[] = [];
  #engaged: KernelInstance | undefined;
  #engagements = 0;
  #url: string | undefined;

  /**
   * @param kernels What they run.
   * @param count How many. None is started before there is something to do.
   * @param source Their program; for tests.
   */
  constructor(kernels: Kernels, count: number, source: string = HELPER_SOURCE) {
    this.#kernels = kernels;
    this.count = count;
    this.#source = source;
  }

  /**
   * Has them help here from now on, and nowhere else.
   *
   * @param instance The kernels on the memory where there is something to do.
   */
  engage(instance: KernelInstance): void {
    if (this.count === 0 || this.#engaged === instance) return;
    this.disengage();
    if (this.#helpers.length === 0) this.#start();
    this.#engaged = instance;
    const engagement = ++this.#engagements;
    instance.exports.engage(engagement);
    const { module } = this.#kernels;
    for (const { worker, state } of this.#helpers) {
      worker.postMessage({ module, memory: instance.memory, engagement, state });
    }
  }

  /** Calls them away from where they help, and lets go of its memory. */
  disengage(): void {
    this.#engaged?.exports.engage(0);
    this.#engaged = undefined;
  }

  #start(): void {
    const url = URL.createObjectURL(new Blob([this.#source], { type: "text/javascript" }));
    this.#url = url;
    this.#helpers = Array.from({ length: this.count }, () => {
      const worker = new Worker(url, { type: "module" });
      worker.onerror = (event) => {
        event.preventDefault();
        this.#engaged?.exports.fail();
      };
      return { worker, state: new Int32Array(new SharedArrayBuffer(4)) };
    });
  }

  /** Ends their threads. The next engagement starts new ones. */
  release(): void {
    const broken = this.#engaged?.exports.failed();
    this.disengage();
    for (const { worker, state } of this.#helpers) {
      // No thread may end inside a task, be it of an earlier engagement: half of one spoils the sums.
      if (!broken) dismiss(state);
      worker.terminate();
    }
    this.#helpers = [];
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = undefined;
  }
}

/** Waits until a helper serves no more, and sees to it that it never does again. */
function dismiss(state: Int32Array): void {
  const late = performance.now() + PATIENCE_MILLISECONDS;
  while (
    Atomics.compareExchange(state, 0, IDLE, DISMISSED) === SERVING && performance.now() < late
  ) Atomics.wait(state, 0, SERVING, 100);
}
