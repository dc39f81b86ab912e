import type { Backend } from "../src/linalg/backend.ts";
import { chooseBackend } from "../src/linalg/choose_backend.ts";

const NAMES = ["wasm", "blas", "reference"] as const;

/** Which implementation of ours. */
export type BackendName = typeof NAMES[number];

/** One of ours, and how it is to run. */
export interface BackendOptions {
  readonly backend: BackendName;
  readonly threads: number;
  /** The library that `blas` loads; absent to have one searched. */
  readonly blas?: string;
}

/** Whether there is a backend of that name. */
export function isBackendName(name: string): name is BackendName {
  return (NAMES as readonly string[]).includes(name);
}

/** The backend itself. */
export function makeBackend({ backend, threads, blas }: BackendOptions): Backend {
  return chooseBackend({ backend, threads, blas }).backend;
}

/** The flags that make the command line take it. */
export function backendFlags({ backend, threads, blas }: BackendOptions): string[] {
  const library = backend === "blas" && blas ? [`--blas=${blas}`] : [];
  return [`--backend=${backend}`, `--threads=${threads}`, ...library];
}

/** The permissions that the command line needs for it, besides reading its input. */
export function backendPermissions({ backend, blas }: BackendOptions): string[] {
  if (backend !== "blas") return [];
  return blas ? [`--allow-ffi=${blas}`] : ["--allow-ffi", "--allow-read", "--allow-env"];
}

/** As tables call so many threads. */
export function threadsTitle(threads: number): string {
  return `${threads} thread${threads === 1 ? "" : "s"}`;
}

/** As tables call it. */
export function backendTitle({ backend, threads }: BackendOptions): string {
  return backend === "reference" ? backend : `${backend}, ${threadsTitle(threads)}`;
}
