import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  BinaryView,
  Bool,
  type DataType,
  DenseUnion,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  LargeList,
  List,
  Message,
  MessageHeader,
  MetadataVersion,
  Null,
  Schema,
  Struct,
  Utf8,
} from "apache-arrow";
import { Endianness } from "apache-arrow/fb/endianness";
import { Message as FlatMessage } from "apache-arrow/fb/message";
import { Schema as FlatSchema } from "apache-arrow/fb/schema";
import { Builder, ByteBuffer } from "flatbuffers";
import { RankMeError } from "../../../src/errors.ts";
import { checkBuffers, checkColumns } from "../../../src/sources/arrow/layout.ts";
import { decodeFooter, decodeMetadata } from "../../../src/sources/arrow/metadata.ts";
import { corrupt, decoding } from "../../../src/sources/arrow/corrupt.ts";
import { claimed, type Claims, WRITE_AGAIN } from "./arrow_bytes.ts";

const item = new Field("item", new Float32());
const fixed = new FixedSizeList(3, item);

/** A schema's message that says what no writer here would. */
function flatSchema({ endianness = Endianness.Little, version = MetadataVersion.V5 }): Uint8Array {
  const builder = new Builder();
  const fields = FlatSchema.createFieldsVector(builder, []);
  FlatSchema.startSchema(builder);
  FlatSchema.addFields(builder, fields);
  FlatSchema.addEndianness(builder, endianness);
  const schema = FlatSchema.endSchema(builder);
  FlatMessage.startMessage(builder);
  FlatMessage.addVersion(builder, version);
  FlatMessage.addHeaderType(builder, MessageHeader.Schema);
  FlatMessage.addHeader(builder, schema);
  FlatMessage.finishMessageBuffer(builder, FlatMessage.endMessage(builder));
  return builder.asUint8Array();
}

function refusal(metadata: Uint8Array): RankMeError {
  return assertThrows(() => decodeMetadata(metadata), RankMeError);
}

Deno.test("big-endian data is refused, with what to do", () => {
  const error = refusal(flatSchema({ endianness: Endianness.Big }));
  assertEquals(error.code, "unsupported");
  assertEquals(error.message, "big-endian Arrow data; write it on a little-endian machine");
  assertEquals(decodeMetadata(flatSchema({})).kind, "schema");
});

Deno.test("metadata of before V4 is refused, V4 is not", () => {
  for (const version of [MetadataVersion.V1, MetadataVersion.V3]) {
    const error = refusal(flatSchema({ version }));
    assertEquals(error.code, "unsupported");
    assertStringIncludes(error.message, `version V${version + 1}; V4 and V5 can be read`);
  }
  assertEquals(decodeMetadata(flatSchema({ version: MetadataVersion.V4 })).kind, "schema");
});

Deno.test("a schema that contains itself is refused, not followed for ever", () => {
  const inner = new Field("inner", new Struct([new Field("number", new Int32())]));
  const schema = new Schema([new Field("outer", new Struct([inner, inner]))]);
  const metadata = Message.encode(Message.from(schema)).slice();
  const flat = FlatMessage.getRootAsMessage(new ByteBuffer(metadata));
  const outer = (flat.header(new FlatSchema()) as FlatSchema).fields(0)!;
  const bytes = new DataView(metadata.buffer);
  const children = outer.bb!.__vector(outer.bb_pos + outer.bb!.__offset(outer.bb_pos, 14));
  for (const at of [children, children + 4]) bytes.setInt32(at, outer.bb_pos - at, true);
  const error = refusal(metadata);
  assertEquals(error.code, "corrupt");
  assertStringIncludes(error.message, "a schema that contains itself");
});

Deno.test("a list of no or of several element types is refused", () => {
  const two = new List(item);
  two.children.push(new Field("more", new Float32()));
  const error = refusal(Message.encode(Message.from(new Schema([new Field("a", two)]))));
  assertStringIncludes(error.message, "a list type with 2 types of elements");
});

Deno.test("a message whose body has a negative length is refused", () => {
  const claims = claimed({ length: 0, nodes: [], buffers: [] });
  const message = (bodyLength: number) => Message.encode(Message.from(claims, bodyLength));
  assertStringIncludes(refusal(message(-8)).message, "a body of -8 bytes");
  assertEquals(decodeMetadata(message(8)).bodyLength, 8);
});

Deno.test("an empty footer and one of noise are refused", () => {
  for (const bytes of [new Uint8Array(64), new Uint8Array(64).fill(0xff), new Uint8Array(4)]) {
    assertThrows(() => decoding(() => decodeFooter(bytes)), RankMeError);
  }
});

