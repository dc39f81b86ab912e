/**
 * Reading a file, again and again in one process that has everything loaded.
 *
 *     deno run -A bench/warm_reading.ts '{"task": NAME, "file": PATH}'
 *
 * Prints a line of JSON when all is loaded; then, for each line that comes in, reads the file once and
 * prints a sample, whose answer is how many numbers (of `raw`: bytes) were read.
 */
import { TextLineStream } from "@std/streams/text-line-stream";
import { asyncBufferFromFile, parquetRead } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { readEmbeddings } from "./read_embeddings.ts";

/** What reads files fast, and is not more than what a program would use. */
const RAW_BYTES = 1 << 20;

const TASKS: { readonly [task: string]: (file: string) => Promise<number> } = {
  ours: readEmbeddings,
  raw: readRaw,
  hyparquet: readByDefault,
};

/** The bytes of a file and nothing else, into memory that is used again. */
async function readRaw(path: string): Promise<number> {
  using file = await Deno.open(path);
  const memory = new Uint8Array(RAW_BYTES);
  let bytes = 0;
  for (;;) {
    const read = await file.read(memory);
    if (read === null) return bytes;
    bytes += read;
  }
}

/** What hyparquet does when it is asked for a column as its page says. */
async function readByDefault(path: string): Promise<number> {
  let numbers = 0;
  await parquetRead({
    file: await asyncBufferFromFile(path),
    compressors,
    columns: ["embedding"],
    onChunk: ({ columnData }) => {
      for (const list of columnData as ArrayLike<number>[]) numbers += list.length;
    },
  });
  return numbers;
}

const say = (message: unknown) => console.log(JSON.stringify(message));
const { task, file } = JSON.parse(Deno.args[0]);
say({ ready: true });
const requests = Deno.stdin.readable
  .pipeThrough(new TextDecoderStream())
  .pipeThrough(new TextLineStream());
for await (const _ of requests) {
  const start = performance.now();
  const answer = await TASKS[task](file);
  say({ seconds: (performance.now() - start) / 1000, answer });
}
