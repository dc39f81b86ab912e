import type { Backend } from "../backend.ts";
import { lapackEigenvalues } from "./eigenvalues.ts";
import { type BlasLibrary, loadLibrary } from "./library.ts";
import { blasAccumulator } from "./rank_k_update.ts";

/**
 * A backend on a native library. Needs permission to call foreign functions.
 *
 * @param path The library's file, or a name for the system's loader.
 * @param threads How many threads it may use.
 * @param fallback Computes eigenvalues where the library has BLAS but no LAPACK.
 * @returns The backend, with the library loaded.
 * @throws {RankMeError} `unsupported`, when it cannot be loaded or lacks a routine of BLAS.
 */
export function blasBackend(path: string, threads: number, fallback: Backend): Backend {
  const first = loadLibrary(path, threads);
  let current: BlasLibrary | undefined = first;
  const library = () => current ??= loadLibrary(path, threads);
  const lapack = first.routines.dsyevd !== undefined;
  return {
    name: "blas",
    threads: first.threads,
    library: lapack
      ? first.description
      : `${first.description}, without LAPACK: eigenvalues by ${fallback.name}`,
    maxOrder: lapack ? undefined : fallback.maxOrder,
    accumulator: (pivot) => blasAccumulator(library, pivot),
    eigenvalues(dim, write) {
      if (!lapack) return fallback.eigenvalues(dim, write);
      return lapackEigenvalues(library().routines.dsyevd!, dim, write);
    },
    release() {
      if (current?.close()) current = undefined;
      fallback.release();
    },
  };
}
