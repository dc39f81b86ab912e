import { parseJson } from "../../parse_json.ts";
import { RankMeError } from "../../errors.ts";
import { readText } from "../bytes/read_text.ts";
import { compareNaturally } from "./natural_order.ts";
import { lookUp, pathIn } from "./directory.ts";
import { someNames } from "./some_names.ts";

const FLATTEN = "save it without: dataset.flatten_indices().save_to_disk(…)";

/**
 * The parts of what `save_to_disk` of Hugging Face's `datasets` wrote: its `state.json` says which
 * files count, and in which order; its `dataset_dict.json` which folders are data sets.
 *
 * @param folder The path of a folder.
 * @param names What is in it.
 * @returns The paths of the files or of the one folder in it that count; nothing where it is another
 * kind of folder.
 * @throws {RankMeError} `unsupported`, where there are several data sets; `unreadable`, where a
 * file is missing; `corrupt`.
 */
export async function dataSetParts(
  folder: string,
  names: readonly string[],
): Promise<readonly string[] | undefined> {
  if (names.includes("dataset_dict.json")) return [await onlySplit(folder)];
  if (!names.includes("state.json")) return undefined;
  const state = await readJson(pathIn(folder, "state.json"));
  const files = fileNames(state._data_files);
  // A file of the same name that something else wrote.
  if (!files) return undefined;
  for (const key of ["_indices_files", "_indices_data_files"]) {
    const indices = state[key];
    if (Array.isArray(indices) && indices.length > 0) {
      throw new RankMeError(
        "unsupported",
        "the rows of this data set are chosen and ordered by another file",
        { place: { input: folder }, advice: FLATTEN },
      );
    }
  }
  const missing = files.filter((name) => !names.includes(name));
  if (missing.length === 0) return files.map((name) => pathIn(folder, name));
  throw new RankMeError(
    "unreadable",
    `state.json names files that are missing: ${someNames(missing)}`,
    {
      place: { input: folder },
      advice: "was all of the folder copied?",
    },
  );
}

async function onlySplit(folder: string): Promise<string> {
  const { splits } = await readJson(pathIn(folder, "dataset_dict.json"));
  const names = Array.isArray(splits) ? splits.map(String).sort(compareNaturally) : [];
  const paths = names.map((name) => pathIn(folder, name));
  if (paths.length !== 1) {
    throw new RankMeError("unsupported", `this folder holds ${paths.length} data sets`, {
      place: { input: folder },
      advice: `pass one of them: ${someNames(paths)}`,
    });
  }
  if (isPlain(names[0]) && (await lookUp(paths[0]))?.isFolder) return paths[0];
  throw new RankMeError(
    "unreadable",
    `dataset_dict.json names a folder that is missing: ${names[0]}`,
    {
      place: { input: folder },
      advice: "was all of the folder copied?",
    },
  );
}

/** The names of the files, if that is what a value lists. */
function fileNames(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const names = value.map((file) => file?.filename);
  return names.every((name) => typeof name === "string" && isPlain(name)) ? names : undefined;
}

/** Whether a name leads to nowhere else. */
function isPlain(name: string): boolean {
  return !/[/\\]/.test(name) && name !== "" && name !== "..";
}

async function readJson(path: string): Promise<Record<string, unknown>> {
  const text = await readText(path);
  try {
    return Object(parseJson(text));
  } catch (cause) {
    throw new RankMeError("corrupt", "it cannot be read as JSON, and says which files count", {
      place: { input: path },
      advice: "pass the files that count, or a pattern such as 'folder/*.arrow'",
      cause,
    });
  }
}
