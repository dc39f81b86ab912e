import { assertEquals, assertGreater } from "@std/assert";
import { displayWidth } from "../../src/report/layout.ts";
import { PYTHON } from "./python.ts";

/** Letters, numbers, punctuation and signs, with whether Unicode calls them wide or fullwidth. */
const SCRIPT = `
import json, unicodedata as u
print(json.dumps([
    [c, u.east_asian_width(chr(c)) in "WF"]
    for c in range(32, 0x3fffe)
    if u.category(chr(c))[0] in "LNPS" and not 0x1160 <= c <= 0x11ff and not 0x4dc0 <= c <= 0x4dff
]))`;

// Vowels of Korean are drawn into the consonant before them, and hexagrams became wide in Unicode 16.
Deno.test("the width of every character is Unicode's, as Python has it", async () => {
  const { stdout } = await new Deno.Command(PYTHON, { args: ["-c", SCRIPT] }).output();
  const all: [number, boolean][] = JSON.parse(new TextDecoder().decode(stdout));
  assertGreater(all.length, 100_000);
  const wrong = all.filter(([code, isWide]) =>
    (displayWidth(String.fromCodePoint(code)) === 2) !== isWide
  );
  // Versions of Unicode differ in few.
  assertEquals(wrong.length < 40, true, wrong.map(([code]) => code.toString(16)).join(" "));
});
