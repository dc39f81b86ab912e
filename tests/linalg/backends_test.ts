import { assertAlmostEquals, assertEquals } from "@std/assert";
import type { EmbeddingData } from "../../src/batch.ts";
import type { Backend, ShiftedSums } from "../../src/linalg/backend.ts";
import { testBackends } from "./backends.ts";
import { gaussian, integers, uniform } from "./matrices.ts";
import { assertSameSums, copied, lowerTriangle, naiveSums, naiveUpdate, zeroSums } from "./sums.ts";

// Sums of products of small whole numbers round nowhere: any order and any kernel gives the same
// bits, and so does the definition.

const TYPES = [Float16Array, Float32Array, Float64Array] as const;
const typed = (index: number, rows: Float64Array) => TYPES[index % TYPES.length].from(rows);

/** Around the ends of panels of 128 and of 256 rows. */
const COUNTS = [0, 1, 2, 129, 255, 256, 257];

/** How many rows a buffer between threads holds, and thus when helpers begin: a MiB of float32. */
const BUFFERS = [[1, 8192], [31, 8192], [129, 2048], [383, 768], [385, 768]];

function sumsOf(backend: Backend, pivot: Float64Array, ...chunks: EmbeddingData[]): ShiftedSums {
  const accumulator = backend.accumulator(pivot);
  for (const rows of chunks) accumulator.add(rows);
  return accumulator.sums();
}

/** The same rows, at most so many at a time. */
function chunked<T extends EmbeddingData>(rows: T, dim: number, size: number): T[] {
  const count = Math.ceil(rows.length / dim / size);
  return Array.from(
    { length: count },
    (_, i) => rows.subarray(i * size * dim, (i + 1) * size * dim) as T,
  );
}

testBackends("sums whole numbers exactly in 1 to 70 dimensions", (backend) => {
  for (let dim = 1; dim <= 70; dim++) {
    const all = integers(dim, 257 * dim, 100), pivot = integers(-dim, dim, 100);
    for (const count of COUNTS) {
      const rows = all.subarray(0, count * dim);
      assertSameSums(
        sumsOf(backend, pivot, typed(dim + count, rows)),
        naiveSums(pivot, rows),
        `${count} × ${dim}`,
      );
    }
  }
});

/** By dimension and number of rows: adding them up takes longer than all backends do. */
const aroundBuffers = BUFFERS.flatMap(([dim, bufferRows]) => {
  const counts = [bufferRows - 1, bufferRows, bufferRows + 1, 2 * bufferRows, 2 * bufferRows + 5];
  const rows = integers(dim, (2 * bufferRows + 5) * dim, 100);
  const pivot = integers(-dim, dim, 100);
  return counts.map((count) => ({ dim, pivot, rows: rows.subarray(0, count * dim) }));
});
let expectedAroundBuffers: ShiftedSums[] | undefined;

testBackends("sums whole numbers exactly around the ends of buffers", (backend) => {
  expectedAroundBuffers ??= aroundBuffers.map(({ pivot, rows }) => naiveSums(pivot, rows));
  aroundBuffers.forEach(({ dim, pivot, rows }, index) =>
    assertSameSums(
      sumsOf(backend, pivot, typed(index, rows)),
      expectedAroundBuffers![index],
      `${rows.length / dim} × ${dim}`,
    )
  );
});

testBackends("sums chunks of any size to the same", (backend) => {
  const dim = 21;
  const rows = Float32Array.from(integers(5, 17_000 * dim, 100)), pivot = integers(6, dim, 100);
  const expected = naiveSums(pivot, rows);
  for (const size of [1, 2, 7, 255, 256, 257, 1000, 4999, 5000]) {
    assertSameSums(
      sumsOf(backend, pivot, ...chunked(rows, dim, size)),
      expected,
      `chunks of ${size}`,
    );
  }
});

