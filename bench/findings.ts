import type { Limit, Line } from "./line.ts";
import { fastest, type Measured, of, ratioTo, type Sample } from "./rounds.ts";
import type { Spread } from "./spread.ts";

/** What one contestant came to, in absolute figures: they hold for one machine at one time. */
export interface Measurement {
  readonly work: string;
  readonly contestant: string;
  readonly seconds?: Spread;
  readonly megabytes?: Spread;
  readonly gflops?: Spread;
}

/** A point of a graph. */
export interface Point {
  readonly chart: string;
  readonly series: string;
  readonly x: number;
  readonly y: number;
}

/** How many rows of one format and D are scored in a second. */
export interface Rate {
  readonly format: string;
  readonly dim: number;
  readonly perSecond: Spread;
}

/** What a part of the benchmarks found. */
export interface Findings {
  readonly lines: readonly Line[];
  readonly measurements: readonly Measurement[];
  /** Absent where nothing is drawn. */
  readonly points?: readonly Point[];
  /** Absent where it was not about rows of a format. */
  readonly rates?: readonly Rate[];
}

/** Those of several works as one. */
export function join(findings: readonly Findings[]): Findings {
  return {
    lines: findings.flatMap(({ lines }) => lines),
    measurements: findings.flatMap(({ measurements }) => measurements),
    points: findings.flatMap(({ points = [] }) => points),
    rates: findings.flatMap(({ rates = [] }) => rates),
  };
}

/** What each contestant took. */
export function costs(work: string, measured: readonly Measured[]): Measurement[] {
  return measured.map((one) => ({
    work,
    contestant: one.contestant.name,
    seconds: of(one, "seconds"),
    megabytes: megabytes(one),
    gflops: has(one, "gflops") ? of(one, "gflops") : undefined,
  }));
}

/** Peak memory, where the contestant is a process of its own. */
export function megabytes(one: Measured): Spread | undefined {
  if (!has(one, "peakBytes")) return undefined;
  const { median, least, most } = of(one, "peakBytes");
  return { median: median / 1e6, least: least / 1e6, most: most / 1e6 };
}

function has({ samples }: Measured, quantity: keyof Sample): boolean {
  return samples[0][quantity] !== undefined;
}

/** What is divided by what. */
export interface Comparison {
  readonly work: string;
  readonly ours: Measured;
  /** Everything that was measured in the same rounds. */
  readonly all: readonly Measured[];
  /** The fastest of this role is the one to divide by. */
  readonly peer: string;
  readonly quantity: keyof Sample;
  readonly limit?: Limit;
}

/** Ours beside a peer; without a figure where there is no such peer. */
export function compare({ work, ours, all, peer, quantity, limit }: Comparison): Line {
  const theirs = fastest(all, peer);
  return {
    work,
    ours: ours.contestant.name,
    against: theirs?.contestant.name ?? peer,
    measured: theirs && ratioTo(ours, theirs, quantity),
    limit,
  };
}
