import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { RankMeError } from "../../../src/errors.ts";
import { describeBytes, detectFormat, refuseOtherFormat } from "../../../src/sources/detect.ts";
import type { Format } from "../../../src/sources/detect.ts";
import { MOST_SNIFFED } from "../../../src/sources/first_bytes.ts";
import { foreignFormat } from "../../../src/sources/foreign/formats.ts";
import { aboutFile } from "../../../src/sources/foreign/lines.ts";
import { maskedCrc32c } from "../../../src/sources/foreign/masked_crc32c.ts";
import { likelyRawFormat } from "../../../src/sources/raw_format.ts";

const refusal = (run: () => void) => assertThrows(run, RankMeError);

const RAW: readonly Format[] = ["f32", "f64", "f16", "bf16"];

/** The first bytes of a file that its own program wrote (make_field.py). */
function head(name: string): Uint8Array {
  const file = new URL(`../../fixtures/field/${name}`, import.meta.url);
  return Deno.readFileSync(file).subarray(0, MOST_SNIFFED);
}

/** Files of each program, and what they are called. */
const FILES: readonly (readonly [name: string, called: string])[] = [
  ["git-lfs-pointer.npy", "a Git LFS pointer"],
  ["git-annex-pointer.npy", "a git-annex pointer"],
  ["emb.npy.dvc", "a DVC pointer"],
  ["web-page.csv", "a web page or XML"],
  ["s3-error.parquet", "a web page or XML"],
  ["utf-16.csv", "UTF-16 text"],
  ["utf-16be.csv", "UTF-16 text"],
  ["utf-16-without-mark.csv", "UTF-16 text"],
  ["table.sqlite", "a SQLite database"],
  ["dump.sql", "a PostgreSQL dump"],
  ["dump.pgdump", "a PostgreSQL dump"],
  ["copy.bin", "a binary COPY of PostgreSQL"],
  ["v5.mat", "a MATLAB file"],
  ["v4.mat", "a MATLAB file of version 4"],
  ["v7.3.mat", "a MATLAB 7.3 file"],
  ["array.h5", "an HDF5 file"],
  ["l2.faiss", "a FAISS index of whole vectors"],
  ["ip.faiss", "a FAISS index of whole vectors"],
  ["hnsw.faiss", "a FAISS index of whole vectors"],
  ["ids.faiss", "a FAISS index"],
  ["ivf.faiss", "a FAISS index"],
  ["sq.faiss", "a FAISS index"],
  ["pq.faiss", "a FAISS index"],
  ["protocol-0.pkl", "a Python pickle"],
  ["protocol-2.pkl", "a Python pickle"],
  ["protocol-3.pkl", "a Python pickle"],
  ["protocol-4.pkl", "a Python pickle"],
  ["protocol-5.pkl", "a Python pickle"],
  ["frame.pkl", "a pickle of pandas"],
  ["array.joblib", "a pickle of joblib"],
  ["legacy.pt", "a PyTorch file of the old format"],
  ["word2vec.bin", "word2vec's binary vectors"],
  ["word2vec.txt", "word2vec's text, whose lines begin with a word"],
  ["node2vec.emb", "word2vec's text, whose lines begin with a word"],
  ["vectors.fvecs", "an .fvecs file"],
  ["examples.tfrecord", "a TFRecord file"],
  ["table.avro", "an Avro file"],
  ["v1.feather", "a Feather V1 file"],
  ["table.rds", "an R file"],
  ["archive.tar", "a tar archive"],
  ["emb.npy.bz2", "bzip2 data"],
  ["emb.npy.xz", "xz data"],
  ["emb.npy.lz4", "an LZ4 file"],
  ["emb.npy.sz", "snappy data"],
  ["emb.7z", "a 7z archive"],
  ["image.png", "a PNG image"],
  ["image.jpg", "a JPEG image"],
  ["image.gif", "a GIF image"],
  ["image.webp", "a WebP image"],
  ["image.bmp", "a BMP image"],
  ["image.tiff", "a TIFF image"],
  ["paper.pdf", "a PDF"],
  ["model.gguf", "a GGUF file"],
];

Deno.test("files of other programs are called by their names, whatever they are said to be", () => {
  for (const [name, called] of FILES) {
    const bytes = head(name);
    assertEquals(foreignFormat(bytes)?.name, called, name);
    assertEquals(detectFormat(bytes), undefined, name);
    for (const asked of [...RAW, "npy", "csv"] as const) {
      const error = refusal(() => refuseOtherFormat(asked, bytes));
      assertMatch(error.message, new RegExp(`^this is ${called}, which cannot be read; `), name);
    }
  }
});

