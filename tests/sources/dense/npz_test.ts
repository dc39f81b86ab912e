import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { RankMeError } from "../../../src/errors.ts";
import { openEmbeddings } from "../../../src/sources/mod.ts";
import { npzReader } from "../../../src/sources/dense/npz.ts";
import { ending, flipEveryBit, inLittleMemory, randomBytes } from "../hostile.ts";
import {
  concatenated,
  expectedRow,
  expectedRows,
  inMemory,
  readAtRandom,
  rowsOf,
} from "../inputs.ts";
import {
  assertNumbers,
  deflated,
  failure,
  fixture,
  fixtureUrl,
  type Member,
  npyFile,
  npyHeader,
  valuesOf,
  zipFile,
} from "./dense_bytes.ts";

const ARRAY = fixture("f4-little-c.npy");
const MEMBER: Member = { name: "emb.npy", bytes: ARRAY };

/** An archive whose only member is compressed. */
async function compressed(array: Uint8Array<ArrayBuffer>, says: Partial<Member> = {}) {
  const { size = array.length, checksum = sumOf(array), ...others } = says;
  const bytes = await deflated(array);
  return zipFile([{ name: "emb.npy", bytes, method: 8, size, checksum, ...others }]);
}

/** The checksum of some bytes, as it is in an archive of them. */
function sumOf(bytes: Uint8Array): number {
  return new DataView(zipFile([{ name: "", bytes }]).buffer).getUint32(14, true);
}

// --- What NumPy writes ---

for (const name of ["stored", "compressed", "unnamed", "stored-fortran"]) {
  Deno.test(`the only matrix of ${name}.npz is read`, async () => {
    assertEquals((await readAtRandom(npzReader, fixture(`${name}.npz`))).rows, expectedRows());
  });
}

Deno.test("an archive that went through a pipe is read", async () => {
  for (const name of ["piped-stored", "piped-deflated"]) {
    assertEquals((await readAtRandom(npzReader, fixture(`${name}.npz`))).rows, expectedRows());
  }
});

Deno.test("an array is chosen by its name, with .npy or without", async () => {
  for (const column of ["first", "first.npy"]) {
    const { rows } = await readAtRandom(npzReader, fixture("several.npz"), { column });
    assertEquals(rows, expectedRows());
  }
  const { rows } = await readAtRandom(npzReader, fixture("several.npz"), { column: "second" });
  const wide = Array.from({ length: 10 }, (_, row) => expectedRow(row, 2));
  assertEquals(rows, wide.map((row) => row.map((number) => number * 8)));
});

Deno.test("several arrays that fit are refused by their names, types and shapes", async () => {
  const error = await failure(npzReader, fixture("several.npz"));
  assertEquals(error.code, "column");
  assertEquals(
    error.message,
    "several columns could be embeddings: first (float16 (10, 3)), second (int8 (10, 2)); choose " +
      "one with --column NAME",
  );
});

for (
  const [name, options, code, found] of [
    ["no-matrix", {}, "column", "labels (int64 (10,)), names (<U1 (1, 1)); an array of numbers"],
    ["stored", { column: "labels" }, "dimension", 'array "labels" has shape (10,)'],
    [
      "no-matrix",
      { column: "names" },
      "unsupported",
      'array "names" has the data type "<U1": text',
    ],
    ["stored", { column: "no" }, "column", 'no column "no"; there are: emb (float32 (10, 3))'],
    ["stored", { columns: ["emb*"] }, "usage", "choose one array with --column NAME"],
    ["stored", { dim: 4 }, "usage", 'array "emb" has 3 dimensions, not 4'],
    [
      "no-arrays",
      {},
      "unsupported",
      'it holds "a.txt", "b.txt", "c.txt" and 1 more; write the embeddings',
    ],
    ["empty", {}, "unsupported", "a zip archive without .npy arrays: it is empty"],
    [
      "checkpoint",
      {},
      "unsupported",
      "this is a PyTorch file, as torch.save writes; if it holds one tensor, convert it: python3",
    ],
    ["compressed-fortran", {}, "unsupported", 'array "emb" is in Fortran order'],
    ["bzip2", {}, "unsupported", '"emb.npy" is compressed with zip\'s method 12; write it with'],
    ["lzma", {}, "unsupported", '"emb.npy" is compressed with zip\'s method 14'],
  ] as const
) {
  Deno.test(`${name}.npz with ${JSON.stringify(options)} is refused: ${found}`, async () => {
    const error = await failure(npzReader, fixture(`${name}.npz`), options);
    assertEquals(error.code, code);
    assertStringIncludes(error.message, found);
  });
}

Deno.test("a large array is read in blocks, compressed or not", async () => {
  const [rows, dim] = [2500, 200];
  const numbers = Float32Array.from(valuesOf(rows, dim));
  const array = npyFile(npyHeader("<f4", [rows, dim]), numbers);
  for (const archive of [zipFile([{ ...MEMBER, bytes: array }]), await compressed(array)]) {
    const { batches } = await readAtRandom(npzReader, archive);
    assertEquals(batches.map(({ rows }) => rows), [1310, 1190]);
    assertEquals(batches[1].data, numbers.subarray(1310 * dim));
    await assertNumbers(npzReader.read!(inMemory(archive), {}), valuesOf(rows, dim));
  }
});

// --- Archives that are not true ---

Deno.test("an encrypted array is refused", async () => {
  const error = await failure(npzReader, zipFile([{ ...MEMBER, flags: 1 }]));
  assertEquals([error.code, error.what], ["unsupported", '"emb.npy" is encrypted']);
});

