import { formatBytes, RankMeError } from "../../errors.ts";
import { ChunkFeeder, type ExactReader, WholeParts } from "../bytes/exact_reads.ts";
import type { RawFormat } from "../detect.ts";
import type { FormatReader } from "../format_reader.ts";
import type { RowBlock } from "../row_block.ts";
import { denseBlock, refuseNames, rowsOfBlock } from "./dense_rows.ts";
import { BFLOAT16, type DType, FLOAT16, FLOAT32, FLOAT64 } from "./dtype.ts";

const DTYPES: { readonly [format in RawFormat]: DType } = {
  f16: FLOAT16,
  bf16: BFLOAT16,
  f32: FLOAT32,
  f64: FLOAT64,
};

/**
 * What reads numbers and nothing else, little-endian, one row after the other.
 *
 * @param format How each number is stored.
 * @returns The reader, which has to be told D.
 */
export function rawReader(format: RawFormat): FormatReader {
  return {
    parse({ dim, ...options }, input) {
      refuseNames(options, "raw numbers");
      if (dim === undefined || !Number.isSafeInteger(dim) || dim < 1) {
        const what = dim === undefined
          ? `raw ${format} does not say how many dimensions a row has`
          : `rows of ${dim} dimensions`;
        throw new RankMeError("usage", what, { advice: "pass --dim D, a whole number from 1 on" });
      }
      const dtype = DTYPES[format];
      if (input?.bytes !== undefined) checkWholeRows(input.bytes, dim, dtype);
      return new ChunkFeeder(rawRows(dim, dtype), input);
    },
  };
}

function* rawRows(dim: number, dtype: DType): ExactReader<RowBlock> {
  const rowBytes = dim * dtype.size;
  const wanted = new WholeParts(rowsOfBlock({ dim, dtype }) * rowBytes, rowBytes);
  for (let size = 0;;) {
    const bytes = yield wanted;
    size += bytes.length;
    if (bytes.length === 0 || bytes.length % rowBytes > 0) return checkWholeRows(size, dim, dtype);
    yield denseBlock(bytes as Uint8Array<ArrayBuffer>, { dim, dtype });
  }
}

function checkWholeRows(size: number, dim: number, dtype: DType): void {
  if (size === 0) {
    throw new RankMeError("empty", "no bytes at all", { advice: "did its producer fail?" });
  }
  const left = size % (dim * dtype.size);
  if (left === 0) return;
  const row = `rows of ${dim} ${dtype.name} (${formatBytes(dim * dtype.size)} each)`;
  throw new RankMeError(
    "truncated",
    `${size} bytes are no whole ${row}: ${formatBytes(left)} are left over`,
    { advice: "check --dim and --format; if both are right, its producer was cut off" },
  );
}
