/** Scores on several threads, and has nothing to do afterwards; run by releasing_test.ts. */
import { wasmBackend } from "../../src/linalg/wasm/backend.ts";
import { CovarianceStream } from "../../src/pipeline/covariance_stream.ts";
import { EffectiveRankStream } from "../../src/pipeline/effective_rank_stream.ts";
import { score } from "../../src/pipeline/score.ts";
import { syntheticEmbeddings } from "../../src/sources/synthetic.ts";

// More than a buffer, and eigenvalues that threads share.
const rows = () => syntheticEmbeddings({ rows: 4000, dim: 300 });
const backend = wasmBackend({ threads: 3 });

for await (
  const { rankMe } of rows()
    .pipeThrough(new CovarianceStream({ backend, every: 1500 }))
    .pipeThrough(new EffectiveRankStream())
) console.log(rankMe.toFixed(6));

console.log((await score(rows(), { backend })).rankMe.toFixed(6));

async function* broken() {
  yield* rows();
  throw new Error("the producer failed");
}

try {
  await score(broken(), { backend });
} catch (error) {
  console.log((error as Error).message);
}
