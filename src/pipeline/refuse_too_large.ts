import { memoryNeeded, type MemoryQuestion } from "../covariance/memory_needed.ts";
import { formatBytes, RankMeError } from "../errors.ts";
import type { Backend } from "../linalg/backend.ts";

/**
 * Refuses dimensions whose states cannot fit, before any more is read.
 *
 * How much memory is free can be known with `--allow-sys` only; without it what no machine could hold
 * is refused.
 *
 * @param questions How many dimensions each state has, and what else is known.
 * @param backend What will compute.
 * @param sampleBytes What a sample of the rows takes besides. Default: 0.
 * @returns The memory that is needed, in bytes.
 * @throws {RankMeError} `memory`, when there is not as much.
 */
export function refuseTooLarge(
  questions: readonly MemoryQuestion[],
  { maxOrder, name }: Backend,
  sampleBytes = 0,
): number {
  const needs = questions.map(memoryNeeded);
  const bytes = needs.reduce((sum, need) => sum + need.bytes, sampleBytes);
  const order = Math.max(...needs.map((need) => need.order));
  const dims = questions.map(({ dim }) => dim).join(" and ");
  const what = `${dims} dimensions need ${formatBytes(bytes)} of memory`;
  const advice = "reduce the dimensions, or score fewer rows than dimensions with --limit";
  if (maxOrder !== undefined && order > maxOrder) {
    const matrix = `a matrix of ${order} rows, and ${name} holds ${maxOrder}`;
    throw new RankMeError("memory", `${what}, ${matrix}`, { advice });
  }
  const available = availableMemory();
  if (available !== undefined && bytes > available) {
    const free = `${formatBytes(available)} are free`;
    throw new RankMeError("memory", `${what}, and ${free}`, { advice });
  }
  return bytes;
}

/**
 * How much memory is free, where that may be known.
 *
 * @returns Bytes; nothing without `--allow-sys`.
 */
export function availableMemory(): number | undefined {
  if (!("Deno" in globalThis)) return undefined;
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "systemMemoryInfo" });
  return state === "granted" ? Deno.systemMemoryInfo().available : undefined;
}
