import { formatBytes, RankMeError } from "../../errors.ts";
import { exactly, truncated } from "../bytes/exact_reads.ts";
import { corruptData } from "../corrupt.ts";
import { describeBytes } from "../detect.ts";
import {
  bigEndian,
  type DType,
  FLOAT16,
  FLOAT32,
  FLOAT64,
  INT16,
  INT32,
  INT64,
  INT8,
  UINT16,
  UINT32,
  UINT64,
  UINT8,
} from "./dtype.ts";
import { parsePythonLiteral, type PythonDictionary, type PythonLiteral } from "./python_literal.ts";

/** What messages call the format. */
const NPY_DATA = ".npy data";

/** What an array's file says of it. */
export interface NpyHeader {
  /** The type of its numbers as NumPy writes it, as in `<f4`, or nothing where it has fields. */
  readonly descr?: string;
  /** Whether its columns follow each other, instead of its rows. */
  readonly isFortran: boolean;
  /** The length of each axis, a safe integer. */
  readonly shape: readonly number[];
  /** Where its numbers begin. */
  readonly dataStart: number;
}

const MAGIC = Uint8Array.of(0x93, ...new TextEncoder().encode("NUMPY"));
/** The magic, the version, and the length of the header: of two bytes in version 1, four in others. */
const PREFIX_BYTES = { short: 10, long: 12 };
/** A header of a hundred fields takes some kilobytes. */
const MOST_HEADER_BYTES = 1 << 20;
const KEYS = "descr, fortran_order, shape";

/**
 * Reads what comes before the numbers.
 *
 * @returns The header.
 * @throws {RankMeError} `empty`, `format`, `truncated`, `unsupported` or `corrupt`.
 */
export function* readNpyHeader(): Generator<number, NpyHeader, Uint8Array> {
  const prefix = yield PREFIX_BYTES.short;
  checkMagic(prefix);
  if (prefix.length < PREFIX_BYTES.short) {
    throw truncated("inside the header", PREFIX_BYTES.short - prefix.length);
  }
  const [major, minor] = prefix.subarray(MAGIC.length);
  if (major < 1 || major > 3 || minor !== 0) {
    throw new RankMeError("unsupported", `version ${major}.${minor} of the .npy format`, {
      advice: "versions 1.0, 2.0 and 3.0 can be read",
    });
  }
  const view = new DataView(prefix.buffer, prefix.byteOffset);
  let length = view.getUint16(8, true);
  let start = PREFIX_BYTES.short;
  if (major > 1) {
    const [third, fourth] = yield* exactly(PREFIX_BYTES.long - start, "the header");
    length += third * 2 ** 16 + fourth * 2 ** 24;
    start = PREFIX_BYTES.long;
  }
  if (length > MOST_HEADER_BYTES) {
    throw corruptData(NPY_DATA, `a header of ${formatBytes(length)}`);
  }
  if (length === 0) throw corruptData(NPY_DATA, "an empty header");
  const text = new TextDecoder().decode(yield* exactly(length, "the header"));
  return { ...arrayOf(dictionaryOf(text)), dataStart: start + length };
}

function checkMagic(prefix: Uint8Array): void {
  if (prefix.length === 0) {
    throw new RankMeError("empty", "no bytes at all", {
      advice: "a .npy file is needed; did its producer fail?",
    });
  }
  if (prefix.subarray(0, MAGIC.length).every((byte, i) => byte === MAGIC[i])) return;
  throw new RankMeError("format", `this is ${describeBytes(prefix)}, not a NumPy .npy file`, {
    advice: "write one with np.save",
  });
}

