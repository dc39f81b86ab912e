import type { Opaque } from "./opaque.ts";

/** A part of an expression. */
export interface MathNode {
  readonly type: string;
  map(callback: (child: MathNode, path: string) => MathNode): MathNode;
  forEach(callback: (child: MathNode, path: string) => void): void;
  filter(callback: (node: MathNode) => boolean): MathNode[];
  compile(): { evaluate(scope: Map<string, unknown>): unknown };
  toString(): string;
}

/** `object[index]`. */
export interface AccessorNode extends MathNode {
  readonly object: MathNode;
  readonly index: MathNode;
  readonly optionalChaining: boolean;
}

/** `[a, b]`. */
export interface ArrayNode extends MathNode {
  readonly items: MathNode[];
}

/** `condition ? a : b`. */
export interface ConditionalNode extends MathNode {
  readonly condition: MathNode;
  readonly trueExpr: MathNode;
  readonly falseExpr: MathNode;
}

/** A number, a text or a truth. */
export interface ConstantNode extends MathNode {
  readonly value: unknown;
}

/** `fn(a, b)`. */
export interface FunctionNode extends MathNode {
  readonly fn: SymbolNode;
  readonly args: MathNode[];
}

/** What is between the brackets of `object[index]`. */
export interface IndexNode extends MathNode {
  readonly dimensions: MathNode[];
  readonly dotNotation: boolean;
}

/** `a + b`. */
export interface OperatorNode extends MathNode {
  readonly op: string;
  readonly fn: string;
  readonly args: MathNode[];
  readonly implicit: boolean;
}

/** `(content)`. */
export interface ParenthesisNode extends MathNode {
  readonly content: MathNode;
}

/** `start:step:end`. */
export interface RangeNode extends MathNode {
  readonly start: MathNode;
  readonly end: MathNode;
  readonly step: MathNode | null;
}

/** `a < b < c`. */
export interface RelationalNode extends MathNode {
  readonly conditionals: string[];
  readonly params: MathNode[];
}

/** A name. */
export interface SymbolNode extends MathNode {
  readonly name: string;
}

/** mathjs as it was set up. */
export interface MathJsInstance {
  readonly ConstantNode: new (value: number) => ConstantNode;
  readonly FunctionNode: new (fn: Opaque, args: Opaque[]) => MathNode;
  readonly OperatorNode: new (op: "and", fn: "and", args: Opaque[]) => MathNode;
  readonly SymbolNode: new (name: string) => SymbolNode;
  isFunctionNode(node: unknown): node is FunctionNode;
  isOperatorNode(node: unknown): node is OperatorNode;
  isRangeNode(node: unknown): node is RangeNode;
  isRelationalNode(node: unknown): node is RelationalNode;
  import(functions: Readonly<Record<string, unknown>>, options: { override: boolean }): void;
  parse(text: string): MathNode;
  cumsum(values: number[]): unknown;
  dot(a: number[], b: number[]): number;
  max(values: number[]): number;
  mean(values: number[]): number;
  median(values: number[]): number;
  min(values: number[]): number;
  norm(values: number[], order: number): unknown;
  pow(base: number, exponent: number): unknown;
  prod(values: number[]): number;
  quantileSeq(values: number[], share: number): unknown;
  sort(values: number[], order: "asc"): unknown;
  std(values: number[]): unknown;
  sum(values: number[]): number;
  variance(values: number[]): unknown;
}

/** How mathjs computes. */
export interface MathjsOptions {
  readonly predictable: boolean;
  readonly matrix: "Array";
  readonly relTol: number;
  readonly absTol: number;
}

/** What is used of mathjs. */
export interface Mathjs {
  readonly all: Opaque;
  create(factories: Opaque, options: MathjsOptions): MathJsInstance;
  eigs(matrix: number[][], options: { eigenvectors: false }): { values: Opaque };
}
