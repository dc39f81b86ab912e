import { assert, assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import fc from "fast-check";
import { EmbeddingBatch } from "../../src/batch.ts";
import { ObjectScatter, type ObjectScatterOptions } from "../../src/covariance/object_scatter.ts";
import { RankMeError } from "../../src/errors.ts";
import { referenceBackend } from "../../src/linalg/reference/backend.ts";
import { lidar } from "../../src/metrics/lidar.ts";
import { objectCases, type ObjectRows, objectRows } from "../golden/objects.ts";
import { testBackends } from "../linalg/backends.ts";
import { gaussian, uniform } from "../linalg/matrices.ts";
import { batchOf, permuted } from "./rows.ts";

const ANY_ORDER = { memory: 1e6 };
const [EQUAL, UNEQUAL] = objectCases.map(objectRows);

/** Takes rows in, in batches of the given sizes in turn, whose memory is spoilt after each update. */
function scatterOf(
  { data, dim, objects }: ObjectRows,
  options: ObjectScatterOptions = {},
  sizes: readonly number[] = [objects.length],
  backend = referenceBackend,
): ObjectScatter {
  const scatter = new ObjectScatter(backend, options);
  for (let start = 0, turn = 0; start < objects.length; turn++) {
    const end = Math.min(objects.length, start + sizes[turn % sizes.length]);
    const rows = data.slice(start * dim, end * dim);
    scatter.update(
      new EmbeddingBatch({ data: rows, dim, offset: start }),
      objects.slice(start, end),
    );
    rows.fill(NaN);
    start = end;
  }
  return scatter;
}

/** Some of the rows. */
function part({ data, dim, objects }: ObjectRows, keep: (object: string) => boolean): ObjectRows {
  const rows = objects.flatMap((object, row) => keep(object) ? [row] : []);
  return {
    data: Float64Array.from(rows.flatMap((row) => [...data.subarray(row * dim, (row + 1) * dim)])),
    dim,
    objects: rows.map((row) => objects[row]),
  };
}

function shuffled({ data, dim, objects }: ObjectRows, seed: number): ObjectRows {
  const random = uniform(seed);
  const order = objects.map((_, row) => ({ row, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ row }) => row);
  return {
    data: permuted(data as Float64Array<ArrayBuffer>, dim, order),
    dim,
    objects: order.map((row) => objects[row]),
  };
}

/** Random objects, one to six views each, and two objects and one of two views at least. */
const anyObjects: fc.Arbitrary<ObjectRows> = fc.record({
  seed: fc.nat(),
  dim: fc.integer({ min: 1, max: 6 }),
  views: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 3, maxLength: 20 }),
}).map(({ seed, dim, views }) => {
  const objects = [2, 2, ...views].flatMap((count, o) => new Array<string>(count).fill(`${o}`));
  return { data: gaussian(seed, objects.length * dim), dim, objects };
});

const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

/** The same eigenvalues but for rounding, which a Σ_w with δ alone in some direction makes 1e10 larger. */
function assertSame(actual: Float64Array, expected: ArrayLike<number>, relative = 1e-8): void {
  assertEquals(actual.length, expected.length);
  actual.forEach((value, at) => assertAlmostEquals(value, expected[at], relative * expected[0]));
}

for (const golden of objectCases) {
  for (const { delta, eigenvalues, lidar: expected } of golden.expected) {
    Deno.test(`${golden.name}, δ = ${delta}: eigenvalues and LiDAR are NumPy's`, () => {
      const rows = objectRows(golden);
      for (const options of [{}, ANY_ORDER, { groups: 3 }]) {
        const found = scatterOf(rows, options, [7]).eigenvalues({ delta });
        assertSame(found, eigenvalues, 1e-7 * 1e-4 / delta);
        assertAlmostEquals(lidar(found), expected, 1e-10 * 1e-4 / delta * expected);
      }
    });
  }
}

