import type { BlasLibrary, Routines } from "../../../src/linalg/blas/library.ts";

interface Call {
  readonly routine: "dger" | "dgemv" | "dsyrk" | "dgemm";
  readonly rows: number;
  readonly threads: number;
}

/**
 * A library in TypeScript, after the definitions: only the ways of calling that are needed, and any
 * other is an error. It keeps account of the calls.
 */
export function plainLibrary(threads = 3): BlasLibrary & { readonly calls: readonly Call[] } {
  const calls: Call[] = [];
  let using = threads;
  const routines: Routines = {
    dger(order, m, n, alpha, x, incX, y, incY, a, lda) {
      expect([order, incX, incY, lda], [101n, 1n, 1n, n]);
      calls.push({ routine: "dger", rows: Number(m), threads: using });
      const [u, v, matrix] = [floats(x), floats(y), floats(a)];
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) matrix[i * Number(n) + j] += alpha * u[i] * v[j];
      }
    },
    dgemv(order, trans, m, n, alpha, a, lda, x, incX, beta, y, incY) {
      expect([order, trans, lda, incX, incY], [101n, 112n, n, 1n, 1n]);
      calls.push({ routine: "dgemv", rows: Number(m), threads: using });
      const [matrix, u, v] = [floats(a), floats(x), floats(y)];
      for (let j = 0; j < n; j++) {
        let sum = beta * v[j];
        for (let i = 0; i < m; i++) sum += alpha * matrix[i * Number(n) + j] * u[i];
        v[j] = sum;
      }
    },
    dsyrk(order, uplo, trans, n, k, alpha, a, lda, beta, c, ldc) {
      expect([order, uplo, trans, ldc], [101n, 122n, 112n, lda]);
      calls.push({ routine: "dsyrk", rows: Number(k), threads: using });
      const [matrix, to] = [floats(a), floats(c)], stride = Number(lda);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++) {
          let sum = beta * to[i * stride + j];
          for (let r = 0; r < k; r++) {
            sum += alpha * matrix[r * stride + i] * matrix[r * stride + j];
          }
          to[i * stride + j] = sum;
        }
      }
    },
    dgemm(order, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) {
      expect([order, transA, transB, ldb, ldc], [101n, 112n, 111n, lda, lda]);
      calls.push({ routine: "dgemm", rows: Number(k), threads: using });
      const [left, right, to] = [floats(a), floats(b), floats(c)], stride = Number(lda);
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = beta * to[i * stride + j];
          for (let r = 0; r < k; r++) sum += alpha * left[r * stride + i] * right[r * stride + j];
          to[i * stride + j] = sum;
        }
      }
    },
  };
  return {
    routines,
    invitation: {
      path: "nowhere",
      symbols: {
        dsyrk: { parameters: [], result: "void" },
        dgemm: { parameters: [], result: "void" },
      },
    },
    description: "plain",
    threads,
    useThreads: (count) => using = count,
    close: () => true,
    calls,
  };
}

function floats(array: unknown): Float64Array {
  if (!(array instanceof Float64Array)) throw new Error("not an array of float64");
  return array;
}

function expect(actual: readonly bigint[], expected: readonly bigint[]): void {
  if (actual.join() !== expected.join()) throw new Error(`called with ${actual}`);
}