testBackends("sums rows of all three types together", (backend) => {
  const dim = 67, random = uniform(11);
  const accumulator = backend.accumulator(new Float64Array(dim));
  const expected = zeroSums(new Float64Array(dim));
  for (let type = 0; type < 30; type++) {
    const rows = integers(type, Math.floor(random() * 900) * dim, 100);
    accumulator.add(typed(type, rows));
    naiveUpdate(expected, rows);
  }
  assertSameSums(accumulator.sums(), expected, "a mixture");
});

testBackends("reads views that begin anywhere, and writes to none", (backend) => {
  for (const dim of [3, 10]) {
    for (const offset of [1, 2, 3, 5]) {
      for (const type of TYPES.keys()) {
        const memory = typed(type, integers(offset, 300 * dim, 100));
        const before = memory.slice();
        const view = memory.subarray(offset, offset + 290 * dim);
        const pivot = integers(dim, dim, 100);
        assertSameSums(
          sumsOf(backend, pivot, view),
          naiveSums(pivot, before.slice(offset, offset + 290 * dim)),
          `${dim} columns from number ${offset}`,
        );
        assertEquals(memory, before);
      }
    }
  }
});

testBackends("has a copy of the pivot and of the rows", (backend) => {
  const pivot = Float64Array.of(1, 2), rows = Float64Array.of(3, 4, 5, 7);
  const accumulator = backend.accumulator(pivot);
  accumulator.add(rows);
  pivot.fill(100);
  rows.fill(100);
  assertSameSums(
    accumulator.sums(),
    naiveSums(Float64Array.of(1, 2), Float64Array.of(3, 4, 5, 7)),
    "what they were",
  );
});

testBackends("sums whole numbers of any scale exactly", (backend) => {
  const dim = 15, count = 300;
  const whole = integers(3, count * dim, 100), wholePivot = integers(4, dim, 100);
  const exact = naiveSums(wholePivot, whole);
  // About 1e150, 1e-150, products that are denormal, and numbers that are (with a product that
  // keeps them).
  for (const [even, odd] of [[498, 498], [-498, -498], [498, -498], [-537, -537], [-1074, 480]]) {
    const scale = (column: number) => 2 ** (column % 2 === 0 ? even : odd);
    const pivot = wholePivot.map((x, column) => x * scale(column));
    const rows = whole.map((x, at) => x * scale(at % dim));
    assertSameSums(sumsOf(backend, pivot, rows), {
      ...exact,
      pivot,
      sum: exact.sum.map((x, column) => x * scale(column)),
      scatter: lowerTriangle(exact).map((x, at) =>
        // Denormal numbers squared are nothing.
        x === 0 ? 0 : x * scale(at % dim) * scale(Math.floor(at / dim)) + 0
      ),
    }, `2^${even} and 2^${odd}`);
  }
});

testBackends("keeps denormal float32", (backend) => {
  const whole = integers(5, 300 * 11, 100), tiny = 2 ** -149;
  const exact = naiveSums(new Float64Array(11), whole);
  assertSameSums(
    sumsOf(backend, new Float64Array(11), Float32Array.from(whole, (x) => x * tiny)),
    {
      ...exact,
      sum: exact.sum.map((x) => x * tiny),
      scatter: exact.scatter.map((x) => x * tiny * tiny),
    },
    "multiples of 2^-149",
  );
});

testBackends("takes −0 for 0", (backend) => {
  for (const dim of [1, 9, 16]) {
    const zeros = new Float64Array(dim), minus = zeros.map(() => -0);
    for (const pivot of [zeros, minus]) {
      for (const Type of TYPES) {
        const { sum, scatter } = sumsOf(backend, pivot, Type.from(minus), Type.from(minus));
        assertEquals([...sum, ...scatter].every((x) => Object.is(x, 0)), true);
      }
    }
  }
});

