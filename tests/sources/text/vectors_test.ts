import { assertEquals } from "@std/assert";
import { almostVector, VectorScanner } from "../../../src/sources/text/vectors.ts";

/** The numbers of a cell, if it is a vector; null if one is missing. */
function vectorOf(cell: string): number[] | null | undefined {
  const scanner = new VectorScanner();
  if (!scanner.read(cell)) return undefined;
  return scanner.hasNull ? null : Array.from(scanner.numbers.subarray(0, scanner.length));
}

Deno.test("vectors of JSON, pgvector and Postgres are read", () => {
  const cases: [string, number[]][] = [
    ["[0.1, -2e-3, 4]", [0.1, -0.002, 4]],
    ["[0.1,-2e-3,4]", [0.1, -0.002, 4]],
    ["{0.1,-2e-3,4}", [0.1, -0.002, 4]],
    [" [ 1 ,\n 2\t,\r\n3 ] ", [1, 2, 3]],
    ["[7]", [7]],
    ["[]", []],
    ["{}", []],
    ["[NaN, inf, -Infinity]", [NaN, Infinity, -Infinity]],
    ["{NaN,Infinity,-Infinity}", [NaN, Infinity, -Infinity]],
  ];
  for (const [cell, numbers] of cases) assertEquals(vectorOf(cell), numbers, cell);
});

Deno.test("a vector of more numbers than there is room for at first is read", () => {
  const numbers = Array.from({ length: 5000 }, (_, i) => i / 8);
  assertEquals(vectorOf(JSON.stringify(numbers)), numbers);
});

Deno.test("a vector with a missing number is one that is missing", () => {
  for (const cell of ["[1, null, 2]", "{NULL,1}", "[1, None]"]) assertEquals(vectorOf(cell), null);
});

Deno.test("anything else is no vector", () => {
  const cells = [
    ..."|1|abc|[|]|[1|1]|[1}|{1]|[1,]|[,1]|[1,,2]|[1 2]|[1;2]|[a]|[[1],[2]]|{{1},{2}}".split("|"),
    ...'(1, 2)|["1"]|{"a": 1}|[0x1]|[1]x|[1] [2]|{1:0.5,3:0.2}/5|[np.float32(0.1)]'.split("|"),
  ];
  for (const cell of cells) assertEquals(vectorOf(cell), undefined, cell);
});

Deno.test("what was meant to be a vector is called by its name", () => {
  const cases: [string, string | undefined][] = [
    ["[[1,2],[3,4],[5,6]]", "an array of shape (3, 2)"],
    ["{{1,2,3},{3,4,5}}", "an array of shape (2, 3)"],
    ["[[1, 2", "an array of arrays"],
    ["[0.1 0.2 0.3]", "a NumPy array as it prints itself"],
    ["[-3.   -2.5]", "a NumPy array as it prints itself"],
    ["[0.0 0.1 ... 0.8\n 0.9]", "a NumPy array as it prints itself"],
    ["array([0.1, 0.2, ..., 0.3])", "a NumPy array as it prints itself"],
    ["[np.float32(0.1), np.float32(0.2)]", "a NumPy array as it prints itself"],
    ["[a, b]", undefined],
    ["text", undefined],
    ["", undefined],
  ];
  for (const [cell, what] of cases) assertEquals(almostVector(cell)?.what, what, cell);
});
