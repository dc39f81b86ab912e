import { PYTHON } from "./python.ts";
import { ROOT, SCRATCH } from "./settings.ts";

/** Rows of the block that endless streams repeat. */
export const BLOCK_ROWS = 1000;

const MAKE_DATA = new URL("python/make_data.py", import.meta.url).pathname;

/** What is made: files of one name and several endings. */
export type DataKind =
  | "classes"
  | "embeddings"
  | "block"
  | "repeated"
  | "matrix"
  | "rows"
  | "parquet"
  | "text";

/** Something to compute from, and what must come out. */
export interface Data {
  /** A path without its ending. */
  readonly path: string;
  /** What NumPy makes of it in float64: RankMe by an SVD, or as make_data.py says. */
  readonly answer: number;
}

/**
 * Data made once and kept. The first round of a part, which is not counted, brings it into the page cache.
 *
 * @param kind As make_data.py lists them.
 * @param rows N.
 * @param dim D.
 */
export async function data(kind: DataKind, rows: number, dim: number): Promise<Data> {
  const folder = new URL("data/", SCRATCH);
  await Deno.mkdir(folder, { recursive: true });
  const name = `${kind}-${rows}x${dim}`;
  const path = new URL(name, folder).pathname;
  const answer = () => Deno.readTextFile(`${path}.json`);
  const text = await answer().catch(async () => {
    console.error(`making ${name}`);
    const args = ["-B", MAKE_DATA, kind, String(rows), String(dim), path];
    const { success } = await new Deno.Command(PYTHON, { args, cwd: ROOT }).spawn().status;
    if (!success) throw new Error(`${name} could not be made`);
    return await answer();
  });
  return { path, ...JSON.parse(text) };
}
