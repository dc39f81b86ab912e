import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { RankMeError } from "../../../src/errors.ts";
import { openBytes } from "../../../src/sources/bytes/open_bytes.ts";
import { readBytes } from "../../../src/sources/bytes/random_access.ts";
import { randomBytes } from "../hostile.ts";
import { concatenated, expectedRows, fixtureBytes } from "../inputs.ts";
import { readRows, serveFile, withRawServer, withServer } from "./servers.ts";

const FILE = fixtureBytes("arrow/list-f32.arrow");
const LARGE = randomBytes(1, 1_000_000);

const text = (bytes: Uint8Array) => String.fromCharCode(...bytes);

async function failure(run: () => Promise<unknown>): Promise<RankMeError> {
  return await assertRejects(run, RankMeError);
}

async function withRemote(
  answer: (request: Request, count: number) => Response,
  run: (
    read: (position: number, length: number) => Promise<Uint8Array>,
    asked: readonly { readonly range: string | null }[],
    size: number,
  ) => Promise<void>,
): Promise<void> {
  await withServer(answer, async (base, asked) => {
    const { source, randomAccess } = await openBytes(`${base}/file`);
    try {
      const file = await randomAccess!();
      await run((position, length) => readBytes(file, position, length), asked, file.size);
      await file.checkUnchanged();
    } finally {
      await source.close();
    }
  });
}

Deno.test("a format that is read from its end is read by ranges", async () => {
  await withServer((request) => serveFile(request, FILE), async (base, asked) => {
    const { format, rows } = await readRows(`${base}/emb.arrow?signature=s`);
    assertEquals([format, rows], ["arrow-file", expectedRows()]);
    assertEquals(
      asked.every(({ method, path }) => method === "GET" && path.endsWith("?signature=s")),
      true,
    );
    assertEquals(asked.map(({ range }) => range), [null, "bytes=0-262143"]);
  });
});

Deno.test("parts are those that were asked for, and small ones come in one request", async () => {
  await withRemote((request) => serveFile(request, LARGE), async (read, asked, size) => {
    assertEquals(size, LARGE.length);
    const before = asked.length;
    const check = async (position: number, length: number) =>
      assertEquals(await read(position, length), LARGE.subarray(position, position + length));
    await check(0, 10);
    await check(262_000, 144);
    assertEquals(asked.length, before);
    // As the footer of a Parquet file is read: its length, then itself.
    await check(999_992, 8);
    await check(990_000, 9_992);
    await check(800_000, 65_535);
    assertEquals(asked.slice(before).map(({ range }) => range), ["bytes=737856-999999"]);
    await check(400_000, 100_000);
    await check(300_000, 10);
    await check(562_143, 1);
    await check(5, 0);
    assertEquals(asked.slice(before + 1).map(({ range }) => range), [
      "bytes=400000-499999",
      "bytes=300000-562143",
    ]);
    const error = await failure(() => read(999_999, 2));
    assertEquals([error.code, error.place.byte], ["truncated", 1_000_000]);
  });
});

Deno.test("a server that ignores ranges is refused, with what would do", async () => {
  await withServer(() => new Response(FILE), async (base) => {
    const error = await failure(() => readRows(`${base}/emb.arrow`));
    assertEquals(error.code, "unsupported");
    assertStringIncludes(error.message, "does not give parts of a file (HTTP range requests)");
    assertStringIncludes(error.message, "download it first");
  });
});

Deno.test("a file that changes between two parts is an error, never a number", async () => {
  const changes: [string, (request: Request) => Response][] = [
    ["its tag", (request) => serveFile(request, LARGE, { etag: '"2"' })],
    ["its date", (request) => serveFile(request, LARGE, { etag: '"1"', "last-modified": "now" })],
    ["no tag", (request) => serveFile(request, LARGE, {})],
    ["longer", (request) => serveFile(request, concatenated(LARGE, Uint8Array.of(1)))],
    ["shorter", (request) => serveFile(request, LARGE.slice(0, 600_000))],
    ["much shorter", (request) => serveFile(request, LARGE.slice(0, 100))],
  ];
  for (const [name, changed] of changes) {
    let count = 0;
    const answer = (request: Request) => ++count > 3 ? changed(request) : serveFile(request, LARGE);
    await withRemote(answer, async (read) => {
      assertEquals(await read(500_000, 100_000), LARGE.subarray(500_000, 600_000));
      const error = await failure(() => read(500_000, 100_000));
      assertEquals(error.code, "changed", `${name}: ${error.message}`);
    });
  }
});

