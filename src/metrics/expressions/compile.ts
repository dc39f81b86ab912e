import type {
  FunctionNode,
  MathJsInstance,
  MathNode,
  SymbolNode,
} from "../../platform/packages/mathjs.ts";
import { latePackage } from "../../platform/late_package.ts";
import { COMPARISONS, expressionFunctions, functionKey, Misfit, NotANumber } from "./functions.ts";
import { type ExpressionKind, Grammar, LOGIC, type Names } from "./grammar.ts";
import { type ExpressionText, refusal } from "./refusal.ts";
import { TooMuchWork, Work } from "./work.ts";

/** The longest expression: enough for what a person writes, and no work to parse. */
const LONGEST_EXPRESSION = 1000;
/** Of the vectors that an expression is tried on. */
const TRIAL_LENGTH = 256;

type ResultType = "number" | "boolean";

/** The values of names; of a vector, all of them. */
export type ExpressionValues = { readonly [name: string]: number | Float64Array | undefined };

/** What came of an expression: a finite number or a truth, or why there is none. */
export type ExpressionOutcome<T> = { readonly value: T } | { readonly absent: string };

/** An expression that was checked. */
export interface CompiledExpression<T extends number | boolean> extends ExpressionText {
  /** What it names. */
  readonly uses: readonly string[];
  /**
   * Evaluates it; nothing else comes of that, and it is never an error.
   *
   * @param values The values of what it names.
   * @returns The outcome.
   */
  evaluate(values: ExpressionValues): ExpressionOutcome<T>;
}

/**
 * Checks an expression, and makes it one that can be evaluated. mathjs is loaded on the first call
 * only, which takes 0.3 s and 70 MB.
 *
 * As mathjs' page on security advises, what would reach beyond an expression is disabled; besides, only
 * what {@linkcode Grammar} knows is let through to it. Lengths are bounded, and so are time and memory.
 *
 * @param expression The expression, and what messages call it.
 * @param kind What it must give.
 * @param names What it may name.
 * @returns The expression to evaluate.
 * @throws {RankMeError} `usage`, for one that cannot be understood, or works with no data at all.
 */
export async function compileExpression<K extends ExpressionKind>(
  { label, text: given }: ExpressionText,
  kind: K,
  names: Names,
): Promise<CompiledExpression<K extends "number" ? number : boolean>> {
  const expression = { label, text: given.trim().replaceAll(/\s/g, " ") };
  const { math, parse, functions, work } = await sandbox();
  const node = parsed(expression, parse);
  const grammar = new Grammar(expression, names);
  grammar.check(node, kind);
  const type: ResultType = kind === "number" ? "number" : "boolean";
  const run = (part: MathNode) => {
    const compiled = lowered(part, math).compile();
    return (values: ExpressionValues): unknown =>
      compiled.evaluate(new Map([...functions, ...scopeOf(grammar.used, values)]));
  };
  // All trials of all parts together may take as much as one evaluation.
  work.begin();
  refuseHopeless(expression, node, type, (part) => run(part)(trialValues(names)));
  const whole = run(node);
  return {
    ...expression,
    uses: grammar.used,
    evaluate(values) {
      const missing = grammar.used.find((name) => values[name] === undefined);
      work.begin();
      return missing === undefined
        ? outcome(() => whole(values), type)
        : { absent: `there is no ${missing}` };
    },
  };
}

interface Sandbox {
  readonly math: MathJsInstance;
  readonly parse: (text: string) => MathNode;
  readonly functions: ReadonlyMap<string, unknown>;
  readonly work: Work;
}

let loaded: Promise<Sandbox> | undefined;

function sandbox(): Promise<Sandbox> {
  return loaded ??= load();
}

async function load(): Promise<Sandbox> {
  const { create, all } = await latePackage("mathjs");
  // The tolerances would make 1e-16 equal to 0; without `predictable` a logarithm may be complex.
  const math = create(all, { predictable: true, matrix: "Array", relTol: 1e-300, absTol: 0 });
  const parse = math.parse.bind(math) as (text: string) => MathNode;
  const work = new Work();
  const functions = expressionFunctions(math, work);
  const disabled = Object.fromEntries(DISABLED.map((name) => [name, () => {
    throw new Error(`${name} is disabled`);
  }]));
  math.import(disabled, { override: true });
  return { math, parse, functions, work };
}

/** What https://mathjs.org/docs/expressions/security.html names, and what does alike. */
const DISABLED = [
  "import",
  "createUnit",
  "reviver",
  "evaluate",
  "parse",
  "compile",
  "parser",
  "simplify",
  "derivative",
  "resolve",
];

function parsed(expression: ExpressionText, parse: Sandbox["parse"]): MathNode {
  const { text } = expression;
  if (text === "") throw refusal(expression, "there is no expression", 0);
  if (text.length > LONGEST_EXPRESSION) {
    throw refusal(
      expression,
      `an expression of ${text.length} characters: ${LONGEST_EXPRESSION} are the most`,
    );
  }
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw refusal(expression, "it is too deeply nested");
    const { char } = error as SyntaxError & { char?: number };
    const reason = error.message.replace(/ \(char \d+\)$/, "");
    const what = reason[0].toLowerCase() + reason.slice(1);
    throw refusal(expression, what, char === undefined ? undefined : char - 1);
  }
}

/** How much longer than additions `and` and its like take in mathjs, for each element. */
const LOGIC_WEIGHT = 8;

/**
 * The same expression, with calls of our own functions where mathjs would call its own, and with all
 * vectors counted that mathjs is still left to take in.
 */
