import type {
  AccessorNode,
  ArrayNode,
  ConditionalNode,
  ConstantNode,
  FunctionNode,
  IndexNode,
  MathNode,
  OperatorNode,
  ParenthesisNode,
  RangeNode,
  RelationalNode,
  SymbolNode,
} from "../../platform/packages/mathjs.ts";
import { closest } from "../../errors.ts";
import { COMPARISONS, FUNCTION_NAMES } from "./functions.ts";
import { type ExpressionText, refusal } from "./refusal.ts";

/** What an expression may name. */
export interface Names {
  /** The vectors. */
  readonly vectors: readonly string[];
  /** The single numbers. */
  readonly numbers: readonly string[];
  /** Says what to do about a name that there is none of, where that is known. */
  readonly advice?: (name: string) => string | undefined;
}

/** What an expression must give: a number, or whether something holds. */
export type ExpressionKind = "number" | "condition";

/** Names of mathjs that are numbers. */
const CONSTANTS = ["pi", "e"];
const ARITHMETIC = [
  "add",
  "subtract",
  "multiply",
  "divide",
  "pow",
  "dotMultiply",
  "dotDivide",
  "dotPow",
  "unaryMinus",
  "unaryPlus",
];
/** Operators between conditions. */
export const LOGIC: readonly string[] = ["and", "or", "xor", "not"];
const OPERATORS: readonly string[] = [...ARITHMETIC, ...LOGIC, ...COMPARISONS];

/**
 * Refuses what is not in the language of expressions, which is a part of that of mathjs: numbers and
 * vectors, their arithmetic, comparisons, choices, elements of vectors, and calls of some functions.
 * There is no way to name a property, to define anything, or to make a matrix, so that nothing that
 * can be written reaches beyond the expression, or grows with the square of what it is given.
 */
export class Grammar {
  readonly #expression: ExpressionText;
  readonly #names: Names;
  readonly #used = new Set<string>();

  /**
   * @param expression What is checked.
   * @param names What it may name.
   */
  constructor(expression: ExpressionText, names: Names) {
    this.#expression = expression;
    this.#names = names;
  }

  /** The names that were met. */
  get used(): readonly string[] {
    return [...this.#used];
  }

  /**
   * Checks a whole expression.
   *
   * @param node Its root.
   * @param kind What it must give.
   * @throws {RankMeError} `usage`, with the place.
   */
  check(node: MathNode, kind: ExpressionKind): void {
    this.#check(node);
    if (kind === "condition") this.#expectCondition(node);
    else if (isCondition(node)) {
      this.#refuse(node, "a metric is a number, and this is true or false; write (…) ? 1 : 0");
    }
  }

  #check(node: MathNode, inIndex = false): void {
    const checkAll = (...nodes: readonly (MathNode | null)[]) =>
      nodes.forEach((one) => one && this.#check(one, inIndex));
    switch (node.type) {
      case "ConstantNode":
        return this.#checkConstant(node as ConstantNode);
      case "SymbolNode":
        return this.#checkName(node as SymbolNode, inIndex);
      case "ParenthesisNode":
        return this.#check((node as ParenthesisNode).content, inIndex);
      case "OperatorNode":
        this.#checkOperator(node as OperatorNode);
        return checkAll(...(node as OperatorNode).args);
      case "FunctionNode":
        this.#checkCall(node as FunctionNode);
        return checkAll(...(node as FunctionNode).args);
      case "RelationalNode":
        return checkAll(...(node as RelationalNode).params);
      case "ConditionalNode": {
        const { condition, trueExpr, falseExpr } = node as ConditionalNode;
        checkAll(condition, trueExpr, falseExpr);
        this.#expectCondition(condition);
        if (isCondition(trueExpr)) this.#expectCondition(falseExpr);
        return;
      }
      case "RangeNode": {
        const { start, step, end } = node as RangeNode;
        return checkAll(start, step, end);
      }
      case "ArrayNode":
        return this.#checkList(node as ArrayNode);
      case "AccessorNode":
        return this.#checkElement(node as AccessorNode, inIndex);
      default:
        this.#refuse(node, WHAT_OTHERS_ARE[node.type] ?? "this cannot be part of an expression");
    }
  }

  #checkConstant(node: ConstantNode): void {
    const { value } = node as { value: unknown };
    if (typeof value === "boolean" || typeof value === "number" && !Number.isNaN(value)) return;
    this.#refuse(node, `${node.toString()} is no number`);
  }

