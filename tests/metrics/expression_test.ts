import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import fc from "fast-check";
import { OnlineCovariance } from "../../src/covariance/online_covariance.ts";
import { EmbeddingBatch } from "../../src/batch.ts";
import { RankMeError } from "../../src/errors.ts";
import { CONVENTIONS } from "../../src/metrics/conventions.ts";
import { metricExpressions } from "../../src/metrics/expression.ts";
import { type ExpressionScope, expressionScope } from "../../src/metrics/expression_scope.ts";
import type { ExpressionOutcome } from "../../src/metrics/expressions/compile.ts";
import { golden } from "../golden/golden.ts";
import { goldenMatrix } from "../golden/matrices.ts";

const singularValues = Float64Array.of(3, 2, 1, 0.5);
const SPECTRUM = {
  singularValues,
  eigenvalues: singularValues.map((value) => value * value),
  rows: 10,
  dim: 6,
  centered: false,
};
const SCOPE = expressionScope(SPECTRUM, CONVENTIONS.paper, { rankMe: 3.25, effectiveRank: 2 });

async function outcomeOf(
  text: string,
  scope: ExpressionScope = SCOPE,
): Promise<ExpressionOutcome<number>> {
  const [expression] = await metricExpressions([`x=${text}`]);
  return expression.evaluate(scope);
}

async function messageOf(...definitions: string[]): Promise<string> {
  const error = await assertRejects(() => metricExpressions(definitions), RankMeError);
  assertEquals(error.code, "usage");
  return error.message;
}

Deno.test("an expression is computed over sigma, lambda, p, n, d and other numbers", async () => {
  const lambda = [9, 4, 1, 0.25];
  for (
    const [text, expected] of [
      ["log(lambda[1]/lambda[2])", Math.log(9 / 4)],
      ["sum(lambda[1:2]) / sum(lambda)", 13 / 14.25],
      ["lambda[end] + sigma[end - 1]", 1.25],
      ["sum(lambda)^2 / sum(lambda .^ 2)", 14.25 ** 2 / (81 + 16 + 1 + 0.0625)],
      ["sum(1 ./ lambda)", 1 / 9 + 1 / 4 + 1 + 4],
      ["exp(mean(log(lambda)))", Math.exp(lambda.map(Math.log).reduce((a, b) => a + b) / 4)],
      ["n / d - rankMe * effectiveRank", 10 / 6 - 6.5],
      ["p[1]", 3 / 6.5 + 1e-7],
      ["sum(sigma > 0.75)", 3],
      ["count(lambda[lambda > 100])", 0],
      ["sum(lambda .* (1:4))", 9 + 8 + 3 + 1],
      ["sum(lambda[[1, 3]])", 10],
      ["max(lambda) - min(sigma) + max(1, n, 2)", 9 - 0.5 + 10],
      ["median(lambda)", 2.5],
      ["quantileSeq(lambda, 0.5)", 2.5],
      ["std(lambda)^2 - variance(lambda)", 0],
      ["variance([1, 2, 4])", 7 / 3],
      ["dot(sigma, lambda) - sigma * lambda", 0],
      ["norm([3, -4]) + norm([3, -4], 1)", 12],
      ["cumsum(sigma)[3] + prod(sigma)", 6 + 3],
      ["sort(lambda)[1] + (lambda / 2)[1]", 0.25 + 4.5],
      ["log(8, 2) + log2(8) + log10(100) + log1p(0) + expm1(0)", 8],
      ["sqrt(16) + cbrt(27) + square(3) + pow(2, 3) + abs(-1)", 4 + 3 + 9 + 8 + 1],
      ["floor(-1.5) + ceil(1.2) + fix(-1.7) + round(2.5) + round(-2.5) + sign(-3)", -2 + 2 - 1 - 1],
      ["mod(-7, 3)", 2],
      ["-2^2 + 2^-1 + pi - e", -4 + 0.5 + Math.PI - Math.E],
      ["lambda[1] > 3 ? 1 : 2", 1],
      ["(0 < effectiveRank <= 2 and not (n == 11)) ? 7 : 8", 7],
      ["(1 > 2 or 2 != 2 or n >= 11 xor true) ? 7 : 8", 7],
    ] as const
  ) {
    const outcome = await outcomeOf(text);
    assert("value" in outcome, `${text}: ${JSON.stringify(outcome)}`);
    assertAlmostEquals(outcome.value, expected, 1e-12, text);
  }
});

