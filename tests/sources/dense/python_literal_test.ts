import { assertEquals, assertThrows } from "@std/assert";
import { parsePythonLiteral } from "../../../src/sources/dense/python_literal.ts";

Deno.test("literals are read as Python means them", () => {
  const tuple = (...items: number[]) => ({ kind: "tuple", items });
  for (
    const [text, value] of [
      ["'a'", "a"],
      ['"it\'s"', "it's"],
      ["12", 12],
      ["12L", 12],
      ["-3", -3],
      ["True", true],
      ["False", false],
      ["None", null],
      ["()", tuple()],
      ["(1,)", tuple(1)],
      ["(1)", 1],
      ["(1, 2)", tuple(1, 2)],
      [" ( 1 ,\n2 , ) ", tuple(1, 2)],
      ["[1]", { kind: "list", items: [1] }],
      ["{}", new Map()],
      ["{'a': 1, 'b': (2,), }", new Map<string, unknown>([["a", 1], ["b", tuple(2)]])],
    ] as const
  ) {
    assertEquals(parsePythonLiteral(text), value as unknown);
  }
});

Deno.test("what is no literal is an error", () => {
  for (
    const text of [
      "",
      " ",
      "a",
      "1.5",
      "1e5",
      "1 2",
      "'a",
      "'a\n'",
      "(",
      ")",
      "(,)",
      "(1,,2)",
      "(1 2)",
      "(1]",
      "[1)",
      "{1: 2}",
      "{'a'}",
      "{'a': }",
      "{'a': 1 'b': 2}",
      "{'a': 1,, 'b': 2}",
      "{'a': 1, 'a': 2}",
      "{'a': 1}}",
      "f('a')",
      "'a' 'b'",
      "[".repeat(100) + "]".repeat(100),
    ]
  ) {
    assertThrows(() => parsePythonLiteral(text), SyntaxError);
  }
});