  #checkName(node: SymbolNode, inIndex: boolean): void {
    const { vectors, numbers, advice } = this.#names;
    const known = [...new Set([...vectors, ...numbers])];
    if (known.includes(node.name)) {
      this.#used.add(node.name);
      return;
    }
    if (CONSTANTS.includes(node.name) || inIndex && node.name === "end") return;
    if ((FUNCTION_NAMES as readonly string[]).includes(node.name)) {
      this.#refuse(node, `${node.name} is a function: write ${node.name}(…)`);
    }
    const near = node.name.length > 1 && closest(node.name, known);
    const what = advice?.(node.name) ??
      (near ? `did you mean ${near}?` : `there are ${known.join(", ")}`);
    this.#refuse(node, `there is no "${node.name}"; ${what}`);
  }

  #checkOperator(node: OperatorNode): void {
    const { fn, op, implicit } = node as OperatorNode & { implicit: boolean };
    if (implicit) this.#refuse(node, "write * between what is to be multiplied");
    if (!OPERATORS.includes(fn)) this.#refuse(node, `there is no operator ${op} here`);
    if (LOGIC.includes(fn)) node.args.forEach((operand) => this.#expectCondition(operand));
  }

  #checkCall(node: FunctionNode): void {
    const { fn } = node as { fn: MathNode & { name?: string } };
    if (fn.type !== "SymbolNode") this.#refuse(node, "only functions can be called");
    const name = fn.name!;
    if ((FUNCTION_NAMES as readonly string[]).includes(name)) return;
    if (this.#names.vectors.includes(name)) {
      this.#refuse(node, `${name} is no function: its elements are ${name}[1], ${name}[2] …`);
    }
    const near = closest(name, FUNCTION_NAMES);
    const what = near ? `did you mean ${near}?` : `there are ${FUNCTION_NAMES.join(", ")}`;
    this.#refuse(fn, `there is no function ${name}; ${what}`);
  }

  /** Numbers only: lists of vectors would be matrices. */
  #checkList(node: ArrayNode): void {
    for (const item of node.items as MathNode[]) {
      if (!isNumber(item)) this.#refuse(node, "only numbers can be between [ and ]");
    }
  }

  #checkElement(node: AccessorNode, inIndex: boolean): void {
    const { object, index, optionalChaining } = node;
    const { dimensions, dotNotation } = index as IndexNode & { dotNotation: boolean };
    const [first] = dimensions;
    if (optionalChaining || dotNotation || dimensions.some(isText)) {
      this.#refuse(node, "there are no properties, only elements, as in lambda[1]");
    }
    if (dimensions.length !== 1) this.#refuse(node, "a vector has one index");
    const { value = 1 } = (first.type === "RangeNode" ? (first as RangeNode).start : first) as {
      value?: unknown;
    };
    if (!(Number.isInteger(value) && value as number >= 1)) {
      this.#refuse(node, "elements are counted from 1, in whole numbers");
    }
    this.#check(object, inIndex);
    this.#check(first, true);
  }

  #expectCondition(node: MathNode): void {
    if (isCondition(node)) return;
    this.#refuse(node, "this is a number where a condition is needed, such as rankMe < 100");
  }

  #refuse(node: MathNode, what: string): never {
    throw refusal(this.#expression, what, node);
  }
}

const WHAT_OTHERS_ARE: { readonly [type: string]: string } = {
  AssignmentNode: "nothing can be assigned; to compare write ==",
  FunctionAssignmentNode: "no function can be defined",
  BlockNode: "there can be one expression only",
  ObjectNode: "there are no objects",
};

function isNumber(node: MathNode): boolean {
  if (node.type === "ConstantNode") return typeof (node as { value?: unknown }).value === "number";
  return node.type === "OperatorNode" && (node as OperatorNode).fn === "unaryMinus" &&
    isNumber((node as OperatorNode).args[0]);
}

function isText(node: MathNode): boolean {
  return node.type === "ConstantNode" && typeof (node as { value?: unknown }).value === "string";
}

/** Whether a part says that something holds, of numbers or element by element. */
function isCondition(node: MathNode): boolean {
  switch (node.type) {
    case "ConstantNode":
      return typeof (node as { value?: unknown }).value === "boolean";
    case "ParenthesisNode":
      return isCondition((node as ParenthesisNode).content);
    case "OperatorNode": {
      const { fn } = node as OperatorNode;
      return LOGIC.includes(fn) || (COMPARISONS as readonly string[]).includes(fn);
    }
    case "ConditionalNode":
      return isCondition((node as ConditionalNode).trueExpr);
    default:
      return node.type === "RelationalNode";
  }
}