Deno.test("what goes wrong while decoding is said to be the bytes' fault", () => {
  const broken = new TypeError("no such thing");
  const error = assertThrows(
    () =>
      decoding(() => {
        throw broken;
      }),
    RankMeError,
    "not valid Arrow data: no such thing",
  );
  assertEquals([error.code, error.cause], ["corrupt", broken]);
  const own = corrupt("a reason");
  assertEquals(
    assertThrows(() =>
      decoding(() => {
        throw own;
      })
    ),
    own,
  );
  assertEquals(decoding(() => 7), 7);
});

// --- Layouts: a body of 160 bytes ---

const V5 = MetadataVersion.V5;
const right: Claims = { length: 4, nodes: [[4, 0], [12, 0]], buffers: [[0, 0], [0, 0], [0, 48]] };

function check(types: DataType[], claims: Claims, version = V5): void {
  const { bodyLength = 48 } = claims;
  checkBuffers(claimed(claims), bodyLength);
  checkColumns(types, claimed(claims), version);
}

/** The reason why a layout is refused. */
function reason(types: DataType[], claims: Claims, version = V5): string {
  return assertThrows(() => check(types, claims, version), RankMeError).message
    .replace("not valid Arrow data: ", "").replace(WRITE_AGAIN, "");
}

Deno.test("layouts that hold together pass", () => {
  check([fixed], right);
  check([], { length: 9, nodes: [], buffers: [], bodyLength: 0 });
  check([new Null()], { length: 9, nodes: [[9, 9]], buffers: [], bodyLength: 0 });
  // A list whose elements are more than its offsets may use.
  check([new List(item)], {
    length: 2,
    nodes: [[2, 0], [9, 0]],
    buffers: [[0, 0], [0, 12], [16, 0], [16, 36]],
    bodyLength: 56,
  });
  // No rows need no offsets, whatever else there is.
  check([new LargeList(item)], {
    length: 0,
    nodes: [[0, 0], [0, 0]],
    buffers: [[0, 0], [0, 0], [0, 0], [0, 0]],
    bodyLength: 0,
  });
  // A body and buffers padded to 64 bytes, lengths too.
  check([fixed, new Bool()], {
    length: 4,
    nodes: [[4, 1], [12, 0], [4, 0]],
    buffers: [[0, 1], [64, 0], [64, 64], [128, 0], [128, 64]],
    bodyLength: 192,
  });
});

Deno.test("columns of another length than the record batch are refused", () => {
  for (const length of [3, 5]) {
    assertEquals(
      reason([fixed], { ...right, length }),
      `a column of 4 values and 0 nulls for ${length} rows`,
    );
  }
  assertEquals(reason([fixed], { ...right, length: -1 }), "a record batch of -1 rows");
});

Deno.test("lists of a fixed size with more or fewer elements than that are refused", () => {
  for (const [dim, elements] of [[2, 8], [4, 16], [0, 0], [-3, -12]]) {
    assertEquals(
      reason([new FixedSizeList(dim, item)], right),
      `a column of 12 values and 0 nulls for ${elements} rows`,
    );
  }
});

Deno.test("impossible numbers of nulls are refused", () => {
  for (const nulls of [-1, 5]) {
    const claims: Claims = { ...right, nodes: [[4, nulls], [12, 0]] };
    assertEquals(reason([fixed], claims), `a column of 4 values and ${nulls} nulls for 4 rows`);
  }
  assertEquals(
    reason([fixed], { ...right, nodes: [[4, 1], [12, 0]] }),
    "a buffer of 0 bytes where 1 are needed",
  );
});

Deno.test("buffers outside of the body, or of no length, are refused", () => {
  for (const [offset, length] of [[8, 48], [-8, 48], [0, 49], [0, -1], [2 ** 52, 48]]) {
    assertEquals(
      reason([fixed], { ...right, buffers: [[0, 0], [0, 0], [offset, length]] }),
      `a buffer at ${offset}, ${length} bytes long, in a body of 48 bytes`,
    );
  }
});

