/** A format that some first bytes announce. */
export type Format = "arrow-stream" | "arrow-file";

/** How many bytes {@linkcode describeBytes} wants to see. */
export const SNIFF_BYTES = 8;

const encoder = new TextEncoder();

/** First bytes of each format that is read. */
const FORMATS: readonly (readonly [Format, Uint8Array])[] = [
  ["arrow-stream", Uint8Array.of(0xff, 0xff, 0xff, 0xff)],
  ["arrow-file", encoder.encode("ARROW1")],
];

/** First bytes of what people pass by mistake, or hope for. */
const OTHERS: readonly (readonly [string, Uint8Array])[] = [
  ["an Arrow IPC file", encoder.encode("ARROW1")],
  ["a Feather V1 file", encoder.encode("FEA1")],
  ["a Parquet file", encoder.encode("PAR1")],
  ["a NumPy .npy file", Uint8Array.of(0x93, ...encoder.encode("NUMPY"))],
  ["a zip archive, as .npz and torch.save make", encoder.encode("PK\x03\x04")],
  ["gzip data", Uint8Array.of(0x1f, 0x8b)],
  ["zstd data", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd)],
  ["an HDF5 file", Uint8Array.of(0x89, ...encoder.encode("HDF"))],
  ...[2, 3, 4, 5].map((protocol) => ["a Python pickle", Uint8Array.of(0x80, protocol)] as const),
  ["UTF-16 text", Uint8Array.of(0xff, 0xfe)],
  ["UTF-16 text", Uint8Array.of(0xfe, 0xff)],
];

/**
 * Tells formats apart by their first bytes.
 *
 * @param head The first {@linkcode SNIFF_BYTES} bytes, or all there are.
 * @returns The format, or nothing when it is none that can be read.
 */
export function detectFormat(head: Uint8Array): Format | undefined {
  return FORMATS.find(([, magic]) => startsWith(head, magic))?.[0];
}

/**
 * Says what some first bytes look like.
 *
 * @param head The first {@linkcode SNIFF_BYTES} bytes, or all there are.
 * @returns A phrase such as `a Parquet file` or `text ("hello wo")`.
 */
export function describeBytes(head: Uint8Array): string {
  const known = OTHERS.find(([, magic]) => startsWith(head, magic));
  if (known) return known[0];
  const shown = head.subarray(0, SNIFF_BYTES);
  const isText = shown.every((byte) => byte >= 0x20 && byte < 0x7f || byte >= 9 && byte <= 13);
  return isText
    ? `text (${JSON.stringify(new TextDecoder().decode(shown))})`
    : `bytes ${Array.from(shown, (byte) => byte.toString(16).padStart(2, "0")).join(" ")}`;
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.length >= prefix.length && prefix.every((byte, i) => bytes[i] === byte);
}
