import { ourProcessWith } from "../contestants.ts";
import { data, type DataKind } from "../data.ts";
import { costs, type Findings, join, type Rate } from "../findings.ts";
import type { Part } from "../part.ts";
import { setUpPython } from "../python.ts";
import { type Measured, takeTurns } from "../rounds.ts";
import { scaledDim, scaledRows, type Settings, shapeName } from "../settings.ts";
import { spread } from "../spread.ts";

/**
 * Of a ViT-S or MiniLM, a ViT-B or BERT, and a ResNet-50; as many rows as take longer than what two
 * starts of a process differ by, and more than twice D.
 */
const SHAPES = [
  { dim: 384, rows: 150_000 },
  { dim: 768, rows: 75_000 },
  { dim: 2048, rows: 28_000 },
];
/** The share of them that is written as text, of which a row takes longer. */
const TEXT_SHARE = 0.2;

/** A format: a file of one of the kinds of data. */
interface Format {
  readonly name: string;
  readonly kind: DataKind;
  readonly ending: string;
}

const FORMATS: readonly Format[] = [
  { name: "Arrow", kind: "embeddings", ending: "arrow" },
  { name: ".npy", kind: "embeddings", ending: "npy" },
  { name: "Parquet, snappy", kind: "parquet", ending: "snappy.parquet" },
  { name: "Parquet, zstd", kind: "parquet", ending: "zstd.parquet" },
  { name: "CSV", kind: "text", ending: "csv" },
  { name: "JSON Lines", kind: "text", ending: "jsonl" },
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
    "the decomposition, which no number of rows makes longer, are left out. A run of all rows that " +
    "took no longer than one of half, on a machine that others use too, is not counted.",
  async run(settings) {
    await setUpPython();
    const findings: Findings[] = [];
    for (const shape of SHAPES) {
      for (const format of FORMATS) findings.push(await rateOf(format, shape, settings));
    }
    return join(findings);
  },
};

async function rateOf(
  format: Format,
  shape: typeof SHAPES[number],
  settings: Settings,
): Promise<Findings> {
  const share = format.kind === "text" ? TEXT_SHARE : 1;
  const [rows, dim] = [scaledRows(share * shape.rows, settings), scaledDim(shape.dim, settings)];
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

/** Run by run, so that a slow hour of the machine falls out; and so does a moment that hides the half. */
function rates(all: Measured, first: Measured, rows: number) {
  const seconds = all.samples.map((one, run) => one.seconds - first.samples[run].seconds)
    .filter((difference) => difference > 0);
  if (seconds.length === 0) throw new Error("no run of all rows took longer than one of half");
  return spread(seconds.map((difference) => rows / difference));
}