Deno.test("other bytes than were asked for are refused", async () => {
  const lies = [
    "bytes 1-100000/1000000",
    "bytes 0-99998/1000000",
    "bytes 0-99999/*",
    "bytes */1000000",
    "bytes 0-99999/99999999999999999999",
    "0-99999",
    undefined,
  ];
  for (const lie of lies) {
    const headers: Record<string, string> = lie === undefined ? {} : { "content-range": lie };
    let count = 0;
    const answer = (request: Request) =>
      ++count > 2
        ? new Response(LARGE.slice(0, 100_000), { status: 206, headers })
        : serveFile(request, LARGE);
    await withRemote(answer, async (read) => {
      const error = await failure(() => read(0, 100_000));
      assertEquals([error.code, /answered with/.test(error.message)], ["unreadable", true], lie);
    });
  }
  for (const length of [99_999, 100_001]) {
    let count = 0;
    const answer = (request: Request) =>
      ++count > 2
        ? new Response(LARGE.slice(0, length), {
          status: 206,
          headers: { etag: '"1"', "content-range": "bytes 0-99999/1000000" },
        })
        : serveFile(request, LARGE);
    await withRemote(answer, async (read) => {
      const error = await failure(() => read(0, 100_000));
      assertEquals(error.code, length < 100_000 ? "truncated" : "unreadable");
    });
  }
});

Deno.test("a part that fails for a passing reason is asked for again, up to a point", async () => {
  const passing = (request: Request, count: number) =>
    count === 1 || count === 4
      ? new Response("slow down", { status: 503 })
      : count === 2
      ? new Response("", {
        status: 206,
        headers: { etag: '"1"', "content-range": "bytes 0-262143/1000000" },
      })
      : serveFile(request, LARGE);
  await withRemote(passing, async (read, asked) => {
    assertEquals(asked.length, 4);
    assertEquals(await read(600_000, 300_000), LARGE.subarray(600_000, 900_000));
    assertEquals(asked.length, 6);
  });
  const lasting = (request: Request, count: number) =>
    count > 1 ? new Response("", { status: 500 }) : serveFile(request, LARGE);
  await withRemote(lasting, async (read, asked) => {
    const error = await failure(() => read(600_000, 300_000));
    assertStringIncludes(error.message, "answered 500");
    assertEquals(asked.length, 6);
  });
  const gone = (request: Request, count: number) =>
    count > 1 ? new Response("", { status: 404 }) : serveFile(request, LARGE);
  await withRemote(gone, async (read, asked) => {
    assertStringIncludes((await failure(() => read(600_000, 300_000))).message, "answered 404");
    assertEquals(asked.length, 3);
  });
});

Deno.test("a connection that breaks off inside a part is taken up again", async () => {
  const head = (first: number, last: number) =>
    `HTTP/1.1 206 Partial Content\r\ncontent-length: ${last - first + 1}\r\nconnection: close\r\n` +
    `content-range: bytes ${first}-${last}/300\r\n\r\n`;
  const answers = [
    `HTTP/1.1 200 OK\r\ncontent-length: 300\r\nconnection: close\r\n\r\n${"a".repeat(300)}`,
    head(0, 299) + "a".repeat(100),
    head(0, 299) + "b".repeat(300),
  ];
  await withRawServer(answers, async (base, connections) => {
    const { source, randomAccess } = await openBytes(`${base}/file`);
    const file = await randomAccess!();
    assertEquals(text(await readBytes(file, 250, 50)), "b".repeat(50));
    assertEquals(connections(), 3);
    await source.close();
  });
});

Deno.test("closing ends a request that is waited for, and one that is to be tried again", async () => {
  for (const status of [0, 503]) {
    const waiting: (() => void)[] = [];
    const answer = (request: Request, count: number) =>
      count < 2
        ? serveFile(request, LARGE)
        : status === 0
        ? new Promise<Response>((resolve) => waiting.push(() => resolve(new Response())))
        : new Response("", { status });
    await withServer(answer, async (base) => {
      const { source, randomAccess } = await openBytes(`${base}/file`);
      const file = await randomAccess!();
      const reading = readBytes(file, 500_000, 100_000).then(() => "read", () => "ended");
      await new Promise((resolve) => setTimeout(resolve, 100));
      await source.close();
      assertEquals(await reading, "ended");
      for (const answer of waiting) answer();
    });
  }
});
