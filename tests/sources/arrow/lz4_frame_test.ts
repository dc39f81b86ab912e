import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { RankMeError } from "../../../src/errors.ts";
import { decompressLz4 } from "../../../src/sources/arrow/lz4_frame.ts";
import { xxHash32 } from "../../../src/sources/arrow/xx_hash.ts";
import { concatenated } from "../inputs.ts";
import { randomBytes, randomWords } from "../hostile.ts";
import { fixture } from "./arrow_bytes.ts";

const encoder = new TextEncoder();

function lines(count: number): Uint8Array {
  const text = Array.from({ length: count }, (_, i) => `row ${i * i % 97}\n`).join("");
  return encoder.encode(text);
}

function noise(length: number): Uint8Array {
  let state = 1n;
  return Uint8Array.from({ length }, () => {
    state = (state * 1103515245n + 12345n) % 2n ** 31n;
    return Number(state >> 16n & 255n);
  });
}

/** What is in the frames. Twin of lz4_contents() in make_arrow.py. */
const CONTENTS: Readonly<Record<string, Uint8Array>> = {
  lines: lines(25_000),
  zeros: new Uint8Array(1_200_000),
  noise: noise(300),
  few: lines(30),
  empty: new Uint8Array(0),
};

const FRAMES = [
  ...Object.keys(CONTENTS).flatMap((what) => [`${what}-plain`, `${what}-checked`]),
  "lines-independent",
  "lines-linked-checked",
  "zeros-256k",
  "zeros-1m",
  "zeros-4m",
];

function frame(name: string): Uint8Array<ArrayBuffer> {
  return fixture(`lz4/${name}.lz4`);
}

function contents(name: string): Uint8Array {
  return CONTENTS[name.split("-")[0]];
}

function same(bytes: Uint8Array, others: Uint8Array): boolean {
  return bytes.length === others.length && bytes.every((byte, i) => byte === others[i]);
}

function refusal(bytes: Uint8Array, length: number): RankMeError {
  return assertThrows(() => decompressLz4(bytes, length), RankMeError);
}

/** What comes of bytes that may be bad; anything but bytes and errors of ours fails the test. */
function ending(bytes: Uint8Array, length: number): Uint8Array | RankMeError {
  try {
    return decompressLz4(bytes, length);
  } catch (error) {
    assertInstanceOf(error, RankMeError);
    return error;
  }
}

// --- What the reference implementation writes ---

for (const name of FRAMES) {
  Deno.test(`${name} is decompressed to the last byte`, () => {
    const expected = contents(name);
    const bytes = decompressLz4(frame(name), expected.length);
    assert(same(bytes, expected));
    assertEquals(bytes.buffer.byteLength, expected.length);
  });
}

Deno.test("the frames are of all kinds", () => {
  const flags = FRAMES.map((name) => frame(name)[4]);
  for (const bit of [4, 8, 16, 32]) {
    assert(flags.some((flag) => (flag & bit) !== 0) && flags.some((flag) => (flag & bit) === 0));
  }
  assertEquals(new Set(FRAMES.map((name) => frame(name)[5] >> 4)), new Set([4, 5, 6, 7]));
  // The highest bit of a block's size says that it is stored.
  assertEquals(frame("noise-plain")[10] >> 7, 1);
});

Deno.test("frames one after the other are one, and skippable ones are skipped", () => {
  const skippable = Uint8Array.of(0x5f, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);
  const empty = Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0);
  const parts = ["few-plain", "noise-checked", "few-checked", "empty-plain"];
  const bytes = concatenated(
    skippable,
    ...parts.flatMap((name) => [frame(name), empty]),
  );
  const expected = concatenated(...parts.map(contents));
  assert(same(decompressLz4(bytes, expected.length), expected));
  assertEquals(decompressLz4(skippable, 0).length, 0);
  assertEquals(decompressLz4(new Uint8Array(0), 0).length, 0);
});

// --- Frames put together by hand ---