Deno.test("the perplexity of p is RankMe as NumPy computes it, under every convention", async () => {
  for (const name of ["gaussian", "low-rank-large-mean"]) {
    const { rows, dim, expected } = golden.find((one) => one.name === name)!;
    const state = new OnlineCovariance()
      .update(new EmbeddingBatch({ data: goldenMatrix(name).data, dim }));
    for (const convention of ["paper", "reptrix"] as const) {
      const how = CONVENTIONS[convention];
      const spectrum = state.spectrum({ centered: how.centered });
      assertEquals(spectrum.rows, rows);
      const outcome = await outcomeOf("exp(-sum(p .* log(p)))", expressionScope(spectrum, how));
      const { value } = expected[convention]!;
      assert("value" in outcome);
      assertAlmostEquals(outcome.value, value, 1e-9 * value);
    }
  }
});

Deno.test("a function that sorts leaves the vectors as they are", async () => {
  for (const first of ["sort(lambda)[1]", "median(lambda)", "quantileSeq(lambda, 0.9)"]) {
    const outcome = await outcomeOf(`0 * ${first} + lambda[1]`);
    assertEquals(outcome, { value: 9 });
  }
  assertEquals(SCOPE.lambda, Float64Array.of(9, 4, 1, 0.25));
});

Deno.test("numbers are compared as they are, without a tolerance", async () => {
  const tiny = { ...SCOPE, lambda: Float64Array.of(3e-16, 2e-16, 1e-16, 0) };
  for (
    const [text, expected] of [
      ["sum(lambda > 0)", 3],
      ["sum(lambda == 0)", 1],
      ["max(lambda)", 3e-16],
      ["min(lambda[1:3])", 1e-16],
      ["sort(lambda)[4]", 3e-16],
      ["median(lambda[1:3])", 2e-16],
      ["floor(1 - 1e-16 * 2)", 0],
    ] as const
  ) {
    assertEquals(await outcomeOf(text, tiny), { value: expected }, text);
  }
});

Deno.test("an expression may name those before it, and each number by its name", async () => {
  const [a, b] = await metricExpressions(["a = lambda[1]", "b=a==9 ? a/2 : 0"]);
  assertEquals([a.name, a.text, b.text], ["a", "lambda[1]", "a==9 ? a/2 : 0"]);
  assertEquals(a.evaluate(SCOPE), { value: 9 });
  assertEquals(b.evaluate({ ...SCOPE, numbers: { a: 9 } }), { value: 4.5 });
  // A number may be called as a function is.
  const [, c] = await metricExpressions(["norm = 1", "c = norm * norm([3, 4])"]);
  assertEquals(c.evaluate({ ...SCOPE, numbers: { norm: 2 } }), { value: 10 });
});

Deno.test("a number that there is none of is absent, with the reason", async () => {
  for (
    const [text, absent] of [
      ["log(lambda[1] - 9)", "it is -Infinity"],
      ["log(-lambda[1])", "it is NaN"],
      ["sqrt(-1)", "it is NaN"],
      ["1e400", "it is Infinity"],
      ["lambda[5]", "there is no element 5 where there are 4"],
      ["sum(lambda[1:n])", "there is no element 10 where there are 4"],
      ["lambda[d - 6]", "there is no element 0: they count from 1"],
      ["lambda[n / 4]", "index must be an integer (value: 1.5)"],
      ["sum(lambda .* (1:5))", "vectors of different lengths do not fit each other"],
      ["sum(lambda + (1:5))", "vectors of different lengths do not fit each other"],
      ["sum(lambda > (1:5))", "vectors of 4 and 5 numbers"],
      ["dot(lambda, 1:5)", "vectors of 4 and 5 numbers"],
      ["mean(lambda[lambda > 100])", "no numbers at all"],
      ["sum(1:(n - 9) / 0)", "a range from 1 to Infinity by 1"],
    ] as const
  ) {
    assertEquals(await outcomeOf(text), { absent }, text);
  }
  assertEquals(await outcomeOf("effectiveRank", { ...SCOPE, numbers: {} }), {
    absent: "there is no effectiveRank",
  });
});

