import { assert, assertEquals, assertRejects } from "@std/assert";
import { gzipSync } from "node:zlib";
import { RankMeError } from "../../../src/errors.ts";
import { openBytes } from "../../../src/sources/bytes/open_bytes.ts";
import { readUpTo } from "../../../src/sources/bytes/pulled_bytes.ts";
import { expectedRows, fixtureBytes } from "../inputs.ts";
import { readRows, serveFile, withRawServer, withServer } from "./servers.ts";

const STREAM = fixtureBytes("arrow/list-f32.arrows");
const FILE = fixtureBytes("arrow/list-f32.arrow");

Deno.test("a URL is read as it comes, in one request that asks for no encoding", async () => {
  await withServer((request) => serveFile(request, STREAM), async (base, asked) => {
    const url = `${base}/emb.arrows?signature=secret`;
    for (const input of [url, new URL(url)]) {
      const { name, format, rows } = await readRows(input);
      assertEquals([name, format], [`${base}/emb.arrows`, "arrow-stream"]);
      assertEquals(rows, expectedRows());
    }
    const request = { method: "GET", path: "/emb.arrows?signature=secret" };
    assertEquals(asked, [
      { ...request, range: null, encoding: "identity" },
      { ...request, range: null, encoding: "identity" },
    ]);
  });
});

Deno.test("formats that can be read in order are, though they could be read from anywhere", async () => {
  const npy = fixtureBytes("compressed/plain.npy");
  await withServer((request) => serveFile(request, npy), async (base, asked) => {
    assertEquals((await readRows(`${base}/emb.npy`)).rows, expectedRows());
    assertEquals(asked.length, 1);
  });
});

Deno.test("Parquet and .npz are read by range requests", async () => {
  const files = [["parquet/codec-zstd-v1-plain.parquet", "parquet"], ["dense/stored.npz", "npz"]];
  for (const [path, format] of files) {
    const bytes = fixtureBytes(path);
    const local = await readRows(new URL(`../../fixtures/${path}`, import.meta.url));
    await withServer((request) => serveFile(request, bytes), async (base, asked) => {
      const read = await readRows(`${base}/emb`);
      // That the file itself is read right is shown where its format is tested.
      assertEquals([read.format, read.rows], [format, local.rows]);
      assert(local.rows.length > 0);
      // The first request is for all, and is let go of once the format is known.
      const [whole, ...parts] = asked.map(({ range }) => range);
      assertEquals(whole, null);
      assert(parts.length > 0 && parts.every((range) => range !== null));
    });
  }
});

Deno.test("what is compressed, or encoded on the way all the same, is decompressed", async () => {
  const packed = new Uint8Array(gzipSync(STREAM));
  const headers: Record<string, string>[] = [{}, { "content-encoding": "gzip" }];
  for (const some of headers) {
    await withServer(() => new Response(packed, { headers: some }), async (base) => {
      const { compression, rows } = await readRows(`${base}/emb.arrows.gz`);
      assertEquals([compression, rows], ["gzip", expectedRows()]);
    });
  }
});

Deno.test("redirections are followed, under the name that was given", async () => {
  const answer = (request: Request) =>
    new URL(request.url).pathname === "/old"
      ? new Response(null, { status: 307, headers: { location: "/new?signed=1" } })
      : serveFile(request, FILE);
  await withServer(answer, async (base, asked) => {
    const { name, rows } = await readRows(`${base}/old`);
    assertEquals([name, rows], [`${base}/old`, expectedRows()]);
    assert(asked.some(({ path, range }) => path === "/new?signed=1" && range !== null));
  });
});

Deno.test("a body that breaks off is an error, not fewer rows", async () => {
  const bodies = [
    `HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n${"1,2\n".repeat(100)}`,
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n190\r\n${"1,2\n".repeat(100)}\r\n`,
  ];
  for (const body of bodies) {
    await withRawServer([body], async (base, connections) => {
      const { source } = await openBytes(`${base}/emb.csv?secret`);
      let length = 0;
      const error = await assertRejects(async () => {
        for (;;) {
          const { length: count } = await source.read(new Uint8Array(100));
          if (count === 0) break;
          length += count;
        }
      }, RankMeError);
      assertEquals([error.code, error.place.byte], ["truncated", length]);
      assertEquals(
        error.message,
        `byte ${length}: the connection broke off; read it again, or download it first`,
      );
      await source.close();
      // What was begun is not begun again.
      assertEquals(connections(), 1);
    });
  }
});

Deno.test("more bytes than the server says there are, are not part of the answer", async () => {
  const body = `HTTP/1.1 200 OK\r\ncontent-length: 8\r\nconnection: close\r\n\r\n1,2\n3,4\n5,6\n`;
  await withRawServer([body], async (base) => {
    const { source } = await openBytes(`${base}/emb.csv`);
    assertEquals(new TextDecoder().decode(await readUpTo(source, 100)), "1,2\n3,4\n");
    await source.close();
  });
});

Deno.test("letting go of a URL ends its request", async () => {
  let cancelled = 0;
  const endless = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(65536).fill(49)),
        cancel: () => void cancelled++,
      }),
    );
  await withServer(endless, async (base) => {
    const { source } = await openBytes(`${base}/endless`);
    await readUpTo(source, 100_000);
    await source.close();
    await source.close();
    for (let i = 0; i < 100 && cancelled === 0; i++) {
      await new Promise((done) => setTimeout(done, 10));
    }
    assertEquals(cancelled, 1);
  });
});
