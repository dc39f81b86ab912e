/** Rows of producers that write some and then wait: real pipes, a real process, a real SIGINT. */
import { assert, assertEquals } from "@std/assert";
import { constants, createGzip, gzipSync, zstdCompressSync } from "node:zlib";
import { batchMessage, embeddingSchema, schemaMessage } from "../sources/arrow/arrow_bytes.ts";
import { withServer } from "../sources/bytes/servers.ts";
import { npyFile, npyHeader, safetensorsFile } from "../sources/dense/dense_bytes.ts";
import { gaussian } from "../linalg/matrices.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;
const DIM = 4;

interface Report {
  readonly rows: number;
  readonly complete: boolean;
}

/** The CLI behind something that stays open, and the reports that it prints, one line each. */
class Listening {
  readonly #process: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: ReadableStreamDefaultReader<Uint8Array>;
  #text = "";

  /**
   * @param args Flags.
   * @param input What it reads. Default: the pipe.
   * @param permissions What it needs for that.
   */
  constructor(args: readonly string[], input = "-", permissions: readonly string[] = []) {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-prompt", ...permissions, CLI, input],
        ...["--json", "--backend", "wasm", "-q", ...args],
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#process.stdin.getWriter();
    this.#lines = this.#process.stdout.getReader();
  }

  async write(...parts: Uint8Array[]): Promise<void> {
    for (const part of parts) await this.#input.write(part);
  }

  /** The next report, while more could still be written. */
  async report(): Promise<Report> {
    while (!this.#text.includes("\n")) {
      const { value, done } = await this.#lines.read();
      assert(!done, "it ended without a report");
      this.#text += new TextDecoder().decode(value);
    }
    const end = this.#text.indexOf("\n");
    const { rows, complete } = JSON.parse(this.#text.slice(0, end));
    this.#text = this.#text.slice(end + 1);
    return { rows, complete };
  }

  interrupt(): void {
    this.#process.kill("SIGINT");
  }

  /** As a terminal does it: to all programs of a pipeline, and the one before this ends at once. */
  async interruptAll(): Promise<void> {
    this.interrupt();
    await this.#input.close();
  }

  /** The exit status, after it has ended of itself. */
  async ended(): Promise<number> {
    const { code } = await this.#process.status;
    await this.#input.abort().catch(() => {});
    await this.#lines.cancel();
    await this.#process.stderr.cancel();
    return code;
  }
}

const utf8 = (text: string) => new TextEncoder().encode(text);
const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, row) => [...gaussian(row + 1, DIM)]);
const float32 = (rows: readonly number[][]) =>
  rows.map((row) => new Uint8Array(Float32Array.from(row).buffer));

/** A record batch of rows, as a stream of Arrow has it. */
function arrowBatch(rows: readonly number[][]): Uint8Array {
  const length = rows.length, numbers = length * DIM;
  const nodes = [[length, 0], [numbers, 0]] as const;
  const buffers = [[0, 0], [0, 0], [0, 4 * numbers]] as const;
  return batchMessage(
    { length, nodes, buffers },
    new Uint8Array(Float32Array.from(rows.flat()).buffer),
  );
}

/** How each format's first rows come through a pipe that promises more. */
const PRODUCERS: Readonly<
  Record<string, { flags?: string[]; head?: Uint8Array; rows: (rows: number[][]) => Uint8Array[] }>