Deno.test("what is not a number decides nothing", async () => {
  const absent = "what is not a number cannot be compared";
  for (
    const text of [
      "log(-n) < 1 ? 1 : 2",
      "log(-n) != 1 ? 1 : 2",
      "sum(log(-lambda) > 1)",
      "max(log(-n), 1)",
      "min(log(lambda - 5))",
      "median(log(lambda - 5))",
      "quantileSeq(log(lambda - 5), 0.5)",
      "sort(log(lambda - 5))[4]",
    ]
  ) {
    assertEquals(await outcomeOf(text), { absent }, text);
  }
});

Deno.test("an error shows the expression with a caret under the place", async () => {
  assertEquals(
    await messageOf("gap=log(lambda[1]/lambda[2]"),
    "--metric gap: parenthesis ) expected\n" +
      "    log(lambda[1]/lambda[2]\n" +
      "                           ^",
  );
  assertEquals(
    await messageOf("gap = log( lamda[1] )"),
    '--metric gap: there is no "lamda"; did you mean lambda?\n' +
      "    log( lamda[1] )\n" +
      "         ^",
  );
  assertEquals(
    await messageOf("gap=1 + sum(1/lambda)"),
    "--metric gap: this does not work with vectors; .*, ./ and .^ go element by element\n" +
      "    1 + sum(1/lambda)\n" +
      "            ^",
  );
  // A name is not found in another, and a letter of two code units takes one column.
  assertEquals(
    await messageOf("gap=sum(lambda) + lamb"),
    '--metric gap: there is no "lamb"; there are sigma, lambda, p, n, d, rankMe, effectiveRank\n' +
      "    sum(lambda) + lamb\n" +
      "                  ^",
  );
  assertEquals((await messageOf("gap=𝑎 + 1 + 2 3")).split("\n")[2], `    ${" ".repeat(10)}^`);
});

Deno.test("what cannot be understood is refused with what would do", async () => {
  for (
    const [text, what, column] of [
      ["", "there is no expression", 0],
      ["1 +", "unexpected end of expression", 3],
      ["lambda[1]]", "unexpected operator ]", 9],
      ["2 lambda[1]", "write * between what is to be multiplied", 0],
      ["5 cm", "write * between what is to be multiplied", 0],
      ["n % 2", "there is no operator % here", 0],
      ["1 + lambda'", "there is no operator ' here", 4],
      ["n!", "there is no operator ! here", 0],
      ["lambda ?? 1", "there is no operator ?? here", 0],
      ["i", 'there is no "i"; there are sigma, lambda, p, n, d, rankMe, effectiveRank', 0],
      ["1 + lambda(1)", "lambda is no function: its elements are lambda[1], lambda[2] …", 4],
      ["1 + lof(n)", "there is no function lof; did you mean log?", 4],
      ["sum", "sum is a function: write sum(…)", 0],
      ["1 + lambda[0]", "elements are counted from 1, in whole numbers", 4],
      ["sum(lambda[0:9])", "elements are counted from 1, in whole numbers", 4],
      ["lambda[1.5]", "elements are counted from 1, in whole numbers", 0],
      ["lambda[1, 2]", "a vector has one index", 0],
      ["lambda[]", "a vector has one index", 0],
      ["lambda[1][1]", "only a vector has elements", 0],
      ["lambda[n > 2]", "an index is a whole number, a range or a vector", 6],
      ["p = 3", "nothing can be assigned; to compare write ==", 0],
      ["f(x) = x", "no function can be defined", 0],
      ["1; 2", "there can be one expression only", 0],
      ["n > 2", "a metric is a number, and this is true or false; write (…) ? 1 : 0", 0],
      ["n ? 1 : 2", "this is a number where a condition is needed, such as rankMe < 100", 0],
      [
        "(true and n) ? 1 : 2",
        "this is a number where a condition is needed, such as rankMe < 100",
        10,
      ],
      ["lambda > 3 ? 1 : 2", "a choice needs one condition, and this is a vector of them", 0],
      ["1 + log()", "log takes one argument", 4],
      ["log(1, 2, 3)", "log takes two arguments", 0],
      ["max(lambda, 1)", "max takes one vector, or several numbers", 0],
      ["norm(n)", "norm takes a vector and a number", 0],
      ["dot(lambda, 1)", "dot takes two vectors", 0],
      ["sort(3)", "sort takes one vector", 0],
      ["NaN", "NaN is no number", 0],
    ] as const
  ) {
    assertEquals(
      await messageOf(`x=${text}`),
      `--metric x: ${what}\n    ${text}\n    ${" ".repeat(column)}^`,
    );
  }
  for (const text of ["lambda", "lambda .^ 2", "lambda[1:3]"]) {
    assertEquals(
      await messageOf(`x=${text}`),
      `--metric x: this gives a vector, and not one number\n    ${text}`,
    );
  }
});