/** What the bits of a finite float16 mean, by IEEE 754. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  return exponent === 0
    ? sign * fraction * 2 ** -24
    : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

testBackends("reads every finite float16 as what it is", (backend) => {
  const dim = 31;
  const patterns = [...Array(65536).keys()].filter((bits) => (bits & 0x7c00) !== 0x7c00);
  assertEquals(patterns.length % dim, 0);
  const rows = new Float16Array(Uint16Array.from(patterns).buffer);
  const accumulator = backend.accumulator(new Float64Array(dim));
  for (let at = 0; at < patterns.length; at += dim) {
    accumulator.add(rows.subarray(at, at + dim));
    const { sum, scatter, stride } = accumulator.sums();
    for (let column = 0; column < dim; column++) {
      const value = float16(patterns[at + column]);
      assertEquals(sum[column] === value, true, `${sum[column]} for ${value}`);
      assertEquals(scatter[column * stride + column], value * value);
    }
    sum.fill(0);
    scatter.fill(0);
  }
});

testBackends("subtracts the pivot in float64 before it multiplies", (backend) => {
  // 16777217 is no float32, and 1e8² swallows a 1.
  const pivot = Float64Array.of(16777217, 1e8);
  assertSameSums(
    sumsOf(backend, pivot, Float32Array.of(16777216, 1e8, 16777216, 1e8 + 8)),
    {
      dim: 2,
      stride: 2,
      pivot,
      sum: Float64Array.of(-2, 8),
      scatter: Float64Array.of(2, 0, -8, 64),
    },
    "what float32 cannot tell apart",
  );
});

testBackends("sums fractions to rounding", (backend) => {
  for (const [count, dim] of [[3000, 131], [129, 65], [3, 20]]) {
    const rows = gaussian(count, count * dim), pivot = gaussian(dim, dim);
    const expected = naiveSums(pivot, rows), actual = copied(sumsOf(backend, pivot, rows));
    // Sums of `count` terms near 1, each rounded to some 2⁻⁵³ of a sum that is near √count.
    const tolerance = 16 * count ** 1.5 * Number.EPSILON;
    expected.sum.forEach((value, i) => assertAlmostEquals(actual.sum[i], value, tolerance));
    expected.scatter.forEach((value, at) =>
      assertAlmostEquals(actual.scatter[at], value, tolerance)
    );
  }
});

testBackends("holds several sums at once, whatever is asked of it in between", (backend) => {
  const random = uniform(2024), upTo = (limit: number) => Math.floor(random() * limit);
  const states = [2, 24, 67, 130].map((dim) => {
    const pivot = integers(dim, dim, 100);
    return { dim, accumulator: backend.accumulator(pivot), expected: zeroSums(pivot) };
  });
  const source = integers(1, 130 * 3001, 100);
  const actions: ((state: typeof states[number]) => void)[] = [
    ({ accumulator, expected, dim }) => {
      const rows = source.subarray(dim, dim + upTo(3000) * dim);
      accumulator.add(typed(upTo(3), rows));
      naiveUpdate(expected, rows);
    },
    ({ accumulator, expected, dim }) => {
      const rows = source.subarray(0, upTo(3) * dim);
      accumulator.add(typed(upTo(3), rows));
      naiveUpdate(expected, rows);
    },
    ({ accumulator, expected }) => assertSameSums(accumulator.sums(), expected, "sums in between"),
    ({ accumulator, expected, dim }) => {
      const sums = accumulator.sums(), row = upTo(dim), column = upTo(row + 1);
      for (const { sum, scatter, stride } of [sums, expected]) {
        sum[row] += 7;
        scatter[row * stride + column] -= 1234;
      }
    },
    () => backend.release(),
    () => {
      const order = 250 + upTo(30);
      const values = backend.eigenvalues(order, (matrix, stride) => {
        for (let i = 0; i < order; i++) matrix[i * stride + i] = i / order;
      });
      assertEquals([...values.sort()], [...Array(order).keys()].map((i) => i / order));
    },
  ];
  for (let turn = 0; turn < 50; turn++) {
    // Rows are added more often than all else.
    const action = actions[Math.max(0, upTo(actions.length + 6) - 6)];
    action(states[upTo(states.length)]);
  }
  for (const { accumulator, expected, dim } of states) {
    assertSameSums(accumulator.sums(), expected, `${dim} dimensions`);
  }
});
