import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import {
  closingStream,
  openFile,
  type RandomAccess,
  readSequentially,
} from "../../src/sources/random_access.ts";
import { concatenated, fixtureUrl, inMemory } from "./arrow_bytes.ts";
import { randomBytes } from "./hostile.ts";

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
  assert(!(file instanceof ReadableStream));
  return file;
}

Deno.test("a file is read anywhere, backwards too", async () => {
  const bytes = randomBytes(1, 10_000);
  await withFile(bytes, async (path) => {
    const file = await opened(path);
    assertEquals(file.size, bytes.length);
    for (const [position, length] of [[9990, 10], [0, 10], [5000, 3000], [42, 0], [0, 10_000]]) {
      const read = await file.read(position, length);
      assertEquals(read, bytes.subarray(position, position + length));
    }
    file.close();
  });
});

Deno.test("reading beyond the end says at which byte and how much is missing", async () => {
  await withFile(new Uint8Array(100), async (path) => {
    const file = await opened(path);
    const error = await assertRejects(() => file.read(90, 15), RankMeError);
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
  const error = await assertRejects(() => file.read(0, 1), RankMeError);
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

Deno.test("a file is read from beginning to end in chunks of a mebibyte", async () => {
  const bytes = randomBytes(2, (2 << 20) + 5);
  await withFile(bytes, async (path) => {
    const chunks = await Array.fromAsync(readSequentially(await opened(path)));
    assertEquals(chunks.map((chunk) => chunk.length), [1 << 20, 1 << 20, 5]);
    const whole = concatenated(...chunks);
    assertEquals(whole.findIndex((byte, i) => byte !== bytes[i]), -1);
  });
  assertEquals(await Array.fromAsync(readSequentially(inMemory(new Uint8Array(0)))), []);
});

Deno.test("a file is closed when its chunks are no longer wanted", async () => {
  await withFile(randomBytes(3, 3 << 20), async (path) => {
    await readSequentially(await opened(path)).cancel();
    for await (const chunk of readSequentially(await opened(path))) {
      assertEquals(chunk.length, 1 << 20);
      break;
    }
    const reader = readSequentially(await opened(path)).getReader();
    const reading = reader.read();
    await reader.cancel();
    await reading;
  });
});

Deno.test("a file that shrinks while it is read is an error, and is closed", async () => {
  await withFile(randomBytes(4, 3 << 20), async (path) => {
    const reader = readSequentially(await opened(path)).getReader();
    await reader.read();
    await Deno.truncate(path, (1 << 20) + 10);
    const error = await assertRejects(() => reader.read(), RankMeError);
    assertEquals([error.code, error.place.byte], ["truncated", (1 << 20) + 10]);
  });
});

Deno.test("an error in what is read from a file closes it and comes out", async () => {
  const file = await opened(fixtureUrl("list-f32.arrow"));
  const broken = new Error("broken");
  const stream = closingStream(
    file,
    (async function* () {
      yield await file.read(0, 6);
      throw broken;
    })(),
  );
  const reader = stream.getReader();
  assertEquals((await reader.read()).value?.length, 6);
  assertEquals(await assertRejects(() => reader.read()), broken);
});

Deno.test("a pipe is read once, as a stream", { ignore: Deno.build.os === "windows" }, async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/pipe`;
  try {
    await new Deno.Command("mkfifo", { args: [path] }).output();
    const writing = Deno.writeFile(path, randomBytes(5, 100_000));
    const stream = await openFile(path);
    assertInstanceOf(stream, ReadableStream);
    const chunks = await Array.fromAsync(stream);
    assertEquals(concatenated(...chunks), randomBytes(5, 100_000));
    await writing;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
