import { assertEquals, assertThrows } from "@std/assert";
import { lapackEigenvalues } from "../../../src/linalg/blas/eigenvalues.ts";
import type { Routines } from "../../../src/linalg/blas/library.ts";

type Dsyevd = NonNullable<Routines["dsyevd"]>;

/** Entry (i, j) of the matrix that is written: it tells its place. */
const entry = (i: number, j: number) => 100 * i + j;

function write(dim: number) {
  return (matrix: Float64Array, stride: number) => {
    for (let i = 0; i < dim; i++) {
      for (let j = 0; j <= i; j++) matrix[i * stride + j] = entry(i, j);
    }
  };
}

/** A dsyevd whose integers have so many bits, and which says how much room it wants when asked. */
function dsyevdOf(bits: 32 | 64, compute: (given: Given) => number): Dsyevd {
  const view = (place: unknown) => new DataView((place as BigInt64Array).buffer);
  const read = (place: unknown) =>
    bits === 32 ? view(place).getInt32(0, true) : Number(view(place).getBigInt64(0, true));
  const set = (place: unknown, value: number) =>
    bits === 32
      ? view(place).setInt32(0, value, true)
      : view(place).setBigInt64(0, BigInt(value), true);
  const text = (array: unknown) => String.fromCharCode(...array as Uint8Array);
  return (jobz, uplo, n, a, lda, w, work, lwork, iwork, liwork, info) => {
    const floats = work as Float64Array;
    if (read(lwork) === -1 && read(liwork) === -1) {
      floats[0] = 77;
      set(iwork, 5);
      return;
    }
    assertEquals([read(lwork), floats.length], [77, 77]);
    assertEquals(read(liwork), 5);
    assertEquals(view(iwork).byteLength >= 5 * bits / 8, true);
    const status = compute({
      job: text(jobz) + text(uplo),
      dim: read(n),
      stride: read(lda),
      matrix: a as Float64Array,
      values: w as Float64Array,
    });
    set(info, status);
  };
}

interface Given {
  readonly job: string;
  readonly dim: number;
  readonly stride: number;
  readonly matrix: Float64Array;
  readonly values: Float64Array;
}

for (const bits of [32, 64] as const) {
  Deno.test(`dsyevd with integers of ${bits} bits is given the room it asks for`, () => {
    const dsyevd = dsyevdOf(bits, ({ values }) => {
      values.set([3, 1, 2]);
      return 0;
    });
    assertEquals(lapackEigenvalues(dsyevd, 3, write(3)), Float64Array.of(3, 1, 2));
  });

  Deno.test(`dsyevd with integers of ${bits} bits that fails is an error with its number`, () => {
    for (const info of [5, -3]) {
      assertThrows(
        () => lapackEigenvalues(dsyevdOf(bits, () => info), 3, write(3)),
        Error,
        `LAPACK's dsyevd ended with info = ${info}`,
      );
    }
  });
}

Deno.test("dsyevd finds the matrix in the lower triangle of Fortran's columns", () => {
  for (const dim of [1, 2, 31, 32, 33, 64, 65, 70]) {
    const dsyevd = dsyevdOf(64, (given) => {
      assertEquals([given.job, given.dim, given.stride], ["NL", dim, dim]);
      for (let column = 0; column < dim; column++) {
        for (let row = column; row < dim; row++) {
          assertEquals(given.matrix[column * dim + row], entry(row, column), `(${row}, ${column})`);
        }
      }
      return 0;
    });
    assertEquals(lapackEigenvalues(dsyevd, dim, write(dim)).length, dim);
  }
});
