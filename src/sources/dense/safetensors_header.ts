import { parseJson } from "../../parse_json.ts";
import { formatBytes, RankMeError } from "../../errors.ts";
import { shapeName } from "../axes.ts";
import { exactly, truncated } from "../bytes/exact_reads.ts";
import { corruptData } from "../corrupt.ts";
import { describeBytes } from "../detect.ts";

/** What messages call the format. */
export const SAFETENSORS_DATA = "safetensors data";

/** A tensor, as the header tells of it. */
export interface TensorInfo {
  /** Its name. */
  readonly name: string;
  /** The type of its numbers, as the format names it. */
  readonly dtype: string;
  /** The length of each axis, a safe integer. */
  readonly shape: readonly number[];
  /** Where it begins, from the first byte of all tensors. */
  readonly begin: number;
  /** Where it ends. */
  readonly end: number;
}

/** What a file says of its tensors. */
export interface SafetensorsHeader {
  /** The tensors, in the order of their bytes, which leave no holes. */
  readonly tensors: readonly TensorInfo[];
  /** Where the bytes of the tensors begin. */
  readonly dataStart: number;
  /** How many bytes of tensors there are. */
  readonly dataBytes: number;
}

const LENGTH_BYTES = 8;
/** As the format allows. */
const MOST_HEADER_BYTES = 100_000_000;
const METADATA = "__metadata__";

/** How many bits a number of each type takes. */
const BITS: ReadonlyMap<string, number> = new Map([
  ...["F4"].map((dtype) => [dtype, 4] as const),
  ...["F6_E2M3", "F6_E3M2"].map((dtype) => [dtype, 6] as const),
  ...["BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"]
    .map((dtype) => [dtype, 8] as const),
  ...["I16", "U16", "F16", "BF16"].map((dtype) => [dtype, 16] as const),
  ...["I32", "U32", "F32"].map((dtype) => [dtype, 32] as const),
  ...["I64", "U64", "F64", "C64"].map((dtype) => [dtype, 64] as const),
]);

/**
 * Reads what comes before the tensors.
 *
 * @param sourceBytes How many bytes there are, where that is known.
 * @returns The header.
 * @throws {RankMeError} `empty`, `format`, `truncated` or `corrupt`.
 */
export function* readSafetensorsHeader(
  sourceBytes?: number,
): Generator<number, SafetensorsHeader, Uint8Array> {
  const prefix = yield LENGTH_BYTES + 1;
  if (prefix.length === 0) {
    throw new RankMeError("empty", "no bytes at all", {
      advice: "a safetensors file is needed; did its producer fail?",
    });
  }
  if (prefix.length <= LENGTH_BYTES) {
    throw truncated("inside the header", LENGTH_BYTES + 1 - prefix.length);
  }
  const view = new DataView(prefix.buffer, prefix.byteOffset);
  const length = view.getBigUint64(0, true);
  if (prefix[LENGTH_BYTES] !== 0x7b) {
    throw new RankMeError("format", `this is ${describeBytes(prefix)}, not a safetensors file`, {
      advice: "write one with safetensors.numpy.save_file or safetensors.torch.save_file",
    });
  }
  if (length < 2n || length > MOST_HEADER_BYTES) {
    throw corruptData(SAFETENSORS_DATA, `a header of ${formatBytes(Number(length))}`);
  }
  const dataStart = LENGTH_BYTES + Number(length);
  if (sourceBytes !== undefined && dataStart > sourceBytes) {
    throw truncated("inside the header", dataStart - sourceBytes);
  }
  const rest = yield* exactly(Number(length) - 1, "the header");
  const tensors = tensorsOf(`{${decodeText(rest)}`);
  return { tensors, dataStart, dataBytes: tensors.at(-1)?.end ?? 0 };
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw corruptData(SAFETENSORS_DATA, "the header is not UTF-8", cause);
  }
}

/** The tensors in the order of their bytes, each beginning where the one before it ends. */
function tensorsOf(text: string): TensorInfo[] {
  let header: Readonly<Record<string, unknown>>;
  try {
    header = parseJson(text) as typeof header;
  } catch (cause) {
    throw corruptData(SAFETENSORS_DATA, "the header is not JSON", cause);
  }
  const tensors = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, info]) => tensorOf(name, info))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const { name, begin, end: itsEnd } of tensors) {
    if (begin !== end) {
      const what = begin < end ? "begins inside another" : "begins after a hole";
      throw corruptData(SAFETENSORS_DATA, `tensor "${name}" ${what}, at byte ${begin}`);
    }
    end = itsEnd;
  }
  return tensors;
}

function tensorOf(name: string, info: unknown): TensorInfo {
  const wrong = (what: string) => corruptData(SAFETENSORS_DATA, `tensor "${name}" has ${what}`);
  if (typeof info !== "object" || info === null) throw wrong("no description");
  const { dtype, shape, data_offsets: offsets } = info as Readonly<Record<string, unknown>>;
  if (typeof dtype !== "string") throw wrong("no dtype");
  if (!areLengths(shape)) throw wrong("no shape");
  if (!areLengths(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    throw wrong("no data_offsets");
  }
  const [begin, end] = offsets;
  const bits = BITS.get(dtype);
  if (bits !== undefined) {
    const bytes = shape.reduce((count, length) => count * length, 1) * bits / 8;
    if (bytes !== end - begin) {
      throw wrong(`${end - begin} bytes, and shape ${shapeName(shape)} of ${dtype}`);
    }
  }
  return { name, dtype, shape, begin, end };
}

function areLengths(value: unknown): value is readonly number[] {
  return Array.isArray(value) &&
    value.every((length) => Number.isSafeInteger(length) && length >= 0);
}
