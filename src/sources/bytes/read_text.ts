import { RankMeError } from "../../errors.ts";
import { nameOf } from "./input_name.ts";
import { openBytes } from "./open_bytes.ts";
import { type ByteReader, type ByteSource, readUpTo } from "./pulled_bytes.ts";

const CHUNK_BYTES = 65_536;

/**
 * Reads a text to its end.
 *
 * @param input A path, a URL, or what gives bytes.
 * @returns The text, decoded as UTF-8.
 * @throws {RankMeError} `unreadable` or `permission`, with the name of the input.
 */
export async function readText(input: string | URL | ByteReader): Promise<string> {
  return (await readTextIf(input, () => true))!;
}

/**
 * Reads a text to its end if its beginning is as it should be.
 *
 * @param input A path, a URL, or what gives bytes.
 * @param isWanted Judges the beginning.
 * @returns The text, decoded as UTF-8; nothing when it is not wanted.
 * @throws {RankMeError} `unreadable` or `permission`, with the name of the input.
 */
export async function readTextIf(
  input: string | URL | ByteReader,
  isWanted: (beginning: string) => boolean,
): Promise<string | undefined> {
  const name = typeof input === "string" || input instanceof URL ? nameOf(input) : "stdin";
  try {
    const { source } = await openBytes(input);
    return await decodedIf(source, isWanted).finally(() => source.close());
  } catch (error) {
    throw error instanceof RankMeError ? error.at({ input: name }) : error;
  }
}

async function decodedIf(
  source: ByteSource,
  isWanted: (beginning: string) => boolean,
): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  for (let isFirst = true;; isFirst = false) {
    const bytes = isFirst
      ? await readUpTo(source, CHUNK_BYTES)
      : await source.read(new Uint8Array(CHUNK_BYTES));
    text += decoder.decode(bytes, { stream: bytes.length > 0 });
    if (isFirst && !isWanted(text)) return undefined;
    if (bytes.length === 0) return text;
  }
}
