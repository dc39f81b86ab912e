import { ourProcessWith } from "../contestants.ts";
import { data, type DataKind } from "../data.ts";
import { costs, type Findings, join, type Rate } from "../findings.ts";
import type { Part } from "../part.ts";
import { setUpPython } from "../python.ts";
import { type Measured, takeTurns } from "../rounds.ts";
import { scaledDim, scaledRows, type Settings, shapeName } from "../settings.ts";
import { spread } from "../spread.ts";

/** Of a ViT-S or MiniLM, a ViT-B or BERT, and a ResNet-50. */
const DIMS = [384, 768, 2048];
const ROWS = 50_000, TEXT_ROWS = 10_000;

/** A format: a file of one of the kinds of data. */
interface Format {
  readonly name: string;
  readonly kind: DataKind;
  readonly ending: string;
  readonly rows: number;
}

const FORMATS: readonly Format[] = [
  { name: "Arrow", kind: "embeddings", ending: "arrow", rows: ROWS },
  { name: ".npy", kind: "embeddings", ending: "npy", rows: ROWS },
  { name: "Parquet, snappy", kind: "parquet", ending: "snappy.parquet", rows: ROWS },
  { name: "Parquet, zstd", kind: "parquet", ending: "zstd.parquet", rows: ROWS },
  { name: "CSV", kind: "text", ending: "csv", rows: TEXT_ROWS },
  { name: "JSON Lines", kind: "text", ending: "jsonl", rows: TEXT_ROWS },
];

/** How many rows a second are read and taken in, by format and D. */
export const throughput: Part = {
  name: "throughput",
  title: "Rows per second",
  measuresRates: true,
  method:
    "How many rows of float32 a second `score` reads from a file in the page cache and takes " +
    "into the covariance, in WebAssembly on all threads: half of the rows over the difference in " +
    "time between a whole process that scores all and one that scores half, so that the start and " +
    "the decomposition, which no number of rows makes longer, are left out.",
  async run(settings) {
    await setUpPython();
    const findings: Findings[] = [];
    for (const dim of DIMS) {
      for (const format of FORMATS) findings.push(await rateOf(format, dim, settings));
    }
    return join(findings);
  },
};

async function rateOf(format: Format, wanted: number, settings: Settings): Promise<Findings> {
  const [rows, dim] = [scaledRows(format.rows, settings), scaledDim(wanted, settings)];
  const { path } = await data(format.kind, rows, dim);
  const file = `${path}.${format.ending}`;
  const half = rows / 2;
  const contestants = await Promise.all(
    [rows, half].map((limit) =>
      ourProcessWith(["--limit", `${limit}`], "wasm", { file }, settings)
    ),
  );
  const [all, first] = await takeTurns(contestants, { runs: settings.runs, expected: rows });
  const rate: Rate = { format: format.name, dim, perSecond: rates(all, first, half) };
  const work = `${shapeName(rows, dim)} ${format.name}`;
  return { lines: [], measurements: costs(work, [all, first]), rates: [rate] };
}

/** Run by run, so that a slow hour of the machine falls out. */
function rates(all: Measured, first: Measured, rows: number) {
  return spread(
    all.samples.map(({ seconds }, run) => rows / (seconds - first.samples[run].seconds)),
  );
}
