import { assertEquals, assertThrows } from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import { rowShape, rowShapeOfEach, shapeName } from "../../src/sources/axes.ts";

function refusal(shape: readonly number[]): RankMeError {
  return assertThrows(() => rowShape(shape, undefined, "the array"), RankMeError);
}

Deno.test("a matrix is rows of its last axis, whatever is asked for", () => {
  for (const axes of [undefined, "rows", "flat"] as const) {
    assertEquals(rowShape([8, 64], axes, "the array"), { rows: 8, dim: 64 });
  }
  assertEquals(rowShape([0, 64], undefined, "the array"), { rows: 0, dim: 64 });
});

Deno.test("of more axes, all but the last are rows, or all but the first are D", () => {
  assertEquals(rowShape([8, 16, 64], "rows", "the array"), { rows: 128, dim: 64 });
  assertEquals(rowShape([8, 16, 64], "flat", "the array"), { rows: 8, dim: 1024 });
  assertEquals(rowShape([2, 3, 4, 5], "rows", "the array"), { rows: 24, dim: 5 });
  assertEquals(rowShape([2, 3, 4, 5], "flat", "the array"), { rows: 2, dim: 60 });
  assertEquals(rowShape([0, 3, 4], "rows", "the array"), { rows: 0, dim: 4 });
});

Deno.test("more axes are refused where nobody said what they are", () => {
  const error = refusal([8, 16, 64]);
  assertEquals(error.code, "dimension");
  assertEquals(
    error.message,
    "the array has shape (8, 16, 64); pass --axes rows (every leading axis is rows, D = 64) or " +
      "--axes flat (one row per first index, D = 1024)",
  );
});

Deno.test("fewer axes than two are refused", () => {
  assertEquals(refusal([5]).message, "the array has shape (5,); an (N, D) matrix is needed");
  assertEquals(refusal([]).message, "the array has shape (); an (N, D) matrix is needed");
});

Deno.test("what each first index holds is one row, or several", () => {
  assertEquals(rowShapeOfEach([3], undefined, "it"), { rows: 1, dim: 3 });
  assertEquals(rowShapeOfEach([2, 3], "rows", "it"), { rows: 2, dim: 3 });
  assertEquals(rowShapeOfEach([2, 3], "flat", "it"), { rows: 1, dim: 6 });
  assertThrows(() => rowShapeOfEach([2, 3], undefined, "it is so"), RankMeError, "it is so; pass");
  assertThrows(() => rowShapeOfEach([], "rows", "it is so"), RankMeError, "it is so; an (N, D)");
});

Deno.test("shapes are written as Python does", () => {
  assertEquals([[], [5], [5, 3]].map(shapeName), ["()", "(5,)", "(5, 3)"]);
});
