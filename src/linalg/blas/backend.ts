import type { Backend } from "../backend.ts";
import { Helpers } from "../threads/helpers.ts";
import { BlasAccumulator } from "./accumulator.ts";
import { lapackEigenvalues } from "./eigenvalues.ts";
import { JOIN_BLAS_TEAM } from "./joining.ts";
import { type BlasLibrary, loadLibrary } from "./library.ts";

/**
 * Up to D = 384 OpenBLAS is no faster with two threads, and a thread of its that was woken spins on for
 * up to 100 ms in wait of more, which takes that time from others.
 */
const MIN_SHARED_ORDER = 512;

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
  const { threads: granted, routines: { dsyevd, setThreads } } = first;
  const lapack = dsyevd !== undefined;
  // Where the library cannot be told to use one thread a call, it shares out each call itself.
  const helpers = new Helpers(setThreads ? granted - 1 : 0, JOIN_BLAS_TEAM);
  return {
    name: "blas",
    threads: granted,
    library: lapack
      ? first.description
      : `${first.description}, without LAPACK: eigenvalues by ${fallback.name}`,
    maxOrder: lapack ? undefined : fallback.maxOrder,
    accumulator: (pivot) => new BlasAccumulator(library, helpers, pivot),
    eigenvalues(dim, write) {
      if (!lapack) return fallback.eigenvalues(dim, write);
      const { routines: { dsyevd }, useThreads } = library();
      return lapackEigenvalues(
        (...args) => {
          // Not before the matrix is written: that may end an update, whose tasks use one thread each.
          useThreads(dim < MIN_SHARED_ORDER ? 1 : granted);
          dsyevd!(...args);
        },
        dim,
        write,
      );
    },
    release() {
      helpers.release();
      if (current?.close()) current = undefined;
      fallback.release();
    },
  };
}
