import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { RankMeError } from "../../../src/errors.ts";
import { openEmbeddings } from "../../../src/sources/open_embeddings.ts";
import { expectedRows, fixtureBytes } from "../inputs.ts";
import { readRows, serveFile, withRawServer, withServer } from "./servers.ts";

const STREAM = fixtureBytes("arrow/list-f32.arrows");

async function failure(run: () => Promise<unknown>): Promise<RankMeError> {
  return await assertRejects(run, RankMeError);
}

Deno.test("an answer that is no file says so, with the server and what would do", async () => {
  const cases: [number, string, number][] = [
    [401, "127.0.0.1:PORT answered 401 Unauthorized; a URL has to be public or signed", 1],
    [403, "127.0.0.1:PORT answered 403 Forbidden; a URL has to be public or signed", 1],
    [404, "127.0.0.1:PORT answered 404 Not Found; is the address right?", 1],
    [204, "127.0.0.1:PORT answered 204 No Content; is the address right?", 1],
    [206, "127.0.0.1:PORT answered 206 Partial Content; is the address right?", 1],
    [500, "127.0.0.1:PORT answered 500 Internal Server Error; try again later", 4],
    [503, "127.0.0.1:PORT answered 503 Service Unavailable; try again later", 4],
  ];
  await Promise.all(cases.map(([status, message, requests]) =>
    withServer(
      () => new Response(status === 204 ? null : "<Error>secret</Error>", { status }),
      async (base, asked) => {
        const error = await failure(() => openEmbeddings(`${base}/emb.npy?signature=secret`));
        const expected = message.replace("PORT", new URL(base).port);
        assertEquals([error.code, error.exitStatus], ["unreadable", 3]);
        assertStringIncludes(error.message, `${base}/emb.npy: ${expected}`);
        assertEquals(error.message.includes("secret"), false);
        assertEquals(asked.length, requests);
      },
    )
  ));
});

Deno.test("a server that is busy for a moment is asked again", async () => {
  const answer = (request: Request, count: number) =>
    count === 0
      ? new Response("slow down", { status: 503 })
      : count === 1
      ? new Response("slow down", { status: 429 })
      : serveFile(request, STREAM);
  await withServer(answer, async (base, asked) => {
    assertEquals((await readRows(`${base}/emb.arrows`)).rows, expectedRows());
    assertEquals(asked.length, 3);
  });
});

Deno.test("a server that is not there, or speaks another language, is an error without secrets", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const refused = await failure(() => openEmbeddings(`http://127.0.0.1:${port}/a?secret`));
  assertEquals(refused.code, "unreadable");
  assertStringIncludes(
    refused.message,
    `http://127.0.0.1:${port}/a: 127.0.0.1:${port} cannot be reached`,
  );
  await withRawServer(["SSH-2.0-OpenSSH_9.6\r\n"], async (base) => {
    const strange = await failure(() => openEmbeddings(`${base}/a?secret`));
    assertEquals(strange.code, "unreadable");
    assertEquals(`${strange.message} ${strange.cause}`.includes("secret"), false);
  });
  assertEquals(`${refused.message} ${refused.cause}`.includes("secret"), false);
});

Deno.test("without permission the flag that is missing is named, without secrets", async () => {
  const url = "http://example.org:8000/a?secret";
  const error = await failure(() => openEmbeddings(url));
  assertEquals(
    error.message,
    "http://example.org:8000/a: Deno was not allowed to reach example.org:8000; " +
      "add --allow-net=example.org:8000",
  );
  assertEquals([error.code, error.exitStatus], ["permission", 2]);
  const elsewhere = () =>
    new Response(null, { status: 302, headers: { location: "http://example.net/b?secret" } });
  await withServer(elsewhere, async (base) => {
    const error = await failure(() => openEmbeddings(`${base}/a`));
    assertStringIncludes(error.message, "not allowed to reach example.net");
    assertEquals(error.message.includes("secret"), false);
  });
});

Deno.test("other kinds of addresses are refused, with the way there", async () => {
  const cases: [string, RegExp][] = [
    [
      "s3://bucket/a/emb.npy",
      /^s3:\/\/bucket\/a\/emb.npy: s3:\/\/ is not .*: aws s3 presign s3:\/\/bucket\/a\/emb\.npy$/,
    ],
    ["gs://bucket/emb.npy", /gcloud storage sign-url gs:\/\/bucket\/emb\.npy$/],
    ["az://container/emb.npy", /az storage blob generate-sas --full-uri$/],
    ["hf://datasets/a/b/c.parquet", /https:\/\/huggingface\.co\/datasets\//],
    ["ftp://host/emb.npy", /download it first$/],
    ["https://", /no URL/],
  ];
  for (const [input, message] of cases) {
    const error = await failure(() => openEmbeddings(input));
    assertEquals([error.code, message.test(error.message)], ["usage", true], error.message);
  }
});
