import { ourProcess, repeatedBlock } from "../contestants.ts";
import { BLOCK_ROWS, data } from "../data.ts";
import { costs, type Findings, join } from "../findings.ts";
import type { Part } from "../part.ts";
import { setUpPython } from "../python.ts";
import { type Measured, takeTurns } from "../rounds.ts";
import { scaledDim, scaledRows, shapeName } from "../settings.ts";
import { ratios } from "../spread.ts";

const SHORT_ROWS = 100_000, TIMES = 10, DIM = 384;
/** Ten times the rows may take so much more than ten times the time. */
const MOST = 1.15;

/** A stream and one ten times as long: time must grow with the rows and no faster. */
export const longPipe: Part = {
  name: "long-pipe",
  title: "A long stream",
  method: "One encoded record batch is piped in again and again by a program that does nothing " +
    `else. The time of the long stream is divided by ${TIMES} times that of the short one.`,
  async run(settings) {
    await setUpPython();
    const dim = scaledDim(DIM, settings);
    const short = scaledRows(SHORT_ROWS, settings);
    const block = await data("block", BLOCK_ROWS, dim);
    const findings: Findings[] = [];
    for (const backend of settings.backends) {
      const contestants = await Promise.all(
        [short, short * TIMES].map((rows) =>
          ourProcess(backend, repeatedBlock(block, rows), settings)
        ),
      );
      const rounds = { runs: settings.runs, expected: block.answer };
      const [few, many] = await takeTurns(contestants, rounds);
      const seconds = ({ samples }: Measured) => samples.map((sample) => sample.seconds);
      findings.push({
        lines: [{
          work: shapeName(short * TIMES, dim),
          ours: many.contestant.name,
          against: `${TIMES} × the time of ${shapeName(short, dim)}`,
          measured: ratios(seconds(many), seconds(few).map((one) => one * TIMES)),
          limit: { atMost: MOST },
        }],
        measurements: [
          ...costs(shapeName(short, dim), [few]),
          ...costs(shapeName(short * TIMES, dim), [many]),
        ],
      });
    }
    return join(findings);
  },
};
