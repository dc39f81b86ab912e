import { RankMeError } from "../../errors.ts";
import { shapeName } from "../axes.ts";
import { ChunkFeeder, exactly, type ExactReader } from "../bytes/exact_reads.ts";
import type { MemoryPool } from "../bytes/memory_pool.ts";
import { pull } from "../bytes/pulled_bytes.ts";
import type { RandomAccess } from "../bytes/random_access.ts";
import type { Column } from "../column.ts";
import { checkChoice, type ColumnChoice } from "../columns.ts";
import { corruptData } from "../corrupt.ts";
import { foreignArchive } from "../foreign/archives.ts";
import type { FormatReader, RowOptions } from "../format_reader.ts";
import { inStep, takingTurns } from "../in_step.ts";
import { inOtherForm } from "../other_forms.ts";
import type { RowBlock } from "../row_block.ts";
import { checkTogether, chooseArrays, type ChosenArrays } from "./choose_array.ts";
import { answered, endOfInput } from "./dense_rows.ts";
import { keyTextsOf, type KeyValues, keyValues } from "./key_array.ts";
import { matrixIn, type NpyOptions, npyRows, readNpy } from "./npy.ts";
import { npyDType, type NpyHeader, readNpyHeader } from "./npy_header.ts";
import { type ZipMember, zipMemberBytes, zipMembers } from "./zip.ts";

const SUFFIX = ".npy";
/** Headers of so many arrays are read in less than a second. */
const MOST_ARRAYS = 1000;
const NEEDED = "an array of numbers with two axes is needed: (rows, dimensions)";

/** Reads arrays of a NumPy .npz archive: one, or several side by side. */
export const npzReader: FormatReader = {
  async *read(file, options, memory) {
    checkChoice(options);
    const arrays = arraysAmong(await zipMembers(file));
    const { keys = [] } = options;
    const array = namedArray(arrays, options);
    const choice = array ? { ...options, column: nameOf(array) } : options;
    if (array && keys.length === 0) {
      chooseArrays([{ name: nameOf(array), kind: "vectors", type: "array" }], choice, NEEDED);
      return yield* readArray(file, array, options);
    }
    const found = await described(file, arrays);
    const chosen = chooseArrays(found, choice, NEEDED);
    if (chosen.areSeveral || keys.length > 0) {
      yield* readTogether(takingTurns(file), found, chosen, options, memory);
    } else {
      const { indices: [index], unproven } = chosen;
      yield* readArray(file, arrays[index], { ...options, unproven });
    }
  },
};

/** Arrays whose rows are those of each other, which their shapes say before any row is read. */
async function* readTogether(
  file: RandomAccess,
  arrays: readonly DescribedArray[],
  { indices, areSeveral, keys }: ChosenArrays,
  options: RowOptions,
  memory?: MemoryPool,
): AsyncGenerator<RowBlock, void, void> {
  const columns = indices.map((index) => {
    const { member, name, header } = arrays[index], origin = `array "${name}"`;
    const { rows } = matrixIn(header, { ...options, origin });
    return { name, origin, rows, blocks: readArray(file, member, options) };
  });
  const texts = keys.map((index) => {
    const { member, name, header } = arrays[index], origin = `array "${name}"`;
    const values = keyValues({ ...header, origin });
    return { name, origin, rows: values.count, texts: readKeys(file, member, header, values) };
  });
  checkTogether(columns, texts);
  yield* inStep({ columns, areSeveral, keys: texts }, memory);
}

async function* readKeys(
  file: RandomAccess,
  member: ZipMember,
  { dataStart }: NpyHeader,
  values: KeyValues,
): AsyncGenerator<(string | null)[], void, void> {
  const { size, inOrder } = await zipMemberBytes(file, member);
  const source = inOrder();
  const origin = `array "${nameOf(member)}"`;
  try {
    yield* pull(source, new ChunkFeeder(keyRows(dataStart, values, origin), { bytes: size }));
  } catch (error) {
    throw inArray(member, error);
  } finally {
    await source.close();
  }
}

function* keyRows(
  dataStart: number,
  values: KeyValues,
  origin: string,
): ExactReader<(string | null)[]> {
  yield* exactly(dataStart, "the header");
  yield* keyTextsOf(values, origin);
  yield* endOfInput(() => corruptData(".npy data", `more bytes follow ${origin}`));
}

/** The members that are arrays. */
function arraysAmong(members: readonly ZipMember[]): readonly ZipMember[] {
  const arrays = members.filter(({ filename }) => filename.endsWith(SUFFIX));
  if (arrays.length > 0) return arrays;
  const { name, advice } = foreignArchive(members.map(({ filename }) => filename));
  throw new RankMeError("unsupported", `this is ${name}`, { advice });
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

/** An array as a column, and where it is. */
interface DescribedArray extends Column {
  readonly member: ZipMember;
  readonly header: NpyHeader;
}

async function described(
  file: RandomAccess,
  arrays: readonly ZipMember[],
): Promise<DescribedArray[]> {
  if (arrays.length > MOST_ARRAYS) {
    throw new RankMeError("column", `there are ${arrays.length} arrays`, {
      advice: "choose one with --column NAME",
    });
  }
  const columns: DescribedArray[] = [];
  for (const array of arrays) {
    const header = await headerOf(file, array);
    const dtype = npyDType(header), name = nameOf(array);
    const isMatrix = header.shape.length >= 2;
    // Objects, bytes and fields may be anything; what has one axis of others is of one value for each row.
    const mayBeRows = !dtype && (isMatrix || !/^[<>|=]?[bSU]/.test(header.descr ?? ""));
    columns.push({
      name,
      kind: dtype && isMatrix ? "vectors" : "other",
      ...inOtherForm(mayBeRows ? "others" : undefined, name),
      type: `${dtype?.name ?? header.descr ?? "fields"} ${shapeName(header.shape)}`,
      member: array,
      header,
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
