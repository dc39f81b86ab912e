import { crc32 } from "node:zlib";
import type { FileEntry } from "../../platform/packages/zip_js.ts";
import { formatBytes, RankMeError } from "../../errors.ts";
import { latePackage } from "../../platform/late_package.ts";
import { type ByteSource, byteSource } from "../bytes/pulled_bytes.ts";
import { type RandomAccess, readBytes, sequentially } from "../bytes/random_access.ts";
import { corruptData, reasonOf } from "../corrupt.ts";
import { partOf } from "./dense_rows.ts";

/** A file in a zip archive. */
export type ZipMember = FileEntry;

/** Where a member's bytes are. */
export interface ZipMemberBytes {
  /** How many bytes it says it has. */
  readonly size: number;
  /** Its bytes in the archive, where they are not compressed. */
  readonly stored?: RandomAccess;
  /**
   * Reads its bytes from the first on.
   *
   * @returns Its bytes; their checksum and their number are checked at the end.
   */
  readonly inOrder: () => ByteSource;
}

/** What messages call the format. */
const ZIP_DATA = "zip data";
/** Compression methods, as the format numbers them. */
const STORED = 0, DEFLATED = 8;
/** The directory of ten thousand members takes about so much, and a hundred times that once read. */
const MOST_DIRECTORY_BYTES = 1 << 20;
const CHUNK_BYTES = 64 << 10;
/** What is inflated at a time: it may become a thousand times as much. */
const INFLATED_BYTES = 4 << 10;

/**
 * Lists the files in a zip archive. Whatever two programs could read differently is refused, two
 * archives one after the other among it: the first one's members would be lost.
 *
 * @param file The archive.
 * @returns Its members.
 * @throws {RankMeError} `corrupt`, when it is none.
 */
export async function zipMembers(file: RandomAccess): Promise<readonly ZipMember[]> {
  const reader = {
    size: file.size,
    readUint8Array(position: number, length: number) {
      if (length > MOST_DIRECTORY_BYTES) {
        throw new RankMeError("unsupported", `a zip directory of ${formatBytes(length)}`, {
          advice: `${formatBytes(MOST_DIRECTORY_BYTES)} is the most, some ten thousand files; ` +
            "unzip it and pass the file",
        });
      }
      return readBytes(file, position, Math.max(0, Math.min(length, file.size - position)));
    },
    // The library's types want it, but it reads nothing from it where it can read at random.
    readable: new ReadableStream(),
  };
  const { ZipReader } = await latePackage("@zip.js/zip.js");
  const archive = new ZipReader(reader, {
    strictness: "strict",
    // Names are never taken for paths.
    filenameValidation: "tolerant",
    useWebWorkers: false,
  });
  const entries = await unzipping(() => archive.getEntries());
  return entries.filter((entry) => !entry.directory);
}

/**
 * Finds the bytes of a member, and checks what the archive says of them in two places.
 *
 * @param file The archive.
 * @param member Which one.
 * @returns Where they are.
 * @throws {RankMeError} `unsupported` or `corrupt`.
 */
export async function zipMemberBytes(
  file: RandomAccess,
  member: ZipMember,
): Promise<ZipMemberBytes> {
  const { filename, compressionMethod, compressedSize, uncompressedSize } = member;
  if (member.encrypted) {
    throw new RankMeError("unsupported", `"${filename}" is encrypted`, {
      advice: "write it without a password",
    });
  }
  if (compressionMethod !== STORED && compressionMethod !== DEFLATED) {
    throw new RankMeError(
      "unsupported",
      `"${filename}" is compressed with zip's method ${compressionMethod}`,
      { advice: "write it with np.savez or np.savez_compressed" },
    );
  }
  await unzipping(() => member.getData(new WritableStream(), { checkOverlappingEntryOnly: true }));
  const bytes = partOf(file, member.localDirectory!.dataOffset!, compressedSize);
  if (compressionMethod === DEFLATED) {
    return { size: uncompressedSize, inOrder: () => checked(inflating(bytes), member) };
  }
  if (compressedSize !== uncompressedSize) {
    throw corruptData(ZIP_DATA, `"${filename}" has two sizes`);
  }
  return {
    size: uncompressedSize,
    stored: bytes,
    inOrder: () => checked(sequentially(bytes), member),
  };
}

/** A source whose bytes have to be those that the archive speaks of. */
function checked(
  source: ByteSource,
  { filename, uncompressedSize, crc32: sum }: ZipMember,
): ByteSource {
  let found = 0, size = 0;
  return {
    async read(memory) {
      const bytes = await source.read(memory);
      size += bytes.length;
      found = crc32(bytes, found);
      if (size > uncompressedSize || bytes.length === 0 && size < uncompressedSize) {
        throw corruptData(
          ZIP_DATA,
          `"${filename}" has not the ${formatBytes(uncompressedSize)} it says`,
        );
      }
      if (bytes.length === 0 && found !== sum) {
        throw corruptData(ZIP_DATA, `the checksum of "${filename}" is not that of its bytes`);
      }
      return bytes;
    },
    close: (reason) => source.close(reason),
  };
}

function inflating(file: RandomAccess): ByteSource {
  const compressed = sequentially(file);
  let bytes = new Uint8Array(0);
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      if (bytes.length === 0) bytes = await compressed.read(new Uint8Array(CHUNK_BYTES));
      if (bytes.length === 0) return controller.close();
      controller.enqueue(bytes.subarray(0, INFLATED_BYTES));
      bytes = bytes.subarray(INFLATED_BYTES);
    },
  }, { highWaterMark: 0 });
  const source = byteSource(stream.pipeThrough(new DecompressionStream("deflate-raw")));
  return {
    read: (memory) => unzipping(() => source.read(memory)),
    // A stream that failed fails once more when it is cancelled, which says nothing new.
    close: async (reason) => {
      await Promise.resolve(source.close(reason)).catch(() => {});
    },
  };
}

/** Whatever goes wrong inside is the archive's fault, but for reading it. */
async function unzipping<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    if (cause instanceof RankMeError) throw cause;
    throw corruptData(ZIP_DATA, reasonOf(cause), cause);
  }
}
