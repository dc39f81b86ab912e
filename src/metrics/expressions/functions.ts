import type { MathJsInstance } from "../../platform/packages/mathjs.ts";
import type { Work } from "./work.ts";

/** What a part of an expression can be: there are no matrices, texts or complex numbers. */
export type Value = Scalar | Scalar[];
type Scalar = number | boolean;
type ExpressionFunction = (...values: Value[]) => Value;

/** The longest range: more than any embedding has dimensions, and too short to fill a memory. */
export const LONGEST_RANGE = 2 ** 17;

/** What an expression may call: mathjs has much more, some of which reaches beyond the expression. */
export const FUNCTION_NAMES = [
  "abs",
  "cbrt",
  "ceil",
  "count",
  "cumsum",
  "dot",
  "exp",
  "expm1",
  "fix",
  "floor",
  "log",
  "log10",
  "log1p",
  "log2",
  "max",
  "mean",
  "median",
  "min",
  "mod",
  "norm",
  "pow",
  "prod",
  "quantileSeq",
  "round",
  "sign",
  "sort",
  "sqrt",
  "square",
  "std",
  "sum",
  "variance",
] as const;
type FunctionName = typeof FUNCTION_NAMES[number];

/** Operators whose work is done here: those of mathjs hold 1e-16 and 0 for equal, and NaN for false. */
export const COMPARISONS = [
  "smaller",
  "smallerEq",
  "larger",
  "largerEq",
  "equal",
  "unequal",
] as const;
type Comparison = typeof COMPARISONS[number];

/** Functions that sort, and so take longer for an element than others do. */
const SORTING: readonly string[] = ["median", "quantileSeq", "sort"] satisfies FunctionName[];
const SORTING_WEIGHT = 4;

/** Thrown where a number that there is none of would decide something. */
export class NotANumber extends Error {
  override readonly name = "NotANumber";
}

/** Thrown where vectors do not fit each other, or a range goes nowhere, as the data may have it. */
export class Misfit extends Error {
  override readonly name = "Misfit";
}

/**
 * What the names in an expression stand for, where they are called.
 *
 * Elementary functions go element by element, and mathjs does the rest: it is given copies, as some of
 * its functions sort what they are given in place.
 *
 * @param math mathjs, whose comparisons have no tolerance.
 * @param work What the work of all of them is counted by.
 * @returns The functions, by the names that {@linkcode functionKey} makes.
 */
export function expressionFunctions(
  math: MathJsInstance,
  work: Work,
): ReadonlyMap<string, ExpressionFunction> {
  const functions: { readonly [name in FunctionName]: ExpressionFunction } = {
    abs: elementwise(Math.abs),
    cbrt: elementwise(Math.cbrt),
    ceil: elementwise(Math.ceil),
    count: reducing((values) => values.length),
    cumsum: ofVector((vector) => math.cumsum(vector) as number[]),
    dot: ofVectors((a, b) => math.dot(a, b)),
    exp: elementwise(Math.exp),
    expm1: elementwise(Math.expm1),
    fix: elementwise(Math.trunc),
    floor: elementwise(Math.floor),
    log: (...values) => {
      const log = values.length < 2
        ? elementwise(Math.log)
        : pairwise((x, base) => Math.log(x) / Math.log(base));
      return log(...values);
    },
    log10: elementwise(Math.log10),
    log1p: elementwise(Math.log1p),
    log2: elementwise(Math.log2),
    max: reducing((values) => math.max(some(ordered(values)))),
    mean: reducing((values) => math.mean(some(values))),
    median: reducing((values) => math.median(some(ordered(values)))),
    min: reducing((values) => math.min(some(ordered(values)))),
    mod: pairwise((x, y) => x - y * Math.floor(x / y)),
    norm: ofVectorAnd((vector, order) => math.norm(some(vector), order) as number, 2),
    pow: pairwise((base, exponent) => math.pow(base, exponent) as number),
    prod: reducing((values) => math.prod(some(values))),
    quantileSeq: ofVectorAnd((vector, share) =>
      math.quantileSeq(some(ordered(vector)), share) as number
    ),
    // As mathjs does: half a unit away from 0.
    round: elementwise((x) => Math.sign(x) * Math.round(Math.abs(x))),
    sign: elementwise(Math.sign),
    sort: ofVector((vector) => math.sort(ordered(vector), "asc") as number[]),
    sqrt: elementwise(Math.sqrt),
    square: elementwise((x) => x * x),
    std: reducing((values) => math.std(some(values)) as unknown as number),
    sum: reducing((values) => values.length === 0 ? 0 : math.sum(values)),
    variance: reducing((values) => math.variance(some(values)) as unknown as number),
  };
  const comparisons: { readonly [name in Comparison]: ExpressionFunction } = {
    smaller: comparing((a, b) => a < b),
    smallerEq: comparing((a, b) => a <= b),
    larger: comparing((a, b) => a > b),
    largerEq: comparing((a, b) => a >= b),
    equal: comparing((a, b) => a === b),
    unequal: comparing((a, b) => a !== b),
  };
  /** For what is taken in by the operators of mathjs, which count nothing. */
  const counted: ExpressionFunction = (value, weight) => {
    work.spend(value, Number(weight));
    return value;
  };
  return new Map([
    ...Object.entries({ ...functions, ...comparisons, range })
      .map(([name, call]) => [functionKey(name), checked(name, call, work)] as const),
    [functionKey("counted"), counted],
  ]);
}

