import { RankMeError } from "../../errors.ts";
import type { Backend } from "../backend.ts";
import { blasBackend } from "./backend.ts";
import { blasCandidates, type Surroundings } from "./candidates.ts";
import { granted } from "./permissions.ts";
import { selfTest } from "./self_test.ts";

/** How the loaders of the systems say that they know no library of a name. */
const NOT_FOUND = /no such file|not be found|not found|specified module/i;

/** What to look for. */
export interface BlasOptions {
  /**
   * The library's file, or a name for the system's loader: this one or none. Default: what the
   * environment variable `RANKME_BLAS` says, where it is set and may be read; else a search.
   */
  readonly path?: string;
  /** How many threads the library may use, at least 1. */
  readonly threads: number;
  /** Computes eigenvalues where the library has BLAS but no LAPACK. */
  readonly fallback: Backend;
}

/** What came of a search. */
export interface BlasSearch {
  /** The first library that works; none where there is none. */
  readonly backend?: Backend;
  /** Those that came before it and do not. */
  readonly tried: readonly RefusedLibrary[];
}

/** A library that cannot be used. */
export interface RefusedLibrary {
  /** Its path or name. */
  readonly library: string;
  /** Why not, as a clause. */
  readonly reason: string;
}

/**
 * Finds a native BLAS and loads it, if its numbers are right.
 *
 * Needs `--allow-ffi`. The libraries inside Python packages are found only with `--allow-read` and
 * `--allow-env`. Never asks for a permission.
 *
 * @param options What to look for.
 * @returns The backend, to be released at the end, and the libraries that were refused.
 * @throws {RankMeError} Where one library was asked for by name: `usage`, when it cannot be used;
 * `permission`, when it may not be loaded.
 *
 * @example Without the permission there is none, and the reason says so
 * ```ts
 * import { openBlas, referenceBackend } from "@rankme/rankme/linalg";
 * import { assertEquals } from "@std/assert";
 *
 * const { backend = referenceBackend, tried } = openBlas({ threads: 2, fallback: referenceBackend });
 * if (backend === referenceBackend) assertEquals(tried.length > 0, true);
 * backend.release();
 * ```
 */
export function openBlas({ path, threads, fallback }: BlasOptions): BlasSearch {
  if (!("Deno" in globalThis)) {
    const refused = { library: path ?? "a native BLAS", reason: "only Deno can load it" };
    if (path !== undefined) throw unusable(refused);
    return { tried: [refused] };
  }
  const named = path ?? (variable("RANKME_BLAS") || undefined);
  if (named !== undefined) return { backend: openNamed(named, threads, fallback), tried: [] };
  return search(threads, fallback);
}

function openNamed(library: string, threads: number, fallback: Backend): Backend {
  if (!mayLoad(library)) {
    throw new RankMeError("permission", `${library} may not be loaded`, {
      advice: "add --allow-ffi",
    });
  }
  const opened = open(library, threads, fallback);
  if (typeof opened === "string") throw unusable({ library, reason: opened });
  return opened;
}

function search(threads: number, fallback: Backend): BlasSearch {
  const { surroundings, hidden } = lookAround();
  const candidates = blasCandidates(surroundings);
  if (!candidates.some(mayLoad)) {
    return { tried: [{ library: "a native BLAS", reason: "loading it needs --allow-ffi" }] };
  }
  const tried: RefusedLibrary[] = [];
  for (const library of candidates) {
    const opened = mayLoad(library) ? open(library, threads, fallback) : "it needs --allow-ffi";
    if (typeof opened !== "string") return { backend: opened, tried };
    tried.push({ library, reason: opened });
  }
  if (hidden()) {
    const reason = "finding it needs --allow-read and --allow-env";
    tried.push({ library: "the OpenBLAS of NumPy or SciPy", reason });
  }
  return { tried };
}

/** The backend, or why there is none. */
function open(library: string, threads: number, fallback: Backend): Backend | string {
  let backend: Backend | undefined;
  try {
    backend = blasBackend(library, threads, fallback);
    const fault = selfTest(backend);
    if (fault === undefined) return backend;
    backend.release();
    return fault;
  } catch (error) {
    backend?.release();
    const { message } = error as Error;
    return isPath(library) || !NOT_FOUND.test(message) ? message : "not found";
  }
}

function unusable({ library, reason }: RefusedLibrary): RankMeError {
  return new RankMeError("usage", `${library} cannot be used as BLAS: ${reason}`, {
    advice: "name another library, or none to have one searched",
  });
}

/** A bare name is looked up by the system's loader, which takes the permission for every library. */
function mayLoad(library: string): boolean {
  return granted(isPath(library) ? { name: "ffi", path: library } : { name: "ffi" });
}

function isPath(library: string): boolean {
  return /[/\\]/.test(library);
}

/** What may be seen of the machine, and whether something may not. */
function lookAround(): { surroundings: Surroundings; hidden: () => boolean } {
  let hidden = false;
  const surroundings: Surroundings = {
    os: Deno.build.os,
    env(name) {
      hidden ||= !granted({ name: "env", variable: name });
      return variable(name);
    },
    list(folder) {
      if (!granted({ name: "read", path: folder })) {
        hidden = true;
        return [];
      }
      try {
        return Array.from(Deno.readDirSync(folder), ({ name }) => name);
      } catch {
        return [];
      }
    },
  };
  return { surroundings, hidden: () => hidden };
}

function variable(name: string): string | undefined {
  return granted({ name: "env", variable: name }) ? Deno.env.get(name) : undefined;
}
