/**
 * The laws of RankMe and of the state it comes from, for random embeddings.
 *
 * Where λ is off by 2⁻⁵³·λ₁, σ = √λ is off by 2⁻⁵⁴·σ₁·(σ₁/σ): harmless for σ near σ₁, but all of
 * 1e-8·σ₁ where σ is 0. So RankMe of *well-conditioned* rows (σ₁/σ_D of some tens at the most) is the
 * same to 1e-12 whatever is done to rounding, and of any rows to 1e-6. An exact state takes no
 * squares: there it is 1e-12 of any rows.
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { OnlineCovariance } from "../../src/covariance/online_covariance.ts";
import { CONVENTIONS } from "../../src/metrics/conventions.ts";
import { effectiveRank } from "../../src/metrics/effective_rank.ts";
import { rankMe } from "../../src/metrics/rank_me.ts";
import { gaussian, orthogonal, product, uniform } from "../linalg/matrices.ts";
import { exactStateOf, permuted, rankOf, type StateOf, stateOf } from "./rows.ts";

interface Rows {
  readonly data: Float64Array<ArrayBuffer>;
  readonly dim: number;
  readonly rows: number;
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

/** Normal rows, at least four times as many as dimensions and eight more: σ₁/σ_D stays near 3. */
const wellConditioned: fc.Arbitrary<Rows> = fc
  .record({
    seed: seeds,
    dim: fc.integer({ min: 1, max: 12 }),
    more: fc.integer({ max: 40, min: 8 }),
  })
  .map(({ seed, dim, more }) => {
    const rows = 4 * dim + more;
    return { data: gaussian(seed, rows * dim), dim, rows };
  });

/** Smaller numbers would be refused: their squares vanish beside nothing larger. */
const orZero = (x: number) => Math.abs(x) < 1e-9 ? 0 : x;

/** Rows of any rank, scale and mean, some of them equal or zero, sometimes fewer than dimensions. */
const anyRows: fc.Arbitrary<Rows> = fc.integer({ min: 1, max: 8 }).chain((dim) =>
  fc.array(
    fc.array(
      fc.oneof(
        { weight: 3, arbitrary: fc.integer({ min: -3, max: 3 }) },
        { weight: 1, arbitrary: fc.double({ min: -1e3, max: 1e3, noNaN: true }).map(orZero) },
        { weight: 1, arbitrary: fc.constantFrom(1e-9, -1e-5, 1e5, 0.1) },
      ),
      { minLength: dim, maxLength: dim },
    ),
    { minLength: 1, maxLength: 30 },
  ).map((rows) => ({ data: Float64Array.from(rows.flat()), dim, rows: rows.length }))
);

const KINDS = [
  {
    name: "well-conditioned",
    arbitrary: wellConditioned,
    relative: 1e-12,
    centerings: [false, true],
    stateOf,
  },
  // What centring leaves of any rows may be their own rounding errors.
  { name: "any", arbitrary: anyRows, relative: 1e-6, centerings: [false], stateOf },
  {
    name: "any exactly factored",
    arbitrary: anyRows,
    relative: 1e-12,
    centerings: [false],
    stateOf: exactStateOf,
  },
] as const;

const sizes = fc.array(fc.integer({ min: 1, max: 17 }), { minLength: 1, maxLength: 6 });

function assertSameRank(actual: number, expected: number, relative: number): void {
  assertAlmostEquals(actual, expected, relative * Math.abs(expected));
}

/** The rows in as many shards as there are cuts and one, some of them perhaps without rows. */
function shardsOf(
  { data, dim, rows }: Rows,
  cuts: readonly number[],
  stateOf: StateOf,
): OnlineCovariance[] {
  const ends = [...cuts.map((cut) => cut % (rows + 1)).sort((a, b) => a - b), rows];
  let start = 0;
  return ends.map((end) => {
    const shard = data.subarray(start * dim, end * dim);
    start = end;
    return stateOf(shard, dim, 5);
  });
}

