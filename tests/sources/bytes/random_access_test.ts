import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { RankMeError } from "../../../src/errors.ts";
import {
  openFile,
  type RandomAccess,
  readBytes,
  sequentially,
} from "../../../src/sources/bytes/random_access.ts";
import { fixtureUrl } from "../arrow/arrow_bytes.ts";
import { concatenated, inMemory } from "../inputs.ts";
import { randomBytes } from "../hostile.ts";

/** Runs with a file of some bytes. The sanitizer fails a test that leaves one open. */
async function withFile(bytes: Uint8Array, run: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, bytes);
    await run(path);
  } finally {
    await Deno.remove(path);
  }
}

async function opened(path: string | URL): Promise<RandomAccess> {
  const file = await openFile(path);
  assert(!(file instanceof Deno.FsFile));
  return file;
}

Deno.test("a file is read anywhere, backwards too", async () => {
  const bytes = randomBytes(1, 10_000);
  await withFile(bytes, async (path) => {
    const file = await opened(path);
    assertEquals(file.size, bytes.length);
    const places = [[9990, 10], [0, 10], [0, 10], [10, 5], [5000, 3000], [42, 0], [0, 10_000]];
    for (const [position, length] of places) {
      const read = await readBytes(file, position, length);
      assertEquals(read, bytes.subarray(position, position + length));
    }
    file.close();
  });
});

Deno.test("no memory is taken for more than the file has", async () => {
  await withFile(new Uint8Array(100), async (path) => {
    const file = await opened(path);
    const error = await assertRejects(() => readBytes(file, 90, 2 ** 50), RankMeError);
    assertEquals([error.code, error.place.byte], ["truncated", 100]);
    file.close();
  });
});

Deno.test("reading beyond the end says at which byte and how much is missing", async () => {
  await withFile(new Uint8Array(100), async (path) => {
    const file = await opened(path);
    const error = await assertRejects(() => readBytes(file, 90, 15), RankMeError);
    assertEquals(error.code, "truncated");
    assertEquals(
      error.message,
      "byte 100: the file ends here; 5 more bytes were expected: was it written to meanwhile?",
    );
    file.close();
  });
});

Deno.test("a file may be closed more than once", async () => {
  const file = await opened(fixtureUrl("list-f32.arrow"));
  file.close();
  file.close();
  const error = await assertRejects(() => readBytes(file, 0, 1), RankMeError);
  assertEquals(error.code, "unreadable");
});

Deno.test("a missing file and a directory are refused", async () => {
  const missing = await assertRejects(() => openFile("tests/no such file"), RankMeError);
  assertEquals([missing.code, missing.message], ["unreadable", "there is no such file"]);
  const directory = await assertRejects(() => openFile("tests"), RankMeError);
  assertEquals(directory.code, "unreadable");
  assertEquals(directory.message, "this is a directory; pass the files in it");
  const web = await assertRejects(() => openFile(new URL("https://example.com/a")), RankMeError);
  assertEquals(web.code, "unreadable");
});

Deno.test("a file is a source from beginning to end, right into the memory it is given", async () => {
  const bytes = randomBytes(2, 250);
  await withFile(bytes, async (path) => {
    const source = sequentially(await opened(path));
    const parts: Uint8Array[] = [];
    for (;;) {
      const memory = new Uint8Array(100).fill(0xaa);
      const part = await source.read(memory);
      assertStrictEquals(part.buffer, memory.buffer);
      if (part.length === 0) break;
      parts.push(part);
    }
    assertEquals(parts.map((part) => part.length), [100, 100, 50]);
    assertEquals(concatenated(...parts), bytes);
    assertEquals(parts[2].buffer.byteLength, 100);
    await source.close();
  });
  const nothing = sequentially(inMemory(new Uint8Array(0)));
  assertEquals((await nothing.read(new Uint8Array(5))).length, 0);
});

Deno.test("a file that shrinks while it is read from beginning to end is an error", async () => {
  await withFile(randomBytes(4, 3000), async (path) => {
    const source = sequentially(await opened(path));
    await source.read(new Uint8Array(1000));
    await Deno.truncate(path, 1010);
    const error = await assertRejects(() => source.read(new Uint8Array(1000)), RankMeError);
    assertEquals([error.code, error.place.byte], ["truncated", 1010]);
    await source.close();
  });
});

Deno.test(
  "a pipe is read once, from its beginning",
  { ignore: Deno.build.os === "windows" },
  async () => {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/pipe`;
    try {
      await new Deno.Command("mkfifo", { args: [path] }).output();
      const writing = Deno.writeFile(path, randomBytes(5, 100_000));
      const file = await openFile(path);
      assertInstanceOf(file, Deno.FsFile);
      const chunks = await Array.fromAsync(file.readable);
      assertEquals(concatenated(...chunks), randomBytes(5, 100_000));
      await writing;
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

// --- Files that are written to meanwhile ---

async function changing(
  change: (path: string) => Promise<void>,
): Promise<{ readonly check: string | undefined; readonly read: string | undefined }> {
  let check, read;
  await withFile(randomBytes(6, 3000), async (path) => {
    // Longer ago than any clock of a file system is coarse.
    await Deno.utime(path, new Date(1e12), new Date(1e12));
    const file = await opened(path);
    await file.checkUnchanged();
    await readBytes(file, 0, 1000);
    await file.checkUnchanged();
    await change(path);
    const codeOf = (error: unknown) => (error as RankMeError).code;
    read = await readBytes(file, 1000, 2000).then(() => undefined, codeOf);
    check = await file.checkUnchanged().then(() => undefined, codeOf);
    file.close();
  });
  return { check, read };
}

Deno.test("a file that was written to while it was read is found out", async () => {
  assertEquals(await changing(() => Promise.resolve()), { check: undefined, read: undefined });
  const changes: Record<string, (path: string) => Promise<void>> = {
    appended: (path) => Deno.writeFile(path, Uint8Array.of(1), { append: true }),
    rewritten: (path) => Deno.writeFile(path, randomBytes(7, 3000)),
    "one byte of it": async (path) => {
      const file = await Deno.open(path, { write: true });
      await file.write(Uint8Array.of(1));
      file.close();
    },
  };
  for (const [name, change] of Object.entries(changes)) {
    assertEquals(await changing(change), { check: "changed", read: undefined }, name);
  }
  const cut = (path: string) => Deno.truncate(path, 1500);
  assertEquals(await changing(cut), { check: "changed", read: "truncated" });
});

Deno.test("a file that another took the place of is still the one that was opened", async () => {
  const bytes = randomBytes(6, 3000);
  await withFile(bytes, async (path) => {
    const file = await opened(path);
    await Deno.writeFile(`${path}.new`, randomBytes(7, 3000));
    await Deno.rename(`${path}.new`, path);
    assertEquals(await readBytes(file, 0, 3000), bytes);
    await file.checkUnchanged();
    file.close();
  });
});

Deno.test("what was written to is said in words", async () => {
  await withFile(randomBytes(6, 300), async (path) => {
    const file = await opened(path);
    await Deno.writeFile(path, Uint8Array.of(1), { append: true });
    const error = await assertRejects(() => file.checkUnchanged(), RankMeError);
    assertEquals(
      error.message,
      "it was written to while it was read; read it again once its writer is done",
    );
    file.close();
  });
});
