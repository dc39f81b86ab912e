import { assertEquals, assertInstanceOf, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RankMeError } from "../../src/errors.ts";
import type { RowBlock } from "../../src/sources/row_block.ts";
import { mixedDimensions, placed, UsableRows } from "../../src/sources/usable_rows.ts";
import { rowsOf } from "./inputs.ts";

const SKIP = { nonFinite: "skip" } as const;

/** A block of rows of numbers, where null stands for a row that is null. */
function blockOf(rows: readonly (readonly number[] | null)[], dim: number): RowBlock {
  return {
    rows: rows.length,
    dim,
    data: Float64Array.from(rows.flatMap((row) => row ?? Array<number>(dim).fill(7))),
    nullRows: rows.flatMap((row, i) => row ? [] : [i]),
  };
}

function refusal(usable: UsableRows, block: RowBlock): RankMeError {
  return assertThrows(() => usable.take(block), RankMeError);
}

Deno.test("rows that can all be used are a view on the block's memory, one batch a block", () => {
  const usable = new UsableRows();
  const first = blockOf([[1, 2], [3, 4]], 2), second = blockOf([[5, 6]], 2);
  const batch = usable.take(first)!;
  assertStrictEquals(batch.data, first.data);
  assertEquals([batch.offset, batch.rows, batch.dim], [0, 2, 2]);
  assertEquals(usable.take(second)!.offset, 2);
  assertEquals(usable.skippedRows, 0);
});

Deno.test("a block says nothing of nulls where it has none", () => {
  const data = Float16Array.of(1, 2);
  assertStrictEquals(new UsableRows().take({ rows: 1, dim: 2, data })!.data, data);
});

Deno.test("a null row is refused, with what it is in and what would do", () => {
  const usable = new UsableRows();
  usable.take(blockOf([[1, 2]], 2));
  const error = refusal(usable, {
    ...blockOf([[1, 2], null, [NaN, 4]], 2),
    origin: 'column "z"',
    placeOf: (row) => ({ line: 10 + row }),
  });
  assertEquals(error.code, "null");
  assertEquals(error.place, { line: 11, row: 2 });
  assertEquals(
    error.message,
    'line 11, row 2: a null in column "z"; pass --non-finite skip to leave such rows out',
  );
  const unnamed = refusal(new UsableRows(), blockOf([null], 2));
  assertEquals(unnamed.what, "a null in this row");
});

Deno.test("NaN and infinities are refused with their row, dimension and column", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    const block = blockOf([[1, 2], [3, value]], 2);
    assertEquals(refusal(new UsableRows(), block).message, unusable(`${value} in dimension 1`));
    assertEquals(
      refusal(new UsableRows(), { ...block, origin: "the array" }).message,
      unusable(`${value} in the array (dimension 1)`),
    );
    const dimensions = ['column "x"', 'column "y"'];
    assertEquals(
      refusal(new UsableRows(), { ...block, origin: "columns", dimensions }).message,
      unusable(`${value} in column "y"`),
    );
  }
  function unusable(what: string): string {
    return `row 1: ${what}; pass --non-finite skip to leave such rows out`;
  }
});

Deno.test("bad values under a null row are nobody's", () => {
  const block = { rows: 2, dim: 2, data: Float64Array.of(NaN, Infinity, 1, 2), nullRows: [0] };
  const usable = new UsableRows(SKIP);
  assertEquals(usable.take(block)!.data, Float64Array.of(1, 2));
  assertEquals(usable.skippedRows, 1);
});