Deno.test("buffers that overlap, go backwards or leave gaps are refused", () => {
  const types = [new Int32(), new Int32()];
  const claims = (first: number, second: number): Claims => ({
    length: 4,
    nodes: [[4, 0], [4, 0]],
    buffers: [[0, 0], [first, 16], [0, 0], [second, 16]],
    bodyLength: 96,
  });
  check(types, { ...claims(0, 16), bodyLength: 32 });
  check(types, { ...claims(0, 64), bodyLength: 128 });
  assertEquals(reason(types, claims(0, 8)), "a buffer at 8 where the one before it ends at 16");
  assertEquals(reason(types, claims(16, 0)), "a buffer at 16 where the one before it ends at 0");
  assertEquals(reason(types, claims(0, 20)), "a buffer at 20 where the one before it ends at 16");
  assertEquals(reason(types, claims(0, 72)), "a buffer at 72 where the one before it ends at 16");
  assertEquals(reason(types, claims(0, 16)), "a body of 96 bytes whose last buffer ends at 32");
});

Deno.test("buffers shorter than their values are refused", () => {
  const short: Claims = { ...right, buffers: [[0, 0], [0, 0], [0, 47]] };
  assertEquals(reason([fixed], short), "a buffer of 47 bytes where 48 are needed");
  const claims: Claims = {
    length: 2,
    nodes: [[2, 0], [6, 0]],
    buffers: [[0, 0], [0, 11], [16, 0], [16, 24]],
    bodyLength: 40,
  };
  assertEquals(reason([new List(item)], claims), "a buffer of 11 bytes where 12 are needed");
  assertEquals(reason([new LargeList(item)], claims), "a buffer of 11 bytes where 24 are needed");
});

Deno.test("numbers of double the width that the schema says are refused", () => {
  const rows = 100;
  const claims: Claims = {
    length: rows,
    nodes: [[rows, 0]],
    buffers: [[0, 0], [0, 8 * rows]],
    bodyLength: 8 * rows,
  };
  check([new Float64()], claims);
  assertEquals(reason([new Float32()], claims), "800 bytes of floats where 400 are due");
});

Deno.test("nodes and buffers too few or left over are refused", () => {
  const { nodes, buffers } = right;
  assertEquals(
    reason([fixed], { ...right, nodes: nodes.slice(0, 1) }),
    "a record batch with too few columns",
  );
  assertEquals(
    reason([fixed], { ...right, buffers: buffers.slice(0, 2) }),
    "a record batch with too few buffers",
  );
  assertEquals(
    reason([fixed], { ...right, nodes: [...nodes, [4, 0]] }),
    "a record batch of 3 nodes and 3 buffers where 2 and 3 are due",
  );
  assertEquals(
    reason([fixed], { ...right, buffers: [...buffers, [0, 0]] }),
    "a record batch of 2 nodes and 4 buffers where 2 and 3 are due",
  );
});

Deno.test("views are followed by as many buffers as they say, and no others", () => {
  const claims: Claims = {
    length: 1,
    nodes: [[1, 0]],
    buffers: [[0, 0], [0, 16], [16, 20]],
    bodyLength: 40,
  };
  const header = (count: number) =>
    Object.assign(claimed(claims), { _variadicBufferCounts: [count] });
  checkColumns([new BinaryView()], header(1), V5);
  for (const count of [0, 2]) {
    assertThrows(
      () => checkColumns([new BinaryView()], header(count), V5),
      RankMeError,
      "are due",
    );
  }
  for (const count of [-1, 2 ** 40]) {
    const check = () => checkColumns([new BinaryView()], header(count), V5);
    assertThrows(check, RankMeError, `a column of ${count} buffers`);
  }
});

Deno.test("each kind of column takes its own nodes and buffers", () => {
  const dictionary = new Dictionary(new Utf8(), new Int32());
  const union = new DenseUnion([0, 1], [new Field("a", new Utf8()), new Field("b", new Bool())]);
  const struct = new Struct([new Field("a", dictionary), new Field("b", union)]);
  const claims: Claims = {
    length: 2,
    nodes: [[2, 0], [2, 0], [2, 0], [1, 0], [1, 0], [2, 0], [6, 0]],
    buffers: [
      ...[[0, 0]], // struct
      ...[[0, 0], [0, 8]], // dictionary
      ...[[8, 2], [16, 8]], // dense union: types, offsets
      ...[[24, 0], [24, 8], [32, 5]], // utf8
      ...[[40, 0], [40, 1]], // bool
      ...[[48, 0], [48, 0], [48, 24]], // list of a fixed size
    ] as [number, number][],
    bodyLength: 72,
  };
  check([struct, fixed], claims);
  assertStringIncludes(
    reason([struct, fixed], claims, MetadataVersion.V4),
    "a union column in Arrow metadata of version V4",
  );
});