Deno.test("what can be read is not read as numbers alone, nor as another format", () => {
  const files = ["npy", "npz", "parquet", "arrow", "arrows", "safetensors", "csv", "jsonl"];
  for (const file of files) {
    const bytes = head(`said-to-be-raw.${file}`);
    const found = detectFormat(bytes)!;
    for (const asked of RAW) {
      const { what, advice } = refusal(() => refuseOtherFormat(asked, bytes));
      assertEquals(what, `this is ${describeBytes(bytes)}, not numbers alone`);
      assertMatch(advice!, /^leave out --format and --dim, /);
    }
    refuseOtherFormat(found, bytes);
    if (file === "csv" || file === "jsonl") continue;
    for (const asked of ["csv", "tsv", "jsonl"] as const) {
      refusal(() => refuseOtherFormat(asked, bytes));
    }
  }
  // Text is of any of its formats: a table of Postgres begins with a brace, one of pgvector with a bracket.
  for (const text of ["csv", "jsonl"]) {
    for (const asked of ["csv", "tsv", "jsonl"] as const) {
      refuseOtherFormat(asked, head(`said-to-be-raw.${text}`));
    }
  }
});

Deno.test("numbers are not taken for another format, nor text for a magic number", () => {
  let state = 1;
  // xorshift32, so that the files are the same in each run.
  const random = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  // ReLU and its like: many zeros, nothing below; and constants, whose bytes may be letters.
  const kinds = [
    () => 2 * random() - 1,
    () => Math.max(0, 2 * random() - 1),
    () => random(),
    () => 0.7,
    () => 0.9,
    () => 1 - 2 ** -53,
    () => 0,
  ];
  for (const number of kinds) {
    for (let i = 0; i < 100; i++) {
      const numbers = Array.from({ length: 128 }, number);
      for (const Numbers of [Float32Array, Float64Array, Float16Array]) {
        const bytes = new Uint8Array(new Numbers(numbers).buffer);
        for (const asked of RAW) refuseOtherFormat(asked, bytes.subarray(0, MOST_SNIFFED));
      }
    }
  }
  for (
    const text of ["PARENT,b,c,d\n1,2,3,4\n", "PAR1,PAR2,PAR3\n1,2,3\n", "ORC,ELF,HOBBIT\n1,2,3\n"]
  ) {
    assertEquals(detectFormat(new TextEncoder().encode(text)), "csv", text);
  }
  assertEquals(detectFormat(new TextEncoder().encode("3 4\n0.5 6\n0.25 7\n")), "csv");
  assertEquals(detectFormat(new TextEncoder().encode("<unk> 0.5 0.25\n<s> 0.5 1\n")), "csv");
});

Deno.test("numbers alone are recognized by their sizes, for advice", () => {
  const numbers = [
    0.5,
    -1.25,
    0.1,
    0,
    2.5,
    -0.03,
    0.7,
    1.1,
    -0.9,
    0.33,
    0.21,
    -0.6,
    0.11,
    0.4,
    0.8,
    2,
  ];
  const upperHalves = new Uint8Array(new Float32Array(numbers).buffer).filter((_, i) => i % 4 > 1);
  assertEquals(likelyRawFormat(new Uint8Array(new Float32Array(numbers).buffer)), "f32");
  assertEquals(likelyRawFormat(new Uint8Array(new Float64Array(numbers).buffer)), "f64");
  assertEquals(likelyRawFormat(new Uint8Array(new Float16Array(numbers).buffer)), "f16");
  assertEquals(likelyRawFormat(upperHalves), "bf16");
  assertEquals(likelyRawFormat(new Uint8Array(64)), undefined);
  assertEquals(likelyRawFormat(head("unknown.dat")), undefined);
});

Deno.test("the checksum of TFRecord is CRC-32C, turned by 15 bits and shifted", () => {
  // CRC-32C of "123456789" is e3069283 (RFC 3720's check value of the polynomial).
  const bytes = new TextEncoder().encode("123456789");
  const turned = ((0xe3069283 >>> 15) | (0xe3069283 << 17)) >>> 0;
  assertEquals(maskedCrc32c(bytes), (turned + 0xa282ead8) % 2 ** 32);
});

Deno.test("the name of the input stands in a line as a shell takes it", () => {
  const line = "decompress it: xz -dc FILE | rankme";
  const cases = [
    ["emb.npy.xz", "emb.npy.xz"],
    ["a b.xz", "'a b.xz'"],
    ["it's $HOME.xz", "'it'\\''s $HOME.xz'"],
    ["-v.xz", "./-v.xz"],
    ["$&.xz", "'$&.xz'"],
  ];
  for (const [path, word] of cases) {
    assertEquals(aboutFile(line, path), `decompress it: xz -dc ${word} | rankme`);
  }
  assertEquals(
    aboutFile("unzip -p FILE PROFILE | rankme", "z.zip"),
    "unzip -p z.zip PROFILE | rankme",
  );
});