/** A frame of some blocks, each with its size, with no checksums but that of its header. */
function frameOf(
  blocks: readonly Uint8Array[],
  { flags = 0x40, blockDescriptor = 0x40, extra = [] as readonly number[] } = {},
): Uint8Array {
  const descriptor = Uint8Array.of(flags, blockDescriptor, ...extra);
  const parts = blocks.flatMap((block) => [uint32(block.length), block]);
  const checksum = Uint8Array.of(xxHash32(descriptor) >> 8 & 255);
  const magic = Uint8Array.of(4, 0x22, 0x4d, 0x18);
  return concatenated(magic, descriptor, checksum, ...parts, uint32(0));
}

function uint32(number: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, number, true);
  return bytes;
}

const letters = encoder.encode("abcd");

Deno.test("a match may reach into what it is copying, and to the beginning", () => {
  // Four literals, then 15 + 4 + 1 bytes from four before; one literal at the end.
  const block = Uint8Array.of(0x4f, ...letters, 4, 0, 1, 0x10, 0x21);
  assertEquals(decompressLz4(frameOf([block]), 25), encoder.encode("abcd".repeat(6) + "!"));
  // One literal, then 19 of the same.
  const run = Uint8Array.of(0x1f, 0x78, 1, 0, 0, 0x10, 0x21);
  assertEquals(decompressLz4(frameOf([run]), 21), encoder.encode("x".repeat(20) + "!"));
});

Deno.test("only linked blocks may copy from the ones before, never from other frames", () => {
  const first = Uint8Array.of(0x40, ...letters), second = Uint8Array.of(0x00, 4, 0, 0x10, 0x21);
  const expected = encoder.encode("abcdabcd!");
  assertEquals(decompressLz4(frameOf([first, second]), 9), expected);
  const independent = frameOf([first, second], { flags: 0x60 });
  assertEquals(refusal(independent, 9).code, "corrupt");
  const frames = concatenated(frameOf([first]), frameOf([second]));
  assertEquals(refusal(frames, 9).code, "corrupt");
});

Deno.test("blocks that lead outside of their bytes are refused", () => {
  const blocks: Readonly<Record<string, readonly number[]>> = {
    "more literals than there are": [0x50, ...letters],
    "a length of literals that goes on after the end": [0xf0, 255, 255],
    "a distance of which one byte is missing": [0x40, ...letters, 4],
    "no distance": [0x40, ...letters, 0, 0, 0x10, 0x21],
    "a distance to before the beginning": [0x40, ...letters, 5, 0, 0x10, 0x21],
    "a length of a match that goes on after the end": [0x4f, ...letters, 4, 0, 255],
    "a match at the end": [0x40, ...letters, 4, 0],
    "a match longer than the output": [0x4f, ...letters, 4, 0, 100, 0x10, 0x21],
    "literals longer than the output": [0xf0, 20, ...new Uint8Array(35)],
  };
  for (const [what, block] of Object.entries(blocks)) {
    const error = refusal(frameOf([Uint8Array.from(block)]), 9);
    assertEquals(error.code, "corrupt", what);
    assert(error.message.includes("LZ4 data: a block that leads outside of its bytes"), what);
  }
});

Deno.test("a block may not be longer than the frame says", () => {
  // 65537 bytes: one literal, 65535 of the same, one literal.
  const run = Uint8Array.of(0x1f, 0x78, 1, 0, ...Array(256).fill(255), 236, 0x10, 0x21);
  const length = 1 + 4 + 15 + 256 * 255 + 236 + 1;
  assertEquals(length, 65537);
  assertEquals(decompressLz4(frameOf([run], { blockDescriptor: 0x50 }), length).length, length);
  assertEquals(refusal(frameOf([run]), length).code, "corrupt");
  const stored = concatenated(
    frameOf([]).subarray(0, 7),
    uint32(0x80000000 + 65537),
    new Uint8Array(65537),
    uint32(0),
  );
  assert(refusal(stored, 65537).message.includes("an LZ4 block longer than it may be"));
});

