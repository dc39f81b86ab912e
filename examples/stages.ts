/**
 * The stages of the pipeline put together by hand: RankMe of unit-length embeddings from standard
 * input, a line every 2,000 rows and one at the end.
 *
 *     deno run cli.ts generate | deno run examples/stages.ts
 *
 * Needs no permission. Leave a stage out, or put one of your own between two of these.
 */
import {
  ArrowBatchStream,
  CovarianceStream,
  EffectiveRankStream,
  EmbeddingStream,
  UnitNormStream,
} from "@rankme/rankme";

const reports = Deno.stdin.readable // bytes
  .pipeThrough(new ArrowBatchStream()) // record batches
  .pipeThrough(new EmbeddingStream()) // batches of embeddings
  .pipeThrough(new UnitNormStream()) // the same, each row of length 1
  .pipeThrough(new CovarianceStream({ every: 2_000 })) // mean and covariance so far
  .pipeThrough(new EffectiveRankStream()); // their spectrum and RankMe

for await (const { rows, dim, rankMe } of reports) {
  console.log(`${rows} rows: RankMe ${rankMe.toFixed(2)} of ${dim}`);
}
