/**
 * Golden values of LiDAR, linear CKA and generalised eigenvalues, and the rows they are of. Never edit
 * objects.json: run make_objects_golden.py, whose header says how.
 */
import golden from "./objects.json" with { type: "json" };
import { gaussian } from "./matrices.ts";

/** Objects with several views each. */
export interface ObjectCase {
  readonly name: string;
  readonly dim: number;
  /** The numbers of views of the objects, in turn. */
  readonly views: readonly number[];
  readonly objects: number;
  readonly mean: number;
  readonly noise: number;
  readonly firstEntries: readonly number[];
  /** By δ. */
  readonly expected: readonly {
    readonly delta: number;
    readonly eigenvalues: readonly number[];
    readonly lidar: number;
  }[];
}

/** Two sets of aligned rows. */
export interface PairCase {
  readonly name: string;
  readonly rows: number;
  readonly dims: readonly number[];
  readonly share: number;
  readonly cka: number;
  readonly chance: number;
}

/** Rows with the name of the object that each is of. */
export interface ObjectRows {
  readonly data: Float64Array;
  readonly dim: number;
  readonly objects: readonly string[];
}

/** Every case of objects. */
export const objectCases: readonly ObjectCase[] = golden.objects;

/** Every case of pairs. */
export const pairCases: readonly PairCase[] = golden.pairs;

/** Generalised eigenvalues by the order of the matrices. */
export const generalizedCases: readonly {
  readonly dim: number;
  readonly eigenvalues: readonly number[];
}[] = golden.generalized;

/** The rows of a case, object after object. */
export function objectRows(
  { name, dim, views, objects, mean, noise, firstEntries }: ObjectCase,
): ObjectRows {
  const index = objectCases.findIndex((one) => one.name === name);
  const owners = Array.from({ length: objects }, (_, o) => o)
    .flatMap((o) => new Array<number>(views[o % views.length]).fill(o));
  const centers = gaussian(100 + index, objects * dim);
  const noises = gaussian(200 + index, owners.length * dim);
  const data = noises.map((value, at) =>
    centers[owners[Math.floor(at / dim)] * dim + at % dim] + noise * value + mean
  );
  firstEntries.forEach((entry, at) => {
    if (data[at] !== entry) throw new Error(`the rows of "${name}" are not those of Python`);
  });
  return { data, dim, objects: owners.map((owner) => `object ${owner}`) };
}

/** The two matrices of a case. */
export function pairOf({ name, rows, dims: [dimA, dimB], share }: PairCase): {
  readonly a: Float64Array;
  readonly b: Float64Array;
} {
  const index = pairCases.findIndex((one) => one.name === name);
  const a = gaussian(300 + index, rows * dimA);
  const b = gaussian(400 + index, rows * dimB).map((value, at) =>
    share * a[Math.floor(at / dimB) * dimA + at % dimB % dimA] + value
  );
  return { a, b };
}
