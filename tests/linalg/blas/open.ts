/**
 * Opens a native BLAS, releases it and prints what came of it; run by the tests with permissions of its own.
 *
 * Arguments: the number of threads, and the library's path, if one is asked for.
 */
import { RankMeError } from "../../../src/errors.ts";
import { openBlas, type RefusedLibrary } from "../../../src/linalg/blas/open_blas.ts";
import { referenceBackend } from "../../../src/linalg/reference/backend.ts";

/** What came of it. */
export interface Opened {
  readonly name?: string;
  readonly library?: string;
  readonly threads?: number;
  readonly maxOrder?: number;
  readonly tried?: readonly RefusedLibrary[];
  /** OPENBLAS_NUM_THREADS afterwards, where it may be read. */
  readonly variable?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

if (import.meta.main) {
  console.log(JSON.stringify(open()));
  // Time for what a released library's threads still have to do.
  await new Promise((resolve) => setTimeout(resolve, 20));
}

function open(): Opened {
  const [threads, path] = Deno.args;
  try {
    const { backend, tried } = openBlas({
      path,
      threads: Number(threads),
      fallback: { ...referenceBackend, maxOrder: 1234 },
    });
    backend?.release();
    const readable = Deno.permissions.querySync({ name: "env", variable: "OPENBLAS_NUM_THREADS" });
    return {
      name: backend?.name,
      library: backend?.library,
      threads: backend?.threads,
      maxOrder: backend?.maxOrder,
      tried,
      variable: readable.state === "granted" ? Deno.env.get("OPENBLAS_NUM_THREADS") : undefined,
    };
  } catch (error) {
    if (!(error instanceof RankMeError)) throw error;
    return { error: { code: error.code, message: error.message } };
  }
}