Deno.test("a metric that is not computed is named with what would compute it", async () => {
  for (const [number, metric] of [["stableRank", "stableRank"], ["alphaReqR2", "alphaReq"]]) {
    assertEquals(
      (await messageOf(`x=${number} / d`)).split("\n")[0],
      `--metric x: there is no "${number}"; pass --metrics ${metric}`,
    );
    assertEquals((await metricExpressions([`x=${number} / d`], [metric])).length, 1);
    assertEquals(
      (await messageOf(`${number}=1`)).split("\n")[0],
      `--metric: ${number} is something else already`,
    );
  }
});

Deno.test("a definition without a name of its own is refused", async () => {
  const needed = "--metric: a metric needs a name of letters and digits";
  for (const definition of ["log(n)", "n == 3", "n <= 3", "=n", "1a=n", "a-b=n", "x!=3", ""]) {
    assert((await messageOf(definition)).startsWith(needed), definition);
  }
  for (const name of ["lambda", "n", "rankMe", "effectiveRank"]) {
    const [first] = (await messageOf(`${name}=1`)).split("\n");
    assertEquals(first, `--metric: ${name} is something else already`);
  }
  assertEquals(
    (await messageOf("a=1", "a=2")).split("\n")[0],
    "--metric: a is something else already",
  );
});

Deno.test("nothing that is known to reach beyond expressions of mathjs can be written", async () => {
  for (
    const text of [
      'cos.constructor("return process")()',
      'cos.constructor("return process")() + 1',
      '["//", "a"]._data.map(cos.constructor)[1]()("child_process")',
      "import({matrix: cos.constructor}, {override: 1})",
      'a = ["x"]._data; a.isRange = true; x = {subset: cos.constructor}[a]; x()',
      "lambda.constructor",
      'lambda["constructor"]',
      'lambda[("constructor")]',
      'lambda[["constructor"]]',
      'lambda["__proto__"]',
      "lambda.length",
      "lambda.map(log)",
      "lambda?.[1]",
      "(1).constructor",
      '"".constructor',
      "{}.constructor",
      "{constructor: 1}.constructor",
      "f(x) = x",
      "map(lambda, f(x) = x)",
      "map(lambda, log)",
      "log.constructor",
      "log.signatures",
      "typed(log)",
      'evaluate("1")',
      'parse("1")',
      'compile("1")',
      "parser()",
      'simplify("1 + 1")',
      'derivative("x^2", "x")',
      'resolve("x")',
      'createUnit("foo")',
      'unit("5 cm")',
      "config({})",
      'reviver("a", 1)',
      "chain(1)",
      'help("log")',
      'print("$a", {a: 1})',
      "constructor",
      "__proto__",
      "toString()",
      "hasOwnProperty(n)",
      "expression",
      "lambda[1](2)",
      "null",
      "undefined",
    ]
  ) {
    assert((await messageOf(`x=${text}`)).startsWith("--metric x: "), text);
  }
});

