/** Web servers on this machine, for tests: each serves what it is told to and is gone afterwards. */
import { openEmbeddings } from "../../../src/sources/open_embeddings.ts";
import { rowsOf } from "../inputs.ts";

/** A request, as far as tests look at it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly range: string | null;
  readonly encoding: string | null;
}

/**
 * Runs with a web server.
 *
 * @param answer What it answers.
 * @param run Is given its address, without a slash at the end, and what was asked of it so far.
 */
export async function withServer(
  answer: (request: Request, count: number) => Response | Promise<Response>,
  run: (base: string, asked: readonly Asked[]) => Promise<void>,
): Promise<void> {
  const asked: Asked[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { method, headers } = request;
    const { pathname, search } = new URL(request.url);
    const encoding = headers.get("accept-encoding");
    asked.push({ method, path: pathname + search, range: headers.get("range"), encoding });
    return answer(request, asked.length - 1);
  });
  try {
    await run(`http://127.0.0.1:${server.addr.port}`, asked);
  } finally {
    await server.shutdown();
  }
}

/**
 * Answers as object stores do: all, or the range that is asked for.
 *
 * @param request The request.
 * @param bytes The file.
 * @param headers What else to say.
 * @returns The response.
 */
export function serveFile(
  request: Request,
  bytes: Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = { etag: '"1"' },
): Response {
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get("range") ?? "");
  if (!range) return new Response(bytes, { headers });
  const [first, last] = [Number(range[1]), Math.min(Number(range[2]), bytes.length - 1)];
  if (first > last) return new Response(null, { status: 416 });
  const place = { "content-range": `bytes ${first}-${last}/${bytes.length}` };
  return new Response(bytes.slice(first, last + 1), {
    status: 206,
    headers: { ...headers, ...place },
  });
}

/**
 * Runs with a server that writes some bytes to whoever connects, whatever they are, and hangs up.
 *
 * @param answers What it writes to the first, the second …; the last to all others.
 * @param run Is given its address.
 */
export async function withRawServer(
  answers: readonly string[],
  run: (base: string, connections: () => number) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let count = 0;
  const serving = (async () => {
    for await (const connection of listener) {
      const answer = answers[Math.min(count++, answers.length - 1)];
      await connection.read(new Uint8Array(10_000));
      await connection.write(new TextEncoder().encode(answer));
      connection.close();
    }
  })();
  try {
    await run(`http://127.0.0.1:${listener.addr.port}`, () => count);
  } finally {
    listener.close();
    await serving;
  }
}

/** Reads all embeddings of a URL. */
export async function readRows(input: string | URL) {
  const { batches, name, format, compression } = await openEmbeddings(input);
  return { name, format, compression, rows: rowsOf(await Array.fromAsync(batches)) };
}
