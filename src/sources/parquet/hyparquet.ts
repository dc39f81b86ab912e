/**
 * The inner modules of hyparquet, which reads files as a whole: here pages are read one by one. They
 * may change with any version, so its version is pinned.
 *
 * @module
 */

export { parquetHeader } from "hyparquet/src/column.js";
export { deltaBinaryUnpack, deltaByteArray, deltaLengthByteArray } from "hyparquet/src/delta.js";
export { byteStreamSplit } from "hyparquet/src/encoding.js";
export { parquetMetadata } from "hyparquet/src/metadata.js";
export { readPlain } from "hyparquet/src/plain.js";
export { snappyUncompress } from "hyparquet/src/snappy.js";