testBackends("finds the same LiDAR", (backend) => {
  const rows = objectRows(objectCases[1]);
  const expected = objectCases[1].expected[0].lidar;
  for (const options of [{}, ANY_ORDER, { groups: 4 }]) {
    const found = lidar(scatterOf(rows, options, [50, 3], backend).eigenvalues());
    assertAlmostEquals(found, expected, 1e-10 * expected);
  }
});

Deno.test("objects may span batches of any size, whose memory may be taken back", () => {
  fc.assert(fc.property(anyObjects, sizes, (rows, sizes) => {
    const whole = scatterOf(rows), cut = scatterOf(rows, {}, sizes);
    assertEquals([cut.rows, cut.dim], [rows.objects.length, rows.dim]);
    assertEquals([cut.objects, cut.singles], [whole.objects, whole.singles]);
    assertSame(cut.eigenvalues(), whole.eigenvalues());
  }));
});

Deno.test("with memory for them, rows may come in any order", () => {
  fc.assert(fc.property(anyObjects, fc.nat(), sizes, (rows, seed, sizes) => {
    const inOrder = scatterOf(rows), apart = scatterOf(shuffled(rows, seed), ANY_ORDER, sizes);
    assertEquals([apart.objects, apart.singles], [inOrder.objects, inOrder.singles]);
    assertSame(apart.eigenvalues(), inOrder.eigenvalues());
  }));
});

Deno.test("the number of groups leaves the eigenvalues alone", () => {
  fc.assert(fc.property(anyObjects, fc.integer({ min: 2, max: 9 }), (rows, groups) => {
    assertSame(scatterOf(rows, { groups }).eigenvalues(), scatterOf(rows).eigenvalues());
  }));
});

Deno.test("merging states of different objects is as if one had seen all", () => {
  fc.assert(
    fc.property(anyObjects, fc.constantFrom({}, ANY_ORDER, { groups: 2 }), (rows, options) => {
      const whole = scatterOf(rows, options);
      const shards = [0, 1, 2].map((shard) =>
        scatterOf(part(rows, (object) => Number(object) % 3 === shard), options, [4])
      );
      const merged = shards.toReversed().reduce(
        (a, b) => a.merge(b),
        new ObjectScatter(referenceBackend, options),
      );
      assertEquals(
        [merged.rows, merged.dim, merged.objects, merged.singles],
        [whole.rows, whole.dim, whole.objects, whole.singles],
      );
      assertSame(merged.eigenvalues(), whole.eigenvalues());
    }),
  );
});

Deno.test("a merged state goes on with other objects, and leaves the merged one as it was", () => {
  const [a, b, c] = [0, 1, 2].map((third) =>
    part(UNEQUAL, (object) => Number(object.slice(7)) % 3 === third)
  );
  const first = scatterOf(a), second = scatterOf(b), before = second.eigenvalues();
  first.merge(second);
  assertEquals(second.eigenvalues(), before);
  first.update(new EmbeddingBatch({ data: c.data, dim: c.dim }), c.objects);
  assertSame(first.eigenvalues(), scatterOf(UNEQUAL).eigenvalues());
});

Deno.test("where rows are kept, an object may be in both states that are merged", () => {
  const even = (rows: ObjectRows, rest: number): ObjectRows => ({
    dim: rows.dim,
    objects: rows.objects.filter((_, row) => row % 2 === rest),
    data: rows.data.filter((_, at) => Math.floor(at / rows.dim) % 2 === rest),
  });
  const merged = scatterOf(even(EQUAL, 0), ANY_ORDER).merge(scatterOf(even(EQUAL, 1), ANY_ORDER));
  assertEquals(merged.objects, 30);
  assertSame(merged.eigenvalues(), scatterOf(EQUAL).eigenvalues());
});

