import {
  type RecordBatch,
  RecordBatchReader,
  type RecordBatchStreamReader,
  type Schema,
} from "apache-arrow";
import { formatBytes, RankMeError } from "../errors.ts";
import { checkLayout, corrupt, decodeMetadata } from "./arrow_metadata.ts";
import { describeBytes } from "./detect.ts";
import type { ExactReader } from "./exact_reads.ts";

/** Bytes before a message's metadata: the continuation marker and the metadata's length. */
export const PREFIX_BYTES = 8;
const CONTINUATION = 0xffffffff;
/** Metadata of 100,000 columns takes some 10 MB; more than this is not a length but other bytes. */
const MAX_METADATA_BYTES = 64 << 20;
/** The largest body that is taken, a little under what one ArrayBuffer holds. */
const MAX_BODY_BYTES = 4 * 2 ** 30;

/** What comes of one message. */
export type MessageOutcome =
  | { readonly kind: "schema" | "dictionary" | "end" }
  | { readonly kind: "batch"; readonly batch: RecordBatch };

/** Reads encapsulated messages one after the other and turns them into record batches. */
export class MessageDecoder {
  #schema: Schema | undefined;
  #waiting: Uint8Array[] = [];
  #reader: RecordBatchStreamReader | undefined;
  #batches = 0;
  #betweenMessages = true;

  /** Whether what has been read so far ends where a message does. */
  get betweenMessages(): boolean {
    return this.#betweenMessages;
  }

  /** Whether a schema has been read and its end-of-stream marker has not. */
  get inStream(): boolean {
    return this.#schema !== undefined;
  }

  /** How many record batches have been read. */
  get batches(): number {
    return this.#batches;
  }

  /**
   * Reads one message.
   *
   * @returns What came of it.
   */
  *message(): Generator<number, MessageOutcome, Uint8Array> {
    this.#betweenMessages = true;
    const prefix = yield PREFIX_BYTES;
    this.#betweenMessages = false;
    const metadataLength = this.#metadataLength(prefix);
    if (metadataLength === 0) {
      this.#reader?.cancel();
      this.#reader = this.#schema = undefined;
      this.#betweenMessages = true;
      return { kind: "end" };
    }
    const metadata = yield metadataLength;
    const message = this.#guarded(() => decodeMetadata(metadata));
    if (message.bodyLength > MAX_BODY_BYTES) {
      throw new RankMeError("memory", `a record batch of ${formatBytes(message.bodyLength)}`, {
        place: { batch: this.#batches },
        advice: `write batches of at most ${formatBytes(MAX_BODY_BYTES)}`,
      });
    }
    const body = message.bodyLength > 0 ? yield message.bodyLength : new Uint8Array(0);
    return this.#guarded(() => {
      if (message.kind === "schema") {
        this.#open(message.schema, prefix, metadata);
        return { kind: "schema" };
      }
      const schema = this.#schema;
      if (!schema) throw corrupt("a record batch before any schema");
      if (message.kind === "dictionary-batch") {
        const type = schema.dictionaries.get(message.header.id);
        if (!type) throw corrupt(`a dictionary ${message.header.id} that no column uses`);
        checkLayout([type], message.header.data, message.bodyLength);
        this.#waiting.push(prefix, metadata, body);
        return { kind: "dictionary" };
      }
      const types = schema.fields.map((field) => field.type);
      checkLayout(types, message.header, message.bodyLength);
      return { kind: "batch", batch: this.#decode(prefix, metadata, body) };
    });
  }

  /** Apache Arrow's reader pulls; it is let to only when a whole record batch waits for it. */
  #open(schema: Schema, prefix: Uint8Array, metadata: Uint8Array): void {
    if (this.#schema) throw corrupt("a second schema before the end of the stream");
    this.#schema = schema;
    this.#waiting = [prefix, metadata];
    const waiting = this.#waiting;
    const bytes = function* () {
      // The reader asks for one chunk more than it needs: an empty one is no end. A second one would
      // mean that it wants what is not there.
      for (let idle = 0; idle < 2;) {
        const next = waiting.shift();
        idle = next ? 0 : idle + 1;
        yield next ?? new Uint8Array(0);
      }
    };
    this.#reader = RecordBatchReader.from(bytes()) as RecordBatchStreamReader;
    this.#reader.open({ autoDestroy: false });
  }

  #decode(prefix: Uint8Array, metadata: Uint8Array, body: Uint8Array): RecordBatch {
    this.#waiting.push(prefix, metadata, body);
    const { value } = this.#reader!.next();
    if (!value) throw corrupt("a record batch that cannot be decoded");
    this.#batches++;
    return value;
  }

  #metadataLength(prefix: Uint8Array): number {
    const view = new DataView(prefix.buffer, prefix.byteOffset);
    const length = view.getInt32(4, true);
    if (view.getUint32(0, true) !== CONTINUATION) throw this.#notAMessage(prefix);
    if (length < 0 || length > MAX_METADATA_BYTES) {
      throw this.#placed(corrupt(`message metadata of ${length} bytes`));
    }
    return length;
  }

  #notAMessage(prefix: Uint8Array): RankMeError {
    const found = describeBytes(prefix);
    if (this.#schema || this.#batches > 0) {
      return this.#placed(corrupt(`${found} where the next message should begin`));
    }
    const isFile = found === "an Arrow IPC file";
    return new RankMeError("format", `this is ${found}, not an Arrow IPC stream`, {
      advice: isFile
        ? "an IPC file is read from its end: pass its path instead of piping it, or pipe a stream"
        : "write one with pyarrow.ipc.new_stream",
    });
  }

  #placed(error: RankMeError): RankMeError {
    return this.#schema ? error.at({ batch: this.#batches }) : error;
  }

  /** Whatever goes wrong inside is the bytes' fault, and is said with the batch's number. */
  #guarded<T>(decode: () => T): T {
    try {
      return decode();
    } catch (error) {
      if (error instanceof RankMeError) throw this.#placed(error);
      const reason = error instanceof Error ? error.message : String(error);
      throw this.#placed(
        new RankMeError("corrupt", `not valid Arrow data: ${reason}`, { cause: error }),
      );
    }
  }
}

/**
 * Reads a whole stream, or several one after the other, as `cat a.arrows b.arrows` makes.
 *
 * @param decoder What reads the messages.
 * @returns A reader that yields record batches.
 */
export function* readStream(decoder: MessageDecoder): ExactReader<RecordBatch> {
  for (;;) {
    const outcome = yield* decoder.message();
    if (outcome.kind === "batch") yield outcome.batch;
  }
}
