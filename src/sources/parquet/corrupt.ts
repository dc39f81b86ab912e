import type { RankMeError } from "../../errors.ts";
import { corruptData, decodingData } from "../corrupt.ts";

const FORMAT = "Parquet data";

/** An error for Parquet data that contradicts itself. */
export function corrupt(what: string, cause?: unknown): RankMeError {
  return corruptData(FORMAT, what, cause);
}

/** {@linkcode decodingData} for Parquet data. */
export function decoding<T>(decode: () => T): T {
  return decodingData(FORMAT, decode);
}
