import type { SchemaElement } from "hyparquet";
import type { Column } from "../column.ts";
import { inOtherForm, type OtherForm } from "../other_forms.ts";
import { areOfSparseVector, sparseVector } from "../sparse_vectors.ts";
import { corrupt } from "./corrupt.ts";

/** The types of numbers that an embedding can have. */
export type FloatType = "float16" | "float32" | "float64";

/** A column as it is stored: what is at the end of a path of names. */
export interface LeafColumn {
  /** The physical type that its chunks have to name. */
  readonly physicalType: SchemaElement["type"];
  /** Which of each row group's column chunks it is. */
  readonly leaf: number;
  /** The names from the root to the numbers, as chunks repeat them. */
  readonly path: readonly string[];
  /** The definition level of a value that is there. */
  readonly definition: number;
  /** Of a list: the definition level of an element, be it null. */
  readonly elementDefinition?: number;
  /** Of a list in lists: the same of each of these, the outermost first. */
  readonly outerDefinitions?: readonly number[];
}

/** A column of numbers, or of lists of them. */
export interface FloatColumn extends LeafColumn {
  readonly type: FloatType;
}

/** A column of one value for each row, of any type. */
export interface ScalarColumn extends LeafColumn {
  /** What the schema says of the values. */
  readonly element: SchemaElement;
}

/** A column of lists, of whatever depth. */
export type ListColumn = FloatColumn & Required<Pick<FloatColumn, "elementDefinition">>;

/** A column of a file: what messages say of it, and where it is, if it holds floats. */
export interface ParquetColumn extends Column {
  readonly floats?: FloatColumn;
  /** Where it is, if each row has one value of it. */
  readonly scalar?: ScalarColumn;
}

/** What a file has. */
export interface Schema {
  readonly columns: readonly ParquetColumn[];
  /** How many column chunks each row group has. */
  readonly leaves: number;
}

/** A schema element with those inside it. */
interface Node {
  readonly element: SchemaElement;
  readonly children: readonly Node[];
  /** Which column chunk it is, when nothing is inside it. */
  readonly leaf: number;
}

/** Where a node is: names and levels of what is around it. */
interface Around {
  readonly path: readonly string[];
  readonly definition: number;
}

/** Structs nest no deeper in anything that was not made to break readers. */
const MAX_DEPTH = 100;

/**
 * Reads the schema of a Parquet file.
 *
 * @param elements The schema's elements, depth first.
 * @returns Its columns; a field of a struct has the struct's name before its own, as in `a.b`. A column
 * that is itself named so hides such a field.
 * @throws {RankMeError} `corrupt`, when they are not a tree.
 */
export function readSchema(elements: readonly SchemaElement[]): Schema {
  let next = 0, leaves = 0;

  function take(depth: number): Node {
    const element = elements[next++];
    if (!element) throw corrupt("a schema that does not end");
    if (depth > MAX_DEPTH) throw corrupt(`a schema of more than ${MAX_DEPTH} levels`);
    const count = element.num_children ?? 0;
    if (count > elements.length - next) throw corrupt(`a field with ${count} others inside`);
    // A group without children has no chunks; what has a physical type has one.
    const leaf = count === 0 && element.type !== undefined ? leaves++ : -1;
    return { element, children: Array.from({ length: count }, () => take(depth + 1)), leaf };
  }

  const root = take(0);
  if (next !== elements.length) throw corrupt(`${elements.length - next} fields in no column`);
  const around = { path: [], definition: 0 };
  const columns = root.children.map((node) => columnsOf(node, around));
  const names = new Set(root.children.map(({ element }) => element.name));
  return {
    columns: columns.flatMap((found, i) =>
      found.filter(({ name }) => name === root.children[i].element.name || !names.has(name))
    ).map((column) => ({ ...inOtherForm(otherFormOf(column), column.name), ...column })),
    leaves,
  };
}

/** What a column could hold embeddings as, though it is not read. */
function otherFormOf({ kind, type }: Column): OtherForm | undefined {
  if (kind !== "other" && kind !== "matrices") return undefined;
  if (type === "string") return "text";
  if (/^(?:byte_array|fixed_len_byte_array|list<byte_array>)$/.test(type)) return "bytes";
  if (/^list<u?int\w*>$/.test(type)) return "integers";
  if (/^list<list\b/.test(type)) return "lists";
  return /^(?:list\b|map\b|struct\b)/.test(type) ? "others" : undefined;
}

