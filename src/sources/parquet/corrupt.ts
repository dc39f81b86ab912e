import type { RankMeError } from "../../errors.ts";
import { corruptData, decodingData } from "../corrupt.ts";

const FORMAT = "Parquet data";

/** An error for Parquet data that contradicts itself. */
export function corrupt(what: string, cause?: unknown): RankMeError {
  return corruptData(FORMAT, what, cause);
}

/** A number as messages say it: a header may leave it out, or have something else in its place. */
export function numberOf(value: unknown): string {
  const isNumber = typeof value === "number" || typeof value === "bigint";
  return isNumber ? String(value) : "an unknown number of";
}

/** {@linkcode decodingData} for Parquet data. */
export function decoding<T>(decode: () => T): T {
  return decodingData(FORMAT, decode);
}
