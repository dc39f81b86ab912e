/**
 * Reads embeddings as `score` does, and does nothing with them.
 *
 *     producer | deno run bench/read_embeddings.ts
 */
import { type EmbeddingInput, openEmbeddings } from "../src/sources/open_embeddings.ts";

/**
 * Reads all numbers. NaN is looked for where numbers are taken in, which is not done here.
 *
 * @returns How many there were.
 */
export async function readEmbeddings(input: EmbeddingInput): Promise<number> {
  const opened = await openEmbeddings(input, { nonFinite: "later" });
  let numbers = 0;
  for await (const batch of opened.batches) {
    numbers += batch.data.length;
    opened.giveBack(batch);
  }
  return numbers;
}

if (import.meta.main) {
  console.log(JSON.stringify({ answer: await readEmbeddings(Deno.stdin) }));
}