Deno.test("a copy goes its own way, whatever the object that is coming in", () => {
  for (const options of [{}, ANY_ORDER, { groups: 2 }]) {
    for (const cut of [1, 50, 61, 157]) {
      const { data, dim, objects } = UNEQUAL;
      const rest = new EmbeddingBatch({ data: data.subarray(cut * dim), dim, offset: cut });
      const some = {
        data: data.subarray(0, cut * dim),
        dim,
        objects: objects.slice(0, cut),
      };
      const original = scatterOf(some, options, [3]);
      const copy = original.clone().update(rest, objects.slice(cut));
      assertEquals(original.rows, cut);
      if (cut > 1) assertSame(original.eigenvalues(), scatterOf(some).eigenvalues());
      original.update(rest, objects.slice(cut));
      for (const state of [copy, original]) {
        assertSame(state.eigenvalues(), scatterOf(UNEQUAL).eigenvalues());
      }
    }
  }
});

Deno.test("asking along the way changes nothing of what comes out at the end", () => {
  for (const options of [{}, ANY_ORDER, { groups: 3 }]) {
    const scatter = new ObjectScatter(referenceBackend, options);
    const { data, dim, objects } = UNEQUAL;
    objects.forEach((object, row) => {
      const one = data.subarray(row * dim, (row + 1) * dim);
      scatter.update(new EmbeddingBatch({ data: one, dim, offset: row }), [object]);
      if (row > 10 && row % 9 === 0) scatter.eigenvalues();
    });
    assertSame(scatter.eigenvalues(), scatterOf(UNEQUAL).eigenvalues());
  }
});

Deno.test("leaving out a group is as if its objects had never been seen", () => {
  for (const groups of [2, 3, 5, 16]) {
    for (const options of [{ groups }, { groups, ...ANY_ORDER }]) {
      const without = [...scatterOf(UNEQUAL, options, [11]).eigenvaluesWithout({ delta: 1e-2 })];
      assertEquals(without.length, groups);
      without.forEach((eigenvalues, group) => {
        const others = part(UNEQUAL, (object) => Number(object.slice(7)) % groups !== group);
        assertSame(eigenvalues, scatterOf(others).eigenvalues({ delta: 1e-2 }), 1e-12);
      });
    }
  }
});

Deno.test("one group cannot be left out of itself, and there are no groups without objects", () => {
  assertEquals([...scatterOf(EQUAL).eigenvaluesWithout()], []);
  const few = part(EQUAL, (object) => object < "object 2");
  const error = assertThrows(
    () => [...scatterOf(few, { groups: 16 }).eigenvaluesWithout()],
    RankMeError,
  );
  assertEquals(error.message, "12 objects cannot be divided into 16 groups");
});

Deno.test("objects weigh the same, whatever their number of views", () => {
  // The second object's views twice over, so that its covariance needs its own correction.
  const views = [[0], [2], [5], [9], [20], [22]].flat();
  const once = new ObjectScatter(referenceBackend)
    .update(batchOf(1, ...views), ["a", "a", "b", "b", "c", "c"]);
  const often = new ObjectScatter(referenceBackend)
    .update(batchOf(1, 0, 2, 5, 9, 5, 9, 5, 9, 20, 22), [..."aabbbbbbcc"]);
  // Means 1, 7 and 21 have the variance 105.33; the views 2, 8 and 2, or 2, 4.8 and 2.
  assertAlmostEquals(once.eigenvalues({ delta: 0 })[0], 316 / 3 / 4, 1e-12);
  assertAlmostEquals(often.eigenvalues({ delta: 0 })[0], 316 / 3 / (8.8 / 3), 1e-12);
});

Deno.test("objects of far more rows than dimensions are the same in batches as at once", () => {
  const dim = 3, names = [..."abc"].flatMap((name) => new Array<string>(3000).fill(name));
  const rows = { data: gaussian(1, 9000 * dim), dim, objects: names };
  const whole = scatterOf(rows);
  for (const sizes of [[1], [2, 7, 100], [2999, 1]]) {
    const cut = scatterOf(rows, {}, sizes);
    assertSame(cut.eigenvalues(), whole.eigenvalues(), 1e-12);
    const copy = cut.clone().merge(
      scatterOf({ ...rows, objects: names.map((name) => `other ${name}`) }),
    );
    // The same means and covariances twice over: the sum of 6 squares by 5 is 4/5 of that of 3 by 2.
    assertSame(copy.eigenvalues(), whole.eigenvalues().map((x) => 0.8 * x), 1e-12);
  }
  assertSame(scatterOf(shuffled(rows, 1), ANY_ORDER, [77]).eigenvalues(), whole.eigenvalues());
});

