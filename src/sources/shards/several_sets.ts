import { RankMeError } from "../../errors.ts";
import { LAYER_WORDS } from "../column_names.ts";
import { argument } from "../foreign/lines.ts";
import { stemOf } from "./file_names.ts";
import { isPattern } from "./glob.ts";
import { compareNaturally } from "./natural_order.ts";

/**
 * From so many stems on with one file each, files are called after what is in them, as with an array for
 * each image, and not after data sets, weights or tasks.
 */
const MANY_STEMS = 50;
/** The most data sets that a message lists. */
const MOST_LISTED = 12;
/** Words after which a number, a letter or a value tells checkpoints, layers and runs apart, no shards. */
const OTHERS =
  `${LAYER_WORDS.join("|")}|epoch|ep|step|ckpt|checkpoint|iter|iteration|it|head|seed|` +
  "version|v|model|run|trial|exp|experiment|fold|view|task|lr|tau|temp|temperature|dim";
const OF_ANOTHER_SET = new RegExp(
  `(?<![a-z])(?:${OTHERS})s?(?:[-_=.]?\\d+(?:\\.\\d+)?(?!\\d|-of-)|[-_=][a-z](?![a-z])|=[^/]+)`,
  "gi",
);
/** Words after which a number is one of a shard, though others may be missing. */
const SHARDS =
  "part|shard|chunk|rank|batch|data|emb|embed|embedding|feat|feature|vec|vector|file|" +
  "worker|process|proc|gpu|node|device|out|output|x|img|image|text|frame|clip|video|id|row|n|p|s|of|" +
  "train|test|val|valid|validation";
const OF_A_SHARD = new RegExp(`(?<![a-z])(?:${SHARDS})s?[-_. (]*$`, "i");
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
/** So many hexadecimal digits, or letters and digits in turns, are a hash or an identifier. */
const HASH =
  /(?<![a-z0-9])(?=[a-z]*\d|[0-9a-f]{16})([0-9a-f]{8,}|(?=[a-z0-9]*?(?:(?:[a-z]+\d+){2}[a-z]|(?:\d+[a-z]+){2}\d))[a-z0-9]{8,})(?![a-z0-9])/gi;
/** Folders that are never parts of one data set. */
const SPLIT = /(?<![a-z])(train|training|test|val|valid|validation|dev|eval)(?![a-z])/i;
/** What stands beside embeddings and holds none. */
const BESIDE = /(?<![a-z])(metadata|meta|labels?|targets?|ids?|index|y)(?![a-z])/i;

/**
 * Refuses files whose names say that they are several data sets: two splits, image vectors beside text
 * vectors, the arrays that one program saved. Shards of one differ in a number, a date, a hash, a letter
 * that counts, or in the partition that they are in.
 *
 * @param input What messages call all of them.
 * @param paths The files that were found in a folder or by a pattern.
 * @throws {RankMeError} `unsupported`, with a line for each data set that scores it.
 */
export function refuseSeveralSets(input: string, paths: readonly string[]): void {
  const sets = [...setsAmong(paths).values()];
  if (sets.length < 2) return;
  sets.sort(([a], [b]) => compareNaturally(a, b));
  const known = sets.filter(([path]) => !BESIDE.test(nameOf(path)));
  const listed = (known.length > 0 ? known : sets).slice(0, MOST_LISTED);
  const lines = listed.map((set) => lineFor(set, paths));
  const names = described(sets, paths).slice(0, MOST_LISTED).join(", ");
  const more = sets.length > MOST_LISTED ? `, and ${sets.length - MOST_LISTED} more` : "";
  throw new RankMeError(
    "unsupported",
    `these files look like ${sets.length} data sets: ${names}${more}`,
    {
      place: { input },
      advice: "score one of them, or list files that are shards of one",
      lines: lines.flatMap((line) => line === undefined ? [] : [`    ${line}`]),
    },
  );
}

