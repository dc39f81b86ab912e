import { RankMeError } from "../../errors.ts";
import { type Entry, lookUp, namesIn, pathIn } from "./directory.ts";
import { isHidden } from "./file_names.ts";
import { withStars } from "../stars.ts";
import { compareNaturally } from "./natural_order.ts";

/**
 * Whether a path is a pattern.
 *
 * @param path The path.
 * @returns Whether it has `*`, `?`, `[…]` or `{a,b}`.
 */
export function isPattern(path: string): boolean {
  return /[*?[]/.test(path) || countAlternatives(path) > 1;
}

/**
 * Finds what a pattern stands for, as a shell does: `*` and `?` stand for any characters, `[a-c]` and
 * `[!a-c]` for one, `{a,b}` for either, `**` for any folders. What is hidden has to be named as such.
 *
 * @param pattern The pattern.
 * @returns Files and folders, in natural order. Whatever is in a folder that is among them is not.
 * @throws {RankMeError} `permission` or `unreadable`, for a folder; `usage`, for what is no pattern.
 */
export async function matches(pattern: string): Promise<readonly Entry[]> {
  if (countAlternatives(pattern) > MOST_ALTERNATIVES) {
    throw new RankMeError("usage", `its braces stand for more than ${MOST_ALTERNATIVES} paths`, {
      place: { input: pattern },
      advice: "write fewer of them, or * in their place",
    });
  }
  const found = new Map<string, Entry>();
  for (const path of alternatives(pattern)) {
    const absolute = path.startsWith("/");
    // Folders of any folders are any folders: taken one by one, they would be gone through many times.
    const steps = path.split("/")
      .filter((step, i, all) => step !== "" && !(step === "**" && all[i - 1] === "**"));
    for await (const entry of walk(absolute ? "/" : "", steps)) found.set(entry.path, entry);
  }
  const folders = [...found.values()].filter(({ isFolder }) => isFolder);
  return [...found.values()]
    .filter(({ path }) => !folders.some((folder) => path.startsWith(`${folder.path}/`)))
    .sort((a, b) => compareNaturally(a.path, b.path));
}

async function* walk(
  folder: string,
  [step, ...rest]: readonly string[],
): AsyncGenerator<Entry, void, void> {
  if (step === undefined) {
    const entry = await lookUp(folder || ".");
    if (entry) yield entry;
  } else if (step === "**") {
    // All there is in a folder is the folder.
    yield* rest.length === 0 ? walk(folder, rest) : walkDown(folder, rest, []);
  } else if (/[*?[]/.test(step)) {
    const fits = matcher(step);
    for (const name of await namesIn(folder) ?? []) {
      const isMeant = !isHidden(name) || isHidden(step);
      if (isMeant && fits(name)) yield* walk(pathIn(folder, name), rest);
    }
  } else {
    // Not looked up by itself: there may be permission for what is in it only.
    yield* walk(pathIn(folder, step), rest);
  }
}

/** In a folder, and in all folders in it. */
async function* walkDown(
  folder: string,
  rest: readonly string[],
  above: readonly (string | undefined)[],
): AsyncGenerator<Entry, void, void> {
  const { isFolder, identity } = await lookUp(folder || ".") ?? {};
  // A link may lead back to where it is.
  if (!isFolder || (identity !== undefined && above.includes(identity))) return;
  yield* walk(folder, rest);
  for (const name of await namesIn(folder) ?? []) {
    if (!isHidden(name)) yield* walkDown(pathIn(folder, name), rest, [...above, identity]);
  }
}

/**
 * As many paths may the braces of a pattern stand for: each is looked for by itself, and two dozen of
 * `{a,b}` in a row would be millions.
 */
const MOST_ALTERNATIVES = 1000;

/** How many paths the braces of a pattern stand for, found without writing them down. */
function countAlternatives(pattern: string): number {
  // Of each brace that is open: those of its parts before the last comma, and those after it.
  const open = [{ before: 0, last: 1 }];
  for (const character of pattern) {
    const inner = open.at(-1)!;
    if (character === "{") {
      open.push({ before: 0, last: 1 });
    } else if (character === "," && open.length > 1) {
      inner.before += inner.last;
      inner.last = 1;
    } else if (character === "}" && open.length > 1) {
      open.pop();
      // Braces without a comma are characters like others, and so is all that is in them.
      if (inner.before > 0) open.at(-1)!.last *= inner.before + inner.last;
    }
  }
  return open[0].last;
}

/** What a pattern with braces stands for, braces inside braces too. */
function alternatives(pattern: string): readonly string[] {
  let found = [""], from = 0, depth = 0, start = -1;
  let commas: number[] = [];
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] === "{") {
      if (depth++ > 0) continue;
      start = i;
      commas = [];
    } else if (pattern[i] === "," && depth === 1) {
      commas.push(i);
    } else if (pattern[i] === "}" && depth > 0 && --depth === 0 && commas.length > 0) {
      const cuts = [start, ...commas, i], before = pattern.slice(from, start);
      const parts = cuts.slice(1)
        .flatMap((end, part) => alternatives(pattern.slice(cuts[part] + 1, end)));
      found = found.flatMap((head) => parts.map((part) => head + before + part));
      from = i + 1;
    }
  }
  return found.map((head) => head + pattern.slice(from));
}

/** Stands for stars in a pattern: no name of a file has it. */
const STARS = "\0";

/** Tells names that fit one step of a pattern. */
function matcher(step: string): (name: string) => boolean {
  const source = step.replace(
    /\*+|\?|\[([!^]?)(\]?[^\]]*)\]|[\\^$.|+()[\]{}]/g,
    (part, not: string | undefined, characters: string) => {
      if (part.startsWith("*")) return STARS;
      if (part === "?") return ".";
      if (not === undefined) return `\\${part}`;
      return `[${not && "^"}${characters.replace(/[\\\]^[]/g, "\\$&")}]`;
    },
  );
  try {
    const expression = withStars(source.split(STARS));
    return (name) => expression.test(name);
  } catch (cause) {
    throw new RankMeError("usage", `${step} is not a pattern`, { cause });
  }
}