Deno.test("a larger δ evens out directions in which views hardly differ", () => {
  const scatter = scatterOf(objectRows(objectCases[5]));
  const [small, large] = [1e-6, 10].map((delta) => scatter.eigenvalues({ delta }));
  assertLess(large[0], small[0] / 100);
  assertLess(lidar(small), lidar(large));
});

Deno.test("an object that comes back is refused with its name, its row and what would do", () => {
  const scatter = new ObjectScatter(referenceBackend);
  scatter.update(batchOf(1, 1, 2, 3), ["cat", "cat", "dog"]);
  const batch = new EmbeddingBatch({ data: Float64Array.of(4, 5, 6), dim: 1, offset: 3 });
  const error = assertThrows(() => scatter.update(batch, ["dog", "cat", "cat"]), RankMeError);
  assertEquals(error.code, "usage");
  assertEquals(
    error.message,
    'row 4: object "cat" comes back after rows of others; sort the rows by their object, or keep ' +
      "all of them with --group-memory SIZE",
  );
});

Deno.test("states that share an object are not merged, unless rows are kept", () => {
  for (const [ours, theirs] of [["ab", "bc"], ["ba", "bc"], ["ab", "cb"], ["ba", "cb"]]) {
    const [a, b] = [ours, theirs].map((names) =>
      new ObjectScatter(referenceBackend).update(batchOf(1, 1, 2), [...names])
    );
    assertThrows(() => a.merge(b), RankMeError, 'object "b" is in both states');
  }
});

Deno.test("states of different kinds are not merged", () => {
  const state = (options: ObjectScatterOptions, dim = 1) =>
    new ObjectScatter(referenceBackend, options)
      .update(new EmbeddingBatch({ data: new Float64Array(dim), dim }), [`${dim}`]);
  assertThrows(() => state({}).merge(state(ANY_ORDER)), RankMeError, "one state keeps rows");
  assertThrows(
    () => state({ groups: 2 }).merge(state({})),
    RankMeError,
    "2 groups and the other 1",
  );
  assertThrows(() => state({}).merge(state({}, 2)), RankMeError, "rows of 2 dimensions");
});

Deno.test("more rows than memory was given for are refused, with how much would do", () => {
  const scatter = new ObjectScatter(referenceBackend, { memory: 100 });
  // 16 bytes of numbers and 8 of indices for each row.
  scatter.update(batchOf(2, 1, 2, 3, 4, 5, 6), ["a", "b", "a"]);
  const more = new EmbeddingBatch({ data: Float64Array.of(1, 2, 3, 4), dim: 2, offset: 3 });
  const error = assertThrows(() => scatter.update(more, ["b", "a"]), RankMeError);
  assertEquals(error.code, "memory");
  assertEquals(
    error.message,
    "row 3: 5 rows take 120 bytes, and 100 bytes were allowed; allow 24 bytes for each row there " +
      "is (--group-memory), or sort the rows by their object",
  );
});

Deno.test("a column of which every value is another one is asked about", () => {
  const singles = new ObjectScatter(referenceBackend).update(batchOf(1, 1, 2, 3), ["a", "b", "c"]);
  const error = assertThrows(() => singles.eigenvalues(), RankMeError);
  assertEquals(error.code, "column");
  assertEquals(
    error.message,
    "each of the 3 objects has one row, and LiDAR needs several views of one; is it the right column?",
  );
  const one = new ObjectScatter(referenceBackend).update(batchOf(1, 1, 2, 3), ["a", "a", "a"]);
  assertThrows(() => one.eigenvalues(), RankMeError, "LiDAR needs two objects, and there is 1");
  const none = new ObjectScatter(referenceBackend);
  assertThrows(() => none.eigenvalues(), RankMeError, "LiDAR needs two objects, and there is 0");
  assertEquals([singles, one, none, scatterOf(EQUAL)].map(({ enough }) => enough), [
    false,
    false,
    false,
    true,
  ]);
});