> = {
  csv: { rows: (rows) => rows.map((row) => utf8(`${row.join(",")}\n`)) },
  tsv: { rows: (rows) => rows.map((row) => utf8(`${row.join("\t")}\n`)) },
  "CSV with quotes": { rows: (rows) => rows.map((row) => utf8(`${row.map((x) => `"${x}"`)}\n`)) },
  "CSV with a column that is empty": {
    head: utf8("note,x0,x1,x2,x3\n"),
    rows: (rows) => rows.map((row) => utf8(`,${row.join(",")}\n`)),
  },
  "JSON Lines with a key that is null": {
    rows: (rows) => rows.map((row) => utf8(`${JSON.stringify({ note: null, emb: row })}\n`)),
  },
  "JSON Lines": { rows: (rows) => rows.map((row) => utf8(`${JSON.stringify({ emb: row })}\n`)) },
  "raw float32": { flags: ["--format", "f32", "--dim", `${DIM}`], rows: float32 },
  ".npy": {
    head: npyFile(npyHeader("<f4", [1000, DIM])),
    rows: float32,
  },
  safetensors: {
    head: safetensorsFile({
      emb: { dtype: "F32", shape: [1000, DIM], data_offsets: [0, 4000 * DIM] },
    }),
    rows: float32,
  },
  "Arrow, a batch for each row": {
    head: schemaMessage(embeddingSchema(DIM)),
    rows: (rows) => rows.map((row) => arrowBatch([row])),
  },
  "Arrow, one batch": {
    head: schemaMessage(embeddingSchema(DIM)),
    rows: (rows) => [arrowBatch(rows)],
  },
};

for (const [name, { flags = [], head, rows }] of Object.entries(PRODUCERS)) {
  Deno.test(`${name}: an interruption scores every row that has come`, async () => {
    const process = new Listening(["--every", "5", ...flags]);
    if (head) await process.write(head);
    await process.write(...rows(rowsOf(12)));
    // Printed at once, though no other row comes.
    assertEquals(await process.report(), { rows: 5, complete: false });
    assertEquals(await process.report(), { rows: 10, complete: false });
    await process.write(...rows(rowsOf(3)));
    assertEquals(await process.report(), { rows: 15, complete: false });
    process.interrupt();
    assertEquals(await process.report(), { rows: 15, complete: false });
    assertEquals(await process.ended(), 130);
  });

  Deno.test(`${name}: a limit ends it when so many rows have come`, async () => {
    const process = new Listening(["--limit", "7", ...flags]);
    if (head) await process.write(head);
    await process.write(...rows(rowsOf(9)));
    assertEquals(await process.report(), { rows: 7, complete: true });
    assertEquals(await process.ended(), 0);
  });
}

Deno.test("--until looks at rows as soon as there are enough of them", async () => {
  const process = new Listening(["--until", "0.9", "--format", "f32", "--dim", `${DIM}`]);
  await process.write(...float32(rowsOf(512)));
  assertEquals((await process.report()).rows, 512);
  assertEquals(await process.ended(), 0);
});

const COMPRESSORS = { gzip: gzipSync, zstd: zstdCompressSync };

for (const [name, compress] of Object.entries(COMPRESSORS)) {
  Deno.test(`${name}: what its compressor has let go of is scored`, async () => {
    const process = new Listening(["--every", "6"]);
    const text = rowsOf(6).map((row) => `${row.join(",")}\n`).join("");
    // A member or frame of its own, as a compressor that is flushed and begun anew writes.
    await process.write(new Uint8Array(compress(text)));
    assertEquals(await process.report(), { rows: 6, complete: false });
    process.interrupt();
    assertEquals(await process.report(), { rows: 6, complete: false });
    assertEquals(await process.ended(), 130);
  });
}

Deno.test("64 KiB that fill a pipe exactly are rows that have come", async () => {
  const process = new Listening(["--every", "4096", "--format", "f32", "--dim", `${DIM}`]);
  await process.write(new Uint8Array(65_536).fill(1));
  assertEquals(await process.report(), { rows: 4096, complete: false });
  process.interrupt();
  assertEquals(await process.report(), { rows: 4096, complete: false });
  assertEquals(await process.ended(), 130);
});

const csvText = (rows: readonly number[][]) =>
  utf8(rows.map((row) => `${row.join(",")}\n`).join(""));