Deno.test("frames of other versions and kinds are refused", () => {
  const first = Uint8Array.of(0x40, ...letters);
  const headers = [
    { flags: 0x00 },
    { flags: 0x80 },
    { flags: 0xc0 },
    { flags: 0x42 },
    { blockDescriptor: 0x30 },
    { blockDescriptor: 0x00 },
    { blockDescriptor: 0x41 },
    { blockDescriptor: 0xc0 },
  ];
  for (const header of headers) {
    assertEquals(refusal(frameOf([first], header), 4).code, "corrupt", JSON.stringify(header));
  }
  const legacy = concatenated(Uint8Array.of(2, 0x21, 0x4c, 0x18), uint32(5), first);
  assert(refusal(legacy, 4).message.includes("an LZ4 frame that begins with 0x184c2102"));
});

Deno.test("a frame that needs a dictionary is refused by name", () => {
  const first = Uint8Array.of(0x40, ...letters);
  const error = refusal(frameOf([first], { flags: 0x41, extra: [1, 0, 0, 0] }), 4);
  assertEquals(error.code, "unsupported");
  assertEquals(error.message, "an LZ4 frame that needs a dictionary; write it without one");
});

Deno.test("the size that a frame states has to be its own", () => {
  const first = Uint8Array.of(0x40, ...letters);
  const sized = (...size: number[]) => frameOf([first], { flags: 0x48, extra: size });
  assertEquals(decompressLz4(sized(4, 0, 0, 0, 0, 0, 0, 0), 4), letters);
  for (const size of [[3, 0, 0, 0, 0, 0, 0, 0], [4, 0, 0, 0, 1, 0, 0, 0]]) {
    assert(refusal(sized(...size), 4).message.includes("an LZ4 frame of 4 bytes, not"));
  }
});

// --- Hostile input ---

Deno.test("more or fewer bytes than there should be are refused", () => {
  for (const name of ["few-plain", "few-checked", "noise-plain", "empty-plain", "lines-plain"]) {
    const { length } = contents(name);
    for (const wrong of [length - 1, length + 1, 0, 2 * length + 1]) {
      if (wrong < 0 || wrong === length) continue;
      assertEquals(refusal(frame(name), wrong).code, "corrupt");
    }
  }
});

Deno.test("cut at any byte a frame is refused", () => {
  for (const name of ["few-plain", "few-checked", "noise-checked", "lines-linked-checked"]) {
    const bytes = frame(name), { length } = contents(name);
    for (let cut = 0; cut < bytes.length; cut++) {
      assertEquals(refusal(bytes.subarray(0, cut), length).code, "corrupt");
    }
  }
});

Deno.test("bytes after a frame are refused", () => {
  for (const more of [[0], [0, 0, 0, 0, 0, 0, 0, 0], [4, 0x22, 0x4d]]) {
    const bytes = concatenated(frame("few-plain"), Uint8Array.from(more));
    assertEquals(refusal(bytes, contents("few").length).code, "corrupt");
  }
});

Deno.test("with checksums a flipped bit is an error, or changes nothing", () => {
  for (const name of ["few-checked", "noise-checked", "empty-checked"]) {
    const bytes = frame(name), expected = contents(name);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      const end = ending(flipped, expected.length);
      assert(end instanceof RankMeError || same(end, expected), `${name}: bit ${bit}`);
    }
  }
});

Deno.test("without checksums a flipped bit is an error, or as many bytes", () => {
  for (const name of ["few-plain", "lines-independent"]) {
    const bytes = frame(name), { length } = contents(name);
    for (let bit = 0; bit < 8 * bytes.length; bit += name === "few-plain" ? 1 : 7) {
      const flipped = bytes.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      const end = ending(flipped, length);
      if (!(end instanceof RankMeError)) assertEquals(end.length, length);
    }
  }
});

Deno.test("random blocks end in an error, or in as many bytes", () => {
  const next = randomWords(5);
  for (let seed = 1; seed <= 3000; seed++) {
    const length = next() % 200;
    const end = ending(frameOf([randomBytes(seed, 1 + next() % 60)]), length);
    if (!(end instanceof RankMeError)) assertEquals(end.length, length);
  }
});
