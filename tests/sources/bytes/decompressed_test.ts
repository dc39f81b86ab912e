import { assertEquals, assertLess, assertRejects } from "@std/assert";
import { constants, deflateRawSync, gzipSync, zstdCompressSync } from "node:zlib";
import { RankMeError } from "../../../src/errors.ts";
import { decompressed } from "../../../src/sources/bytes/decompressed.ts";
import { byteSource, readUpTo } from "../../../src/sources/bytes/pulled_bytes.ts";
import type { Compression } from "../../../src/sources/detect.ts";
import { openEmbeddings } from "../../../src/sources/open_embeddings.ts";
import { memoryHeld, randomBytes } from "../hostile.ts";
import {
  byteStream,
  chunked,
  concatenated,
  expectedRows,
  fixtureBytes,
  rowsOf,
} from "../inputs.ts";

const fixture = (name: string) => fixtureBytes(`compressed/${name}`);
const PLAIN = fixture("plain.npy");
const GZIP = ["named", "stored", "members", "bgzip", "all-fields"].map((name) => `${name}.gz`);
const ZSTD = ["one-shot", "checked", "blocks", "frames", "skippable"].map((name) => `${name}.zst`);

const compressionOf = (name: string): Compression => name.endsWith(".gz") ? "gzip" : "zstd";

/** All that comes of some bytes, cut into chunks of the sizes given. */
async function unpacked(
  bytes: Uint8Array,
  compression: Compression,
  { sizes = [bytes.length || 1], as = chunked } = {},
): Promise<Uint8Array> {
  const source = decompressed(byteSource(as(bytes, sizes)), compression);
  const parts: Uint8Array[] = [];
  for (;;) {
    const part = await source.read(new Uint8Array(100_000));
    if (part.length === 0) break;
    parts.push(part);
  }
  await source.close();
  return concatenated(...parts);
}

async function failure(bytes: Uint8Array, compression: Compression): Promise<RankMeError> {
  return await assertRejects(() => unpacked(bytes, compression), RankMeError);
}

/** How unpacking ended. */
async function ending(bytes: Uint8Array, compression: Compression): Promise<Uint8Array | string> {
  try {
    return await unpacked(bytes, compression);
  } catch (error) {
    if (error instanceof RankMeError) return error.code;
    throw error;
  }
}

Deno.test("what other programs compressed is decompressed, however it is cut", async () => {
  for (const name of [...GZIP, ...ZSTD]) {
    const bytes = fixture(name);
    for (const sizes of [[1], [7], [bytes.length - 8, 1], [bytes.length]]) {
      for (const as of [chunked, byteStream]) {
        assertEquals(await unpacked(bytes, compressionOf(name), { sizes, as }), PLAIN, name);
      }
    }
  }
});

Deno.test("a stream may be cut anywhere around the end of a member or frame", async () => {
  const contents = concatenated(randomBytes(1, 500), new Uint8Array(500));
  const twice = concatenated(contents, contents);
  for (const [compression, compress] of [["gzip", gzipSync], ["zstd", zstdCompressSync]] as const) {
    const [one, none] = [contents, new Uint8Array(0)].map((part) => new Uint8Array(compress(part)));
    const bytes = concatenated(one, none, one);
    for (let cut = one.length - 12; cut < one.length + none.length + 12; cut++) {
      assertEquals(await unpacked(bytes, compression, { sizes: [cut, 1000] }), twice);
    }
  }
});

Deno.test("large data of many blocks are decompressed", async () => {
  const contents = concatenated(randomBytes(1, 1_000_000), new Uint8Array(2_000_000));
  const checked = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };
  const cases: [Compression, Uint8Array][] = [
    ["gzip", new Uint8Array(gzipSync(contents))],
    ["zstd", new Uint8Array(zstdCompressSync(contents))],
    ["zstd", new Uint8Array(zstdCompressSync(contents, checked))],
  ];
  for (const [compression, bytes] of cases) {
    const found = await unpacked(bytes, compression, { sizes: [65536], as: byteStream });
    assertEquals(found.length, contents.length);
    assertEquals(found.findIndex((byte, i) => byte !== contents[i]), -1);
  }
  const zeros = await unpacked(fixture("run.zst"), "zstd");
  assertEquals([zeros.length, zeros.findIndex((byte) => byte !== 0)], [3_000_000, -1]);
});

