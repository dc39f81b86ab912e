/** What the memory of a state depends on. */
export interface MemoryQuestion {
  /** D: the number of dimensions. */
  readonly dim: number;
  /** N, or a number that it does not exceed. Default: any. */
  readonly rows?: number;
  /** Whether the state is exact. Default: no. */
  readonly exact?: boolean;
  /** How many such states there are, of which one at a time is decomposed. Default: 1. */
  readonly states?: number;
}

/**
 * How many states there are at a time where each of some groups is left out once: see
 * `JackknifeCovariance`.
 *
 * @param groups How many groups; 0 where there are none.
 * @returns The groups' own, and those on the way to what is left without one of them.
 */
export function statesOfGroups(groups: number): number {
  return groups === 0 ? 1 : groups + Math.ceil(Math.log2(groups)) + 1;
}

/**
 * What a backend keeps for each state beside its sums, panels and buffers, in numbers for each
 * dimension; of one state it is little. With it, 16 groups of 2048 dimensions come to the 1.3 GB that
 * they were measured to take on two threads; of 128 to 768 dimensions it was 600 to 3300.
 */
const BESIDE_SUMS = 1536;

/**
 * What a state of at least as many rows as dimensions takes among many, not decomposed.
 *
 * @param dim D.
 * @returns Bytes.
 */
export function stateBytes(dim: number): number {
  return 8 * (dim + BESIDE_SUMS) * dim;
}

/** What a state takes at the most, decomposition included. */
export interface MemoryNeeded {
  /** How many bytes. */
  readonly bytes: number;
  /** The order of the largest matrix. */
  readonly order: number;
}

/**
 * The memory that a state takes at the most, when it is decomposed: that needs a matrix of its own.
 *
 * @param question How many dimensions, and what else is known.
 * @returns The bytes, and the order of the largest square matrix of float64 among them.
 */
export function memoryNeeded(
  { dim, rows = Infinity, exact = false, states = 1 }: MemoryQuestion,
): MemoryNeeded {
  // Fewer rows than dimensions are kept as they are, beside an N×N state made of them at the end.
  const values = Math.min(rows, dim);
  const kept = rows < dim ? rows * dim : 0;
  const order = exact ? 2 * values + 1 : values;
  const others = (states - 1) * (8 * kept + stateBytes(values));
  return { bytes: 8 * (kept + values * values + order * order) + others, order };
}