Deno.test("numbers that are not those of the checksum are an error", async () => {
  for (
    const archive of [
      zipFile([{ ...MEMBER, checksum: 1 }]),
      await compressed(ARRAY, { checksum: 1 }),
    ]
  ) {
    const error = await failure(npzReader, archive);
    assertEquals(error.code, "corrupt");
    assertStringIncludes(error.message, 'the checksum of "emb.npy" is not that of its bytes');
  }
});

Deno.test("sizes that lie are errors, soon and in little memory", async () => {
  const zeros = new Uint8Array(100e6);
  const bomb = await compressed(zeros, { size: ARRAY.length });
  const vast = npyFile(npyHeader("<f4", [10, 3]), zeros);
  const huge = npyFile(npyHeader("<f4", [2 ** 28, 3]), new Uint8Array(120));
  await inLittleMemory(async () => {
    for (
      const [archive, found] of [
        [bomb, "not a NumPy .npy file"],
        [await compressed(vast, { size: ARRAY.length }), "has not the 248 bytes it says"],
        [await compressed(vast, { size: vast.length }), "more bytes follow the array"],
        [await compressed(ARRAY, { size: ARRAY.length - 1 }), "has not the 247 bytes it says"],
        [await compressed(ARRAY, { size: 0xfffffff0 }), "more bytes follow the array"],
        [await compressed(huge, { size: huge.length }), "short, inside array"],
        [
          await compressed(huge, { size: 2 ** 28 * 12 + huge.length - 120 }),
          "not the 3.22 GB it says",
        ],
        [zipFile([{ ...MEMBER, size: ARRAY.length + 1 }]), "has two sizes"],
        [zipFile([{ ...MEMBER, bytes: ARRAY.subarray(0, -1) }]), "ends 1 bytes short"],
        [zipFile([{ ...MEMBER, bytes: concatenated(ARRAY, ARRAY) }]), "more bytes follow"],
      ] as const
    ) {
      assertStringIncludes((await failure(npzReader, archive)).message, found);
    }
  });
});

Deno.test("two archives one after the other are refused: the first would be lost", async () => {
  const archive = zipFile([MEMBER]);
  const error = await failure(npzReader, concatenated(archive, archive));
  assertEquals(error.code, "corrupt");
  assertEquals((await failure(npzReader, zipFile([MEMBER, MEMBER]))).code, "corrupt");
});

Deno.test("a header that is damaged says in which array", async () => {
  const archive = zipFile([{ name: "a/b.npy", bytes: npyFile("{", new Uint8Array(8)) }]);
  for (const options of [{}, { column: "a/b" }]) {
    const error = await failure(npzReader, archive, options);
    assertStringIncludes(error.message, 'array "a/b": not valid .npy data: the header cannot be');
  }
});

Deno.test("of more arrays than can be looked at one has to be named", async () => {
  const bytes = npyFile(npyHeader("<f4", [1, 1]), Float32Array.of(1));
  const many = Array.from({ length: 1001 }, (_, i) => ({ name: `layer_${i}.npy`, bytes }));
  const archive = zipFile(many);
  assertEquals(
    (await failure(npzReader, archive)).message,
    "there are 1001 arrays; choose one with --column NAME",
  );
  const { rows } = await readAtRandom(npzReader, archive, { column: "layer_1000" });
  assertEquals(rows, [[1]]);
});

Deno.test("an archive cut off at any byte, or with a byte more, is an error", async () => {
  for (const name of ["stored", "compressed", "stored-fortran", "empty"]) {
    const bytes = fixture(`${name}.npz`);
    for (let length = 0; length < bytes.length; length++) {
      await failure(npzReader, bytes.subarray(0, length));
    }
    await failure(npzReader, concatenated(bytes, Uint8Array.of(0)));
  }
});

Deno.test("a flipped bit is an error or changes nothing: numbers have a checksum", async () => {
  for (const archive of [zipFile([MEMBER]), await compressed(ARRAY)]) {
    const flips = await flipEveryBit(
      archive,
      (flipped) => readAtRandom(npzReader, flipped),
      expectedRows(),
    );
    assertEquals(flips.oneNumber, 0);
    assert(flips.errors > 4 * archive.length);
  }
});

Deno.test("random bytes between a zip's first and last are errors", async () => {
  const archive = zipFile([MEMBER]);
  for (let seed = 1; seed <= 100; seed++) {
    const bytes = concatenated(
      archive.subarray(0, 30),
      randomBytes(seed, 200),
      archive.slice(-100),
    );
    assert(await ending(() => readAtRandom(npzReader, bytes)) instanceof RankMeError);
  }
});

// --- Opened by its path ---

Deno.test("an archive is opened by its path, and refused as a pipe", async () => {
  const opened = await openEmbeddings(fixtureUrl("compressed.npz"));
  assertEquals(opened.format, "npz");
  assertEquals(rowsOf(await Array.fromAsync(opened.batches)), expectedRows());
  const piped = new Blob([fixture("compressed.npz")]).stream();
  const error = await assertRejects(() => openEmbeddings(piped), RankMeError);
  assertStringIncludes(error.message, "pass its path instead of piping it");
});

Deno.test("reading may stop after the first batch of a compressed array", async () => {
  const [rows, dim] = [4000, 400];
  const numbers = Float32Array.from({ length: rows * dim }, (_, i) => Math.sin(i));
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/emb.npz`;
    await Deno.writeFile(path, await compressed(npyFile(npyHeader("<f4", [rows, dim]), numbers)));
    const { batches } = await openEmbeddings(path);
    for await (const batch of batches) {
      assertEquals(batch.data, numbers.subarray(0, batch.data.length));
      break;
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
