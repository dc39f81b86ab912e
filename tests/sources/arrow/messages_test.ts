import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { RankMeError } from "../../../src/errors.ts";
import { MessageDecoder, type MessageOutcome } from "../../../src/sources/arrow/messages.ts";
import {
  batchMessage,
  type Claims,
  embeddingSchema,
  END,
  fixture,
  messageOf,
  schemaMessage,
  WRITE_AGAIN,
} from "./arrow_bytes.ts";
import { concatenated } from "../inputs.ts";

const claims: Claims = { length: 1, nodes: [[1, 0], [3, 0]], buffers: [[0, 0], [0, 0], [0, 12]] };
const body = new Uint8Array(16);
const schema = schemaMessage(embeddingSchema());
const batch = batchMessage(claims, body);

/** Reads some messages, and how far they went. */
function decode(decoder: MessageDecoder, bytes: Uint8Array): MessageOutcome["kind"][] {
  const kinds: MessageOutcome["kind"][] = [];
  for (let at = 0; at < bytes.length;) {
    const parser = decoder.message();
    let step = parser.next();
    while (!step.done) {
      const wanted = step.value;
      step = parser.next(bytes.slice(at, at + wanted));
      at += wanted;
    }
    kinds.push(step.value.kind);
  }
  return kinds;
}

function refusal(bytes: Uint8Array, decoder = new MessageDecoder()): RankMeError {
  return assertThrows(() => decode(decoder, bytes), RankMeError);
}

Deno.test("messages are told apart, and batches counted through all streams", () => {
  const decoder = new MessageDecoder();
  assertEquals([decoder.inStream, decoder.betweenMessages, decoder.batches], [false, true, 0]);
  assertEquals(decode(decoder, concatenated(schema, batch)), ["schema", "batch"]);
  assertEquals([decoder.inStream, decoder.betweenMessages, decoder.batches], [true, false, 1]);
  assertEquals(decode(decoder, END), ["end"]);
  assertEquals([decoder.inStream, decoder.betweenMessages], [false, true]);
  assertEquals(decode(decoder, concatenated(schema, batch)), ["schema", "batch"]);
  assertEquals(decoder.batches, 2);
  assertEquals(
    decode(new MessageDecoder(), fixture("dictionary-delta.arrows")),
    ["schema", "dictionary", "batch", "dictionary", "batch", "end"],
  );
});

Deno.test("a decoder that knows the schema needs no message for it", () => {
  const parser = new MessageDecoder({ schema: embeddingSchema() }).message();
  parser.next();
  parser.next(batch.subarray(0, 8));
  parser.next(batch.subarray(8, -body.length));
  const { value } = parser.next(body);
  if (typeof value !== "object" || value.kind !== "batch") throw new Error("no batch");
  assertEquals(value.batch.schema, embeddingSchema());
  assertEquals(value.batch.data.length, 1);
});

Deno.test("a batch or a dictionary before any schema is refused", () => {
  assertStringIncludes(refusal(batch).message, "a record-batch before any schema");
  const dictionaries = fixture("dictionary-delta.arrows");
  const start = 8 + new DataView(dictionaries.buffer).getInt32(4, true);
  const error = refusal(dictionaries.subarray(start));
  assertStringIncludes(error.message, "a dictionary-batch before any schema");
});

Deno.test("a schema in the middle of a stream is refused", () => {
  const error = refusal(concatenated(schema, batch, schema));
  assertEquals(error.code, "corrupt");
  assertEquals(
    error.message,
    "batch 1: not valid Arrow data: a second schema before the end of the stream" + WRITE_AGAIN,
  );
});

Deno.test("a dictionary that no column uses is refused", () => {
  const dictionaries = fixture("dictionary-delta.arrows");
  const start = 8 + new DataView(dictionaries.buffer).getInt32(4, true);
  const error = refusal(concatenated(schema, dictionaries.subarray(start)));
  assertStringIncludes(error.message, "a dictionary 0 that no column uses");
});

Deno.test("an error says in which batch it is", () => {
  const wrong = batchMessage({ ...claims, length: 2 }, body);
  const error = refusal(concatenated(schema, batch, batch, wrong));
  assertEquals(error.place, { batch: 2 });
  assertEquals(
    error.message,
    "batch 2: not valid Arrow data: a column of 1 values and 0 nulls for 2 rows" + WRITE_AGAIN,
  );
});

Deno.test("other bytes between messages are refused and shown", () => {
  const error = refusal(concatenated(schema, batch, new TextEncoder().encode("nonsense")));
  assertEquals(
    error.message,
    'batch 1: not valid Arrow data: text ("nonsense") where the next message should begin' +
      WRITE_AGAIN,
  );
});

Deno.test("metadata of no message at all is refused", () => {
  for (const byte of [0, 0x41, 0xff]) {
    const error = refusal(messageOf(new Uint8Array(64).fill(byte)));
    assertEquals(["corrupt", "unsupported"].includes(error.code), true);
  }
});