function columnsOf(node: Node, around: Around): ParquetColumn[] {
  const here = inside(node, around);
  const list = listOf(node, here);
  if (list) return [listColumn(node, here, list)];
  const isStruct = node.children.length > 0 && !isRepeated(node) && annotation(node) === undefined;
  const name = here.path.join(".");
  if (isStruct) {
    const fields = node.children.flatMap((child) => columnsOf(child, here));
    if (!areOfSparseVector(node.children.map(({ element }) => element.name))) return fields;
    const { whole, part } = sparseVector(name);
    return [{ name, ...whole }, ...fields.map((field) => ({ ...field, ...part }))];
  }
  const type = typeName(node);
  if (isRepeated(node) || node.leaf < 0) return [{ name, kind: "other", type }];
  const floats = floatsOf(node, here);
  const { element, leaf } = node;
  const scalar = { ...here, element, leaf, physicalType: element.type };
  return [
    floats
      ? { name, kind: "numbers", type, floats, scalar }
      : { name, kind: "other", type, scalar },
  ];
}

/**
 * A list of floats, or of such lists, in one of the ways in which lists are written; nothing when it is
 * another thing.
 */
function listOf(
  node: Node,
  here: Around,
  outerDefinitions: readonly number[] = [],
): ListColumn | undefined {
  const listed = (floats: FloatColumn | undefined, elementDefinition: number) =>
    floats && { ...floats, elementDefinition, outerDefinitions };
  // A repeated field by itself, as Protocol Buffers have it: a list of as many as there are.
  if (isRepeated(node)) return listed(floatsOf(node, here), here.definition);
  if (annotation(node) !== "list" || node.children.length !== 1) return undefined;
  const [repeated] = node.children;
  if (!isRepeated(repeated)) return undefined;
  const elements = inside(repeated, here);
  const elementDefinition = elements.definition;
  // Without a group around each element, they cannot be null.
  const bare = listed(floatsOf(repeated, elements), elementDefinition);
  if (bare) return bare;
  // A group that is called so is the element: a struct of one field.
  const isElement = ["array", `${node.element.name}_tuple`].includes(repeated.element.name);
  const [element] = repeated.children;
  if (repeated.children.length !== 1 || isElement || isRepeated(element)) return undefined;
  const around = inside(element, elements);
  return listed(floatsOf(element, around), elementDefinition) ??
    listOf(element, around, [...outerDefinitions, elementDefinition]);
}

function listColumn(node: Node, { path }: Around, floats: ListColumn): ParquetColumn {
  const name = path.join(".");
  return floats.outerDefinitions?.length
    ? { name, kind: "matrices", type: typeName(node), floats }
    : { name, kind: "vectors", type: `list<${floats.type}>`, floats };
}

function floatsOf({ element, leaf }: Node, { path, definition }: Around): FloatColumn | undefined {
  const type = leaf < 0 ? undefined : floatType(element);
  return type && { type, physicalType: element.type, leaf, path, definition };
}

function floatType(element: SchemaElement): FloatType | undefined {
  if (element.type === "FLOAT") return "float32";
  if (element.type === "DOUBLE") return "float64";
  const isHalf = element.type === "FIXED_LEN_BYTE_ARRAY" && element.type_length === 2 &&
    element.logical_type?.type === "FLOAT16";
  return isHalf ? "float16" : undefined;
}

function inside({ element }: Node, { path, definition }: Around): Around {
  const adds = element.repetition_type === "REQUIRED" ? 0 : 1;
  return { path: [...path, element.name], definition: definition + adds };
}

function isRepeated({ element }: Node): boolean {
  return element.repetition_type === "REPEATED";
}

/** What a node is said to be, beyond how it is stored. */
function annotation({ element }: Node): string | undefined {
  return (element.logical_type?.type ?? element.converted_type)?.toLowerCase();
}

/** What messages call the type of a node. */
function typeName(node: Node): string {
  return isRepeated(node) ? `list<${valueTypeName(node)}>` : valueTypeName(node);
}

function valueTypeName(node: Node): string {
  const { element, children } = node;
  if (annotation(node) === "list" && children.length === 1) {
    const [repeated] = children;
    const item = repeated.children.length === 1 ? typeName(repeated.children[0]) : undefined;
    return item ? `list<${item}>` : typeName(repeated);
  }
  const floats = floatType(element);
  if (floats) return floats;
  return annotation(node) ??
    (children.length > 0 ? "struct" : element.type?.toLowerCase() ?? "null");
}
