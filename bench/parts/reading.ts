import { repeatedBlock } from "../contestants.ts";
import { BLOCK_ROWS, data, type DataKind } from "../data.ts";
import { costs, type Findings, join } from "../findings.ts";
import { wholeProcess } from "../launch.ts";
import type { Limit, Line } from "../line.ts";
import type { Part } from "../part.ts";
import { setUpPython, threadVariables } from "../python.ts";
import { type Contestant, type Measured, takeTurns } from "../rounds.ts";
import { scaledDim, scaledRows, type Settings, shapeName } from "../settings.ts";
import { ratios } from "../spread.ts";
import { warmReader, warmReadingPeer } from "../warm_process.ts";

const DIM = 384;
const ROWS = 100_000, TEXT_ROWS = 10_000, PIPE_ROWS = 2_000_000;

/** A file that ours reads, and what it is held against. */
interface Work {
  readonly kind: DataKind;
  readonly rows: number;
  readonly ending: string;
  readonly peers: readonly Peer[];
}

interface Peer {
  /** A task of warm_reading.ts, or of warm_reading.py. */
  readonly task: string;
  readonly name: string;
  /** How many times its speed ours must have. Default: no target. */
  readonly target?: number;
}

const RAW: Peer = { task: "raw", name: "raw sequential reading", target: 0.8 };
const PARQUET_PEERS: readonly Peer[] = [
  { task: "hyparquet", name: "hyparquet's default path", target: 3 },
  { task: "pyarrow-parquet", name: "pyarrow" },
  { task: "duckdb-parquet", name: "DuckDB" },
];

const WORKS: readonly Work[] = [
  { kind: "embeddings", rows: ROWS, ending: "arrow", peers: [RAW] },
  { kind: "embeddings", rows: ROWS, ending: "npy", peers: [RAW] },
  { kind: "parquet", rows: ROWS, ending: "none.parquet", peers: PARQUET_PEERS },
  { kind: "parquet", rows: ROWS, ending: "snappy.parquet", peers: PARQUET_PEERS },
  { kind: "parquet", rows: ROWS, ending: "zstd.parquet", peers: PARQUET_PEERS },
  {
    kind: "text",
    rows: TEXT_ROWS,
    ending: "csv",
    peers: [{ task: "pandas-csv", name: "pandas.read_csv" }],
  },
  {
    kind: "text",
    rows: TEXT_ROWS,
    ending: "jsonl",
    peers: [{ task: "pandas-jsonl", name: "pandas.read_json" }],
  },
];

/** Reading alone, without taking the rows in. */
export const reading: Part = {
  name: "reading",
  title: "Reading",
  method: "Reading embeddings and doing nothing with them, as speed in numbers or bytes over the " +
    "speed of what it is held against. Files are read in a process that has read them once and " +
    "are in the page cache; raw sequential reading is `read` into one buffer of 1 MiB. A pipe is " +
    `filled by a program that repeats one record batch; whole processes, ${
      PIPE_ROWS.toLocaleString("en-US")
    } rows.`,
  async run(settings) {
    await setUpPython();
    const findings: Findings[] = [];
    for (const work of WORKS) findings.push(await besidePeers(work, settings));
    findings.push(await fromPipe(settings));
    return join(findings);
  },
};

async function besidePeers({ kind, rows, ending, peers }: Work, settings: Settings) {
  const [n, d] = [scaledRows(rows, settings), scaledDim(DIM, settings)];
  const { path } = await data(kind, n, d);
  const file = `${path}.${ending}`;
  const tolerance = 0;
  const contestants: Promise<Contestant>[] = [
    warmReader({ name: "ours", role: "ours", tolerance }, { task: "ours", file }),
    ...peers.map(({ task, name }) => {
      // Bytes are not numbers: there is no answer to compare.
      const description = { name, role: task, ...task !== "raw" && { tolerance } };
      return task === "raw" || task === "hyparquet"
        ? warmReader(description, { task, file })
        : warmReadingPeer(description, { task, file }, threadVariables(settings.threads));
    }),
  ];
  const all = await takeTurns(await Promise.all(contestants), {
    runs: settings.runs,
    expected: n * d,
  });
  const work = `${shapeName(n, d)} .${ending}`;
  const lines = peers.map(({ name, target }, index) =>
    speedLine(
      work,
      all[0],
      all[index + 1],
      name,
      target === undefined ? undefined : { atLeast: target },
    )
  );
  return { lines, measurements: costs(work, all) };
}

async function fromPipe(settings: Settings): Promise<Findings> {
  const [n, d] = [scaledRows(PIPE_ROWS, settings), scaledDim(DIM, settings)];
  const block = repeatedBlock(await data("block", BLOCK_ROWS, d), n);
  const stdin = "pipe" in block ? block.pipe : [];
  const script = new URL("../read_embeddings.ts", import.meta.url).pathname;
  const contestants = [
    wholeProcess({ name: "ours", role: "ours", tolerance: 0 }, {
      command: [Deno.execPath(), "run", script],
      stdin,
    }),
    wholeProcess({ name: "cat > /dev/null", role: "cat" }, {
      command: ["sh", "-c", "cat > /dev/null && echo '{}'"],
      stdin,
    }),
  ];
  const all = await takeTurns(contestants, { runs: settings.runs, expected: n * d });
  const work = `${shapeName(n, d)} Arrow from a pipe`;
  return {
    lines: [speedLine(work, all[0], all[1], "cat > /dev/null", { atLeast: 0.7 })],
    measurements: costs(work, all),
  };
}

/** Our speed over that of a peer. */
function speedLine(
  work: string,
  ours: Measured,
  peer: Measured,
  against: string,
  limit: Limit | undefined,
): Line {
  const seconds = ({ samples }: Measured) => samples.map((sample) => sample.seconds);
  return { work, ours: "speed", against, measured: ratios(seconds(peer), seconds(ours)), limit };
}
