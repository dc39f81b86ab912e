import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { NotJson, parseJson } from "../src/parse_json.ts";

Deno.test("what is JSON is read, and what is not is said in words that are not of JavaScript", () => {
  fc.assert(fc.property(fc.json(), (text) => assertEquals(parseJson(text), JSON.parse(text))));
  const broken = ["", "{", "[1,", "{a:1}", "[NaN]", '"a', '"\u0001"', "[1]x", "undefined", "{'a'"];
  for (const text of [...broken, '{"a":}', '["\\x"]', "01", "[1 2]"]) {
    const { message } = assertThrows(() => parseJson(text), NotJson);
    assertMatch(
      message,
      /^(it ends too early|".+" cannot stand where it does|character \d+ cannot stand where it does|it is no value of JSON)$/s,
    );
  }
});

Deno.test("brackets without end are refused before the engine nests them", () => {
  for (const opening of ["[", '{"a":', '[{"a":']) {
    const { message } = assertThrows(() => parseJson(opening.repeat(1 << 20)), NotJson);
    assertEquals(message, "it nests more than 10000 deep");
  }
  // Brackets in texts are no nesting, whatever stands before the quotation mark that ends them.
  const texts = ["[".repeat(2_000_000), '"'.repeat(20_000) + "{".repeat(1_100_000), "\\", '\\"['];
  assertEquals(parseJson(JSON.stringify(texts)), texts);
  const wide = Array.from({ length: 300_000 }, () => [1]);
  assertEquals(parseJson(JSON.stringify(wide)), wide);
});
