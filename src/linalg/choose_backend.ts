import { RankMeError } from "../errors.ts";
import { openBlas } from "./blas/open_blas.ts";
import { reasonsOf } from "./blas/reasons.ts";
import type { Backend } from "./backend.ts";
import { fastestBackend } from "./fastest_backend.ts";
import { referenceBackend } from "./reference/backend.ts";
import { wasmBackend } from "./wasm/backend.ts";

/** The name of a backend, or `auto` for the fastest that can be had. */
export type BackendName = "auto" | "blas" | "wasm" | "reference";

/** What is to compute. */
export interface BackendChoice {
  /** Which backend. Default: `auto`, or `blas` where a library is named. */
  readonly backend?: BackendName;
  /** How many threads at most. Default: as many as the machine runs at once. */
  readonly threads?: number;
  /** The path of a BLAS library; no other is tried then. */
  readonly blas?: string;
}

/** A backend, and why it was taken. */
export interface ChosenBackend {
  /** The backend. */
  readonly backend: Backend;
  /** What was tried before it, and what came of it; a clause each. */
  readonly notes: readonly string[];
}

/**
 * Chooses what computes. `auto` takes a native BLAS where one was allowed (`--allow-ffi`) and is
 * found, else WebAssembly, else plain TypeScript.
 *
 * @param choice What is asked for.
 * @returns The backend and the reasons. To be released at the end: threads keep a program alive.
 * @throws {RankMeError} `usage` or `permission`, when what was asked for by name cannot
 * be had.
 *
 * @example What there is
 * ```ts
 * import { chooseBackend } from "@rankme/rankme/linalg";
 * import { assertEquals } from "@std/assert";
 *
 * const { backend } = chooseBackend({ backend: "reference" });
 * assertEquals(backend.name, "reference");
 * ```
 */
export function chooseBackend(
  {
    blas: path,
    backend: name = path === undefined ? "auto" : "blas",
    threads = navigator.hardwareConcurrency,
  }: BackendChoice = {},
): ChosenBackend {
  if (name === "reference") return { backend: referenceBackend, notes: [] };
  if (name === "wasm") return { backend: wasmBackend({ threads }), notes: [] };
  const fallback = fastestBackend(threads);
  const { backend, tried } = openBlas({ path, threads, fallback });
  const notes = reasonsOf(tried);
  if (backend) return { backend, notes };
  if (name === "auto") return { backend: fallback, notes };
  const only = tried.length === 1 ? `${tried[0].library} cannot be used: ${tried[0].reason}` : "";
  throw new RankMeError("usage", only || `no native BLAS can be used: ${notes.join("; ")}`);
}