Deno.test("compressed nothing is nothing", async () => {
  for (const [compression, compress] of [["gzip", gzipSync], ["zstd", zstdCompressSync]] as const) {
    const bytes = new Uint8Array(compress(new Uint8Array(0)));
    assertEquals(await unpacked(bytes, compression), new Uint8Array(0));
  }
});

// Between two members or frames nothing says that there should be another.
Deno.test("wherever it is cut off, it is an error and not fewer bytes", async () => {
  const whole = ["named.gz", "all-fields.gz", "one-shot.zst", "checked.zst", "blocks.zst"];
  for (const name of whole) {
    const bytes = fixture(name);
    for (let length = 1; length < bytes.length; length++) {
      const error = await failure(bytes.subarray(0, length), compressionOf(name));
      assertEquals([error.code, error.place.byte], ["truncated", length], `${name} at ${length}`);
    }
  }
  const error = await failure(fixture("checked.zst").subarray(0, 50), "zstd");
  assertEquals(
    error.message,
    "byte 50: the input ends in the middle of the zstd data; its producer was cut off: run it again",
  );
});

Deno.test("any bit that is flipped is an error, or harmless, where there is a checksum", async () => {
  for (const name of ["members.gz", "checked.zst", "blocks.zst"]) {
    const bytes = fixture(name);
    let errors = 0;
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      const end = await ending(flipped, compressionOf(name));
      if (typeof end === "string") errors++;
      else assertEquals(end, PLAIN, `${name}: bit ${bit}`);
    }
    // Those of a file's name and time are of no interest.
    assertLess(0.8 * 8 * bytes.length, errors);
  }
});

Deno.test("checksums and lengths that are wrong are errors", async () => {
  const gzip = fixture("named.gz");
  const wrong = (bytes: Uint8Array, fromEnd: number) => {
    const changed = bytes.slice();
    changed[bytes.length - fromEnd] ^= 1;
    return changed;
  };
  const checksum = await failure(wrong(gzip, 8), "gzip");
  assertEquals(
    checksum.message,
    `byte ${gzip.length}: not valid gzip data: the bytes do not have the checksum that they ` +
      "should; it was damaged, or its writer has a fault: write it again",
  );
  assertEquals((await failure(wrong(gzip, 1), "gzip")).code, "corrupt");
  const checked = await failure(wrong(fixture("checked.zst"), 1), "zstd");
  assertEquals(
    checked.what,
    "not valid zstd data: the bytes do not have the checksum that they should",
  );
});

Deno.test("what follows the data and is something else is an error", async () => {
  for (const name of ["named.gz", "checked.zst"]) {
    const bytes = fixture(name);
    for (const length of [1, 5, 20]) {
      const error = await failure(
        concatenated(bytes, new Uint8Array(length).fill(65)),
        compressionOf(name),
      );
      const code = length < (name === "named.gz" ? 10 : 4) ? "truncated" : "corrupt";
      assertEquals(error.code, code, `${name} and ${length}`);
    }
    const error = await failure(concatenated(bytes, randomBytes(1, 20)), compressionOf(name));
    assertEquals(error.what.includes(`other bytes follow it, from byte ${bytes.length} on`), true);
  }
});

Deno.test("zeros after the last member of gzip are padding, and anything after them is not", async () => {
  for (const name of GZIP) {
    const bytes = fixture(name);
    for (const length of [1, 9, 10, 11, 512, 10_240]) {
      const padded = concatenated(bytes, new Uint8Array(length));
      assertEquals(await unpacked(padded, "gzip", { sizes: [bytes.length + 3, 7] }), PLAIN, name);
      for (const after of [Uint8Array.of(65), bytes]) {
        const { what } = await failure(concatenated(padded, after), "gzip");
        assertEquals(what.includes(`other bytes follow it, from byte ${bytes.length} on`), true);
      }
    }
    assertEquals(await ending(concatenated(bytes, Uint8Array.of(0, 65)), "gzip"), "corrupt");
  }
  // zstd has no such padding.
  const { code } = await failure(concatenated(fixture("checked.zst"), new Uint8Array(8)), "zstd");
  assertEquals(code, "corrupt");
});

