import { type ColumnSpan, EmbeddingBatch, type EmbeddingData } from "../batch.ts";
import { RankMeError } from "../errors.ts";

/** One of two streams of rows of the same samples. */
export interface PairedSide {
  /** What it is called. */
  readonly name: string;
  /** Its rows, from the first on. */
  readonly batches: AsyncIterable<EmbeddingBatch>;
  /** Is told up to which row, from its first, nothing is needed any more. */
  readonly onRows?: (rows: number) => void;
}

/**
 * Reads two streams in step, and puts each row of the one beside that of the other.
 *
 * @param sides The streams; batches of any sizes.
 * @returns Rows of the dimensions of both, and which are whose.
 * @throws {RankMeError} `dimension`, when there are not as many rows of the one as of the other.
 */
export async function* pairedRows(
  sides: readonly [PairedSide, PairedSide],
): AsyncGenerator<EmbeddingBatch, void, void> {
  const cursors = sides.map((side) => new Cursor(side));
  for (let offset = 0;;) {
    const heads = await Promise.all(cursors.map((cursor) => cursor.head()));
    const [a, b] = heads;
    if (!a || !b) {
      if (a || b) throw await unpaired(sides, cursors);
      return;
    }
    const rows = Math.min(a.rows, b.rows);
    const [left, right] = cursors.map((cursor) => cursor.take(rows));
    const columns = [...spansOf(sides[0], left, 0), ...spansOf(sides[1], right, left.dim)];
    const batch = sideBySide(left, right);
    cursors.forEach((cursor) => cursor.release());
    yield new EmbeddingBatch({ data: batch, dim: left.dim + right.dim, offset, columns });
    offset += rows;
  }
}

/** Where in a stream of batches reading has come to. */
class Cursor {
  readonly #side: PairedSide;
  readonly #iterator: AsyncIterator<EmbeddingBatch>;
  #batch: EmbeddingBatch | undefined;
  #taken = 0;
  #total = 0;

  constructor(side: PairedSide) {
    this.#side = side;
    this.#iterator = side.batches[Symbol.asyncIterator]();
  }

  /** The rows that come next, if there are any. */
  async head(): Promise<EmbeddingBatch | undefined> {
    while (!this.#batch || this.#taken === this.#batch.rows) {
      const { value, done } = await this.#iterator.next();
      if (done) return undefined;
      this.#batch = value;
      this.#taken = 0;
    }
    return this.#batch.slice(this.#taken);
  }

  take(rows: number): EmbeddingBatch {
    this.#taken += rows;
    this.#total += rows;
    return this.#batch!.slice(this.#taken - rows, this.#taken);
  }

  /** Says that what was taken is needed no more. */
  release(): void {
    if (this.#taken === this.#batch!.rows) this.#side.onRows?.(this.#total);
  }

  /** How many rows there are in all. */
  async count(): Promise<number> {
    for (let head = await this.head(); head; head = await this.head()) {
      this.take(head.rows);
      this.release();
    }
    return this.#total;
  }
}

async function unpaired(
  sides: readonly PairedSide[],
  cursors: readonly Cursor[],
): Promise<RankMeError> {
  const counts = await Promise.all(cursors.map((cursor) => cursor.count()));
  const [a, b] = sides.map(({ name }, i) => `${name} has ${counts[i]} rows`);
  return new RankMeError("dimension", `${a}, and ${b}`, {
    advice: "rows are paired by their order, so both must be of the same samples",
  });
}

function spansOf(
  { name }: PairedSide,
  { columns, dim }: EmbeddingBatch,
  first: number,
): readonly ColumnSpan[] {
  return (columns ?? [{ name: "", start: 0, end: dim }]).map(({ name: column, start, end }) => ({
    name: column ? `${name}:${column}` : name,
    start: first + start,
    end: first + end,
  }));
}

/** The numbers of as many rows of both, in the wider of their types. */
function sideBySide(a: EmbeddingBatch, b: EmbeddingBatch): EmbeddingData {
  const { constructor } = a.data.BYTES_PER_ELEMENT < b.data.BYTES_PER_ELEMENT ? b.data : a.data;
  const dim = a.dim + b.dim;
  const data = new (constructor as new (length: number) => EmbeddingData)(a.rows * dim);
  for (let row = 0; row < a.rows; row++) {
    data.set(a.row(row), row * dim);
    data.set(b.row(row), row * dim + a.dim);
  }
  return data;
}
