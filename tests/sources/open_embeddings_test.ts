import { assertEquals, assertRejects, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import {
  type EmbeddingInput,
  openEmbeddings,
  type OpenEmbeddingsOptions,
} from "../../src/sources/open_embeddings.ts";
import { END, fixture, fixtureUrl, readStream } from "./arrow/arrow_bytes.ts";
import { byteStream, chunked, expectedRows, fixtureBytes, rowsOf } from "./inputs.ts";

const isWindows = Deno.build.os === "windows";

/** Reads all. The sanitizer fails a test that leaves a file open. */
async function readAll(input: EmbeddingInput, options?: OpenEmbeddingsOptions) {
  const opened = await openEmbeddings(input, options);
  const batches = await Array.fromAsync(opened.batches);
  const { name, format, skippedRows, missingEnd } = opened;
  return { name, format, skippedRows, missingEnd, rows: rowsOf(batches) };
}

async function failure(
  input: EmbeddingInput,
  options?: OpenEmbeddingsOptions,
): Promise<RankMeError> {
  return await assertRejects(() => readAll(input, options), RankMeError);
}

/** Runs with a file of some bytes, in a folder of its own. */
async function withFile(
  bytes: Uint8Array,
  run: (path: string) => Promise<void>,
  name = "embeddings.arrow",
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/${name}`, bytes);
    await run(`${folder}/${name}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("files and streams are told apart by their bytes, not by their names", async () => {
  for (const [kind, extension] of [["arrow-file", "arrow"], ["arrow-stream", "arrows"]]) {
    await withFile(fixture(`list-f32.${extension}`), async (path) => {
      const read = await readAll(path);
      assertEquals(read, {
        name: path,
        format: kind as "arrow-file",
        skippedRows: 0,
        missingEnd: false,
        rows: expectedRows(),
      });
    }, "data.bin");
  }
});

Deno.test("a file URL is a path, with spaces too", async () => {
  const url = fixtureUrl("list-f32.arrow");
  const { name, rows } = await readAll(url);
  assertEquals(rows, expectedRows());
  assertStringIncludes(name, "tests/fixtures/arrow/list-f32.arrow");
  await withFile(fixture("list-f32.arrow"), async (path) => {
    const url = new URL(`file://${path.replaceAll("\\", "/").replace(" ", "%20")}`);
    const { name, rows } = await readAll(url);
    assertEquals(rows, expectedRows());
    assertStringIncludes(name, "with space.arrow");
  }, "with space.arrow");
});

Deno.test("bytes are read as a stream, under the name they are given", async () => {
  const { name, format, rows } = await readAll(chunked(fixture("list-f32.arrows")));
  assertEquals([name, format], ["stream", "arrow-stream"]);
  assertEquals(rows, expectedRows());
  const error = await failure(chunked(fixture("list-f32.arrow")), { name: "standard input" });
  assertEquals(
    error.message,
    "standard input: an Arrow IPC file is read from its end, which a pipe does not have; " +
      "pass its path instead of piping it",
  );
});

Deno.test("a pipe by its path is read as a stream", { ignore: isWindows }, async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/pipe`;
  try {
    await new Deno.Command("mkfifo", { args: [path] }).output();
    const [{ format, rows }] = await Promise.all([
      readAll(path),
      Deno.writeFile(path, fixture("list-f32.arrows")),
    ]);
    assertEquals(format, "arrow-stream");
    assertEquals(rows, expectedRows());
    const [error] = await Promise.all([
      failure(path),
      Deno.writeFile(path, fixture("list-f32.arrow")),
    ]);
    assertStringIncludes(error.message, "pass its path instead of piping it");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("how many rows were left out is known when all have been read", async () => {
  const options = { nonFinite: "skip" } as const;
  const { rows, skippedRows } = await readAll(fixtureUrl("null-rows-list.arrows"), options);
  assertEquals(skippedRows, 2);
  assertEquals(rows, expectedRows(0, 10, [2, 7]));
});

Deno.test("a missing end marker is known at the end, and an error when strict", async () => {
  const bytes = fixture("list-f32.arrows").subarray(0, -END.length);
  assertEquals((await readAll(chunked(bytes))).missingEnd, true);
  await withFile(bytes, async (path) => {
    assertEquals((await readAll(path)).missingEnd, true);
    const error = await failure(path, { strict: true });
    assertEquals(error.code, "truncated");
    assertStringIncludes(error.message, `${path}: batch 3: the stream has no end-of-stream marker`);
  });
});

Deno.test("a file that is written to while it is read ends in an error, never in a number", async () => {
  for (const name of ["arrow/list-f32.arrow", "arrow/list-f32.arrows", "compressed/plain.npy"]) {
    const bytes = fixtureBytes(name);
    const other = bytes.slice();
    // A number of the last row of the array; what it is in the others is no matter.
    other[bytes.length - 2] ^= 1;
    const changes: [string, (path: string) => Promise<void>, string[]][] = [
      ["appended", (path) => Deno.writeFile(path, bytes, { append: true }), ["changed"]],
      ["touched", (path) => Deno.writeFile(path, bytes), ["changed"]],
      ["rewritten", (path) => Deno.writeFile(path, other), ["changed", "corrupt", "truncated"]],
      ["truncated", (path) => Deno.truncate(path, 200), ["changed", "truncated"]],
      ["emptied", (path) => Deno.truncate(path), ["changed", "truncated"]],
    ];
    for (const [change, make, codes] of changes) {
      await withFile(bytes, async (path) => {
        await Deno.utime(path, new Date(1e12), new Date(1e12));
        const { batches } = await openEmbeddings(path);
        await make(path);
        const error = await assertRejects(() => Array.fromAsync(batches), RankMeError);
        assertEquals([codes.includes(error.code), error.place.input], [true, path], error.message);
        assertEquals(error.exitStatus, 3, change);
      });
    }
  }
});

Deno.test("every error names the input, the batch and the row", async () => {
  const error = await failure(fixtureUrl("null-rows-list.arrows"), { name: "validation set" });
  assertEquals(
    error.message,
    'validation set: batch 0, row 2: a null in column "embedding"; pass --non-finite skip to leave such ' +
      "rows out",
  );
  assertEquals(error.place, { input: "validation set", batch: 0, row: 2 });
  const url = fixtureUrl("several-candidates.arrows");
  assertEquals((await failure(url)).place, { input: url.pathname });
});

Deno.test("an error of the source that is not ours comes out as it is", async () => {
  const broken = new Error("broken");
  const source = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(broken) });
  assertStrictEquals(await assertRejects(() => readAll(source)), broken);
});

Deno.test("files that are missing, empty, a folder or of another format are refused", async () => {
  const missing = await failure("no such file.arrow");
  assertEquals(missing.code, "unreadable");
  assertEquals(missing.message, "no such file.arrow: there is no such file");
  assertEquals(
    (await failure("tests")).message,
    "tests: this is a directory; pass the files in it",
  );
  await withFile(new Uint8Array(0), async (path) => {
    const error = await failure(path);
    assertEquals(
      [error.code, error.message],
      ["empty", `${path}: no bytes at all; did its producer fail?`],
    );
  });
  await withFile(new TextEncoder().encode("ORC\n\x06\x12"), async (path) => {
    const error = await failure(path);
    assertEquals(error.code, "format");
    assertEquals(
      error.message,
      `${path}: this is an ORC file, which cannot be read; convert it: python3 -c "import sys, ` +
        "pyarrow, pyarrow.orc; t = pyarrow.orc.read_table(sys.argv[1]); w = pyarrow.ipc.new_stream(" +
        `sys.stdout.buffer, t.schema); w.write_table(t); w.close()" ${path} | rankme`,
    );
  });
});

