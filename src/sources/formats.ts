import type { Format } from "./detect.ts";
import type { FormatReader } from "./format_reader.ts";

/** What reads each format, loaded when it is needed: a start takes as long as what it loads. */
const READERS: { readonly [format in Format]: () => Promise<FormatReader> } = {
  "arrow-stream": async () => (await import("./arrow/reader.ts")).arrowStreamReader,
  "arrow-file": async () => (await import("./arrow/reader.ts")).arrowFileReader,
  npy: async () => (await import("./dense/npy.ts")).npyReader,
  npz: async () => (await import("./dense/npz.ts")).npzReader,
  parquet: async () => (await import("./parquet/reader.ts")).parquetReader,
  safetensors: async () => (await import("./dense/safetensors.ts")).safetensorsReader,
  csv: async () => (await import("./text/csv.ts")).csvReader,
  tsv: async () => (await import("./text/csv.ts")).tsvReader,
  jsonl: async () => (await import("./text/json_lines.ts")).jsonLinesReader,
  f16: async () => (await import("./dense/raw.ts")).rawReader("f16"),
  bf16: async () => (await import("./dense/raw.ts")).rawReader("bf16"),
  f32: async () => (await import("./dense/raw.ts")).rawReader("f32"),
  f64: async () => (await import("./dense/raw.ts")).rawReader("f64"),
};

/** The formats that can be read. */
export const FORMATS = Object.keys(READERS) as readonly Format[];

/**
 * What reads a format.
 *
 * @param format The format.
 * @returns Its reader.
 */
export function formatReader(format: Format): Promise<FormatReader> {
  return READERS[format]();
}
