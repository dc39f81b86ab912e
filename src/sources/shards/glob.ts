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
  return /[*?[]/.test(path) || alternatives(path).length > 1;
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
  const found = new Map<string, Entry>();
  for (const path of alternatives(pattern)) {
    const absolute = path.startsWith("/");
    const steps = path.split("/").filter((step) => step !== "");
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

/** What a pattern with braces stands for, braces inside braces too. */
function alternatives(pattern: string): readonly string[] {
  let depth = 0, start = -1;
  const commas: number[] = [];
  for (let i = 0; i < pattern.length; i++) {
    if (pattern[i] === "{") {
      if (depth++ === 0) start = i;
    } else if (pattern[i] === "," && depth === 1) {
      commas.push(i);
    } else if (pattern[i] === "}" && depth > 0 && --depth === 0) {
      if (commas.length > 0) {
        const cuts = [start, ...commas, i];
        const before = pattern.slice(0, start), after = pattern.slice(i + 1);
        return cuts.slice(1).flatMap((end, part) =>
          alternatives(before + pattern.slice(cuts[part] + 1, end) + after)
        );
      }
    }
  }
  return [pattern];
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
