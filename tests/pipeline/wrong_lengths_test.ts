import { assert, assertEquals } from "@std/assert";
import { EXIT_STATUS, RankMeError } from "../../src/errors.ts";
import { referenceBackend } from "../../src/linalg/reference/backend.ts";
import { score } from "../../src/pipeline/score.ts";
import type { ScoreReport } from "../../src/report/report.ts";
import { ending, inLittleMemory } from "../sources/hostile.ts";
import { chunked, fixtureBytes } from "../sources/inputs.ts";

/*
 * Small files in which any field claims to be huge. Whatever it is a field of, the file is damaged:
 * that is said, and no memory is asked for that the file could not fill.
 */

/** What fields are overwritten with, and in how many bytes; little-endian, as all formats have them. */
const CLAIMS: readonly (readonly [number: bigint, bytes: number])[] = [
  [0x7fff_ffffn, 4],
  [0xffff_ffffn, 4],
  [2n ** 40n, 8],
  [-8n, 8],
];

/** A stream's first read of many bytes is trusted with 64 MB; the rest is what reading leaves behind. */
const MOST_MEMORY = 100e6;

/** How a file is tried. */
interface Trial {
  /** How many bytes apart the fields are that are overwritten. */
  readonly step: number;
  /** Whether it can be read from a stream, too. */
  readonly streams?: boolean;
}

const TRIALS: { readonly [fixture: string]: Trial } = {
  "arrow/list-f32.arrow": { step: 4 },
  "arrow/fixed-size-list-f32.arrows": { step: 4, streams: true },
  "arrow/compressed-zstd.arrows": { step: 4 },
  // Batches without rows, whose dimensions no numbers bear out.
  "arrow/empty-batches.arrows": { step: 4 },
  "parquet/list-f32.parquet": { step: 2 },
  "parquet/codec-zstd-v1-dictionary.parquet": { step: 3 },
  "dense/version-2.npy": { step: 2, streams: true },
  "dense/f4.safetensors": { step: 2, streams: true },
  "dense/compressed.npz": { step: 2 },
  "dense/stored-fortran.npz": { step: 2 },
  "compressed/one-shot.zst": { step: 1 },
  "compressed/members.gz": { step: 2 },
};

function scored(source: string | ReadableStream<Uint8Array>): Promise<ScoreReport> {
  return score(source, { backend: referenceBackend });
}

/** Says that reading may end so: with all rows, or with what is wrong with the input. */
function assertTold(end: ScoreReport | RankMeError, { rows, dim }: ScoreReport, where: string) {
  if (!(end instanceof RankMeError)) return assertEquals([end.rows, end.dim], [rows, dim], where);
  assertEquals(end.exitStatus, EXIT_STATUS.input, `${where}: ${end.message}`);
  assert(
    !/undefined|\[object|Invalid (?:typed )?array/.test(end.message),
    `${where}: ${end.message}`,
  );
}

for (const [fixture, { step, streams = false }] of Object.entries(TRIALS)) {
  Deno.test(`no field of ${fixture} that claims to be huge is believed`, async () => {
    const original = fixtureBytes(fixture);
    const path = await Deno.makeTempFile();
    try {
      const right = await scored(chunked(original)).catch(() => {
        Deno.writeFileSync(path, original);
        return scored(path);
      });
      for (let at = 0; at < original.length; at += step) {
        for (const [number, length] of CLAIMS) {
          if (at + length > original.length) continue;
          const bytes = original.slice();
          for (let i = 0; i < length; i++) bytes[at + i] = Number(number >> BigInt(8 * i) & 0xffn);
          Deno.writeFileSync(path, bytes);
          for (const source of streams ? [path, chunked(bytes)] : [path]) {
            const end = await inLittleMemory(() => ending(() => scored(source)), MOST_MEMORY);
            const way = source === path ? "path" : "stream";
            assertTold(end, right, `${number} at byte ${at}, from a ${way}`);
          }
        }
      }
    } finally {
      await Deno.remove(path);
    }
  });
}
