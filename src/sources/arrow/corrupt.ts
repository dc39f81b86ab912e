import type { RankMeError } from "../../errors.ts";
import { corruptData, decodingData } from "../corrupt.ts";

const FORMAT = "Arrow data";

/** An error for Arrow data that contradicts itself. */
export function corrupt(what: string, cause?: unknown): RankMeError {
  return corruptData(FORMAT, what, cause);
}

/** {@linkcode decodingData} for Arrow data. */
export function decoding<T>(decode: () => T): T {
  return decodingData(FORMAT, decode);
}