Deno.test("blocks of zstd without bytes are read, wherever they stand", async () => {
  const head = [0x28, 0xb5, 0x2f, 0xfd, 0, 7 << 3], raw = [3 << 3, 0, 0, 65, 66, 67];
  const last = [1, 0, 0];
  // Compressed blocks of no literals (raw and a run, each size of header) and no sequences.
  const empty = [[0, 0], [4, 0, 0], [12, 0, 0, 0], [1, 9, 0], [5, 0, 9, 0], [13, 0, 0, 9, 0]];
  for (const content of [...empty, []]) {
    const kind = content.length === 0 ? 0 : 2;
    const block = [content.length << 3 | kind << 1, 0, 0, ...content];
    const frame = Uint8Array.from([...head, ...block, ...raw, ...block, ...block, ...raw, ...last]);
    const expected = Uint8Array.of(65, 66, 67, 65, 66, 67);
    for (const sizes of [[1], [100]]) {
      assertEquals(await unpacked(frame, "zstd", { sizes }), expected, `${content}`);
    }
    for (let length = 1; length < frame.length; length++) {
      assertEquals((await failure(frame.subarray(0, length), "zstd")).code, "truncated");
    }
  }
  // Others that give no bytes are no blocks: literals that are missing, and sequences of none.
  for (const content of [[8, 0], [0, 1], [2, 0], [3, 0], [0, 0, 0], [0]]) {
    const block = [content.length << 3 | 4, 0, 0, ...content];
    const frame = Uint8Array.from([...head, ...raw, ...block, ...last]);
    assertEquals((await failure(frame, "zstd")).code, "corrupt", `${content}`);
  }
});

Deno.test("random bytes behind the first ones end in an error", async () => {
  const heads = { gzip: [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], zstd: [0x28, 0xb5, 0x2f, 0xfd] };
  for (const compression of ["gzip", "zstd"] as const) {
    for (let seed = 1; seed <= 300; seed++) {
      const bytes = concatenated(Uint8Array.from(heads[compression]), randomBytes(seed, 200));
      assertEquals(typeof await ending(bytes, compression), "string");
    }
  }
});

Deno.test("a window that would take gigabytes is refused, one of 128 MiB is not", async () => {
  // A frame header by hand: no single segment, a window of 2^(10 + exponent), one empty raw block.
  const frame = (exponent: number) =>
    Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, exponent << 3, 1, 0, 0);
  assertEquals(await unpacked(frame(17), "zstd"), new Uint8Array(0));
  const before = memoryHeld();
  for (const exponent of [18, 21, 31]) {
    const error = await failure(frame(exponent), "zstd");
    assertEquals(error.code, "unsupported");
  }
  const single = concatenated(
    Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 1, 0, 0, 0),
    Uint8Array.of(1, 0, 0),
  );
  assertEquals(
    (await failure(single, "zstd")).message,
    "byte 13: to decompress it takes a window of 4.29 GB; " +
      "compress it without --long and --ultra, or decompress it first",
  );
  assertLess(memoryHeld() - before, 50e6);
});

Deno.test("a frame that says another size than it has is an error", async () => {
  const bytes = fixture("one-shot.zst").slice();
  // A single segment, and a size of one byte.
  assertEquals([...bytes.subarray(4, 6)], [0x20, 248]);
  bytes[5] += 1;
  assertEquals((await failure(bytes, "zstd")).code, "corrupt");
  // Three raw bytes in the last block of a frame that says that it has so many.
  const raw = (says: number) =>
    Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, says, 3 << 3 | 1, 0, 0, 65, 66, 67);
  assertEquals(await unpacked(raw(3), "zstd"), Uint8Array.of(65, 66, 67));
  for (const says of [0, 1, 2, 4, 255]) {
    assertEquals((await failure(raw(says), "zstd")).code, "corrupt", `${says}`);
  }
});

Deno.test("a few bytes that become gigabytes come as they are read, in little memory", async () => {
  // Each run of 128 KiB takes four bytes.
  const runs = new Uint8Array(4 * 20_000);
  for (let at = 0; at < runs.length; at += 4) runs.set([2, 0, 16], at);
  const frame = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 7 << 3, ...runs, 1, 0, 0);
  const zeros = new Uint8Array(gzipSync(new Uint8Array(1 << 28)));
  for (const [compression, bytes] of [["zstd", frame], ["gzip", zeros]] as const) {
    const before = memoryHeld();
    const source = decompressed(byteSource(chunked(bytes)), compression);
    let memory = new Uint8Array(65536), length = 0;
    while (length < 1 << 28) {
      const part = await source.read(memory);
      memory = new Uint8Array(part.buffer);
      length += part.length;
    }
    assertLess(memoryHeld() - before, 150e6);
    await source.close();
  }
});

