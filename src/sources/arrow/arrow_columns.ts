import { parseJson } from "../../parse_json.ts";
import type { Field, Schema } from "apache-arrow";
import { DataType } from "apache-arrow/type";
import { RankMeError } from "../../errors.ts";
import { axesOfLists, rowShapeOfEach, shapeName } from "../axes.ts";
import type { Axes } from "../axes.ts";
import type { Column } from "../column.ts";
import { inOtherForm, type OtherForm } from "../other_forms.ts";
import { areOfSparseVector, sparseVector } from "../sparse_vectors.ts";
import { corrupt, decoding } from "./corrupt.ts";
import { isList, typeName } from "./type_name.ts";

/** A column of a schema, or a field of a struct in one. */
export interface ArrowColumn extends Column {
  /** The index of the column, then that of the field in each struct. */
  readonly path: readonly number[];
  /** What the schema says of it. */
  readonly field: Field;
}

/** What a field's metadata call the type that it stands for, and what that type needs to know. */
const EXTENSION_NAME = "ARROW:extension:name";
const EXTENSION_METADATA = "ARROW:extension:metadata";
/** Stored as one flat list: without its shape, (T, D) would pass for T·D. */
const FIXED_SHAPE_TENSOR = "arrow.fixed_shape_tensor";
/** Stored as a struct of a flat list and a shape, each row with one of its own. */
const VARIABLE_SHAPE_TENSOR = "arrow.variable_shape_tensor";

/**
 * The columns of a schema and the fields of its structs, at any depth.
 *
 * @param schema The schema.
 * @returns Each column, followed by its fields, which have its name before theirs, as in `a.b`. A
 * column that is itself named so hides such a field.
 */
export function arrowColumns({ fields }: Schema): ArrowColumn[] {
  const names = new Set(fields.map(({ name }) => name));
  return fields
    .flatMap((field, index) => [...withFields(field, nameOf(field), [index])])
    .filter(({ name, path }) => path.length === 1 || !names.has(name));
}

function* withFields(
  field: Field,
  name: string,
  path: readonly number[],
): Generator<ArrowColumn, void, void> {
  const { type } = field;
  if (field.metadata.get(EXTENSION_NAME) === VARIABLE_SHAPE_TENSOR) {
    return yield { name, path, field, kind: "other", type: "variable_shape_tensor" };
  }
  const isSparse = DataType.isStruct(type) && areOfSparseVector(type.children.map(nameOf));
  const sparse = isSparse ? sparseVector(name) : undefined;
  yield {
    name,
    path,
    field,
    kind: kindOf(type),
    type: typeName(type),
    ...inOtherForm(otherFormOf(type), name),
    ...sparse?.whole,
  };
  if (!DataType.isStruct(type)) return;
  for (const [index, child] of type.children.entries()) {
    for (const column of withFields(child, `${name}.${nameOf(child)}`, [...path, index])) {
      yield { ...column, ...sparse?.part };
    }
  }
}

function kindOf(type: DataType): Column["kind"] {
  if (DataType.isFloat(type)) return "numbers";
  const depth = listDepth(type);
  if (depth > 1) return "matrices";
  const isList = depth === 1 || DataType.isDictionary(type) && listDepth(type.dictionary) === 1;
  return isList ? "vectors" : "other";
}

/** What a column could hold embeddings as, though it is not read. */
function otherFormOf(type: DataType): OtherForm | undefined {
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return "text";
  if (isList(type)) {
    const [child] = type.children;
    if (child === undefined) return undefined;
    if (isList(child.type)) return "lists";
    if (DataType.isFloat(child.type)) return undefined;
    return DataType.isInt(child.type) ? "integers" : "others";
  }
  if (DataType.isMap(type)) return "others";
  const areBytes = DataType.isBinary(type) || DataType.isLargeBinary(type) ||
    DataType.isFixedSizeBinary(type);
  return areBytes ? "bytes" : undefined;
}

