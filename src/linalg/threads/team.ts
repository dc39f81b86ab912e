/** Threads at one work, as one of them sees it. Each task is somebody's who takes it. */
export interface Team {
  /**
   * What a helper does: every task it can get, until its engagement ends.
   *
   * @param engagement The number under which it was called.
   */
  serve(engagement: number): void;
  /** Ends an engagement, or begins one: helpers with another number go. */
  engage(engagement: number): void;
  /** Says that a helper broke down inside a task, which will now never be done. */
  fail(): void;
  /** Whether a helper did; not 0 if so. */
  failed(): number;
  /** A number that changes as tasks are taken. */
  progress(): bigint | number;
}
