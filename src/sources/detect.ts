import { RankMeError } from "../errors.ts";

/** A format that can be read. */
export type Format =
  | "arrow-stream"
  | "arrow-file"
  | "npy"
  | "npz"
  | "parquet"
  | "safetensors"
  | "csv"
  | "tsv"
  | "jsonl"
  | RawFormat;

/** Numbers and nothing else; only the user can say so. */
export type RawFormat = "f16" | "bf16" | "f32" | "f64";

/** What bytes can be compressed with as a whole. */
export type Compression = "gzip" | "zstd";

/** How many bytes are looked at, where there are as many. */
export const SNIFF_BYTES = 64;
/** How many bytes a message shows. */
const SHOWN_BYTES = 8;

const encoder = new TextEncoder();

/** First bytes of each format that begins with some that no other does. */
const MAGICS: readonly (readonly [Format, Uint8Array])[] = [
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

/** First bytes of what people pass by mistake, or hope for, and what would do instead. */
const OTHERS: readonly (readonly [what: string, magic: Uint8Array, advice: string])[] = [
  ["a Feather V1 file", encoder.encode("FEA1"), "write Feather V2 (pyarrow: version=2)"],
  ["an encrypted Parquet file", encoder.encode("PARE"), "write it without encryption"],
  [
    "an HDF5 file",
    Uint8Array.of(0x89, ...encoder.encode("HDF")),
    "write the data set as .npy: np.save('emb.npy', file['emb'][:])",
  ],
  ...[2, 3, 4, 5].map((protocol) =>
    [
      "a Python pickle",
      Uint8Array.of(0x80, protocol),
      "a pickle can run any code: write it with np.save or safetensors",
    ] as const
  ),
  ["UTF-16 text", Uint8Array.of(0xff, 0xfe), "write it as UTF-8"],
  ["UTF-16 text", Uint8Array.of(0xfe, 0xff), "write it as UTF-8"],
  ["bzip2 data", encoder.encode("BZh"), "decompress it first"],
  ["xz data", Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a), "decompress it first"],
  ["an LZ4 file", Uint8Array.of(0x04, 0x22, 0x4d, 0x18), "decompress it first"],
  ["an ORC file", encoder.encode("ORC"), "write Parquet instead"],
  ["an Avro file", encoder.encode("Obj\x01"), "write Parquet instead"],
];

const READABLE = "what can be read: Arrow, Parquet, .npy, .npz, safetensors, CSV, JSON Lines; " +
  "raw numbers with --format f32 --dim D";

/**
 * Tells what a whole input is compressed with.
 *
 * @param head The first {@linkcode SNIFF_BYTES} bytes, or all there are.
 * @returns The compression, or nothing when there is none.
 */
export function detectCompression(head: Uint8Array): Compression | undefined {
  return COMPRESSIONS.find(([, magic]) => startsWith(head, magic))?.[0];
}

/**
 * Tells formats apart by their first bytes.
 *
 * @param head The first {@linkcode SNIFF_BYTES} bytes, or all there are.
 * @returns The format, or nothing when it is none that can be read.
 */
export function detectFormat(head: Uint8Array): Format | undefined {
  const known = MAGICS.find(([, magic]) => startsWith(head, magic))?.[0];
  if (known) return known;
  // Before the others: its length may be any bytes, those of a pickle too.
  if (isSafetensors(head)) return "safetensors";
  if (OTHERS.some(([, magic]) => startsWith(head, magic))) return undefined;
  const text = textOf(head);
  if (!text) return undefined;
  // A text of one vector a line, or of one object.
  return /^\s*[[{]/.test(text) ? "jsonl" : "csv";
}

/**
 * The error for bytes of no format that can be read.
 *
 * @param head The first {@linkcode SNIFF_BYTES} bytes, or all there are.
 * @returns The error, with what they look like.
 */
export function unreadableFormat(head: Uint8Array): RankMeError {
  const begun = MAGICS.find(([, magic]) => startsWith(magic, head));
  if (begun) {
    return new RankMeError("truncated", `${head.length} bytes, as ${CALLED[begun[0]]} begins`, {
      advice: "its producer was cut off: run it again",
    });
  }
  const other = OTHERS.find(([, magic]) => startsWith(head, magic));
  return new RankMeError("format", `this is ${describeBytes(head)}, which cannot be read`, {
    advice: other?.[2] ?? READABLE,
  });
}

/**
 * Says what some first bytes look like.
 *
 * @param head The first {@linkcode SNIFF_BYTES} bytes, or all there are.
 * @returns A phrase such as `a Parquet file` or `text ("hello wo")`.
 */
export function describeBytes(head: Uint8Array): string {
  const compression = detectCompression(head);
  if (compression) return `${compression} data`;
  const format = detectFormat(head);
  if (format && CALLED[format]) return CALLED[format];
  const other = OTHERS.find(([, magic]) => startsWith(head, magic));
  if (other && !format) return other[0];
  const shown = head.subarray(0, SHOWN_BYTES);
  return format
    ? `text (${JSON.stringify(new TextDecoder().decode(shown))})`
    : `bytes ${Array.from(shown, (byte) => byte.toString(16).padStart(2, "0")).join(" ")}`;
}

const CALLED: { readonly [format in Format]?: string } = {
  "arrow-stream": "an Arrow IPC stream",
  "arrow-file": "an Arrow IPC file",
  npy: "a NumPy .npy file",
  npz: "a zip archive, as .npz and torch.save make",
  parquet: "a Parquet file",
  safetensors: "a safetensors file",
};

/** Eight bytes of a length below 100 MB, as the format allows, then a JSON object. */
function isSafetensors(head: Uint8Array): boolean {
  if (head.length < 9 || head[8] !== 0x7b) return false;
  const length = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
  return length >= 2n && length <= 100_000_000n;
}

/** The bytes as text, if that is what they are: UTF-8 without control characters. */
function textOf(head: Uint8Array): string | undefined {
  let text;
  try {
    // The last character may be cut.
    text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
  } catch {
    return undefined;
  }
  // deno-lint-ignore no-control-regex
  return /[\x00-\x08\x0e-\x1f\x7f]/.test(text) ? undefined : text;
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.length >= prefix.length && prefix.every((byte, i) => bytes[i] === byte);
}
