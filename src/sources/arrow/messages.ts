import type { Data, DataType, RecordBatch, Schema } from "apache-arrow";
import { makeData } from "apache-arrow/data";
import type * as metadata from "apache-arrow/ipc/metadata/message";
import { Struct } from "apache-arrow/type";
import { Vector } from "apache-arrow/vector";
import { VectorLoader } from "apache-arrow/visitor/vectorloader";
import { formatBytes, RankMeError } from "../../errors.ts";
import { checkLayout } from "./layout.ts";
import { type ArrowMessage, decodeMetadata } from "./metadata.ts";
import { corrupt, decoding } from "./corrupt.ts";
import { describeBytes } from "../detect.ts";
import type { ExactReader } from "../bytes/exact_reads.ts";

/** Bytes before a message's metadata: the continuation marker and the metadata's length. */
export const PREFIX_BYTES = 8;
const CONTINUATION = Uint8Array.of(0xff, 0xff, 0xff, 0xff);
/** Metadata of 100,000 columns takes some 10 MB; more than this is not a length but other bytes. */
const MAX_METADATA_BYTES = 64 << 20;
/** The largest body that is taken, a little under what one ArrayBuffer holds. */
const MAX_BODY_BYTES = 4 * 2 ** 30;

/**
 * What Apache Arrow's record batch holds, and no more: making one costs as much as reading a batch of
 * a few rows, and gives each a schema of its own.
 */
export interface BareBatch extends Pick<RecordBatch, "schema" | "data"> {
  /** What its columns are views on, where nothing else is. */
  readonly memory?: ArrayBuffer;
}

/** What comes of one message. */
export type MessageOutcome =
  | { readonly kind: "schema" | "dictionary" | "end" }
  | { readonly kind: "batch"; readonly batch: BareBatch };

/** Reads encapsulated messages one after the other and turns them into record batches. */
export class MessageDecoder {
  #schema: Schema | undefined;
  #dictionaries = new Map<number, Vector>();
  #batches = 0;
  #started = false;
  #betweenMessages = true;

  /** @param schema The columns, where they are known without a message: the footer of a file has them. */
  constructor(schema?: Schema) {
    this.#schema = schema;
  }

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
    this.#started = true;
    if (metadataLength === 0) {
      this.#schema = undefined;
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
    const body = yield message.bodyLength;
    return this.#guarded(() => this.#outcome(message, body));
  }

  #outcome(message: ArrowMessage, body: Uint8Array): MessageOutcome {
    if (message.kind === "schema") {
      if (this.#schema) throw corrupt("a second schema before the end of the stream");
      this.#schema = message.schema;
      this.#dictionaries = new Map();
      return { kind: "schema" };
    }
    const schema = this.#schema;
    if (!schema) throw corrupt(`a ${message.kind} before any schema`);
    if (message.kind === "dictionary-batch") {
      this.#addDictionary(schema, message.header, body);
      return { kind: "dictionary" };
    }
    const { header } = message;
    const types = schema.fields.map((field) => field.type);
    const children = this.#columns(schema, types, header, body);
    const type = new Struct(schema.fields);
    const data = makeData({ type, length: header.length, nullCount: 0, children });
    this.#batches++;
    return { kind: "batch", batch: { schema, data, memory: body.buffer as ArrayBuffer } };
  }

  #addDictionary(
    schema: Schema,
    { id, data, isDelta }: metadata.DictionaryBatch,
    body: Uint8Array,
  ): void {
    const type = schema.dictionaries.get(id);
    if (!type) throw corrupt(`a dictionary ${id} that no column uses`);
    const values = new Vector(this.#columns(schema, [type], data, body));
    const known = this.#dictionaries.get(id);
    this.#dictionaries.set(id, (known && isDelta ? known.concat(values) : values).memoize());
  }

  #columns(
    { metadataVersion }: Schema,
    types: DataType[],
    header: metadata.RecordBatch,
    body: Uint8Array,
  ): Data[] {
    checkLayout(types, header, body.length, metadataVersion);
    const { nodes, buffers, variadicBufferCounts } = header;
    return new VectorLoader(
      body,
      nodes,
      buffers,
      this.#dictionaries,
      metadataVersion,
      variadicBufferCounts,
    ).visitMany(types);
  }

  #metadataLength(prefix: Uint8Array): number {
    this.checkBeginning(prefix);
    const view = new DataView(prefix.buffer, prefix.byteOffset);
    const length = view.getInt32(CONTINUATION.length, true);
    if (length < 0 || length > MAX_METADATA_BYTES) {
      throw this.#placed(corrupt(`message metadata of ${length} bytes`));
    }
    return length;
  }

  /**
   * Checks that some bytes, be they fewer than a prefix, are what a message begins with.
   *
   * @param bytes The first bytes of a message, or what there is of them.
   * @throws {RankMeError} `format`, when they are not; `corrupt`, when messages came before.
   */
  checkBeginning(bytes: Uint8Array): void {
    if (bytes.subarray(0, CONTINUATION.length).every((byte, i) => byte === CONTINUATION[i])) return;
    const found = describeBytes(bytes);
    if (this.#started || this.#schema) {
      throw this.#placed(corrupt(`${found} where the next message should begin`));
    }
    const isFile = found === "an Arrow IPC file";
    throw new RankMeError("format", `this is ${found}, not an Arrow IPC stream`, {
      advice: isFile
        ? "an IPC file is read from its end: pass its path instead of piping it, or pipe a stream"
        : "write one with pyarrow.ipc.new_stream",
    });
  }

  #placed(error: RankMeError): RankMeError {
    return this.#schema ? error.at({ batch: this.#batches }) : error;
  }

  #guarded<T>(decode: () => T): T {
    try {
      return decoding(decode);
    } catch (error) {
      throw error instanceof RankMeError ? this.#placed(error) : error;
    }
  }
}

/**
 * Reads a whole stream, or several one after the other, as `cat a.arrows b.arrows` makes.
 *
 * @param decoder What reads the messages.
 * @returns A reader that yields record batches.
 */
export function* readStream(decoder: MessageDecoder): ExactReader<BareBatch> {
  for (;;) {
    const outcome = yield* decoder.message();
    if (outcome.kind === "batch") yield outcome.batch;
  }
}
