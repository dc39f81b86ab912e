import type { FileBlock } from "apache-arrow/ipc/metadata/file";
import { RankMeError } from "../../errors.ts";
import {
  type BareBatch,
  MessageDecoder,
  type MessageDecoderOptions,
  type MessageOutcome,
  PREFIX_BYTES,
} from "./messages.ts";
import { type ArrowFooter, decodeFooter, decodeMetadata } from "./metadata.ts";
import { corrupt, decoding } from "./corrupt.ts";
import { detectFormat } from "../detect.ts";
import { MemoryPool } from "../bytes/memory_pool.ts";
import { type RandomAccess, readBytes } from "../bytes/random_access.ts";

const MAGIC = new TextEncoder().encode("ARROW1");
/** The magic at the start, padded to 8 bytes at least. */
const HEAD_BYTES = 8;
/** The footer's length and the magic at the end. */
const TAIL_BYTES = 4 + MAGIC.length;

/** Writers pad the magic to 8 or to 64 bytes. */
const MAX_HEAD_BYTES = 64;

/**
 * Reads an Arrow IPC file (Feather V2) by random access: the footer says what the columns are and
 * where the record batches lie, and each is read by itself.
 *
 * @param file The open file, which is not closed.
 * @param wanted Which columns of a schema will be looked at. Default: all.
 * @param memory Where memory comes from. Default: anew.
 * @returns Its record batches, in the order of the footer.
 * @throws {RankMeError} `truncated`, when the footer is missing; `corrupt` or `unsupported`.
 */
export async function* arrowFileBatches(
  file: RandomAccess,
  wanted?: MessageDecoderOptions["wanted"],
  memory = new MemoryPool(),
): AsyncGenerator<BareBatch, void, void> {
  const { schema, dictionaries, batches } = await readFooter(file);
  const decoder = new MessageDecoder({ schema, wanted });
  for (const block of dictionaries) await readMessage(file, block, decoder, memory, "dictionary");
  for (const block of batches) {
    const outcome = await readMessage(file, block, decoder, memory, "batch");
    if (outcome.kind === "batch") yield outcome.batch;
  }
}

async function readFooter(file: RandomAccess): Promise<ArrowFooter> {
  if (file.size < HEAD_BYTES + TAIL_BYTES) throw unfinished();
  const tail = await readBytes(file, file.size - TAIL_BYTES, TAIL_BYTES);
  if (!MAGIC.every((byte, i) => tail[4 + i] === byte)) throw unfinished();
  const length = new DataView(tail.buffer).getInt32(0, true);
  const position = file.size - TAIL_BYTES - length;
  if (length <= 0 || position < HEAD_BYTES) throw corrupt(`a footer of ${length} bytes`);
  const bytes = await readBytes(file, position, length);
  const footer = decoding(() => decodeFooter(bytes));
  await checkBlocks(file, [...footer.dictionaries, ...footer.batches], position);
  return footer;
}

/** Checks that the blocks fill the file up to the footer, so that no message is missing or read twice. */
async function checkBlocks(file: RandomAccess, blocks: FileBlock[], end: number): Promise<void> {
  const ordered = blocks.toSorted((a, b) => a.offset - b.offset);
  let free = await endOfSchema(file, end) ?? ordered[0]?.offset ?? end;
  for (const { offset, metaDataLength, bodyLength } of ordered) {
    await checkGap(file, free, offset);
    if (offset < HEAD_BYTES || metaDataLength < PREFIX_BYTES || bodyLength < 0) {
      throw corrupt(`a block of ${metaDataLength} + ${bodyLength} bytes`).at({ byte: offset });
    }
    free = offset + metaDataLength + bodyLength;
  }
  await checkGap(file, free, end);
}

async function checkGap(file: RandomAccess, free: number, next: number): Promise<void> {
  if (next < free) throw corrupt("a block that reaches into the next").at({ byte: next });
  if (next > free && messageBytes(await readBytes(file, free, PREFIX_BYTES)) > 0) {
    throw corrupt("a message that the footer does not list").at({ byte: free });
  }
}

/**
 * Where blocks can begin: after the schema, where it is there as a message. Polars leaves out its prefix,
 * and apache-arrow all of it.
 */
async function endOfSchema(file: RandomAccess, end: number): Promise<number | undefined> {
  const head = await readBytes(file, 0, Math.min(MAX_HEAD_BYTES + PREFIX_BYTES, end));
  let start = HEAD_BYTES;
  while (start < MAX_HEAD_BYTES && head[start] === 0) start += 8;
  const bytes = messageBytes(head.subarray(start, start + PREFIX_BYTES));
  if (bytes === 0) return undefined;
  const next = start + PREFIX_BYTES + bytes;
  if (next > end) throw corrupt("a message that reaches into the footer").at({ byte: start });
  const metadata = await readBytes(file, start + PREFIX_BYTES, bytes);
  return decoding(() => decodeMetadata(metadata)).kind === "schema" ? next : start;
}

/** The length of the metadata that a prefix announces, or 0 when it is the end marker or no prefix. */
function messageBytes(prefix: Uint8Array): number {
  if (prefix.length < PREFIX_BYTES || detectFormat(prefix) !== "arrow-stream") return 0;
  return new DataView(prefix.buffer, prefix.byteOffset).getUint32(4, true);
}

async function readMessage(
  file: RandomAccess,
  { offset, metaDataLength, bodyLength }: FileBlock,
  decoder: MessageDecoder,
  memory: MemoryPool,
  expected: MessageOutcome["kind"],
): Promise<MessageOutcome> {
  const parser = decoder.message();
  const block = memory.take(metaDataLength + bodyLength);
  await file.fill(offset, block);
  let at = 0;
  let step = parser.next();
  while (!step.done && at + step.value <= block.length) {
    step = parser.next(block.subarray(at, at += step.value));
  }
  if (!step.done || at !== block.length) {
    throw corrupt("a message of another length than the footer says").at({ byte: offset });
  }
  if (step.value.kind !== expected) {
    throw corrupt(`a message of kind ${step.value.kind}, not ${expected}`).at({ byte: offset });
  }
  return step.value;
}

function unfinished(): RankMeError {
  return new RankMeError("truncated", "an Arrow IPC file without its footer", {
    advice: "its writer was not closed: write it again",
  });
}