/** What is none of the values there should be, none of the functions makes a number of. */
function checked(name: string, call: ExpressionFunction, work: Work): ExpressionFunction {
  const weight = SORTING.includes(name) ? SORTING_WEIGHT : 1;
  return (...values) => {
    values.forEach((value) => work.spend(value, weight));
    if (!values.every(isValue)) throw new TypeError("takes numbers and vectors");
    return call(...values);
  };
}

function isValue(value: unknown): value is Value {
  return Array.isArray(value) ? value.every(isScalar) : isScalar(value);
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === "number" || typeof value === "boolean";
}

/**
 * What a function is kept under: no name that can be written in an expression, so that a number of
 * the same name is no function.
 *
 * @param name What it is called.
 * @returns The key.
 */
export function functionKey(name: string): string {
  return `function ${name}`;
}

/** `start:end` or, as mathjs has it, `start:step:end`; both ends are part of it. */
const range: ExpressionFunction = (start, end, step = 1) => {
  const [from, to, by] = [start, end, step].map(Number);
  const steps = Math.floor((to - from) / by);
  if (!Number.isFinite(steps)) throw new Misfit(`a range from ${from} to ${to} by ${by}`);
  if (steps >= LONGEST_RANGE) {
    throw new RangeError(`a range of ${steps + 1} numbers: ${LONGEST_RANGE} is the longest`);
  }
  return Array.from({ length: Math.max(0, steps + 1) }, (_, index) => from + index * by);
};

function elementwise(change: (value: number) => number): ExpressionFunction {
  return (value, ...rest) => {
    if (value === undefined || rest.length > 0) throw new TypeError("takes one argument");
    return Array.isArray(value) ? value.map((one) => change(Number(one))) : change(Number(value));
  };
}

function pairwise<T extends Scalar>(combine: (a: number, b: number) => T): ExpressionFunction {
  return (a, b, ...rest) => {
    if (b === undefined || rest.length > 0) throw new TypeError("takes two arguments");
    const length = Math.max(...[a, b].map((value) => Array.isArray(value) ? value.length : -1));
    if (length < 0) return combine(Number(a), Number(b));
    for (const value of [a, b]) {
      if (Array.isArray(value) && value.length !== length) {
        throw new Misfit(`vectors of ${value.length} and ${length} numbers`);
      }
    }
    const at = (value: Value, index: number) => Number(Array.isArray(value) ? value[index] : value);
    return Array.from({ length }, (_, index) => combine(at(a, index), at(b, index)));
  };
}

/** A comparison with NaN would be false without a reason. */
function comparing(compare: (a: number, b: number) => boolean): ExpressionFunction {
  return pairwise((a, b) => {
    ordered([a, b]);
    return compare(a, b);
  });
}

function ordered(values: number[]): number[] {
  if (values.some(Number.isNaN)) throw new NotANumber("what is not a number cannot be compared");
  return values;
}

/** A function of one vector, or of several numbers. */
function reducing(reduce: (values: number[]) => number): ExpressionFunction {
  return (...values) => {
    if (values.length === 1 && Array.isArray(values[0])) return reduce(values[0].map(Number));
    if (values.length === 0 || values.some(Array.isArray)) {
      throw new TypeError("takes one vector, or several numbers");
    }
    return reduce(values.map(Number));
  };
}

function ofVector(change: (vector: number[]) => number[]): ExpressionFunction {
  return (vector, ...rest) => {
    if (!Array.isArray(vector) || rest.length > 0) throw new TypeError("takes one vector");
    return change(vector.map(Number));
  };
}

function ofVectors(reduce: (a: number[], b: number[]) => number): ExpressionFunction {
  return (a, b, ...rest) => {
    if (!Array.isArray(a) || !Array.isArray(b) || rest.length > 0) {
      throw new TypeError("takes two vectors");
    }
    if (a.length !== b.length) throw new Misfit(`vectors of ${a.length} and ${b.length} numbers`);
    return reduce(a.map(Number), b.map(Number));
  };
}

function ofVectorAnd(
  reduce: (vector: number[], parameter: number) => number,
  preset?: number,
): ExpressionFunction {
  return (vector, parameter = preset!, ...rest) => {
    if (!Array.isArray(vector) || typeof parameter !== "number" || rest.length > 0) {
      throw new TypeError("takes a vector and a number");
    }
    return reduce(vector.map(Number), parameter);
  };
}

function some(values: number[]): number[] {
  if (values.length === 0) throw new Misfit("no numbers at all");
  return values;
}