Deno.test("an expression cannot take much time or memory", async () => {
  const started = performance.now();
  for (
    const text of [
      "sum(1:1e9)",
      "sum(0:1e-9:1)",
      "zeros(1e9)",
      "ones(1e5, 1e5)",
      "factorial(1e9)",
      "1e9!",
      "[lambda, lambda]",
      "[lambda; lambda]",
      "[1 + lambda]",
      "[[1, 2], [3]]",
      "range(1, 1e9)",
      "identity(1e5)",
      "kron(lambda, lambda)",
      "combinations(1e9, 5e8)",
      "lambda' * lambda",
      "(".repeat(499) + "1" + ")".repeat(499),
      "1" + "+1".repeat(1000),
    ]
  ) {
    assert((await messageOf(`x=${text}`)).startsWith("--metric x: "), text);
  }
  // Only when it is evaluated is it known how long this one is.
  assertEquals(await outcomeOf("sum(1:n)", { ...SCOPE, n: 131_073 }), {
    absent: "a range of 131073 numbers: 131072 is the longest",
  });
  assertEquals(await outcomeOf("sum(1:n)", { ...SCOPE, n: 131_072 }), {
    value: 131_072 * 131_073 / 2,
  });
  const seconds = (performance.now() - started) / 1000;
  assert(seconds < 10, `${seconds} s`);
});

Deno.test("whatever is written, it is refused, or gives a finite number or a reason", async () => {
  const words = [
    "lambda",
    "p",
    "n",
    "sum",
    "log",
    "(",
    ")",
    "[",
    "]",
    "+",
    "*",
    ".^",
    "/",
    ":",
    "1",
    "2.5",
    "<",
    "==",
    "and",
    "not",
    "?",
    "end",
    ",",
    "'",
    '"',
    ".",
    "=",
    "max",
    "-",
    " ",
  ];
  const text = fc.array(fc.constantFrom(...words), { maxLength: 12 }).map((parts) =>
    parts.join("")
  );
  await fc.assert(
    fc.asyncProperty(text, async (written) => {
      try {
        const outcome = await outcomeOf(written);
        assert("absent" in outcome || Number.isFinite(outcome.value));
      } catch (error) {
        assert(error instanceof RankMeError && error.code === "usage", `${written}: ${error}`);
      }
    }),
    { numRuns: 500 },
  );
});

/** Some text, and what it should give, computed without mathjs. */
interface Sample<T> {
  readonly text: string;
  readonly value: T;
}

function samples(): { scalar: fc.Arbitrary<Sample<number>> } {
  const { sigma, lambda, p, n, d } = SCOPE;
  const elementwise = (a: number[], b: number[], f: (x: number, y: number) => number) =>
    a.map((x, i) => f(x, b[i]));
  const operators: readonly [string, string, (x: number, y: number) => number][] = [
    ["+", "+", (x, y) => x + y],
    ["-", "-", (x, y) => x - y],
    [".*", "*", (x, y) => x * y],
    ["./", "/", (x, y) => x / y],
  ];
  const operator = fc.constantFrom(...operators);
  return fc.letrec<{ scalar: Sample<number>; vector: Sample<number[]> }>((tie) => ({
    vector: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(
        ...Object.entries({ sigma, lambda, p }).map(([text, value]) => ({
          text,
          value: [...value],
        })),
        { text: "(1:4)", value: [1, 2, 3, 4] },
      ),
      fc.tuple(tie("vector"), operator, tie("vector")).map(([a, [sign, , f], b]) => ({
        text: `(${a.text} ${sign} ${b.text})`,
        value: elementwise(a.value, b.value, f),
      })),
      fc.tuple(tie("scalar"), operator, tie("vector")).map(([a, [sign, , f], b]) => ({
        text: `(${a.text} ${sign} ${b.text})`,
        value: b.value.map((y) => f(a.value, y)),
      })),
      tie("vector").map(({ text, value }) => ({
        text: `abs(${text})[end:-1:1]`,
        value: value.map(Math.abs).reverse(),
      })),
    ),
    scalar: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom({ text: "n", value: n }, { text: "d", value: d }, {
        text: "0.5",
        value: 0.5,
      }),
      tie("vector").map(({ text, value }) => ({
        text: `sum(${text})`,
        value: value.reduce((a, b) => a + b),
      })),
      fc.tuple(tie("vector"), fc.integer({ min: 1, max: 4 })).map(([{ text, value }, index]) => ({
        text: `${text}[${index}]`,
        value: value[index - 1],
      })),
      fc.tuple(tie("scalar"), operator, tie("scalar")).map(([a, [, sign, f], b]) => ({
        text: `(${a.text} ${sign} ${b.text})`,
        value: f(a.value, b.value),
      })),
      fc.tuple(tie("scalar"), tie("scalar"), tie("vector")).map(([a, b, c]) => ({
        text: `(${a.text} < ${b.text} ? ${a.text} : max(${c.text}))`,
        value: a.value < b.value ? a.value : Math.max(...c.value),
      })),
    ),
  }));
}