Deno.test("what the reader should know of the number is told", () => {
  assertEquals(scatterOf(EQUAL).warnings, []);
  assertEquals(scatterOf(objectRows(objectCases[2])).warnings, [
    "14 of 40 objects have one row, which says nothing of views of one",
  ]);
  assertEquals(scatterOf(objectRows(objectCases[4])).warnings, [
    "9 objects for 12 dimensions: LiDAR cannot exceed 8",
  ]);
  assertEquals(scatterOf(objectRows(objectCases[5])).warnings, [
    "12 objects for 16 dimensions: LiDAR cannot exceed 11",
    "24 rows of 12 objects for 16 dimensions: LiDAR depends on its δ",
  ]);
});

Deno.test("a δ that is lost beside the views is an error, not a number", () => {
  const { data, dim, objects } = objectRows(objectCases[5]);
  const large = scatterOf({ data: data.map((x) => x * 1e6), dim, objects });
  const error = assertThrows(() => large.eigenvalues(), RankMeError);
  assertEquals(error.code, "range");
  assert(error.message.includes("δ = 0.0001 is lost in rounding; scale rows to length 1"));
  // With enough views there is no such direction.
  const many = scatterOf({ ...EQUAL, data: EQUAL.data.map((x) => x * 1e6) });
  assertSame(many.eigenvalues(), scatterOf(EQUAL).eigenvalues({ delta: 1e-16 }));
});

Deno.test("a δ that is no number from 0 on is refused", () => {
  for (const delta of [-1, NaN, Infinity]) {
    assertThrows(() => scatterOf(EQUAL).eigenvalues({ delta }), RankMeError, "δ is a number");
  }
  for (const groups of [0, 1.5, NaN]) {
    assertThrows(() => new ObjectScatter(referenceBackend, { groups }), RankMeError, "1 group");
  }
});

Deno.test("rows that cannot be used are refused with their place", () => {
  const scatter = new ObjectScatter(referenceBackend).update(batchOf(2, 1, 2), ["a"]);
  const at = (offset: number, dim: number, ...data: number[]) =>
    new EmbeddingBatch({ data: Float64Array.from(data), dim, offset });
  assertThrows(
    () => scatter.update(at(1, 2, 1, NaN), ["b"]),
    RankMeError,
    "row 1: NaN (dimension 1)",
  );
  assertThrows(() => scatter.update(at(1, 3, 1, 2, 3), ["b"]), RankMeError, "row 1: 3 dimensions");
  assertThrows(() => scatter.update(at(1, 1, 1, 2), ["b"]), RankMeError, "row 1: 1 names");
  const huge = new ObjectScatter(referenceBackend);
  assertThrows(
    () => huge.update(at(0, 1, 1e308, -1e308, 1e308, 0), [..."aaab"]).update(at(4, 1, 1), ["c"]),
    RankMeError,
    "overflow",
  );
});

Deno.test("objects that are all the same have LiDAR 0, and views that are all the same rely on δ", () => {
  const same = new ObjectScatter(referenceBackend).update(batchOf(1, 1, 2, 1, 2), [..."aabb"]);
  assertEquals(lidar(same.eigenvalues()), 0);
  const still = new ObjectScatter(referenceBackend).update(batchOf(1, 1, 1, 2, 2), [..."aabb"]);
  assertAlmostEquals(still.eigenvalues()[0], 0.5 / 1e-4, 1e-8);
  assertThrows(() => still.eigenvalues({ delta: 0 }), RankMeError, "lost in rounding");
});