function lowered(node: MathNode, math: MathJsInstance): MathNode {
  const call = (name: string, ...args: MathNode[]): MathNode =>
    new math.FunctionNode(new math.SymbolNode(functionKey(name)), args);
  const weight = math.isOperatorNode(node) && LOGIC.includes(node.fn) ? LOGIC_WEIGHT : 1;
  const part = node.map((child, path) => {
    const low = lowered(child, math);
    const isTakenIn = math.isOperatorNode(node) || path === "object";
    return isTakenIn ? call("counted", low, new math.ConstantNode(weight)) : low;
  });
  if (math.isFunctionNode(part)) return call(part.fn.name, ...part.args);
  if (math.isRangeNode(part)) {
    return call("range", part.start, part.end, ...part.step ? [part.step] : []);
  }
  if (math.isOperatorNode(part) && (COMPARISONS as readonly string[]).includes(part.fn)) {
    return call(part.fn, ...part.args);
  }
  if (math.isRelationalNode(part)) {
    const { params, conditionals } = part as unknown as Chain;
    return conditionals
      .map((name, index) => call(name, params[index], params[index + 1]))
      .reduce((all, one) => new math.OperatorNode("and", "and", [all, one]));
  }
  return part;
}

/** `a < b < c`. */
interface Chain {
  readonly params: MathNode[];
  readonly conditionals: readonly string[];
}

function scopeOf(used: readonly string[], values: ExpressionValues): [string, unknown][] {
  return used.map((name) => {
    const value = values[name];
    return [name, value instanceof Float64Array ? Array.from(value) : value];
  });
}

function outcome<T>(evaluate: () => unknown, type: ResultType): ExpressionOutcome<T> {
  let value: unknown;
  try {
    value = evaluate();
  } catch (error) {
    return { absent: reasonOf(error) };
  }
  if (!isOf(type, value)) return { absent: `it is ${describe(value)}` };
  return Number.isFinite(Number(value)) ? { value: value as T } : { absent: `it is ${value}` };
}

function isOf(type: ResultType, value: unknown): value is number | boolean {
  const found: string = typeof value;
  return found === type;
}

/** The same number everywhere: what matters is of what type things are. */
function trialValues({ vectors, numbers }: Names): ExpressionValues {
  const vector = Float64Array.from({ length: TRIAL_LENGTH }, (_, index) => 1 / (index + 1));
  return Object.fromEntries([
    ...vectors.map((name) => [name, vector] as const),
    ...numbers.map((name) => [name, TRIAL_LENGTH] as const),
  ]);
}

/** Tries an expression before any data is read: what takes a number for a vector never works. */
function refuseHopeless(
  expression: ExpressionText,
  node: MathNode,
  type: ResultType,
  evaluate: (part: MathNode) => unknown,
): void {
  let result: unknown;
  const errorOf = (part: MathNode): unknown => {
    try {
      result = evaluate(part);
    } catch (error) {
      return error;
    }
  };
  const error = errorOf(node);
  if (error instanceof TooMuchWork) throw refusal(expression, error.message);
  if (error !== undefined) {
    if (dependsOnData(error)) return;
    const culprit = smallestFailing(node, (part) => errorOf(part) !== undefined);
    throw refusal(expression, complaint(culprit, errorOf(culprit)), culprit);
  }
  if (isOf(type, result)) return;
  throw refusal(
    expression,
    `this gives ${describe(result)}, and not one ${type === "number" ? "number" : "truth"}`,
  );
}

function smallestFailing(node: MathNode, fails: (part: MathNode) => boolean): MathNode {
  let smallest = node;
  node.forEach((child, path) => {
    // The name of a function, and the `end` of a vector, mean nothing by themselves.
    const alone = path !== "fn" && child.filter((part) => isNamed(part, "end")).length === 0;
    if (smallest === node && alone && fails(child)) smallest = smallestFailing(child, fails);
  });
  return smallest;
}

function isNamed(node: MathNode, name: string): boolean {
  return node.type === "SymbolNode" && (node as SymbolNode).name === name;
}

const COMPLAINTS: { readonly [type: string]: string } = {
  OperatorNode: "this does not work with vectors; .*, ./ and .^ go element by element",
  ConditionalNode: "a choice needs one condition, and this is a vector of them",
  AccessorNode: "only a vector has elements",
  IndexNode: "an index is a whole number, a range or a vector",
};

function complaint(node: MathNode, error: unknown): string {
  const reason = reasonOf(error);
  if (node.type === "FunctionNode") return `${(node as FunctionNode).fn.name} ${reason}`;
  return COMPLAINTS[node.type] ?? reason;
}

/** Whether other data may make no such error. */
function dependsOnData(error: unknown): boolean {
  return error instanceof Misfit || error instanceof NotANumber || isIndexError(error) ||
    error instanceof Error && /mismatch|must be an integer/i.test(error.message);
}

interface IndexError extends Error {
  readonly index: number;
  readonly max?: number;
}

function isIndexError(error: unknown): error is IndexError {
  return error instanceof Error && error.name === "IndexError";
}

function reasonOf(error: unknown): string {
  if (isIndexError(error)) {
    return error.max === undefined || error.index < 1
      ? `there is no element ${error.index}: they count from 1`
      : `there is no element ${error.index} where there are ${error.max - 1}`;
  }
  const message = error instanceof Error ? error.message : String(error);
  if (/mismatch/i.test(message)) return "vectors of different lengths do not fit each other";
  return message[0].toLowerCase() + message.slice(1);
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return "a vector";
  return typeof value === "boolean" ? "true or false" : `${value}`;
}