Deno.test(
  "an empty device and an empty stream are refused as empty",
  { ignore: isWindows },
  async () => {
    assertEquals((await failure("/dev/null")).code, "empty");
    assertEquals((await failure(ReadableStream.from([]))).code, "empty");
  },
);

Deno.test("without permission the flag that is missing is named", async () => {
  const sources = import.meta.resolve("../../src/sources/mod.ts");
  const script = `
    import { openEmbeddings } from ${JSON.stringify(sources)};
    for (const input of ["/a/b.arrow", new URL("file:///a/b.arrow")]) {
      await openEmbeddings(input).catch((error) => console.log(error.code, error.message));
    }`;
  const config = new URL("../../deno.json", import.meta.url);
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", "--config", Deno.realPathSync(config), "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = command.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  const { stdout, stderr } = await command.output();
  const line =
    "permission /a/b.arrow: Deno was not allowed to read this file; add --allow-read or " +
    "--allow-read=/a/b.arrow\n";
  assertEquals(new TextDecoder().decode(stdout), line + line, new TextDecoder().decode(stderr));
});

Deno.test({
  name: "a file is closed when its embeddings are no longer wanted",
  // The file is closed at once; a read that was under way may still be ending when the test does.
  sanitizeOps: false,
  async fn() {
    for (const name of ["list-f32.arrow", "list-f32.arrows", "one-row-batches.arrow"]) {
      const unread = await openEmbeddings(fixtureUrl(name));
      await unread.batches.cancel();

      const { batches } = await openEmbeddings(fixtureUrl(name));
      for await (const batch of batches) {
        assertEquals(batch.offset, 0);
        break;
      }

      const reader = (await openEmbeddings(fixtureUrl(name))).batches.getReader();
      const reading = reader.read();
      await reader.cancel();
      await reading;
    }
  },
});

