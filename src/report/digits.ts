/**
 * Numbers for people: with the digits that are worth showing, and no others.
 *
 * @module
 */
import type { Interval } from "./report.ts";

/** No value is shown with more significant digits than this, however narrow its interval is. */
const MOST_DIGITS = 6;
/** Numbers from here on, and below its inverse by a hundredth, are written with a power of ten. */
const LARGE = 1e6, SMALL = 1e-4;
/** An interval that is narrower than this share of its value is rounding, and nothing else. */
const ROUNDING = 1e-12;
/** An interval whose value lies off its middle by a larger share of its width is told by its ends. */
const OFF_MIDDLE = 0.01;

/**
 * An effective rank with the digits that are worth showing.
 *
 * @param rank The number.
 * @returns For example `31.65`.
 */
export function formatRank(rank: number): string {
  return rank >= 1000 ? rank.toFixed(1) : rank.toPrecision(4);
}

/**
 * The last digit that an effective rank is shown with.
 *
 * @param rank The number.
 * @param interval Its interval, where it is shown with one.
 * @returns What one more of it is, as 0.01 for `31.65`.
 */
export function lastDigit(rank: number, interval?: Interval): number {
  if (interval && isInterval(rank, interval)) {
    return 10 ** -decimalsOf(halfWidth(interval), rank);
  }
  return 10 ** -decimalsOfRank(rank);
}

/**
 * A metric with the digits that are worth showing: those that count something are whole.
 *
 * @param value The number.
 * @returns For example `0.8312`, `17` or `2.13e+9`.
 */
export function formatMetric(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  return Math.abs(value) >= LARGE ? value.toExponential(2) : formatRank(value);
}

/**
 * A value and its interval: the half-width with two digits, the value to the same place. An interval
 * with the value off its middle, as one that ends where no value can be, is told by its ends.
 *
 * @param value The number.
 * @param interval Its interval; absent where there is none.
 * @param alone How to write a number that has none.
 * @returns For example `127.900 ± 0.012`, `7.79785 ± <0.00001` or `1.43 (1.00 – 1.58)`.
 */
export function withInterval(
  value: number,
  interval: Interval | undefined,
  alone: (value: number) => string = formatMetric,
): string {
  if (!interval) return alone(value);
  if (!isInterval(value, interval)) return `${alone(value)} ± 0`;
  const { low, high } = interval;
  const margin = halfWidth(interval);
  if (Math.abs((low + high) / 2 - value) < 2 * OFF_MIDDLE * margin) return plusMinus(value, margin);
  return scaled(Math.max(Math.abs(value), margin), (unit) => {
    const decimals = decimalsOf(margin / unit, value / unit);
    const [shown, from, to] = [value, low, high].map((one) =>
      signed((one / unit).toFixed(decimals))
    );
    return `${shown} (${from} – ${to})`;
  });
}

/**
 * The difference of two numbers and its interval, as {@linkcode withInterval} writes them.
 *
 * @param difference The difference, and its interval where there is one.
 * @param of The number that it is of: no digits are shown that are none of its own.
 * @param plus What stands before one above 0. Default: a plus.
 * @returns For example `−0.42 ± 0.87`.
 */
export function formatDifference(
  { value, low, high }: { readonly value: number; readonly low?: number; readonly high?: number },
  of: number,
  plus = "+",
): string {
  const margin = low === undefined || high === undefined ? undefined : (high - low) / 2;
  const text = margin !== undefined && margin > ROUNDING * Math.abs(of)
    ? plusMinus(value, margin, of)
    : signed(value.toFixed(decimalsOfRank(of))) + (margin === undefined ? "" : " ± 0");
  const isAbove0 = value > 0 && /^\(?[0.]*[1-9]/.test(text);
  return isAbove0 ? plus + text : text;
}

function decimalsOfRank(rank: number): number {
  return formatRank(rank).split(".")[1]?.length ?? 0;
}

/** A value and what it may be off by to either side, both to the second digit of the latter. */
function plusMinus(value: number, margin: number, scale = value): string {
  return scaled(Math.max(Math.abs(scale), margin), (unit) => {
    const decimals = decimalsOf(margin / unit, scale / unit);
    const shown = (margin / unit).toFixed(decimals);
    const error = Number(shown) > 0 ? shown : `<${(10 ** -decimals).toFixed(decimals)}`;
    return `${signed((value / unit).toFixed(decimals))} ± ${error}`;
  });
}

/** Text in units of a power of ten where numbers are too large or too small to be read without. */
function scaled(size: number, write: (unit: number) => string): string {
  if (size < LARGE && size >= SMALL) return write(1);
  const exponent = Math.floor(Math.log10(size));
  return `(${write(10 ** exponent)})e${exponent < 0 ? "" : "+"}${exponent}`;
}

/** How many decimals show two digits of a margin, and no more digits of the value than are worth it. */
function decimalsOf(margin: number, value: number): number {
  const place = (number: number) => Number(number.toExponential(1).split("e")[1]);
  const most = MOST_DIGITS - 1 - Math.max(0, value === 0 ? 0 : place(value));
  return Math.max(0, Math.min(1 - place(margin), most));
}

/** Whether there is more to an interval than rounding. */
function isInterval(value: number, interval: Interval): boolean {
  return halfWidth(interval) > ROUNDING * Math.abs(value);
}

function halfWidth({ low, high }: Interval): number {
  return (high - low) / 2;
}

function signed(number: string): string {
  return number.replace("-", Number(number) === 0 ? "" : "−");
}

/**
 * A whole number with its thousands set apart.
 *
 * @param count The number.
 * @returns For example `25,600`.
 */
export function grouped(count: number): string {
  // toLocaleString("en-US") says the same, and takes 10 ms or more the first time.
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A small share, as in `0.083 %`. */
export function percentOf(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

/** A share of what is possible, as in `99.7 %`. */
export function percent(share: number): string {
  return `${(100 * share).toPrecision(share >= 0.995 ? 3 : 2)} %`;
}
