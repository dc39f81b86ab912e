import type { FileMetaData } from "hyparquet";
import { formatBytes, RankMeError } from "../../errors.ts";
import { type RandomAccess, readBytes } from "../bytes/random_access.ts";
import { corrupt, decoding } from "./corrupt.ts";
import { structLength } from "./thrift.ts";
import { parquetMetadata } from "./hyparquet.ts";

const MAGIC = "PAR1";
/** The magic of a file whose footer is encrypted. */
const ENCRYPTED_MAGIC = "PARE";
/** The footer's length and the magic at the end. */
const TAIL_BYTES = 4 + MAGIC.length;
/** Read from the end at first: most footers are shorter, and a server is asked once. */
const FIRST_READ_BYTES = 64 << 10;
/** A footer of this size describes some half a million column chunks. */
const MAX_FOOTER_BYTES = 64 << 20;
/** A signature, where columns are encrypted and the footer is not. */
const SIGNATURE_BYTES = 28;

/** What the end of a file says. */
export interface Footer {
  readonly metadata: FileMetaData;
  /** Where the footer begins, and the data has ended. */
  readonly dataEnd: number;
}

/**
 * Reads the footer of a Parquet file.
 *
 * @param file The open file.
 * @returns What it says, as hyparquet decodes it; nothing of it has been checked.
 * @throws {RankMeError} `truncated`, when there is none; `unsupported`, when it is encrypted; `corrupt`.
 */
export async function readFooter(file: RandomAccess): Promise<Footer> {
  if (file.size < MAGIC.length + TAIL_BYTES) throw unfinished();
  const tail = await readBytes(
    file,
    Math.max(0, file.size - FIRST_READ_BYTES),
    Math.min(file.size, FIRST_READ_BYTES),
  );
  const magic = String.fromCharCode(...tail.subarray(-MAGIC.length));
  if (magic === ENCRYPTED_MAGIC) throw encrypted("the footer is encrypted");
  if (magic !== MAGIC) throw unfinished();
  const length = new DataView(tail.buffer).getUint32(tail.length - TAIL_BYTES, true);
  const dataEnd = file.size - TAIL_BYTES - length;
  if (dataEnd < MAGIC.length) {
    throw corrupt(`a footer of ${length} bytes in a file of ${file.size}`);
  }
  if (length > MAX_FOOTER_BYTES) {
    throw new RankMeError("unsupported", `a footer of ${formatBytes(length)}`, {
      advice: "write fewer columns or larger row groups",
    });
  }
  const footer = TAIL_BYTES + length <= tail.length
    ? tail.subarray(-TAIL_BYTES - length)
    : await readBytes(file, dataEnd, length + TAIL_BYTES);
  const left = length - structLength(footer.subarray(0, length));
  if (left !== 0 && left !== SIGNATURE_BYTES) {
    throw corrupt(`a footer that ends ${left} bytes early`);
  }
  return { metadata: decoding(() => parquetMetadata(footer, { geoparquet: false })), dataEnd };
}

/**
 * The error for what is encrypted.
 *
 * @param what What is, as a clause.
 * @returns The error.
 */
export function encrypted(what: string): RankMeError {
  return new RankMeError("unsupported", what, { advice: "write it without encryption" });
}

function unfinished(): RankMeError {
  return new RankMeError("truncated", "a Parquet file without its footer", {
    advice: "its writer was cut off, or not closed: write it again",
  });
}
