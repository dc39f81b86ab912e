import type { KernelInstance, Kernels } from "./kernels_module.ts";
import { waitUntil } from "./waiting.ts";

/**
 * What a helper runs. A blob, so that no permission is needed; it leaves the engagement that it
 * serves only when told to through the shared memory, and hears of the next one by message.
 */
const HELPER_SOURCE = `onmessage = ({ data: { module, memory, engagement } }) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  try {
    exports.serve(engagement);
  } catch (error) {
    exports.fail();
    console.error("rankme: a helper thread broke down:", error);
  }
};`;

/** Threads that take tasks off the calling thread, on one memory at a time. */
export class Helpers {
  readonly #kernels: Kernels;
  /** How many there are. */
  readonly count: number;
  readonly #source: string;
  #workers: Worker[] = [];
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
    this.#engaged?.exports.engage(0);
    if (this.#workers.length === 0) this.#start();
    this.#engaged = instance;
    const engagement = ++this.#engagements;
    instance.exports.engage(engagement);
    const { module } = this.#kernels;
    for (const worker of this.#workers) {
      worker.postMessage({ module, memory: instance.memory, engagement });
    }
  }

  #start(): void {
    const url = URL.createObjectURL(new Blob([this.#source], { type: "text/javascript" }));
    this.#url = url;
    this.#workers = Array.from({ length: this.count }, () => {
      const worker = new Worker(url, { type: "module" });
      worker.onerror = (event) => {
        event.preventDefault();
        this.#engaged?.exports.fail();
      };
      return worker;
    });
  }

  /** Ends their threads. The next engagement starts new ones. */
  release(): void {
    const instance = this.#engaged;
    this.#engaged = undefined;
    if (instance) {
      instance.exports.engage(0);
      try {
        // No thread may end inside a task: half a task would spoil the sums.
        waitUntil(instance.exports, (milliseconds) => instance.exports.settle(milliseconds));
      } catch {
        // Whoever asks for these sums is told.
      }
    }
    for (const worker of this.#workers) worker.terminate();
    this.#workers = [];
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = undefined;
  }
}
