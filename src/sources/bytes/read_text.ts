import { RankMeError } from "../../errors.ts";
import { nameOf } from "./input_name.ts";
import { openBytes } from "./open_bytes.ts";
import { type ByteReader, type ByteSource, readUpTo } from "./pulled_bytes.ts";

const CHUNK_BYTES = 65_536;
/** Characters of a text of a list of runs or files: a hundred for each of more than anybody has. */
const MOST_LISTED = 1 << 24;

/**
 * Reads a text that lists something to its end.
 *
 * @param input A path, a URL, or what gives bytes.
 * @returns The text, decoded as UTF-8.
 * @throws {RankMeError} `unreadable`, `permission`, or `unsupported` for a text of more than 16 MB, with
 * the name of the input.
 */
export async function readText(input: string | URL | ByteReader): Promise<string> {
  return (await readTextIf(input, () => true, MOST_LISTED))!;
}

/**
 * Reads a text to its end if its beginning is as it should be.
 *
 * @param input A path, a URL, or what gives bytes.
 * @param isWanted Judges the beginning.
 * @param most How many characters it may have. Default: any number.
 * @returns The text, decoded as UTF-8; nothing when it is not wanted.
 * @throws {RankMeError} `unreadable` or `permission`, with the name of the input.
 */
export async function readTextIf(
  input: string | URL | ByteReader,
  isWanted: (beginning: string) => boolean,
  most = Infinity,
): Promise<string | undefined> {
  const name = typeof input === "string" || input instanceof URL ? nameOf(input) : "stdin";
  try {
    const { source } = await openBytes(input);
    return await decodedIf(source, isWanted, most).finally(() => source.close());
  } catch (error) {
    throw error instanceof RankMeError ? error.at({ input: name }) : error;
  }
}

async function decodedIf(
  source: ByteSource,
  isWanted: (beginning: string) => boolean,
  most: number,
): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  for (let isFirst = true;; isFirst = false) {
    const bytes = isFirst
      ? await readUpTo(source, CHUNK_BYTES)
      : await source.read(new Uint8Array(CHUNK_BYTES));
    text += decoder.decode(bytes, { stream: bytes.length > 0 });
    if (isFirst && !isWanted(text)) return undefined;
    if (text.length > most) throw tooLong(most);
    if (bytes.length === 0) return text;
  }
}

function tooLong(most: number): RankMeError {
  return new RankMeError("unsupported", `a text of more than ${Math.floor(most / 1e6)} MB`, {
    advice: "a list names files and their numbers; embeddings are in files of their own",
  });
}
