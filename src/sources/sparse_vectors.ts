import type { Column } from "./column.ts";

/** What becomes of a column. */
type Described = Pick<Column, "kind" | "type" | "advice" | "numbers">;

/**
 * Whether a struct is a sparse vector: Spark's, or what vector databases give out. Its values are a
 * list of those numbers that are not zero; where all rows have as many, they would pass for embeddings.
 *
 * @param names What its fields are called.
 * @returns Whether there are indices and values among them.
 */
export function areOfSparseVector(names: readonly string[]): boolean {
  return names.includes("indices") && names.includes("values");
}

/**
 * What a sparse vector is as a column: none that can be scored.
 *
 * @param name The name of the struct.
 * @returns What the struct is, and what each of its fields is.
 */
export function sparseVector(
  name: string,
): { readonly whole: Described; readonly part: Described } {
  const advice = `write dense vectors; in Spark: vector_to_array(${name}, 'float32')`;
  return {
    whole: { kind: "other", type: "sparse vector", advice, numbers: 1 },
    part: { kind: "other", type: "part of a sparse vector", advice },
  };
}