function dictionaryOf(text: string): PythonDictionary {
  let literal: PythonLiteral;
  try {
    literal = parsePythonLiteral(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw corruptData(NPY_DATA, `the header cannot be read: ${cause.message}`, cause);
  }
  if (!(literal instanceof Map)) {
    throw corruptData(NPY_DATA, "the header is no dictionary");
  }
  const keys = [...literal.keys()].sort().join(", ");
  if (keys !== KEYS) throw corruptData(NPY_DATA, `the header has not the keys ${KEYS}`);
  return literal;
}

function arrayOf(header: PythonDictionary): Omit<NpyHeader, "dataStart"> {
  const descr = header.get("descr");
  const isFortran = header.get("fortran_order");
  if (typeof isFortran !== "boolean") {
    throw corruptData(NPY_DATA, "fortran_order is neither True nor False");
  }
  const shape = shapeOf(header.get("shape"));
  if (typeof descr === "string") return { descr, isFortran, shape };
  if (descr === null || typeof descr !== "object") {
    throw corruptData(NPY_DATA, "descr is no data type");
  }
  return { isFortran, shape };
}

function shapeOf(shape: PythonLiteral | undefined): number[] {
  const isTuple = typeof shape === "object" && shape !== null && "kind" in shape &&
    shape.kind === "tuple";
  const lengths = isTuple ? shape.items : [undefined];
  return lengths.map((length) => {
    if (typeof length === "number" && Number.isSafeInteger(length) && length >= 0) return length;
    throw corruptData(NPY_DATA, "shape is no tuple of lengths");
  });
}

const DTYPES: ReadonlyMap<string, DType> = new Map([
  ["f2", FLOAT16],
  ["f4", FLOAT32],
  ["f8", FLOAT64],
  ["i1", INT8],
  ["u1", UINT8],
  ["i2", INT16],
  ["u2", UINT16],
  ["i4", INT32],
  ["u4", UINT32],
  ["i8", INT64],
  ["u8", UINT64],
]);

/**
 * Finds the type of an array's numbers.
 *
 * @param header What the array's file says.
 * @returns The type, or nothing where it cannot be read.
 */
export function npyDType({ descr = "" }: Pick<NpyHeader, "descr">): DType | undefined {
  const order = descr[0];
  const dtype = DTYPES.get(descr.slice(1));
  if (!dtype) return undefined;
  if (order === ">") return bigEndian(dtype);
  return order === "<" || order === "|" && dtype.size === 1 ? dtype : undefined;
}

const AS_FLOAT32 = "save it as numbers: np.save(path, array.astype(np.float32))";

/** What else NumPy saves, by the letter of its kind. */
const OTHER_KINDS: { readonly [kind: string]: readonly [called: string, advice: string] } = {
  O: [
    "Python objects, saved as a pickle",
    "make numbers of it, row by row: np.save(path, np.stack(array).astype(np.float32))",
  ],
  V: ["raw bytes, as bfloat16 of ml_dtypes is saved", AS_FLOAT32],
  b: ["booleans", AS_FLOAT32],
  c: ["complex numbers", "save real numbers: np.save(path, array.view(array.real.dtype))"],
  f: ["floats of another size", "save np.float64: np.save(path, array.astype(np.float64))"],
  S: ["text", "save the embeddings, not the text"],
  U: ["text", "save the embeddings, not the text"],
  M: ["dates", AS_FLOAT32],
  m: ["times", AS_FLOAT32],
};

/**
 * The error for numbers of a type that cannot be read.
 *
 * @param header What the array's file says.
 * @param what What messages call the array.
 * @returns The error.
 */
export function unreadableDType({ descr }: Pick<NpyHeader, "descr">, what: string): RankMeError {
  if (descr === undefined) {
    return new RankMeError("unsupported", `${what} is a structured array, of several fields`, {
      advice: "save one field, or numpy.lib.recfunctions.structured_to_unstructured(array)",
    });
  }
  const [called, advice] = OTHER_KINDS[descr[1]] ?? ["not known here", AS_FLOAT32];
  const type = JSON.stringify(descr);
  return new RankMeError("unsupported", `${what} has the data type ${type}: ${called}`, { advice });
}
