import { assertEquals } from "@std/assert";
import {
  describeBytes,
  detectCompression,
  detectFormat,
  type Format,
  unreadableFormat,
} from "../../src/sources/detect.ts";
import { SNIFF_BYTES } from "../../src/sources/first_bytes.ts";
import { fixture, fixtureNames } from "./arrow/arrow_bytes.ts";

const bytes = (text: string, ...first: number[]) =>
  Uint8Array.of(...first, ...new TextEncoder().encode(text));

/** As `json.dumps` and `len(header).to_bytes(8, "little")` make it. */
function safetensors(length: number, text = '{"emb":{"dtype":"F32","shape":[2,3]'): Uint8Array {
  return Uint8Array.of(...new Uint8Array(BigUint64Array.of(BigInt(length)).buffer), ...bytes(text));
}

Deno.test("streams and files are told apart by their first bytes, whoever wrote them", () => {
  for (const name of fixtureNames().filter((name) => name !== "before-0.15.arrows")) {
    const format = name.endsWith(".arrow") ? "arrow-file" : "arrow-stream";
    assertEquals(detectFormat(fixture(name).subarray(0, SNIFF_BYTES)), format, name);
  }
});

Deno.test("every format is told by its first bytes", () => {
  const cases: [Uint8Array, Format][] = [
    [bytes("", 255, 255, 255, 255, 16, 0, 0, 0), "arrow-stream"],
    [bytes("ARROW1\0\0"), "arrow-file"],
    [bytes("NUMPY\x01\0v\0{'descr': '<f4', 'fortran", 0x93), "npy"],
    [bytes("PK\x03\x04\x14\0\0\0\0\0"), "npz"],
    [bytes("PK\x05\x06" + "\0".repeat(18)), "npz"],
    [bytes("PAR1\x15\x04\x15"), "parquet"],
    [safetensors(2), "safetensors"],
    [safetensors(63), "safetensors"],
    [safetensors(100_000_000), "safetensors"],
    // Lengths whose bytes begin as a pickle and UTF-16 do.
    [safetensors(0x0280), "safetensors"],
    [safetensors(0x0580), "safetensors"],
    [safetensors(0xfeff), "safetensors"],
    [bytes("a,b,c\n1,2,3\n"), "csv"],
    [bytes("0.5\t-1e-3\tnan\n"), "csv"],
    [bytes("1"), "csv"],
    [bytes("\n\r\n 0.5 1"), "csv"],
    [bytes("länge,größe\r\n1,2"), "csv"],
    [bytes("\xff".normalize() + ",1"), "csv"],
    [bytes("x,y", 0xef, 0xbb, 0xbf), "csv"],
    [bytes('{"embedding": [1, 2]}\n'), "jsonl"],
    [bytes("\n [0.5, 1]\n"), "jsonl"],
    [bytes('{"id": 1}', 0xef, 0xbb, 0xbf), "jsonl"],
  ];
  for (const [head, format] of cases) {
    assertEquals(detectFormat(head), format, new TextDecoder().decode(head));
    assertEquals(detectCompression(head), undefined);
  }
});

Deno.test("a character that the end of the look cuts in two is still text", () => {
  const head = bytes("größe,".repeat(20));
  for (let length = 1; length < head.length; length++) {
    assertEquals(detectFormat(head.subarray(0, length)), "csv");
  }
});

Deno.test("what is compressed as a whole is told by its first bytes", () => {
  const cases: [Uint8Array, "gzip" | "zstd" | undefined][] = [
    [bytes("", 0x1f, 0x8b, 8, 0, 0, 0), "gzip"],
    // Numbers that begin like it, of no method that there is.
    [bytes("", 0x1f, 0x8b, 7, 0, 0, 0), undefined],
    [bytes("", 0x1f, 0x8b), undefined],
    [bytes("", 0x28, 0xb5, 0x2f, 0xfd, 0), "zstd"],
    [bytes("", 0x50, 0x2a, 0x4d, 0x18, 4), "zstd"],
    [bytes("", 0x5f, 0x2a, 0x4d, 0x18, 4), "zstd"],
    [bytes("", 0x60, 0x2a, 0x4d, 0x18, 4), undefined],
    [bytes("text"), undefined],
    [bytes(""), undefined],
  ];
  for (const [head, compression] of cases) {
    assertEquals(detectCompression(head), compression);
    if (compression) assertEquals(detectFormat(head), undefined);
  }
});

Deno.test("what is too short or something else is no format", () => {
  const heads = [
    bytes(""),
    bytes("", 255, 255, 255),
    bytes("PK\x01\x02"),
    bytes("abc", 0),
    bytes("ab\x7f"),
    bytes("", 0xc3, 0x28),
    safetensors(1),
    safetensors(100_000_001),
    safetensors(2, "[1]"),
    safetensors(2, ""),
    fixture("before-0.15.arrows"),
  ];
  for (const head of heads) assertEquals(detectFormat(head.subarray(0, SNIFF_BYTES)), undefined);
});

