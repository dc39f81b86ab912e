import { RankMeError } from "../errors.ts";
import { isLongText, textOf } from "./first_bytes.ts";
import { type ForeignFormat, foreignFormat } from "./foreign/formats.ts";
import { likelyRawFormat, type RawFormat } from "./raw_format.ts";

/** A format that can be read. */
export type Format = BinaryFormat | TextFormat | RawFormat;

/** What begins with bytes that say what it is. */
export type BinaryFormat =
  | "arrow-stream"
  | "arrow-file"
  | "npy"
  | "npz"
  | "parquet"
  | "safetensors";

/** Text of rows. */
export type TextFormat = "csv" | "tsv" | "jsonl";

export type { RawFormat };

/** What bytes can be compressed with as a whole. */
export type Compression = "gzip" | "zstd";

/** How many bytes a message shows. */
const SHOWN_BYTES = 8;
/** More metadata than any schema has, as float32 a number that nothing is. */
const MOST_METADATA_BYTES = 1 << 24;

const encoder = new TextEncoder();

/** First bytes of each format that begins with some that no other does. */
const MAGICS: readonly (readonly [BinaryFormat, Uint8Array])[] = [
  ["arrow-stream", Uint8Array.of(0xff, 0xff, 0xff, 0xff)],
  ["arrow-file", encoder.encode("ARROW1")],
  ["npy", Uint8Array.of(0x93, ...encoder.encode("NUMPY"))],
  ["npz", encoder.encode("PK\x03\x04")],
  // A zip archive without members.
  ["npz", encoder.encode("PK\x05\x06")],
  ["parquet", encoder.encode("PAR1")],
];

const COMPRESSIONS: readonly (readonly [Compression, Uint8Array])[] = [
  // With its method, which is always the same, so that raw numbers hardly look like it.
  ["gzip", Uint8Array.of(0x1f, 0x8b, 8)],
  ["zstd", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd)],
  // A skippable frame, with which some writers begin; it has sixteen magic numbers.
  ...Array.from(
    { length: 16 },
    (_, i) => ["zstd", Uint8Array.of(0x50 + i, 0x2a, 0x4d, 0x18)] as const,
  ),
];

const READABLE =
  "what can be read: Arrow, Parquet, .npy, .npz, safetensors, CSV, JSON Lines, and " +
  "numbers alone whose type and D you know";

const CALLED: { readonly [format in BinaryFormat]: string } = {
  "arrow-stream": "an Arrow IPC stream",
  "arrow-file": "an Arrow IPC file",
  npy: "a NumPy .npy file",
  npz: "a zip archive, as .npz and torch.save make",
  parquet: "a Parquet file",
  safetensors: "a safetensors file",
};

/**
 * Tells what a whole input is compressed with.
 *
 * @param head The first bytes.
 * @returns The compression, or nothing when there is none.
 */
export function detectCompression(head: Uint8Array): Compression | undefined {
  return COMPRESSIONS.find(([, magic]) => startsWith(head, magic))?.[0];
}

/**
 * Tells formats apart by their first bytes.
 *
 * @param head The first bytes.
 * @returns The format, or nothing when it is none that can be read.
 */
