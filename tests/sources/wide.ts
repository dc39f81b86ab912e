/**
 * Files with several columns of embeddings, and with columns that say what rows belong to.
 *
 * @module
 */

import { assertRejects } from "@std/assert";
import type { ColumnSpan, EmbeddingBatch } from "../../src/batch.ts";
import { RankMeError } from "../../src/errors.ts";
import { openEmbeddings, type OpenEmbeddingsOptions } from "../../src/sources/open_embeddings.ts";
import { chunked, fixtureBytes, value } from "./inputs.ts";

/** Rows in each of these fixtures, unless it is for something else. */
export const WIDE_ROWS = 12;

/** How many dimensions each layer has, in the order of the columns. */
export const LAYERS: Readonly<Record<string, number>> = { layer10: 1, layer1: 2, layer2: 3 };

/** What comes of reading a file. */
export interface WideRead {
  readonly batches: readonly EmbeddingBatch[];
  /** The rows of each column that stands side by side with others; of all that is one, under "". */
  readonly rows: Readonly<Record<string, number[][]>>;
  readonly keys: Readonly<Record<string, string[]>>;
  readonly skippedRows: number;
}

/** Where a fixture is. */
export function wideUrl(name: string): URL {
  return new URL(`../fixtures/wide/${name}`, import.meta.url);
}

/** Rows of a layer, as make_wide.py has them. */
export function layerRows(name: string, rows = WIDE_ROWS): number[][] {
  const layer = Number(name.slice("layer".length));
  return Array.from(
    { length: rows },
    (_, row) => Array.from({ length: LAYERS[name] }, (_, d) => value(row + layer, d)),
  );
}

/** What rows belong to, as Python put it. */
export function expectedKeys(name: string): string[] {
  return JSON.parse(Deno.readTextFileSync(wideUrl("keys.json")))[name];
}

/** Reads a fixture by its path. */
export function readWide(name: string, options?: OpenEmbeddingsOptions): Promise<WideRead> {
  return readOpened(wideUrl(name), options);
}

/** Reads a fixture as it comes, in chunks of some sizes, over and over. */
export function readPiped(
  name: string,
  options?: OpenEmbeddingsOptions,
  sizes = [997],
): Promise<WideRead> {
  return readOpened(chunked(fixtureBytes(`wide/${name}`), sizes), options);
}

/** Reads whatever can be opened. */
export async function readOpened(
  input: URL | ReadableStream<Uint8Array>,
  options?: OpenEmbeddingsOptions,
): Promise<WideRead> {
  const opened = await openEmbeddings(input, options);
  const batches = await Array.fromAsync(opened.batches);
  return { batches, ...sorted(batches), skippedRows: opened.skippedRows };
}

/** What batches hold, by column. */
export function sorted(batches: readonly EmbeddingBatch[]): Pick<WideRead, "rows" | "keys"> {
  const rows: Record<string, number[][]> = {}, keys: Record<string, string[]> = {};
  for (const batch of batches) {
    const whole: readonly ColumnSpan[] = [{ name: "", start: 0, end: batch.dim }];
    for (const { name, start, end } of batch.columns ?? whole) {
      const all = rows[name] ??= [];
      for (let row = 0; row < batch.rows; row++) all.push([...batch.row(row).slice(start, end)]);
    }
    for (const [name, texts] of Object.entries(batch.keys ?? {})) {
      (keys[name] ??= []).push(...texts);
    }
  }
  return { rows, keys };
}

/** The error that reading a fixture ends in, without its path. */
export async function wideRefusal(
  name: string,
  options: OpenEmbeddingsOptions,
): Promise<RankMeError> {
  return await assertRejects(() => readWide(name, { ...options, name }), RankMeError);
}