/** First bytes of what cannot be read: what it is called, and what would do. */
const REFUSED: [Uint8Array, what: string, advice: RegExp][] = [
  [bytes("FEA1\0\0\0\0"), "a Feather V1 file", /pyarrow\.feather.* FILE \| rankme$/],
  [bytes("PARE\x15"), "an encrypted Parquet file", /without encryption/],
  [bytes("HDF\r\n\x1a\n", 0x89), "an HDF5 file", /h5py.* FILE \| rankme$/],
  [bytes("", 0x80, 2, 0x8a), "a Python pickle", /if you trust it.* FILE \| rankme$/],
  [bytes("", 0x80, 3, 0x63), "a Python pickle", /any code/],
  [bytes("", 0x80, 4, 0x95), "a Python pickle", /any code/],
  [bytes("", 0x80, 5, 0x95), "a Python pickle", /any code/],
  [bytes("", 0xff, 0xfe, 0x31, 0), "UTF-16 text", /: iconv -f utf-16 -t utf-8 FILE \| rankme$/],
  [bytes("", 0xfe, 0xff, 0, 0x31), "UTF-16 text", /iconv -f utf-16 /],
  [bytes("1\0,\x002\0\n\0"), "UTF-16 text", /iconv -f utf-16le /],
  [bytes("BZh91AY&SY"), "bzip2 data", /: bzip2 -dc FILE \| rankme$/],
  [bytes("7zXZ\0", 0xfd), "xz data", /: xz -dc FILE \| rankme$/],
  [bytes("", 0x04, 0x22, 0x4d, 0x18, 0x64), "an LZ4 file", /: lz4 -dc FILE \| rankme$/],
  [bytes("ORC\x11"), "an ORC file", /pyarrow\.orc.* FILE \| rankme$/],
  [bytes("Obj\x01\x04"), "an Avro file", /read_avro.* FILE \| rankme$/],
  [bytes("\0".repeat(257) + "ustar"), "a tar archive", /tar -xf FILE -C unpacked && rankme/],
  [bytes("", 0, 1, 2, 3), "bytes 00 01 02 03", /what can be read: /],
];

Deno.test("what cannot be read is called by its name, with what would do", () => {
  for (const [head, what, advice] of REFUSED) {
    assertEquals(detectFormat(head), undefined, what);
    const error = unreadableFormat(head);
    const found = what.startsWith("bytes")
      ? `this is of no format that is known: it begins with ${what}`
      : `this is ${what}, which cannot be read`;
    assertEquals([error.code, error.what], ["format", found]);
    assertEquals(advice.test(error.advice!), true, error.advice);
    assertEquals(describeBytes(head), what);
  }
});

Deno.test("what ends inside its first bytes was cut off", () => {
  const cases: [Uint8Array, string][] = [
    [bytes("", 255, 255), "2 bytes, as an Arrow IPC stream begins"],
    [bytes("NUM", 0x93), "4 bytes, as a NumPy .npy file begins"],
    [bytes("PK\x03"), "3 bytes, as a zip archive, as .npz and torch.save make begins"],
  ];
  for (const [head, what] of cases) {
    const error = unreadableFormat(head);
    assertEquals([error.code, error.what], ["truncated", what]);
  }
});

Deno.test("first bytes are described by what they announce", () => {
  const cases: [Uint8Array, string][] = [
    [bytes("", 255, 255, 255, 255), "an Arrow IPC stream"],
    [bytes("ARROW1\0\0"), "an Arrow IPC file"],
    [bytes("PAR1\x15\x04\x15"), "a Parquet file"],
    [bytes("NUMPY\x01\0", 0x93), "a NumPy .npy file"],
    [bytes("PK\x03\x04...."), "a zip archive, as .npz and torch.save make"],
    [safetensors(63), "a safetensors file"],
    [bytes("", 0x1f, 0x8b, 8, 0), "gzip data"],
    [bytes("", 0x28, 0xb5, 0x2f, 0xfd), "zstd data"],
  ];
  for (const [head, what] of cases) assertEquals(describeBytes(head), what);
});

Deno.test("unknown bytes are shown, as text where they are text", () => {
  assertEquals(describeBytes(bytes("id,x,y,z\n1,2")), 'text ("id,x,y,z")');
  assertEquals(describeBytes(bytes('{"a":\t1}')), 'text ("{\\"a\\":\\t1}")');
  assertEquals(describeBytes(bytes("a\n")), 'text ("a\\n")');
  assertEquals(describeBytes(bytes("abc", 0, 1)), "bytes 00 01 61 62 63");
  assertEquals(describeBytes(new Uint8Array(20)), "bytes 00 00 00 00 00 00 00 00");
});