Deno.test("gzip: what a compressor was flushed of is scored", async () => {
  const process = new Listening(["--every", "6"]);
  const gzip = createGzip();
  const flushed = async (rows: readonly number[][]) => {
    const parts: Uint8Array[] = [];
    const take = (part: Uint8Array) => parts.push(part);
    gzip.on("data", take);
    gzip.write(csvText(rows));
    await new Promise<void>((done) => gzip.flush(constants.Z_SYNC_FLUSH, () => done()));
    gzip.off("data", take);
    await process.write(...parts);
  };
  await flushed(rowsOf(6));
  assertEquals(await process.report(), { rows: 6, complete: false });
  await flushed(rowsOf(12).slice(6));
  assertEquals(await process.report(), { rows: 12, complete: false });
  process.interrupt();
  assertEquals(await process.report(), { rows: 12, complete: false });
  assertEquals(await process.ended(), 130);
  gzip.destroy();
});

Deno.test("a named pipe: an interruption scores every row that has come", {
  ignore: Deno.build.os === "windows",
}, async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/rows.csv`;
  await new Deno.Command("mkfifo", { args: [path] }).output();
  const process = new Listening(["--every", "5"], path, [`--allow-read=${folder}`]);
  const pipe = await Deno.open(path, { write: true });
  await pipe.write(csvText(rowsOf(7)));
  assertEquals(await process.report(), { rows: 5, complete: false });
  await pipe.write(csvText(rowsOf(3)));
  assertEquals(await process.report(), { rows: 10, complete: false });
  process.interrupt();
  assertEquals(await process.report(), { rows: 10, complete: false });
  assertEquals(await process.ended(), 130);
  pipe.close();
  await Deno.remove(folder, { recursive: true });
});

for (const name of ["CSV", ".npy"]) {
  Deno.test(`a slow server, ${name}: an interruption scores every row that has come`, async () => {
    const head = name === ".npy" ? npyFile(npyHeader("<f4", [1000, DIM])) : new Uint8Array(0);
    const bytes = (rows: number[][]) => name === ".npy" ? float32(rows) : [csvText(rows)];
    const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
    const body = writable.getWriter();
    const send = async (parts: readonly Uint8Array[]) => {
      for (const part of parts) await body.write(Uint8Array.from(part));
    };
    await withServer(() => new Response(readable), async (base) => {
      const { host } = new URL(base);
      const process = new Listening(["--every", "5"], `${base}/rows`, [`--allow-net=${host}`]);
      await send([head, ...bytes(rowsOf(7))].filter(({ length }) => length > 0));
      assertEquals(await process.report(), { rows: 5, complete: false });
      await send(bytes(rowsOf(3)));
      assertEquals(await process.report(), { rows: 10, complete: false });
      process.interrupt();
      assertEquals(await process.report(), { rows: 10, complete: false });
      assertEquals(await process.ended(), 130);
      await body.abort().catch(() => {});
    });
  });
}

for (
  const [name, parts] of [
    ["CSV without a header", (rows: number[][]) => [csvText(rows)]],
    ["CSV whose last row is cut off", (rows: number[][]) => [csvText(rows), utf8("1.5,2.")]],
    [".npy", (rows: number[][]) => [npyFile(npyHeader("<f4", [1000, DIM])), ...float32(rows)]],
    [".npy that ends inside a row", (rows: number[][]) => [
      npyFile(npyHeader("<f4", [1000, DIM])),
      ...float32(rows),
      new Uint8Array(6),
    ]],
  ] as const
) {
  Deno.test(`${name}: an interruption of the whole pipeline is none of the data's end`, async () => {
    const process = new Listening(["--every", "5"]);
    await process.write(...parts(rowsOf(7)));
    assertEquals(await process.report(), { rows: 5, complete: false });
    await process.interruptAll();
    assertEquals(await process.report(), { rows: 7, complete: false });
    assertEquals(await process.ended(), 130);
  });
}
