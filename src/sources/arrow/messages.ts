import type { Data, DataType, RecordBatch, Schema } from "apache-arrow";
import { makeData } from "apache-arrow/data";
import type * as metadata from "apache-arrow/ipc/metadata/message";
import { Struct } from "apache-arrow/type";
import { Vector } from "apache-arrow/vector";
import { VectorLoader } from "apache-arrow/visitor/vectorloader";
import { formatBytes, RankMeError } from "../../errors.ts";
import { CompressedLoader, uncompressedHeader } from "./compressed_body.ts";
import { checkBuffers, checkColumns } from "./layout.ts";
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
/** Read at a time of what is not kept. */
const SKIPPED_BYTES = 1 << 20;

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

/** What a {@linkcode MessageDecoder} is told beforehand. */
export interface MessageDecoderOptions {
  /** The columns, where they are known without a message: the footer of a file has them. */
  readonly schema?: Schema;
  /** How many bytes the input has. Default: not known. */
  readonly bytes?: number;
  /**
   * Which columns will be looked at: the others are not decompressed, and come without values.
   * Default: all.
   */
  readonly wanted?: (schema: Schema) => ReadonlySet<number>;
}

/** Reads encapsulated messages one after the other and turns them into record batches. */
export class MessageDecoder {
  readonly #wanted: MessageDecoderOptions["wanted"];
  readonly #bytes: number | undefined;
  #schema: Schema | undefined;
  #dictionaries = new Map<number, Vector>();
  #batches = 0;
  #started = false;
  #betweenMessages = true;
  #later = 0;

  /** @param options What is known beforehand. */
  constructor({ schema, bytes, wanted }: MessageDecoderOptions = {}) {
    this.#schema = schema;
    this.#bytes = bytes;
    this.#wanted = wanted;
  }

  /** Whether what has been read so far ends where a message does. */
  get betweenMessages(): boolean {
    return this.#betweenMessages;
  }

  /** Whether a schema has been read and its end-of-stream marker has not. */
  get inStream(): boolean {
    return this.#schema !== undefined;
  }

  /** How many bytes of a message follow those that are wanted now. */
  get later(): number {
    return this.#later;
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
    if (message.bodyLength > MAX_BODY_BYTES) yield* this.#tooLarge(message.bodyLength);
    const body = yield message.bodyLength;
    const wanted = this.#wantedIn(message);
    return this.#guarded(() => this.#outcome(message, body, wanted));
  }

  /** Lets as much of a body pass as could not be held: its length may be a lie until that has come. */
  *#tooLarge(bodyLength: number): Generator<number, never, Uint8Array> {
    const believed = Math.min(bodyLength, this.#bytes ?? MAX_BODY_BYTES);
    for (let passed = 0; passed < believed;) {
      const wanted = Math.min(bodyLength - passed, SKIPPED_BYTES);
      passed += wanted;
      this.#later = bodyLength - passed;
      yield wanted;
    }
    throw new RankMeError("memory", `a record batch of ${formatBytes(bodyLength)}`, {
      place: { batch: this.#batches },
      advice: `write batches of at most ${formatBytes(MAX_BODY_BYTES)}`,
    });
  }

  /** Which columns of a compressed record batch are needed. */
  #wantedIn(message: ArrowMessage): ReadonlySet<number> | undefined {
    const isCompressed = message.kind === "record-batch" && message.header.compression;
    return isCompressed && this.#schema ? this.#wanted?.(this.#schema) : undefined;
  }

  #outcome(
    message: ArrowMessage,
    body: Uint8Array,
    wanted: ReadonlySet<number> | undefined,
  ): MessageOutcome {
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
    const children = this.#columns(schema, types, header, body, wanted);
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
    schema: Schema,
    types: DataType[],
    header: metadata.RecordBatch,
    body: Uint8Array,
    wanted?: ReadonlySet<number>,
  ): Data[] {
    const version = schema.metadataVersion, dictionaries = this.#dictionaries;
    checkBuffers(header, body.length);
    if (header.compression) {
      checkColumns(types, uncompressedHeader(header, body), version);
      return new CompressedLoader(body, header, dictionaries, version, MAX_BODY_BYTES)
        .columns(types, wanted);
    }
    checkColumns(types, header, version);
    const { nodes, buffers, variadicBufferCounts } = header;
    return new VectorLoader(body, nodes, buffers, dictionaries, version, variadicBufferCounts)
      .visitMany(types);
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
