import type { RecordBatch } from "apache-arrow";
import { Footer } from "apache-arrow/fb/footer";
import { ByteBuffer } from "flatbuffers";
import { RankMeError } from "../errors.ts";
import { corrupt } from "./arrow_metadata.ts";
import { MessageDecoder, type MessageOutcome } from "./arrow_messages.ts";
import type { RandomAccess } from "./random_access.ts";

const MAGIC = new TextEncoder().encode("ARROW1");
/** The magic at the start, padded to 8 bytes. */
const HEAD_BYTES = 8;
/** The footer's length and the magic at the end. */
const TAIL_BYTES = 4 + MAGIC.length;

/**
 * Reads an Arrow IPC file (Feather V2) by random access: the footer says where the record batches
 * are, and each is read by itself.
 *
 * @param file The open file; closed at the end, or when the reader is done with it.
 * @returns Its record batches, in the order of the footer.
 * @throws {RankMeError} `truncated`, when the footer is missing; `corrupt` or `unsupported`.
 */
export async function* readArrowFile(file: RandomAccess): AsyncGenerator<RecordBatch, void, void> {
  try {
    const { dictionaries, batches } = await readFooter(file);
    const decoder = new MessageDecoder();
    await readMessage(file, HEAD_BYTES, decoder, "schema");
    for (const position of dictionaries) await readMessage(file, position, decoder, "dictionary");
    for (const position of batches) {
      const outcome = await readMessage(file, position, decoder, "batch");
      if (outcome.kind === "batch") yield outcome.batch;
    }
  } finally {
    file.close();
  }
}

async function readFooter(
  file: RandomAccess,
): Promise<{ dictionaries: number[]; batches: number[] }> {
  if (file.size < HEAD_BYTES + TAIL_BYTES) throw unfinished();
  const tail = await file.read(file.size - TAIL_BYTES, TAIL_BYTES);
  if (!MAGIC.every((byte, i) => tail[4 + i] === byte)) throw unfinished();
  const length = new DataView(tail.buffer).getInt32(0, true);
  const position = file.size - TAIL_BYTES - length;
  if (length <= 0 || position < HEAD_BYTES) throw corrupt(`a footer of ${length} bytes`);
  const bytes = await file.read(position, length);
  const footer = Footer.getRootAsFooter(new ByteBuffer(bytes));
  return {
    dictionaries: positions(footer.dictionariesLength(), position, (i) => footer.dictionaries(i)),
    batches: positions(footer.recordBatchesLength(), position, (i) => footer.recordBatches(i)),
  };
}

function positions(
  count: number,
  end: number,
  block: (index: number) => { offset(): bigint } | null,
): number[] {
  // Blocks do not overlap, and each has a message with at least its prefix.
  if (!(count >= 0 && count <= end / 8)) throw corrupt(`a footer that lists ${count} blocks`);
  return Array.from({ length: count }, (_, i) => {
    const position = Number(block(i)?.offset() ?? -1n);
    if (position < HEAD_BYTES || position >= end) throw corrupt(`a block at byte ${position}`);
    return position;
  });
}

async function readMessage(
  file: RandomAccess,
  position: number,
  decoder: MessageDecoder,
  expected: MessageOutcome["kind"],
): Promise<MessageOutcome> {
  const parser = decoder.message();
  let step = parser.next();
  while (!step.done) {
    const wanted = step.value;
    if (position + wanted > file.size) {
      throw corrupt("a message that reaches past the end of the file").at({ byte: position });
    }
    step = parser.next(await file.read(position, wanted));
    position += wanted;
  }
  if (step.value.kind !== expected) {
    throw corrupt(`a ${step.value.kind} where a ${expected} should be`).at({ byte: position });
  }
  return step.value;
}

function unfinished(): RankMeError {
  return new RankMeError("truncated", "an Arrow IPC file without its footer", {
    advice: "its writer was not closed: write it again",
  });
}