/** How many lists are around each float of a type; none where it has no floats, or tensors of them. */
function listDepth(type: DataType): number {
  let depth = 0;
  for (; isList(type); depth++) {
    const [{ type: inner, metadata }] = type.children;
    if (metadata.get(EXTENSION_NAME) === FIXED_SHAPE_TENSOR) return 0;
    type = inner;
  }
  return DataType.isFloat(type) ? depth : 0;
}

/**
 * What is to become of the lists in each value of a column of matrices.
 *
 * @param column The column.
 * @param axes What was asked for.
 * @returns The same, if anything was.
 * @throws {RankMeError} `dimension`, when nobody said it; `corrupt`, when they are said to be tensors.
 */
export function axesOfMatrices(column: ArrowColumn, axes: Axes | undefined): Axes {
  const { name, field, type } = column;
  // Of tensors, which are stored as one list, it would be neither the shape nor the order.
  if (field.metadata.get(EXTENSION_NAME) === FIXED_SHAPE_TENSOR) rowsPerValue(column, axes);
  const shape = fixedShape(field.type);
  const found = `column "${name}" holds ${type}`;
  if (axes === undefined && shape) rowShapeOfEach(shape, axes, found);
  return axesOfLists(axes, found);
}

/** The lengths of lists of lists, where the type fixes all of them. */
function fixedShape(type: DataType): readonly number[] | undefined {
  const shape: number[] = [];
  for (; isList(type); type = type.children[0].type) {
    if (!DataType.isFixedSizeList(type)) return undefined;
    shape.push(type.listSize);
  }
  return shape;
}

/**
 * How many rows each value of a column of vectors holds: one, unless they are tensors.
 *
 * @param column The column.
 * @param axes How tensors of more than one axis become rows. Default: they are refused.
 * @returns The number of rows.
 * @throws {RankMeError} `dimension`, when they have several axes and nobody said what is to become of
 * them; `unsupported`, when their axes stand in another order; `corrupt`.
 */
export function rowsPerValue({ name, field }: ArrowColumn, axes: Axes | undefined): number {
  if (field.metadata.get(EXTENSION_NAME) !== FIXED_SHAPE_TENSOR) return 1;
  const { shape, permutation } = tensorMetadata(field);
  const size = DataType.isFixedSizeList(field.type) ? field.type.listSize : NaN;
  if (shape.reduce((product, length) => product * length, 1) !== size) {
    throw corrupt(
      `tensors of shape ${shapeName(shape)} in column "${name}", which is ` +
        typeName(field.type),
    );
  }
  const found = `column "${name}" holds tensors of shape ${shapeName(shape)}`;
  const { rows } = rowShapeOfEach(shape, axes, found);
  if (rows > 1 && permutation.some((axis, i) => axis !== i)) {
    throw new RankMeError(
      "unsupported",
      `${found}, permuted to (${permutation.join(", ")})`,
      { advice: "write them in the order of their axes, or pass --axes flat" },
    );
  }
  // Of an axis of no length come lists of no numbers, which are refused where there are any.
  return Math.max(1, rows);
}

/** The name of a field: the format lets it be left out, whatever the library's types say. */
function nameOf({ name }: Field): string {
  return name as string | null ?? "";
}

interface TensorMetadata {
  readonly shape: readonly number[];
  readonly permutation: readonly number[];
}

function tensorMetadata({ name, metadata }: Field): TensorMetadata {
  return decoding(() => {
    const { shape, permutation = [] } = parseJson(
      metadata.get(EXTENSION_METADATA) ?? "{}",
    ) as { shape?: unknown; permutation?: unknown };
    if (areLengths(shape) && areLengths(permutation)) return { shape, permutation };
    throw corrupt(`tensors without a shape in column "${name}"`);
  });
}

function areLengths(value: unknown): value is number[] {
  return Array.isArray(value) &&
    value.every((length) => Number.isSafeInteger(length) && length >= 0);
}