Deno.test("any arithmetic gives what it gives without mathjs", async () => {
  const short = samples().scalar.filter(({ text }) => text.length <= 1000);
  let numbers = 0;
  await fc.assert(
    fc.asyncProperty(short, async ({ text, value }) => {
      const outcome = await outcomeOf(text);
      if ("absent" in outcome) {
        // A choice by what is not a number has no value here, and one that means nothing there.
        assert(!Number.isFinite(value) || text.includes("?") || text.includes("/"), text);
      } else {
        assertAlmostEquals(outcome.value, value, 1e-9 * Math.max(1, Math.abs(value)), text);
        numbers++;
      }
    }),
    { numRuns: 300 },
  );
  assert(numbers > 200, `${numbers}`);
});

/** A spectrum of 20,000 values. */
function wideScope(): ExpressionScope {
  const singularValues = Float64Array.from({ length: 20_000 }, (_, i) => 1 / (i + 1));
  const eigenvalues = singularValues.map((value) => value * value);
  const spectrum = { singularValues, eigenvalues, rows: 1e6, dim: 20_000, centered: false };
  return expressionScope(spectrum, CONVENTIONS.paper, { rankMe: 3.25 });
}

/** As many of a term as 990 characters hold, added up. */
function repeated(term: string): string {
  return Array.from({ length: Math.floor(990 / (term.length + 1)) }, () => term).join("+");
}

Deno.test("an expression of too much work is refused before anything is read", async () => {
  for (
    const term of ["sum(sort(1:99999))", "std(1:1e5)", "sum((1:1e5).^(1:1e5))", "median(1:1e5)"]
  ) {
    assertStringIncludes(
      await messageOf(`x=${repeated(term)}`),
      "--metric x: it takes more than 2097152 operations on elements of vectors",
    );
  }
  const nested = `sum(${"-".repeat(900)}(1:1e5))`;
  assertStringIncludes(await messageOf(`x=${nested}`), "more than 2097152 operations");
  // Also where it fails, and the smallest part that does so is looked for.
  const failing = `${"(".repeat(90)}sum(1:1e5)${")+sum(1:1e5)*1".repeat(30)}`;
  assertEquals((await messageOf(`x=${failing}`)).length < 1200, true);
});

Deno.test("where a spectrum is so wide that it is too much, there is no number, and the reason", async () => {
  const scope = wideScope();
  const conditions = Array.from({ length: 60 }, () => "lambda>1").join(" and ");
  for (
    const text of [
      repeated("sum(sort(lambda))"),
      repeated("lambda*p"),
      `sum(${"-".repeat(900)}lambda)`,
      `sum(${conditions})`,
    ]
  ) {
    assertEquals(await outcomeOf(text, scope), {
      absent: "it takes more than 2097152 operations on elements of vectors",
    });
    // Of a spectrum of four values it is none.
    assertEquals("value" in await outcomeOf(text), true);
  }
});

Deno.test("what people write is computed of a spectrum of 20,000 values", async () => {
  const scope = wideScope();
  for (
    const text of [
      "exp(-sum(p .* log(p)))",
      "sum(lambda[1:10]) / sum(lambda)",
      "median(sigma) / quantileSeq(sigma, 0.9) + std(log(sigma)) / mean(sigma)",
      "sum(lambda)^2 / sum(lambda.^2) - count(lambda[lambda > 1e-6]) / d",
      "sum(lambda > 1e-3 and lambda < 1) + norm(sigma) + sum(sort(lambda)[1:5])",
    ]
  ) assertEquals("value" in await outcomeOf(text, scope), true, text);
});

Deno.test("a metric of one's own is not called as a number that every report has", async () => {
  for (
    const name of ["rows", "n", "dim", "d", "skippedRows", "low", "high", "standardError", "p"]
  ) {
    const error = await assertRejects(() => metricExpressions([`${name}=1`]), RankMeError);
    assertStringIncludes(error.message, `${name} is something else already`);
  }
});
