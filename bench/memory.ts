/**
 * Peak resident memory of `score` on a stream and on one ten times as long: it must not grow.
 *
 *     deno task bench:memory
 *
 * Linux only: the peak is VmHWM of /proc/PID/status, which Deno reads only with all permissions, until
 * the process ends. Runs alternate; the
 * table gives the median and the range of each length, and the ratio of the medians.
 */

const LENGTHS = [100_000, 1_000_000] as const;
const DIM = 384;
const RUNS = Number(Deno.args[0] ?? 3);
const POLL_MILLISECONDS = 50;
const CLI = new URL("../cli.ts", import.meta.url).href;

/** Scores made-up rows through a pipe and returns the scorer's peak memory in MB. */
async function peakMegabytes(rows: number): Promise<number> {
  const start = (args: string[], stdin: "null" | "piped") =>
    new Deno.Command(Deno.execPath(), { args: ["run", CLI, ...args], stdin, stdout: "piped" })
      .spawn();
  const producer = start(["generate", `--rows=${rows}`, `--dim=${DIM}`], "null");
  const scorer = start(["score", "--json"], "piped");
  const piped = producer.stdout.pipeTo(scorer.stdin);
  let ended = false;
  const output = scorer.output().finally(() => ended = true);
  let peak = 0;
  while (!ended) {
    peak = Math.max(peak, await highWaterMark(scorer.pid));
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
  await piped;
  const report = JSON.parse(new TextDecoder().decode((await output).stdout));
  if (peak === 0) throw new Error("the peak of the memory could not be read");
  if (report.rows !== rows) throw new Error(`${report.rows} of ${rows} rows were scored`);
  return peak;
}

async function highWaterMark(pid: number): Promise<number> {
  try {
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    return Number(status.match(/VmHWM:\s+(\d+) kB/)?.[1] ?? 0) * 1024 / 1e6;
  } catch (error) {
    // It has just ended.
    if (error instanceof Deno.errors.NotFound || /os error 3/.test(String(error))) return 0;
    throw error;
  }
}

const peaks = new Map<number, number[]>(LENGTHS.map((rows) => [rows, []]));
for (let run = 0; run < RUNS; run++) {
  for (const rows of LENGTHS) peaks.get(rows)!.push(await peakMegabytes(rows));
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1];
console.log(`Peak memory of score, D = ${DIM}, float32 from a pipe, ${RUNS} runs each\n`);
for (const [rows, values] of peaks) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  console.log(
    `${rows.toLocaleString("en-US").padStart(9)} rows  ${median(values).toFixed(0)} MB` +
      `  (${least.toFixed(0)} to ${most.toFixed(0)})`,
  );
}
const [short, long] = LENGTHS.map((rows) => median(peaks.get(rows)!));
console.log(`    ratio  ${(long / short).toFixed(3)}`);
