import { RankMeError } from "../errors.ts";

/** A number as names have it: digits, perhaps a fraction and an exponent, or thousands and millions. */
const NUMBER = String.raw`(\d+(?:\.\d+)?(?:e[+-]?\d+)?)([km](?![a-z]))?`;
const MULTIPLES: Readonly<Record<string, number>> = { k: 1e3, m: 1e6 };
/** How many names a message lists. */
const SHOWN = 5;

/**
 * Reads from the names of checkpoints how far each had come: the number after a word, as 1000 after
 * `step` in `step-1000`, `step=1000`, `step_1000` and `global_step1000.npy`; where no name has the word,
 * the only number in which the names differ.
 *
 * @param names Names or paths.
 * @param word What the number counts.
 * @returns The number in each name.
 * @throws {RankMeError} `usage`, where a name has none, more than one could be meant, or two names have
 * the same.
 *
 * @example With the word and without
 * ```ts
 * import { positionsIn } from "@rankme/rankme/selection";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(positionsIn(["run3/step-500.npy", "run3/step-1k.npy"], "step"), [500, 1000]);
 * assertEquals(positionsIn(["run3/ckpt-500.npy", "run3/ckpt-900.npy"], "step"), [500, 900]);
 * ```
 */
export function positionsIn(names: readonly string[], word: string): readonly number[] {
  const after = names.map((name) => numberAfter(word, name));
  const without = names.filter((_, index) => after[index] === undefined);
  const positions = without.length === names.length
    ? onlyVaryingNumber(names, word)
    : after.map((position) => position ?? refuseNames(`no number after "${word}"`, word, without));
  const twice = names.filter((_, index) =>
    positions.some((other, i) => i !== index && other === positions[index])
  );
  return twice.length === 0
    ? positions
    : refuseNames(`the same ${word} more than once`, word, twice);
}

/** The last one, as what is deeper in a path says more of a file. */
function numberAfter(word: string, name: string): number | undefined {
  const literal = word.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  // The word itself, not the end of another one, and then nothing but what sets numbers apart.
  const pattern = new RegExp(`(?<!\\p{L})${literal}[-_=.: ]{0,2}${NUMBER}`, "giu");
  const last = [...name.matchAll(pattern)].at(-1);
  return last && numberOf(last[1], last[2]);
}

function onlyVaryingNumber(names: readonly string[], word: string): readonly number[] {
  const numbers = names.map((name) =>
    Array.from(
      name.matchAll(new RegExp(NUMBER, "gi")),
      ([, digits, unit]) => numberOf(digits, unit),
    )
  );
  const places = numbers[0].map((_, place) => place).filter((place) =>
    numbers.some((one) => one[place] !== numbers[0][place])
  );
  const alike = numbers.every(({ length }) => length === numbers[0].length);
  if (alike && places.length === 1) return numbers.map((one) => one[places[0]]);
  const only = names.length === 1 && numbers[0].length === 1;
  if (only) return numbers[0].slice(0, 1);
  return refuseNames(`no number after "${word}", nor one number alone that differs,`, word, names);
}

function numberOf(digits: string, unit?: string): number {
  return Number(digits) * (unit === undefined ? 1 : MULTIPLES[unit.toLowerCase()]);
}

function refuseNames(what: string, word: string, names: readonly string[]): never {
  const shown = names.slice(0, SHOWN).join(", ");
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "";
  throw new RankMeError("usage", `${what} in ${shown}${more}`, {
    advice: `names such as ${word}-1000.npy say how far each had come; ` +
      "pass those that do, by a pattern",
  });
}
