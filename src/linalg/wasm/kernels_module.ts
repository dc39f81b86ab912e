import { allocating } from "../../errors.ts";
import type { SharedWork } from "../threads/helpers.ts";
import type { Team } from "../threads/team.ts";
import { KERNELS } from "./kernels.ts";
import { PAGE_BYTES } from "./memory_layout.ts";

/** What 32 bits can address. */
const MAX_PAGES = 65536;

/** What the compiled kernels offer. See the functions of the same names under assembly/. */
export interface KernelExports extends Team {
  beginUpdates(): void;
  submit(source: number, rows: number, type: number): void;
  complete(panels: number, milliseconds: number): number;
  completed(panels: number): number;
  submitted(): number;
  openStep(kind: number, tasks: number): void;
  completeStep(milliseconds: number): number;
  reflect(order: number, reflections: number): number;
  beginMultiply(order: number, reflections: number, parts: number): number;
  finishReflection(beta: number): void;
  beginPackUpdate(order: number, reflections: number): number;
  beginUpdate(): number;
  multiplyAddPeak(turns: number): number;
}

/** The kernels, compiled for what this machine's WebAssembly can do. */
export interface Kernels {
  /** The compiled module. */
  readonly module: WebAssembly.Module;
  /** Whether multiply-add is fused where the machine can. */
  readonly relaxedSimd: boolean;
  /** Whether memories can be shared among threads. */
  readonly shared: boolean;
}

/** The kernels at work on a memory of their own. */
export interface KernelInstance extends SharedWork {
  readonly exports: KernelExports;
  readonly memory: WebAssembly.Memory;
}

let compiled: Kernels | undefined | "unsupported";

/**
 * The fastest kernels that can be had here; compiled on the first call.
 *
 * @returns The kernels, or nothing where WebAssembly has no SIMD.
 */
export function findKernels(): Kernels | undefined {
  compiled ??= compile() ?? "unsupported";
  return compiled === "unsupported" ? undefined : compiled;
}

function compile(): Kernels | undefined {
  const shared = typeof SharedArrayBuffer !== "undefined";
  for (const relaxedSimd of [true, false]) {
    const name = `${relaxedSimd ? "relaxed" : "plain"}${shared ? "Shared" : "Unshared"}` as const;
    const bytes = decodeBase64(KERNELS[name]);
    if (WebAssembly.validate(bytes)) {
      return { module: new WebAssembly.Module(bytes), relaxedSimd, shared };
    }
  }
}

/** Has the kernels work on a memory. Helpers run this too, so it uses nothing around it. */
export function join(
  { module, memory }: { module: WebAssembly.Module; memory: WebAssembly.Memory },
): KernelExports {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return exports as unknown as KernelExports;
}

/** Engines before 2025 lack `fromBase64`, and take 3 ms where it takes none. */
function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64?.(text) ??
    Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/**
 * Gives the kernels a memory, filled with zeros.
 *
 * @param kernels The kernels.
 * @param bytes Its size.
 * @param purpose What it is for, as in "the covariance of 2048 dimensions".
 * @returns The kernels at work on it.
 * @throws {RankMeError} `memory`, when it cannot be had.
 */
export function instantiate(
  { module, shared }: Kernels,
  bytes: number,
  purpose: string,
): KernelInstance {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  const memory = allocating(bytes, purpose, () => {
    // What WebAssembly cannot address is refused in the same words as what the machine lacks.
    if (pages > MAX_PAGES) throw new RangeError("more than 32 bits can address");
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  });
  const invitation = { module, memory };
  const exports = join(invitation);
  return { memory, exports, team: exports, invitation };
}