Deno.test("exactly the unusable rows are left out, and the block is not written to", () => {
  const number = fc.oneof(
    { weight: 12, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
    { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity) },
  );
  const row = fc.oneof(
    { weight: 6, arbitrary: fc.array(number, { minLength: 3, maxLength: 3 }) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
  const blocks = fc.array(fc.array(row, { maxLength: 9 }), { maxLength: 9 });
  fc.assert(fc.property(blocks, (blocks) => {
    const usable = new UsableRows({ ...SKIP, rowNumbers: "take" });
    const batches = blocks.flatMap((rows) => {
      const block = blockOf(rows, 3), before = block.data.slice();
      const batch = usable.take(block);
      assertEquals(block.data, before);
      return batch ?? [];
    });
    const expected = blocks.flat().filter((row) => row?.every((n) => Number.isFinite(n)));
    assertEquals(rowsOf(batches), expected);
    assertEquals(usable.skippedRows, blocks.flat().length - expected.length);
    let offset = 0;
    for (const batch of batches) {
      assertEquals(batch.offset, offset);
      offset += batch.rows;
    }
  }));
});

Deno.test("a block without rows may claim any dimensions", () => {
  const block = { rows: 0, dim: 2 ** 31 - 1, data: new Float32Array(0) };
  assertEquals(new UsableRows().take(block), undefined);
});

Deno.test("blocks of no usable rows make no batch, and keep the count", () => {
  const usable = new UsableRows(SKIP);
  assertEquals(usable.take(blockOf([], 3)), undefined);
  assertEquals(
    usable.take({ rows: 2, dim: 0, data: new Float32Array(0), nullRows: [0, 1] }),
    undefined,
  );
  assertEquals(usable.take(blockOf([null, [NaN, 1, 2]], 3)), undefined);
  assertEquals(usable.skippedRows, 4);
  assertEquals(usable.take(blockOf([[1, 2, 3]], 3))!.offset, 0);
  const error = refusal(new UsableRows(), {
    rows: 1,
    dim: 0,
    data: new Float32Array(0),
    nullRows: [0],
  });
  assertEquals(error.code, "null");
});

Deno.test("all rows of an input have one dimension, empty blocks of a known one included", () => {
  const usable = new UsableRows(SKIP);
  usable.take({ rows: 1, dim: 0, data: new Float32Array(0), nullRows: [0] });
  usable.take(blockOf([], 2));
  const error = refusal(usable, { ...blockOf([[1, 2, 3]], 3), placeOf: () => ({ batch: 2 }) });
  assertEquals([error.code, error.place], ["dimension", { batch: 2, row: 1 }]);
  assertEquals(error.what, "an embedding of 3 dimensions where earlier ones have 2");
  assertEquals(refusal(usable, blockOf([], 3)).code, "dimension");
});

Deno.test("a ragged row says what it has, and what it should", () => {
  assertEquals(mixedDimensions(4, 3, 2).place, { row: 4 });
  assertEquals(mixedDimensions(0, 0, 0).what, "an embedding of no dimensions");
});

Deno.test("the row of a block becomes one of the input, and its place is known", () => {
  const cause = new Error("why");
  const error = new RankMeError("dimension", "wrong", { place: { row: 3 }, advice: "do", cause });
  const moved = placed(error, { placeOf: (row) => ({ batch: 7, line: row }) }, 100);
  assertInstanceOf(moved, RankMeError);
  assertEquals(moved.place, { batch: 7, line: 3, row: 103 });
  assertEquals([moved.code, moved.what, moved.advice, moved.cause], [
    "dimension",
    "wrong",
    "do",
    cause,
  ]);
  assertEquals(placed(error, {}, 5).place, { row: 8 });
  assertEquals(placed(new RankMeError("corrupt", "all of it"), {}, 5).place, {});
});

Deno.test("columns and keys go with the rows that are left", () => {
  const columns = [{ name: "a", start: 0, end: 1 }, { name: "b", start: 1, end: 3 }];
  const origins = ['column "a"', 'column "b"'];
  const keys = { class: ["p", "q", "r"], day: ["1", "2", "3"] };
  const wide = { ...blockOf([[1, 2, 3], null, [7, 8, NaN]], 3), columns, origins, keys };
  const usable = new UsableRows(SKIP);
  const batch = usable.take(wide)!;
  assertEquals(rowsOf([batch]), [[1, 2, 3]]);
  assertEquals(batch.columns, columns);
  assertEquals(batch.keys, { class: ["p"], day: ["1"] });
  const whole = { ...wide, ...blockOf([[1, 2, 3], [4, 5, 6], [7, 8, 9]], 3) };
  const next = usable.take(whole)!;
  assertStrictEquals(next.columns, columns);
  assertStrictEquals(next.keys, keys);
  assertEquals(next.offset, 1);
  const error = refusal(new UsableRows(), { ...wide, nullRows: [] });
  assertEquals(error.what, 'NaN in column "b" (dimension 1)');
});

Deno.test("a null says what is null, where that is known of its row", () => {
  const block = {
    ...blockOf([[1], null, null], 1),
    origin: 'column "a"',
    nullIn: (row: number) => row === 1 ? 'column "class"' : undefined,
  };
  assertEquals(refusal(new UsableRows(), block).what, 'a null in column "class"');
  const other = { ...block, nullRows: [2] };
  assertEquals(refusal(new UsableRows(), other).what, 'a null in column "a"');
});
