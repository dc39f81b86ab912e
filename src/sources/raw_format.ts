import { SNIFF_BYTES } from "./first_bytes.ts";

/** Numbers and nothing else; only the user can say so. */
export type RawFormat = "f16" | "bf16" | "f32" | "f64";

/** How numbers of a type are looked at, and between which sizes those of embeddings are. */
interface Look {
  readonly format: RawFormat;
  readonly size: number;
  readonly at: (view: DataView, offset: number) => number;
  readonly least: number;
  readonly most: number;
}

/**
 * In this order, as some look like those that follow: halves of bfloat16 in pairs are float32, and
 * whatever is left is float16 of some size.
 */
const LOOKS: readonly Look[] = [
  { format: "bf16", size: 2, at: brainFloatAt, least: 1e-6, most: 1e5 },
  { format: "f32", size: 4, at: (view, at) => view.getFloat32(at, true), least: 1e-6, most: 1e5 },
  { format: "f64", size: 8, at: (view, at) => view.getFloat64(at, true), least: 1e-6, most: 1e5 },
  { format: "f16", size: 2, at: (view, at) => view.getFloat16(at, true), least: 1e-3, most: 100 },
];
/** So many have to be other than 0. */
const LEAST_NUMBERS = 4;

/**
 * The type of which some bytes are numbers, as far as that can be told: for advice, never for a score.
 *
 * @param head The first bytes.
 * @returns The type; nothing where they look like none.
 */
export function likelyRawFormat(head: Uint8Array): RawFormat | undefined {
  const { buffer, byteOffset, length } = head;
  const view = new DataView(buffer, byteOffset, Math.min(length, SNIFF_BYTES));
  return LOOKS.find((look) => fits(view, look))?.format;
}

function fits(view: DataView, { size, at, least, most }: Look): boolean {
  const count = Math.floor(view.byteLength / size);
  const sizes = Array.from({ length: count }, (_, i) => Math.abs(at(view, i * size)))
    .filter((number) => number !== 0);
  // All of them: a count before the numbers, as of some other format, is a float32 of no such size.
  return sizes.length >= LEAST_NUMBERS &&
    sizes.every((number) => number >= least && number <= most);
}

function brainFloatAt(view: DataView, offset: number): number {
  const word = new DataView(new ArrayBuffer(4));
  word.setUint32(0, view.getUint16(offset, true) << 16);
  return word.getFloat32(0);
}