Deno.test("closing ends the read under way and cancels the stream", async () => {
  for (
    const [compression, bytes] of [["gzip", fixture("named.gz")], [
      "zstd",
      fixture("one-shot.zst"),
    ]] as const
  ) {
    for (const type of ["bytes", undefined] as const) {
      for (const sent of [0, 5, 40, 90]) {
        let reason: unknown;
        const stream = new ReadableStream<Uint8Array>({
          type,
          start: (controller) => {
            if (sent > 0) controller.enqueue(bytes.slice(0, sent));
          },
          cancel: (why) => void (reason = why),
        } as UnderlyingSource<Uint8Array>);
        const source = decompressed(byteSource(stream), compression);
        const reading = readUpTo(source, 10_000).catch((error) => error);
        await new Promise((resolve) => setTimeout(resolve));
        await source.close("enough");
        assertEquals(reason, "enough");
        await reading;
        await source.close();
      }
    }
  }
});

Deno.test("an error of the stream below comes out as it is", async () => {
  const broken = new Error("broken");
  const stream = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(broken) });
  const source = decompressed(byteSource(stream), "gzip");
  assertEquals(await assertRejects(() => source.read(new Uint8Array(9))), broken);
});

// --- Embeddings inside ---

async function readRows(input: Uint8Array | string) {
  const source = typeof input === "string" ? input : byteStream(input);
  const { batches, compression, format } = await openEmbeddings(source);
  return { compression, format, rows: rowsOf(await Array.fromAsync(batches)) };
}

Deno.test("embeddings are read from inside compressed files and streams", async () => {
  for (const name of [...GZIP, ...ZSTD]) {
    const expected = {
      compression: compressionOf(name),
      format: "npy" as const,
      rows: expectedRows(),
    };
    assertEquals(await readRows(fixture(name)), expected);
    const path = new URL(`../../fixtures/compressed/${name}`, import.meta.url).pathname;
    assertEquals(await readRows(decodeURIComponent(path)), expected);
  }
});

Deno.test("what is compressed twice, or needs to be read from its end, is refused", async () => {
  const gzip = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes));
  const refusals: [Uint8Array, string, string][] = [
    [
      gzip(fixture("checked.zst")),
      "unsupported",
      "this is zstd data inside gzip data; decompress it once",
    ],
    [
      gzip(fixtureBytes("arrow/list-f32.arrow")),
      "unsupported",
      "an Arrow IPC file cannot be read from inside gzip data; decompress it first",
    ],
    [gzip(new Uint8Array(0)), "empty", "no bytes at all; did its producer fail?"],
    [
      fixture("checked.zst").subarray(0, 30),
      "truncated",
      "byte 30: the input ends in the middle of " +
      "the zstd data; its producer was cut off: run it again",
    ],
    [
      gzip(Uint8Array.of(0, 1)),
      "format",
      "this is of no format that is known: it begins with bytes 00 01",
    ],
  ];
  for (const [bytes, code, message] of refusals) {
    const error = await assertRejects(() => readRows(bytes), RankMeError);
    assertEquals(
      [error.code, error.message.startsWith(`stream: ${message}`)],
      [code, true],
      error.message,
    );
  }
});

Deno.test("an error in compressed rows closes the file", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, fixture("named.gz").subarray(0, 120));
    const error = await assertRejects(() => readRows(path), RankMeError);
    assertEquals([error.code, error.place.input], ["truncated", path]);
    await Deno.writeFile(path, fixture("named.gz"));
    const { batches } = await openEmbeddings(path);
    await batches.cancel();
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("a compressed file that is written to meanwhile is found out", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, fixture("named.gz"));
    await Deno.utime(path, new Date(1e12), new Date(1e12));
    const { batches } = await openEmbeddings(path);
    await Deno.writeFile(path, fixture("named.gz"), { append: true });
    const error = await assertRejects(() => Array.fromAsync(batches), RankMeError);
    assertEquals(error.code, "changed");
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("deflated data without a gzip header is none", async () => {
  assertEquals((await failure(new Uint8Array(deflateRawSync(PLAIN)), "gzip")).code, "corrupt");
});
