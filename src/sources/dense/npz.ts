import { RankMeError } from "../../errors.ts";
import { shapeName } from "../axes.ts";
import { ChunkFeeder } from "../bytes/exact_reads.ts";
import { pull } from "../bytes/pulled_bytes.ts";
import type { RandomAccess } from "../bytes/random_access.ts";
import type { Column, ColumnChoice } from "../columns.ts";
import type { FormatReader } from "../format_reader.ts";
import type { RowBlock } from "../row_block.ts";
import { chooseArray } from "./choose_array.ts";
import { answered } from "./dense_rows.ts";
import { type NpyOptions, npyRows, readNpy } from "./npy.ts";
import { npyDType, type NpyHeader, readNpyHeader } from "./npy_header.ts";
import { type ZipMember, zipMemberBytes, zipMembers } from "./zip.ts";

const SUFFIX = ".npy";
/** Headers of so many arrays are read in less than a second. */
const MOST_ARRAYS = 1000;
/** How many names a message lists. */
const NAMES_SHOWN = 3;
const NEEDED = "an array of numbers with two axes is needed: (rows, dimensions)";

/** Reads one array of a NumPy .npz archive. */
export const npzReader: FormatReader = {
  async *read(file, options) {
    const arrays = arraysAmong(await zipMembers(file));
    const array = namedArray(arrays, options) ??
      arrays[chooseArray(await described(file, arrays), options, NEEDED)];
    yield* readArray(file, array, options);
  },
};

/** The members that are arrays. */
function arraysAmong(members: readonly ZipMember[]): readonly ZipMember[] {
  if (members.some(({ filename }) => filename.endsWith("/data.pkl"))) {
    throw new RankMeError("unsupported", "this is a PyTorch checkpoint, as torch.save writes", {
      advice: "a pickle can run any code: save the tensor with safetensors, or with np.save",
    });
  }
  const arrays = members.filter(({ filename }) => filename.endsWith(SUFFIX));
  if (arrays.length > 0) return arrays;
  const names = members.slice(0, NAMES_SHOWN).map(({ filename }) => JSON.stringify(filename));
  const more = members.length > names.length ? ` and ${members.length - names.length} more` : "";
  const held = names.length > 0 ? `it holds ${names.join(", ")}${more}` : "it is empty";
  throw new RankMeError("unsupported", `this is a zip archive without .npy arrays: ${held}`, {
    advice: "write it with np.savez",
  });
}

/** The array asked for, whatever it is: what does not fit has an error of its own. */
function namedArray(
  arrays: readonly ZipMember[],
  { column, columns }: ColumnChoice,
): ZipMember | undefined {
  if (columns) return undefined;
  return arrays.find(({ filename }) => filename === column) ??
    arrays.find((array) => nameOf(array) === column);
}

function nameOf({ filename }: ZipMember): string {
  return filename.slice(0, -SUFFIX.length);
}

async function described(file: RandomAccess, arrays: readonly ZipMember[]): Promise<Column[]> {
  if (arrays.length > MOST_ARRAYS) {
    throw new RankMeError("column", `there are ${arrays.length} arrays`, {
      advice: "choose one with --column NAME",
    });
  }
  const columns: Column[] = [];
  for (const array of arrays) {
    const header = await headerOf(file, array);
    const dtype = npyDType(header);
    columns.push({
      name: nameOf(array),
      kind: dtype && header.shape.length >= 2 ? "vectors" : "other",
      type: `${dtype?.name ?? header.descr ?? "fields"} ${shapeName(header.shape)}`,
    });
  }
  return columns;
}

async function headerOf(file: RandomAccess, array: ZipMember): Promise<NpyHeader> {
  const source = (await zipMemberBytes(file, array)).inOrder();
  try {
    return await answered(source, readNpyHeader());
  } catch (error) {
    throw inArray(array, error);
  } finally {
    await source.close();
  }
}

async function* readArray(
  file: RandomAccess,
  array: ZipMember,
  options: NpyOptions,
): AsyncGenerator<RowBlock, void, void> {
  const { stored, size, inOrder } = await zipMemberBytes(file, array);
  const source = inOrder();
  const named = { ...options, origin: `array "${nameOf(array)}"` };
  try {
    yield* stored
      ? readNpy(stored, source, named)
      : pull(source, new ChunkFeeder(npyRows(named, size), { bytes: size }));
  } catch (error) {
    throw inArray(array, error);
  } finally {
    await source.close();
  }
}

/** An error about an array, with its name. */
function inArray(array: ZipMember, error: unknown): unknown {
  if (!(error instanceof RankMeError) || error.what.includes(`"${nameOf(array)}`)) return error;
  const { code, what, place: { byte: _, ...place }, advice, cause } = error;
  return new RankMeError(code, `array "${nameOf(array)}": ${what}`, { place, advice, cause });
}