Deno.test("a file is closed on an error in its embeddings, and when opening it fails", async () => {
  await failure(fixtureUrl("list-f32.arrow"), { column: "missing" });
  await failure(fixtureUrl("null-rows-list.arrows"));
  const both = { column: "a", columns: ["b"] };
  for (const name of ["list-f32.arrow", "list-f32.arrows"]) {
    assertEquals((await failure(fixtureUrl(name), both)).code, "usage");
  }
});

Deno.test("a stream of bytes is read as any other, and let go of early", async () => {
  const bytes = fixture("list-f32.arrows");
  for (const sizes of [[1], [100], [bytes.length]]) {
    assertEquals((await readAll(byteStream(bytes, sizes))).rows, expectedRows());
  }
  assertEquals((await readAll(byteStream(bytes.subarray(0, -END.length)))).missingEnd, true);
  const error = await failure(byteStream(bytes.subarray(0, -20)), { name: "pipe" });
  assertEquals([error.code, error.place.input], ["truncated", "pipe"]);
  assertEquals((await failure(byteStream(new Uint8Array(0)))).code, "empty");

  for (const type of ["bytes", undefined] as const) {
    await assertCancelled(bytes.subarray(0, 900), type);
  }
});

/** Asserts that cancelling a stream of embeddings, while one is waited for or not, cancels the bytes. */
async function assertCancelled(begun: Uint8Array, type: "bytes" | undefined): Promise<void> {
  const reasons: unknown[] = [];
  const silent = () =>
    new ReadableStream<Uint8Array>({
      type,
      start: (controller) => controller.enqueue(begun.slice()),
      cancel: (why) => void reasons.push(why),
    } as UnderlyingSource<Uint8Array>);
  const { batches } = await openEmbeddings(silent());
  await batches.cancel("unread");
  const reader = (await openEmbeddings(silent())).batches.getReader();
  const reading = readToEnd(reader);
  await new Promise((resolve) => setTimeout(resolve, 10));
  await reader.cancel("stuck");
  await reading;
  assertEquals(reasons, ["unread", "stuck"]);
}

async function readToEnd(reader: ReadableStreamDefaultReader): Promise<void> {
  while (!(await reader.read()).done);
}

Deno.test("an error cancels the bytes, be it in them or in their rows", async () => {
  const inputs: [string, OpenEmbeddingsOptions?][] = [
    ["list-f32.arrow"],
    ["null-rows-list.arrows"],
    ["list-f32.arrows", { column: "missing" }],
  ];
  for (const [name, options] of inputs) {
    let reason: unknown;
    const source = new ReadableStream<Uint8Array>({
      type: "bytes",
      start: (controller) => controller.enqueue(fixture(name)),
      cancel: (why) => void (reason = why),
    });
    const error = await failure(source, options);
    await new Promise((resolve) => setTimeout(resolve));
    assertEquals((reason as RankMeError).code, error.code, name);
  }
});

Deno.test("rows that were copied outlive the memory they were copied from", async () => {
  const columns = { columns: ["dim_*"] };
  for (const source of [fixtureUrl("columns-f32.arrow"), fixtureUrl("columns-f32.arrows")]) {
    assertEquals((await readAll(source, columns)).rows, expectedRows());
  }
  const skip = { nonFinite: "skip" } as const;
  for (const read of [byteStream, chunked]) {
    assertEquals(
      (await readAll(read(fixture("columns-f32.arrows")), columns)).rows,
      expectedRows(),
    );
    const { rows } = await readAll(read(fixture("null-rows-other-lengths.arrows")), skip);
    assertEquals(rows, (await readStream(fixture("null-rows-other-lengths.arrows"), skip)).rows);
    assertEquals((await readAll(read(fixture("null-all.arrows")), skip)).rows, []);
  }
});

Deno.test("cancelling reaches the bytes", async () => {
  let reason: unknown;
  const endless = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(fixture("list-f32.arrows").subarray(0, 700)),
    cancel: (why) => void (reason = why),
  });
  const { batches } = await openEmbeddings(endless);
  await batches.cancel("enough");
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(reason, "enough");
});
