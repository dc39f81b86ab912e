import { assertEquals } from "@std/assert";
import { describeBytes, detectFormat } from "../../src/sources/detect.ts";
import { fixture, fixtureNames } from "./arrow/arrow_bytes.ts";

const bytes = (text: string, ...first: number[]) =>
  Uint8Array.of(...first, ...new TextEncoder().encode(text));

Deno.test("streams and files are told apart by their first bytes, whoever wrote them", () => {
  for (const name of fixtureNames().filter((name) => name !== "before-0.15.arrows")) {
    const format = name.endsWith(".arrow") ? "arrow-file" : "arrow-stream";
    assertEquals(detectFormat(fixture(name).subarray(0, 8)), format, name);
  }
});

Deno.test("what is too short or something else is no format", () => {
  for (const head of [bytes(""), bytes("ARROW"), bytes("", 255, 255, 255), bytes("PAR1....")]) {
    assertEquals(detectFormat(head), undefined);
  }
  assertEquals(detectFormat(fixture("before-0.15.arrows")), undefined);
});

Deno.test("first bytes are described by what they announce", () => {
  const cases: [Uint8Array, string][] = [
    [bytes("ARROW1\0\0"), "an Arrow IPC file"],
    [bytes("FEA1\0\0\0\0"), "a Feather V1 file"],
    [bytes("PAR1\x15\x04\x15"), "a Parquet file"],
    [bytes("NUMPY\x01\0", 0x93), "a NumPy .npy file"],
    [bytes("PK\x03\x04...."), "a zip archive, as .npz and torch.save make"],
    [bytes("", 0x1f, 0x8b, 8, 0), "gzip data"],
    [bytes("", 0x28, 0xb5, 0x2f, 0xfd), "zstd data"],
    [bytes("HDF\r\n", 0x89), "an HDF5 file"],
    [bytes("", 0x80, 2), "a Python pickle"],
    [bytes("", 0x80, 5, 0x95), "a Python pickle"],
    [bytes("", 0xff, 0xfe, 0x31, 0), "UTF-16 text"],
    [bytes("", 0xfe, 0xff, 0, 0x31), "UTF-16 text"],
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