for (const { name, arbitrary, relative, centerings, stateOf } of KINDS) {
  Deno.test(`batches of any size give the same RankMe of ${name} rows`, () => {
    fc.assert(fc.property(arbitrary, sizes, ({ data, dim }, sizes) => {
      const whole = stateOf(data, dim), cut = stateOf(data, dim, ...sizes);
      assertEquals(cut.count, whole.count);
      assertSameRank(rankOf(cut), rankOf(whole), relative);
      assertSameRank(rankOf(stateOf(data, dim, 1)), rankOf(whole), relative);
    }));
  });

  Deno.test(`merging shards in any order gives the same RankMe of ${name} rows`, () => {
    const cuts = fc.array(fc.nat(), { minLength: 1, maxLength: 5 });
    fc.assert(fc.property(arbitrary, cuts, seeds, (rows, cuts, seed) => {
      const whole = rankOf(stateOf(rows.data, rows.dim));
      const inOrder = shardsOf(rows, cuts, stateOf).reduce((merged, shard) => merged.merge(shard));
      assertEquals(inOrder.count, rows.rows);
      assertSameRank(rankOf(inOrder), whole, relative);
      const random = uniform(seed);
      const shuffled = shardsOf(rows, cuts, stateOf)
        .map((shard) => ({ shard, key: random() }))
        .sort((a, b) => a.key - b.key)
        .reduce((merged, { shard }) => merged.merge(shard), stateOf(new Float64Array(0), rows.dim));
      assertSameRank(rankOf(shuffled), whole, relative);
    }));
  });

  Deno.test(`merging is associative and commutative for ${name} rows`, () => {
    const cuts = fc.tuple(fc.nat(), fc.nat());
    fc.assert(fc.property(arbitrary, cuts, (rows, cuts) => {
      const [a, b, c] = shardsOf(rows, cuts, stateOf);
      const left = a.clone().merge(b).merge(c);
      const right = a.clone().merge(b.clone().merge(c));
      const swapped = c.clone().merge(a.clone().merge(b));
      for (const centered of centerings) {
        const expected = rankOf(left, centered);
        assertSameRank(rankOf(right, centered), expected, relative);
        assertSameRank(rankOf(swapped, centered), expected, relative);
      }
      // The matrices underneath agree to rounding, whatever their condition.
      const trace = left.secondMoment().reduce(
        (sum, x, at) => at % (rows.dim + 1) === 0 ? sum + x : sum,
        0,
      );
      const expected = left.scatter();
      for (const other of [right, swapped]) {
        other.scatter().forEach((value, at) =>
          assertAlmostEquals(value, expected[at], 1e-13 * trace)
        );
      }
    }));
  });

  Deno.test(`the order of the rows leaves RankMe of ${name} rows alone`, () => {
    fc.assert(fc.property(arbitrary, seeds, ({ data, dim, rows }, seed) => {
      const random = uniform(seed);
      const order = Array.from({ length: rows }, (_, row) => ({ row, key: random() }))
        .sort((a, b) => a.key - b.key)
        .map(({ row }) => row);
      const shuffled = stateOf(permuted(data, dim, order), dim, 7);
      assertSameRank(rankOf(shuffled), rankOf(stateOf(data, dim, 7)), relative);
    }));
  });

  Deno.test(`scaling leaves RankMe of ${name} rows alone, from 1e-140 to 1e140`, () => {
    const exponents = fc.double({ min: -140, max: 140, noNaN: true });
    fc.assert(fc.property(arbitrary, exponents, ({ data, dim }, exponent) => {
      const sizes = data.map(Math.abs);
      const largest = sizes.reduce((a, b) => Math.max(a, b));
      // A scale is that of the largest value: of 1e-140·1e-9 no one could take squares.
      const scale = largest === 0 ? 1 : 10 ** exponent / largest;
      for (const centered of centerings) {
        const expected = rankOf(stateOf(data, dim, 9), centered);
        const scaled = rankOf(stateOf(data.map((x) => x * scale), dim, 9), centered);
        assertSameRank(scaled, expected, relative);
      }
    }));
  });

  Deno.test(`rotating leaves RankMe of ${name} rows alone`, () => {
    fc.assert(fc.property(arbitrary, seeds, ({ data, dim }, seed) => {
      const rotated = product(data, dim, orthogonal(seed, dim));
      for (const centered of centerings) {
        const expected = rankOf(stateOf(data, dim), centered);
        assertSameRank(rankOf(stateOf(rotated, dim), centered), expected, relative);
      }
    }));
  });

  Deno.test(`taking every row several times leaves RankMe of ${name} rows alone`, () => {
    fc.assert(
      fc.property(arbitrary, fc.integer({ min: 2, max: 5 }), ({ data, dim, rows }, times) => {
        // With fewer rows than dimensions the copies would make room for values of rounding noise.
        fc.pre(rows >= dim);
        const copies = Array.from({ length: times }, () => [...data]).flat();
        const once = stateOf(data, dim), often = stateOf(Float64Array.from(copies), dim, 13);
        assertSameRank(rankOf(often), rankOf(once), relative);
        const σ = once.spectrum().singularValues[0];
        const manifold = often.spectrum().singularValues[0];
        assertAlmostEquals(manifold, σ * Math.sqrt(times), 1e-12 * manifold);
      }),
    );
  });

  Deno.test(`RankMe of ${name} rows is from 1 to min(N, D), up to ε`, () => {
    fc.assert(fc.property(arbitrary, ({ data, dim, rows }) => {
      const spectrum = stateOf(data, dim, 6).spectrum();
      const most = Math.min(rows, dim);
      if (data.every((x) => x === 0)) {
        assertEquals(rankMe(spectrum), 0);
        assertEquals(effectiveRank(spectrum), 0);
        return;
      }
      const exact = effectiveRank(spectrum);
      assert(exact >= 1 - 1e-12 && exact <= most * (1 + 1e-12), `${exact} of ${most}`);
      for (const { epsilon, values } of Object.values(CONVENTIONS)) {
        // Each pₖ + ε adds at most −ε ln ε to the entropy, and takes at most ε from it.
        const more = Math.exp(-epsilon * Math.log(epsilon || 1) * most);
        const rank = rankMe(spectrum, { epsilon, values });
        assert(rank >= (1 - 2 * epsilon) * (1 - 1e-12), `${rank} of ${most}`);
        assert(rank <= most * more * (1 + 1e-12), `${rank} of ${most}`);
      }
    }));
  });
}

