import { type BackendName, backendTitle, threadsTitle } from "./backends.ts";
import { FLOAT64_TOLERANCE, ours } from "./contestants.ts";
import { data } from "./data.ts";
import { numpyPython, threadVariables } from "./python.ts";
import { type Contestant, type Measured, takeTurns } from "./rounds.ts";
import type { Settings } from "./settings.ts";
import { REST_MILLISECONDS, warmOurs, warmPeer } from "./warm_process.ts";

/** Rows that are added at a time: those of a record batch. */
const BATCH_ROWS = 1024;
/** So many batches NumPy multiplies at a time, to its advantage: adding the product is a pass by itself. */
const NUMPY_BATCHES = 4;
/** Operations in one run: about 0.4 s on one thread. */
const OPERATIONS = 1e10;

/**
 * Rank-k updates of one width: ours, NumPy's and the BLAS call itself, beside the peak of one thread.
 * Roles are `BACKEND`, `numpy-gram`, `dsyrk` and `peak`.
 *
 * @param dim D.
 * @param threadCounts Ours and NumPy's are measured once for each of these.
 * @param settings How often, and which of ours.
 */
export async function measureUpdates(
  dim: number,
  threadCounts: readonly number[],
  settings: Settings,
): Promise<Measured[]> {
  const { path, answer } = await data("rows", BATCH_ROWS, dim);
  const library = settings.backends.includes("blas") && (await ours("blas", settings)).blas;
  const numpy = await numpyPython();
  const work = OPERATIONS * settings.scale / (BATCH_ROWS * dim * (dim + 1));
  const job = { file: `${path}.f32`, rows: BATCH_ROWS, dim, repeats: Math.ceil(work) };
  const stacked = { stacked: NUMPY_BATCHES, repeats: Math.ceil(work / NUMPY_BATCHES) };
  const our = async (backend: BackendName, threads: number) => {
    const options = await ours(backend, settings, threads);
    return await warmOurs(
      { name: backendTitle(options), role: backend, tolerance: FLOAT64_TOLERANCE },
      { task: "update", ...options, ...job },
    );
  };
  const theirs = (role: string, title: string, threads: number, task: object) => {
    const name = `${title}, ${threadsTitle(threads)}`;
    const env = threadVariables(threads);
    return warmPeer({ name, role, tolerance: FLOAT64_TOLERANCE }, task, { env });
  };
  const contestants: Promise<Contestant>[] = [
    warmOurs({ name: "128-bit FMA peak of one thread", role: "peak" }, { task: "fma-peak" }),
    ...threadCounts.flatMap((threads) => [
      ...settings.backends.map((backend) => our(backend, threads)),
      theirs("numpy-gram", `${numpy.name} zᵀz`, threads, { task: "gram", ...job, ...stacked }),
    ]),
    ...library ? [theirs("dsyrk", "dsyrk by itself", 1, { task: "dsyrk", library, ...job })] : [],
  ];
  return await takeTurns(await Promise.all(contestants), {
    runs: settings.runs,
    expected: answer,
    restMilliseconds: REST_MILLISECONDS,
  });
}
