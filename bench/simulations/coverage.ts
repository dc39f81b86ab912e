/** How often an interval holds what it is of, by drawing again and again. */
import type { EmbeddingBatch } from "../../src/batch.ts";
import { JackknifeCovariance } from "../../src/covariance/jackknife_covariance.ts";
import { OnlineCovariance } from "../../src/covariance/online_covariance.ts";
import { jackknife } from "../../src/metrics/jackknife.ts";
import { participationRatio } from "../../src/metrics/participation_ratio.ts";
import { rankMe } from "../../src/metrics/rank_me.ts";
import { normalLengthKurtosis, tailWidening } from "../../src/metrics/tail_widening.ts";

/** The numbers whose intervals are looked at. */
export const NUMBERS = {
  rankMe: (state: OnlineCovariance) => rankMe(state.spectrum()),
  participationRatio: (state: OnlineCovariance) =>
    participationRatio(state.spectrum({ centered: true })),
} as const;

/** The name of one of them. */
export type NumberName = keyof typeof NUMBERS;

/** What to simulate. */
export interface Experiment {
  /** Draws N rows, others each time. */
  readonly draw: () => EmbeddingBatch;
  /** G. */
  readonly groups: number;
  /** How many times an interval is made. */
  readonly repetitions: number;
  /** From how many further samples the mean is estimated that it should hold. */
  readonly fresh: number;
}

/** What was seen of one number. */
export interface Coverage {
  /** The mean over all samples. */
  readonly mean: number;
  /** The standard deviation from sample to sample. */
  readonly deviation: number;
  /** The median of the jackknife's standard error, in standard deviations. */
  readonly medianError: number;
  /** How often the jackknife's interval held the mean. */
  readonly plain: Share;
  /** How often the widened interval held it. */
  readonly widened: Share;
  /** The median, and the 95th percentile, of how many times intervals were widened. */
  readonly widening: readonly [median: number, most: number];
  /** How often there would have been a warning. */
  readonly warned: number;
}

/** A share of the repetitions. */
export interface Share {
  readonly value: number;
  /** The standard error of the share, that of the mean over fresh samples included. */
  readonly error: number;
}

interface Repetition {
  readonly estimate: number;
  readonly standardError: number;
  /** Half the width of the interval, before it is widened. */
  readonly half: number;
  readonly widening: number;
}

/** More than this is said in a warning. */
export const WARNED_WIDENING = 1.5;

/** Runs an experiment. */
export function simulate(
  { draw, groups, repetitions, fresh }: Experiment,
): Readonly<Record<NumberName, Coverage>> {
  const names = Object.keys(NUMBERS) as NumberName[];
  const samples = Array.from({ length: fresh }, () => {
    const state = new OnlineCovariance().update(draw());
    return Object.fromEntries(names.map((name) => [name, NUMBERS[name](state)]));
  });
  const made = Array.from({ length: repetitions }, () => intervalsOf(draw(), groups));
  return Object.fromEntries(
    names.map((name) => [
      name,
      coverage(samples.map((sample) => sample[name]), made.map((intervals) => intervals[name])),
    ]),
  ) as Record<NumberName, Coverage>;
}

function intervalsOf(
  batch: EmbeddingBatch,
  groups: number,
): Readonly<Record<NumberName, Repetition>> {
  const state = new JackknifeCovariance(undefined, { groups }).update(batch);
  const total = state.total(), without = [...state.without()];
  const kurtosis = state.lengthKurtosis();
  const normal = normalLengthKurtosis(total.spectrum({ centered: true }));
  const { sizes } = state;
  return Object.fromEntries(
    Object.entries(NUMBERS).map(([name, numberOf]) => {
      const estimate = numberOf(total), replicates = without.map(numberOf);
      const { standardError, high } = jackknife(estimate, replicates, { sizes });
      const widening = tailWidening(
        { estimate, replicates, sizes },
        { estimate: kurtosis.all, replicates: kurtosis.without },
        normal,
      );
      return [name, { estimate, standardError, half: high - estimate, widening }];
    }),
  ) as Record<NumberName, Repetition>;
}

function coverage(fresh: readonly number[], made: readonly Repetition[]): Coverage {
  const all = [...fresh, ...made.map(({ estimate }) => estimate)];
  const mean = average(all);
  const deviation = Math.sqrt(average(all.map((value) => (value - mean) ** 2)));
  // The repetitions themselves say nothing on the mean that they are held against.
  const freshMean = average(fresh), freshError = deviation / Math.sqrt(fresh.length);
  const share = (widens: boolean): Share => {
    const held = (at: number) =>
      average(
        made.map(({ estimate, half, widening }) =>
          Number(Math.abs(estimate - at) <= half * (widens ? widening : 1))
        ),
      );
    const value = held(freshMean);
    const moved = (held(freshMean + freshError) - held(freshMean - freshError)) / 2;
    return { value, error: Math.hypot(Math.sqrt(value * (1 - value) / made.length), moved) };
  };
  const widenings = made.map(({ widening }) => widening);
  return {
    mean,
    deviation,
    medianError: quantile(made.map(({ standardError }) => standardError), 0.5) / deviation,
    plain: share(false),
    widened: share(true),
    widening: [quantile(widenings, 0.5), quantile(widenings, 0.95)],
    warned: average(widenings.map((widening) => Number(widening > WARNED_WIDENING))),
  };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))];
}
