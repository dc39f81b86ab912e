import type { FixedSizeList, LargeList, List } from "apache-arrow";
import { Type } from "apache-arrow/enum";
import { DataType } from "apache-arrow/type";

/**
 * What messages call a type.
 *
 * @param type The type.
 * @returns For example `fixed_size_list<float32>[384]`.
 */
export function typeName(type: DataType): string {
  if (DataType.isFixedSizeList(type)) {
    return `fixed_size_list<${typeName(type.children[0].type)}>[${type.listSize}]`;
  }
  if (DataType.isList(type)) return `list<${typeName(type.children[0].type)}>`;
  if (DataType.isLargeList(type)) return `large_list<${typeName(type.children[0].type)}>`;
  if (DataType.isDictionary(type)) return `dictionary<${typeName(type.dictionary)}>`;
  return (type.children?.length > 0 ? Type[type.typeId] : String(type)).toLowerCase();
}

/**
 * Whether values of a type are lists of one other type.
 *
 * @param type The type.
 * @returns Whether it is a list, of any kind of lengths.
 */
export function isList(type: DataType): type is FixedSizeList | List | LargeList {
  return DataType.isFixedSizeList(type) || DataType.isList(type) || DataType.isLargeList(type);
}
