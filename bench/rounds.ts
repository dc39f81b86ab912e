import { ratios, type Spread, spread } from "./spread.ts";

/** What one run of a contestant came to. */
export interface Sample {
  readonly seconds: number;
  /** What was computed, for example RankMe: all contestants must agree. */
  readonly answer?: number;
  /** Peak resident memory of a process that did nothing else. */
  readonly peakBytes?: number;
  /** Billions of floating-point operations a second. */
  readonly gflops?: number;
}

/** Something that can be measured again and again. */
export interface Contestant {
  /** As tables call it. */
  readonly name: string;
  /** What it is, whoever made it: peers of one role stand for each other, and the fastest counts. */
  readonly role: string;
  /** How far its answer may be from the expected one, as a fraction; absent when it has no answer. */
  readonly tolerance?: number;
  measure(): Promise<Sample>;
  stop?(): Promise<void>;
}

/** All runs of one contestant. */
export interface Measured {
  readonly contestant: Contestant;
  readonly samples: readonly Sample[];
}

/** How to measure. */
export interface RoundOptions {
  readonly runs: number;
  /** What every answer must be. */
  readonly expected: number;
  /** Whether a first round, which is not counted, fills caches and warms compilers. Default: true. */
  readonly warmUp?: boolean;
  /** A rest before each run, in which idle threads of the others stop spinning. Default: 0. */
  readonly restMilliseconds?: number;
}

/** Contestants take turns, run by run, and each round begins with another one. */
export async function takeTurns(
  contestants: readonly Contestant[],
  { runs, expected, warmUp = true, restMilliseconds = 0 }: RoundOptions,
): Promise<Measured[]> {
  const measured = contestants.map((contestant) => ({ contestant, samples: [] as Sample[] }));
  try {
    for (let round = warmUp ? -1 : 0; round < runs; round++) {
      for (let turn = 0; turn < measured.length; turn++) {
        const { contestant, samples } = measured[(turn + Math.max(round, 0)) % measured.length];
        await new Promise((resolve) => setTimeout(resolve, restMilliseconds));
        const sample = await contestant.measure();
        checkAnswer(contestant, sample, expected);
        if (round >= 0) samples.push(sample);
      }
    }
  } finally {
    await Promise.all(contestants.map((contestant) => contestant.stop?.()));
  }
  return measured;
}

/** However fast, a wrong number is worth nothing. */
function checkAnswer({ name, tolerance }: Contestant, { answer }: Sample, expected: number): void {
  // Written so that a missing answer and NaN fail.
  if (tolerance === undefined || Math.abs(answer! / expected - 1) <= tolerance) return;
  throw new Error(`${name} computed ${answer} and not ${expected}`);
}

/** Of the contestants with that role, the one with the shortest median time. */
export function fastest(measured: readonly Measured[], role: string): Measured | undefined {
  return measured
    .filter(({ contestant }) => contestant.role === role)
    .toSorted((a, b) => of(a, "seconds").median - of(b, "seconds").median)[0];
}

/** One quantity over all runs. */
export function of({ samples }: Measured, quantity: keyof Sample): Spread {
  return spread(numbers(samples, quantity));
}

/** The ratio of one quantity to that of another contestant, run by run. */
export function ratioTo(ours: Measured, peer: Measured, quantity: keyof Sample): Spread {
  return ratios(numbers(ours.samples, quantity), numbers(peer.samples, quantity));
}

function numbers(samples: readonly Sample[], quantity: keyof Sample): number[] {
  return samples.map((sample) => {
    const value = sample[quantity];
    if (value === undefined) throw new Error(`${quantity} was not measured`);
    return value;
  });
}
