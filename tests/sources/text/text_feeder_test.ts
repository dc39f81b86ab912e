import { assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import type { FormatReader } from "../../../src/sources/format_reader.ts";
import type { RowBlock } from "../../../src/sources/row_block.ts";
import { csvReader } from "../../../src/sources/text/csv.ts";
import { jsonLinesReader } from "../../../src/sources/text/json_lines.ts";
import { TextFeeder, type TextReader } from "../../../src/sources/text/text_feeder.ts";
import { inLittleMemory } from "../hostile.ts";
import { concatenated, readAsItComes } from "../inputs.ts";
import { refusal, utf8 } from "./texts.ts";

/** Keeps the texts it is given, and reads no line that has a `+`. */
class Keeping implements TextReader {
  line = 1;
  readonly texts: string[] = [];

  // deno-lint-ignore require-yield
  *read(text: string, isEnd: boolean): Generator<RowBlock, string> {
    this.texts.push(text);
    const end = isEnd ? -1 : text.indexOf("+");
    return end < 0 ? "" : text.slice(end);
  }

  early(): RowBlock[] {
    return [];
  }
}

function textsOf(bytes: Uint8Array, size: number): string[] {
  const reader = new Keeping();
  const feeder = new TextFeeder(reader);
  for (let at = 0; at < bytes.length; at += size) {
    // What was pushed is overwritten, as a read into the same memory does.
    const chunk = bytes.slice(at, at + size);
    Array.from(feeder.push(chunk));
    chunk.fill(0);
  }
  Array.from(feeder.finish());
  return reader.texts;
}

/** Pushes the same chunk over and over, as long as a reader takes it. */
function pushing(reader: FormatReader, first: string, chunk: Uint8Array, times: number): void {
  const parser = reader.parse!({});
  Array.from(parser.push(utf8(first)));
  for (let i = 0; i < times; i++) Array.from(parser.push(chunk));
  Array.from(parser.finish());
}

Deno.test("whole lines are given, of any length, in chunks of any size", () => {
  const lines = Array.from({ length: 50 }, (_, i) => "ä€😀".repeat(i * i % 37));
  const text = lines.join("\n");
  for (const size of [1, 2, 3, 7, 100, 65536]) {
    const texts = textsOf(utf8(text), size);
    assertEquals(texts.join(""), text);
    for (const part of texts.slice(0, -1)) assertEquals(part.at(-1), "\n");
  }
});

Deno.test("a chunk of more lines than are read at once is given in parts", () => {
  const text = `${"x".repeat(99)}\n`.repeat(20_000) + `${"y".repeat(600_000)}\nz\n`;
  const texts = textsOf(utf8(text), utf8(text).length);
  assertEquals(texts.join(""), text);
  assertLess(Math.max(...texts.map((part) => part.length)), 700_000);
});

Deno.test("a byte order mark is dropped where a text begins, and nowhere else", () => {
  assertEquals(textsOf(utf8("\ufeffa\n\ufeffb"), 1).join(""), "a\n\ufeffb");
});

Deno.test("what is not read is given again with what follows, seldomer as it grows", () => {
  const texts = textsOf(utf8("a\n+b\n".padEnd(4005, "c\n")), 2);
  assertLess(texts.length, 20);
  assertEquals(texts.at(-1)!.length, 4003);
});

Deno.test("bytes that are not UTF-8 are refused with their line", () => {
  const damaged: readonly (readonly number[])[] = [
    [0xff],
    [0xc3],
    [0xc3, 0x28],
    [0x80],
    [0xed, 0xa0, 0x80],
    [0xf8, 0x88, 0x80, 0x80, 0x80],
  ];
  for (const wrong of damaged) {
    const bytes = concatenated(utf8("word,e\nä,\n\nb"), Uint8Array.from(wrong), utf8(",1\nc,2\n"));
    for (const size of [1, 3, 65536]) {
      const error = refusal(() => readAsItComes(csvReader, bytes, { nonFinite: "skip" }, [size]));
      assertEquals(error.code, "corrupt");
      assertStringIncludes(
        error.message,
        "line 4: this line is not UTF-8; if it is Latin-1, convert it: iconv",
      );
    }
  }
  const cut = concatenated(utf8("[1]\n[2]"), Uint8Array.of(0xc3));
  assertStringIncludes(refusal(() => readAsItComes(jsonLinesReader, cut)).message, "line 2: this");
});

Deno.test("a line, and a quote without end, are given up after 64 MiB", async () => {
  const noNewline = new Uint8Array(1 << 20).fill(0x31);
  const lines = utf8('1,""\n'.repeat(1 << 17));
  await inLittleMemory(() => {
    const line = refusal(() => pushing(csvReader, "1,2\n", noNewline, 100));
    assertEquals(line.code, "corrupt");
    assertStringIncludes(line.message, "line 2: a line of more than 67.1 MB; each line is to be");
    const json = refusal(() => pushing(jsonLinesReader, "", noNewline, 100));
    assertStringIncludes(json.message, "jq -c '.[]'");
    const quote = refusal(() =>
      pushing(csvReader, '1,2\n3,"4\n', utf8("5,6\n".repeat(1 << 17)), 500)
    );
    assertEquals(quote.code, "corrupt");
    assertStringIncludes(
      quote.message,
      "line 2: a row of more than 67.1 MB; is a quote not closed?",
    );
    const quotes = refusal(() => pushing(csvReader, '1,2\n3,"4\n', lines, 500));
    assertEquals(quotes.place.line, 2);
    return Promise.resolve();
  });
});