Deno.test("adding one row to all leaves the centred spectrum alone", () => {
  // Multiples of 2⁻¹⁶ and whole numbers up to 2²⁰ add without rounding, so the data are the same.
  const rowsOf = wellConditioned.map(({ data, ...shape }) => ({
    ...shape,
    data: data.map((x) => Math.round(x * 2 ** 16) / 2 ** 16),
  }));
  const constants = fc.array(fc.integer({ min: -(2 ** 20), max: 2 ** 20 }), {
    minLength: 12,
    maxLength: 12,
  });
  fc.assert(fc.property(rowsOf, constants, sizes, ({ data, dim }, constant, sizes) => {
    const moved = data.map((x, at) => x + constant[at % dim]);
    const expected = stateOf(data, dim, ...sizes).spectrum({ centered: true }).eigenvalues;
    const actual = stateOf(moved, dim, ...sizes).spectrum({ centered: true }).eigenvalues;
    // The mean near 2²⁰ is a multiple of 1e-10, its square negligible.
    actual.forEach((value, k) => assertAlmostEquals(value, expected[k], 1e-12 * expected[0]));
  }));
});

Deno.test("adding one row to all moves the mean by it and adds N·μμᵀ to the second moment", () => {
  fc.assert(fc.property(wellConditioned, ({ data, dim, rows }) => {
    const constant = gaussian(dim, dim);
    const state = stateOf(data.map((x, at) => x + constant[at % dim]), dim, 10);
    const before = stateOf(data, dim, 10).mean;
    const mean = state.mean;
    mean.forEach((value, i) => assertAlmostEquals(value, before[i] + constant[i], 1e-14));
    const scatter = state.scatter();
    state.secondMoment().forEach((value, at) =>
      assertAlmostEquals(
        value,
        scatter[at] + rows * mean[Math.floor(at / dim)] * mean[at % dim],
        1e-13 * rows,
      )
    );
  }));
});

Deno.test("columns that are copies of others add no direction", () => {
  fc.assert(fc.property(wellConditioned, ({ data, dim, rows }) => {
    const wide = Float64Array.from(
      { length: rows * dim * 2 },
      (_, at) => data[Math.floor(at / (2 * dim)) * dim + at % dim],
    );
    const narrow = stateOf(data, dim).spectrum().eigenvalues;
    const { eigenvalues } = stateOf(wide, 2 * dim).spectrum();
    eigenvalues.forEach((value, k) =>
      assertAlmostEquals(value, k < dim ? 2 * narrow[k] : 0, 1e-13 * dim * narrow[0])
    );
  }));
});