export function detectFormat(head: Uint8Array): BinaryFormat | TextFormat | undefined {
  const known = binaryFormat(head);
  if (known) return known;
  if (foreignFormat(head)) return undefined;
  const text = textOf(head);
  if (!text) return undefined;
  // A text of one vector a line, or of one object.
  return /^\s*[[{]/.test(text) ? "jsonl" : "csv";
}

function binaryFormat(head: Uint8Array): BinaryFormat | undefined {
  if (isLongText(head)) return undefined;
  // After the others, though before what cannot be read: its length may be any bytes, those of a pickle
  // too.
  return MAGICS.find(([, magic]) => startsWith(head, magic))?.[0] ??
    (isSafetensors(head) ? "safetensors" : undefined);
}

/**
 * Refuses to read as one format what plainly is another, as its first bytes say. Numbers begin with two
 * or three given bytes by chance, but hardly with four, which one raw file in four billion does.
 *
 * @param asked What the user says it is.
 * @param head The first bytes.
 * @throws {RankMeError} `format`, with what it is.
 */
export function refuseOtherFormat(asked: Format, head: Uint8Array): void {
  const found = detectFormat(head);
  const foreign = found ? undefined : foreignFormat(head);
  if (foreign && !foreign.isWeak) throw unreadable(foreign);
  if (!found || found === asked || isText(found) && isText(asked) || !isPlain(found, head)) return;
  const what = `this is ${describeBytes(head)}, not`;
  throw isRaw(asked)
    ? new RankMeError("format", `${what} numbers alone`, {
      advice:
        "leave out --format and --dim, or write it with np.save if it is numbers nevertheless",
    })
    : new RankMeError("format", `${what} ${isText(asked) ? "text" : CALLED[asked]}`, {
      advice: "leave out --format",
    });
}

/** Whether first bytes that look like a format are hardly numbers. */
function isPlain(format: BinaryFormat | TextFormat, head: Uint8Array): boolean {
  if (isText(format)) return isPlainText(head);
  // Four bytes of ones are a float32 that is NaN, or half of a float64 just below 1.
  return format !== "arrow-stream" || head.length >= 8 &&
      new DataView(head.buffer, head.byteOffset).getUint32(4, true) <= MOST_METADATA_BYTES;
}

/** Of one number, again and again, the bytes may well be letters. */
const LEAST_LETTERS = 5;

/** Text with something between words, of digits or long enough that no numbers look like it. */
function isPlainText(head: Uint8Array): boolean {
  const text = textOf(head) ?? "";
  return /[\n\t,;| ]/.test(text) && new Set(text).size >= LEAST_LETTERS &&
    (isLongText(head) && head.length >= 32 || /^[\s\d.,;|eE+[\]{}"naif-]{8,}$/i.test(text));
}

function isText(format: Format): format is TextFormat {
  return format === "csv" || format === "tsv" || format === "jsonl";
}

function isRaw(format: Format): format is RawFormat {
  return format === "f16" || format === "bf16" || format === "f32" || format === "f64";
}

/**
 * The error for bytes of no format that can be read.
 *
 * @param head The first bytes.
 * @param name What the input is called.
 * @returns The error, with what they look like.
 */
export function unreadableFormat(head: Uint8Array, name = ""): RankMeError {
  const begun = MAGICS.find(([, magic]) => startsWith(magic, head));
  if (begun) {
    return new RankMeError("truncated", `${head.length} bytes, as ${CALLED[begun[0]]} begins`, {
      advice: "its producer was cut off: run it again",
    });
  }
  const foreign = foreignFormat(head);
  if (foreign) return unreadable(foreign);
  const raw = likelyRawFormat(head);
  const isNpy = /\.npy$/i.test(name);
  const what = isNpy
    ? "this has not the header that a .npy file begins with"
    : `this is of no format that is known: it begins with ${describeBytes(head)}`;
  return new RankMeError("format", what, {
    advice: raw
      ? `if it is numbers alone, as ${
        isNpy ? "np.memmap" : "ndarray.tofile"
      } writes them, say of ` +
        `which type and how many a row has, as in --format ${raw} --dim D`
      : READABLE,
  });
}

function unreadable({ name, advice }: ForeignFormat): RankMeError {
  return new RankMeError("format", `this is ${name}, which cannot be read`, { advice });
}

/**
 * Says what some first bytes look like.
 *
 * @param head The first bytes.
 * @returns A phrase such as `a Parquet file` or `text ("hello wo")`.
 */
export function describeBytes(head: Uint8Array): string {
  const compression = detectCompression(head);
  if (compression) return `${compression} data`;
  const format = detectFormat(head);
  if (format && !isText(format)) return CALLED[format];
  const foreign = format ? undefined : foreignFormat(head);
  if (foreign) return foreign.name;
  const shown = head.subarray(0, SHOWN_BYTES);
  return format
    ? `text (${JSON.stringify(new TextDecoder().decode(shown))})`
    : `bytes ${Array.from(shown, (byte) => byte.toString(16).padStart(2, "0")).join(" ")}`;
}

/** How much of a header's text is looked at. */
const HEADER_SHOWN = 16;

/** Eight bytes of a length below 100 MB, as the format allows, then a JSON object. */
function isSafetensors(head: Uint8Array): boolean {
  if (head.length < 9 || head[8] !== 0x7b) return false;
  const length = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
  if (length < 2n || length > 100_000_000n) return false;
  return textOf(head.subarray(8, 8 + Math.min(Number(length), HEADER_SHOWN))) !== undefined;
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.length >= prefix.length && prefix.every((byte, i) => bytes[i] === byte);
}
