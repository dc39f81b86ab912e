import type { EmbeddingData } from "../batch.ts";

/**
 * The type that holds the numbers of all columns exactly.
 *
 * @param columns The numbers of each.
 * @returns The constructor of its arrays.
 */
export function widestOf(
  columns: readonly EmbeddingData[],
): typeof Float16Array | typeof Float32Array | typeof Float64Array {
  if (columns.some((values) => values instanceof Float64Array)) return Float64Array;
  return columns.some((values) => values instanceof Float32Array) ? Float32Array : Float16Array;
}