/** The files of each data set, by what their names have in common. */
function setsAmong(paths: readonly string[]): Map<string, string[]> {
  const depth = sharedFolder(paths).length;
  const files = paths.map((path) => {
    const folder = path.slice(depth, path.lastIndexOf("/") + 1);
    return {
      path,
      name: nameOf(path),
      // A partition is a part of one set, unless it is called as a set of its own is.
      folder: withoutNumbers(
        folder.replace(/[^/]*=[^/]*\//g, (part) => isOfItsOwn(part) ? part : ""),
      ),
    };
  });
  const stems = countedStems(files.map(({ name }) => stemOf(name)));
  const byStem = Map.groupBy(files, ({ name }) => stems(stemOf(name)));
  if (byStem.size >= MANY_STEMS && byStem.size === files.length) return new Map();
  const sets = new Map<string, string[]>();
  for (const [stem, group] of byStem) {
    // Parts that are numbered on through several folders are of one data set.
    const folders = new Set(group.map(({ folder }) => folder));
    const isRepeated = new Set(group.map(({ name, folder }) => `${folder}/${name}`)).size >
      new Set(group.map(({ name }) => name)).size;
    const areApart = folders.size > 1 &&
      (isRepeated || [...folders].some(isOfItsOwn));
    const areOne = areShards(group.map(({ name }) => stemOf(name)));
    for (const { path, folder, name } of group) {
      const key = (areApart ? folder : "") + (areOne ? stem : stemOf(name));
      const set = sets.get(key);
      if (set) set.push(path);
      else sets.set(key, [path]);
    }
  }
  return sets;
}

/**
 * Whether names that differ in numbers can be those of shards: these count from 0 or 1, or on, or are
 * spaced evenly, or are years, or have a word or zeros before them that say so. `resnet18` beside
 * `resnet50` has none of that.
 */
function areShards(stems: readonly string[]): boolean {
  const names = [...new Set(stems)];
  const parts = names.map((name) => /^(.*?[a-z][-_ ]?)(\d+(?:\.\d+)?)$/i.exec(name));
  const [first] = parts;
  if (names.length < 2 || !parts.every((one) => one !== null && one[1] === first![1])) return true;
  if (OF_A_SHARD.test(first![1])) return true;
  const digits = parts.map((one) => one![2]);
  if (digits.some((one) => /^0\d/.test(one)) || digits.every((one) => one.length > 5)) return true;
  const numbers = digits.map(Number).sort((a, b) => a - b);
  if (numbers[0] <= 1 && numbers.every(Number.isInteger) || digits.every(isYear)) return true;
  const step = numbers[1] - numbers[0];
  const isEven = numbers.every((number, i) => i === 0 || number - numbers[i - 1] === step);
  return isEven && (step === 1 || numbers.length > 2) && numbers.every(Number.isInteger);
}

function isYear(digits: string): boolean {
  return /^(19|20)\d\d$/.test(digits);
}

/** Whether the name of a folder says that what is in it is a split, or of one checkpoint. */
function isOfItsOwn(folder: string): boolean {
  return SPLIT.test(folder) || folder.search(OF_ANOTHER_SET) >= 0;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function sharedFolder(paths: readonly string[]): string {
  let shared = paths[0]?.slice(0, paths[0].lastIndexOf("/") + 1) ?? "";
  while (!paths.every((path) => path.startsWith(shared))) {
    shared = shared.slice(0, shared.lastIndexOf("/", shared.length - 2) + 1);
  }
  return shared;
}

/** A name with a # for each number, date or hash that tells a shard. */
function withoutNumbers(name: string): string {
  const kept: string[] = [];
  const marked = name.replace(OF_ANOTHER_SET, (word) => `\0${kept.push(word) - 1}\0`);
  const plain = marked.split(/(\0\d+\0)/).map((part) =>
    part.startsWith("\0")
      ? kept[Number(part.slice(1, -1))]
      : part.replace(UUID, "#").replace(HASH, "#").replace(/\d+([-_.:T]?\d+)*/g, "#")
  );
  // The first of several may have no number: emb.npy beside emb-1.npy.
  return plain.join("").replace(/(?<=.)[-_. (]*#\)?$/s, "");
}

/** Stems without their numbers; letters count where they begin with a, as in `a.csv` and `part_ab`. */
function countedStems(stems: readonly string[]): (stem: string) => string {
  const known = new Set(stems);
  return (stem) => {
    const [, before, letters] = /^(.*?)([a-z]{1,3})$/s.exec(stem) ?? [];
    for (let count = 1; count <= (letters?.length ?? 0); count++) {
      const prefix = before + letters.slice(0, letters.length - count);
      const isWord = count === 1 && /[a-z]$/i.test(prefix) || stem.search(OF_ANOTHER_SET) >= 0;
      if (!isWord && known.has(prefix + "a".repeat(count))) return withoutNumbers(`${prefix}0`);
    }
    return withoutNumbers(stem);
  };
}

/** The first file of each data set, with its folder where names alone are the same. */
function described(sets: readonly (readonly string[])[], paths: readonly string[]): string[] {
  const names = sets.map(([first]) => nameOf(first));
  const depth = new Set(names).size === names.length ? undefined : sharedFolder(paths).length;
  return sets.map(({ 0: first, length }, i) => {
    const name = depth === undefined ? names[i] : first.slice(depth);
    return length === 1 ? name : `${name} and ${length - 1} more`;
  });
}

/** A command that scores a data set and nothing else; nothing where its files have no pattern. */
function lineFor(set: readonly string[], all: readonly string[]): string | undefined {
  const own = new Set(set);
  const others = all.filter((path) => !own.has(path));
  const input = set.length === 1 ? set[0] : folderOf(set, others) ?? patternOf(set, others);
  if (input === undefined) return undefined;
  return `rankme ${argument(input)}`;
}

function folderOf(set: readonly string[], others: readonly string[]): string | undefined {
  const folder = sharedFolder(set);
  return folder === "" || others.some((path) => path.startsWith(folder)) ? undefined : folder;
}

/** What all paths begin and end with, if no other does, and it means nothing else in a pattern. */
function patternOf(set: readonly string[], others: readonly string[]): string | undefined {
  const [first, ...more] = set;
  let start = first.length, end = first.length;
  for (const path of more) {
    while (!path.startsWith(first.slice(0, start))) start--;
    while (!path.endsWith(first.slice(first.length - end))) end--;
  }
  const shortest = Math.min(...set.map(({ length }) => length));
  const before = first.slice(0, start),
    after = first.slice(first.length - Math.min(end, shortest - start));
  const folder = sharedFolder(set);
  const isTheirs = before.length >= folder.length &&
    set.every((path) => !path.slice(folder.length).includes("/")) &&
    !others.some((path) => path.startsWith(before) && path.endsWith(after));
  return isTheirs && !isPattern(before + after) ? `${before}*${after}` : undefined;
}
