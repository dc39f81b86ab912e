import type { Team } from "./team.ts";
import { PATIENCE_MILLISECONDS } from "./waiting.ts";

/** What a helper does: nothing, serve, or never serve again. */
const IDLE = 0, SERVING = 1, DISMISSED = 2;
/**
 * What a helper runs. A blob, so that no permission is needed; it leaves the engagement that it
 * serves only when told to through the shared memory, and hears of the next one by message.
 */
function helperProgram(join: string): string {
  return `const join = ${join};
onmessage = ({ data: { engagement, state, ...invitation } }) => {
  if (Atomics.compareExchange(state, 0, ${IDLE}, ${SERVING}) !== ${IDLE}) return;
  try {
    const team = join(invitation);
    try {
      team.serve(engagement);
    } catch (error) {
      team.fail();
      console.error("rankme: a helper thread broke down:", error);
    }
  } finally {
    Atomics.store(state, 0, ${IDLE});
    Atomics.notify(state, 0);
  }
};`;
}

interface Helper {
  readonly worker: Worker;
  /** One word that it shares with the calling thread. */
  readonly state: Int32Array;
}

/** Work on shared memory in which helpers can take part. */
export interface SharedWork {
  /** Those who do it, as seen from the calling thread. */
  readonly team: Team;
  /** What a helper must know to become one of them; it is cloned, shared memory excepted. */
  readonly invitation: object;
}

/** Threads that take tasks off the calling thread, at one work at a time. */
export class Helpers {
  /** How many there are. */
  readonly count: number;
  readonly #program: string;
  #helpers: Helper[] = [];
  #engaged: SharedWork | undefined;
  #engagements = 0;
  #url: string | undefined;

  /**
   * @param count How many. None is started before there is something to do.
   * @param join The text of a function that makes a {@linkcode Team} of an invitation, with nothing
   * around it: a helper has no other code.
   * @param program All of their program; for tests.
   */
  constructor(count: number, join: string, program: string = helperProgram(join)) {
    this.count = count;
    this.#program = program;
  }

  /**
   * Has them help here from now on, and nowhere else.
   *
   * @param work Where there is something to do.
   */
  engage(work: SharedWork): void {
    if (this.count === 0 || this.#engaged === work) return;
    this.disengage();
    if (this.#helpers.length === 0) this.#start();
    this.#engaged = work;
    const engagement = ++this.#engagements;
    work.team.engage(engagement);
    for (const { worker, state } of this.#helpers) {
      worker.postMessage({ ...work.invitation, engagement, state });
    }
  }

  /** Calls them away from where they help, and lets go of its memory. */
  disengage(): void {
    this.#engaged?.team.engage(0);
    this.#engaged = undefined;
  }

  #start(): void {
    const url = URL.createObjectURL(new Blob([this.#program], { type: "text/javascript" }));
    this.#url = url;
    this.#helpers = Array.from({ length: this.count }, () => {
      const worker = new Worker(url, { type: "module" });
      worker.onerror = (event) => {
        event.preventDefault();
        this.#engaged?.team.fail();
      };
      return { worker, state: new Int32Array(new SharedArrayBuffer(4)) };
    });
  }

  /** Ends their threads. The next engagement starts new ones. */
  release(): void {
    const broken = this.#engaged?.team.failed();
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
