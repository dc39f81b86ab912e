import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { DecimalScanner, numberOf } from "../../../src/sources/text/numbers.ts";

const scanner = new DecimalScanner();

/** The number that a text is, as the scanner reads it. */
function scanned(text: string): number | undefined {
  scanner.at = 0;
  const number = scanner.read(text);
  return scanner.at === text.length && text.length > 0 ? number : undefined;
}

function assertSameBits(text: string): void {
  // The engine's own reading, which ECMAScript wants to be exact.
  const expected = JSON.parse(`[${text}]`)[0];
  if (!Object.is(scanned(text), expected)) assertEquals(scanned(text), expected, text);
}

Deno.test("numbers as programs print them are read to the last bit", () => {
  const digits = fc.integer({ min: 1, max: 21 });
  const doubles = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(doubles, digits, (number, digits) => {
      assertSameBits(`${number}`);
      assertSameBits(number.toExponential(digits - 1));
      assertSameBits(number.toPrecision(digits));
      if (Math.abs(number) < 3e38) assertSameBits(`${Math.fround(number)}`);
      if (Math.abs(number) < 1e15) assertSameBits(number.toFixed(digits - 1));
    }),
    { numRuns: 3000 },
  );
});

Deno.test("where the quick way ends the engine's is taken, and nothing is off by one", () => {
  const around = [2 ** 53 - 1, 2 ** 53, 2 ** 53 + 2].map((number) => `${number}`);
  const significands = [...around, "9007199254740993", "1", "123456789012345678901234567890"];
  const exponents = [-400, -350, -324, -308, -23, -22, -21, 0, 1, 21, 22, 23, 308, 309, 400];
  for (const significand of significands) {
    for (const exponent of exponents) {
      assertSameBits(`${significand}e${exponent}`);
      assertSameBits(`-${significand.slice(0, 1)}.${significand.slice(1) || 0}E${exponent}`);
    }
  }
  // Halfway between two float64, and one digit above.
  assertSameBits("9007199254740993.0000000000000000000000000000001");
  assertSameBits("2.2250738585072012e-308");
  assertSameBits("0.000000000000000000000000000000000000000000000000001");
});

Deno.test("a number has no other form than the decimal one", () => {
  const accepted = { "+1": 1, "1.": 1, ".5": 0.5, "-.5e+2": -50, "007": 7, "-0": -0, "1E3": 1000 };
  for (const [text, number] of Object.entries(accepted)) {
    assertEquals(Object.is(scanned(text), number), true, text);
    assertEquals(numberOf(` ${text}\t`), number, text);
  }
  const refused = [
    ..."-,+,.,e,e5,1e,1e+,--1,+-1,1-,1..2,1.2.3,0x10,0b1,1_000,1n,1d5,1f,$1,1%,½,١".split(","),
    "1,5",
    "1 2",
    "\u2212" + "1",
    "true",
    "infinite",
    "nano",
    "-NULL",
    "[1]",
  ];
  for (const text of refused) assertEquals(numberOf(text), undefined, text);
});

Deno.test("what is missing is null, and what is not finite keeps its value", () => {
  for (const text of ["", " ", "NULL", "null", "None", "\\N", "NA"]) {
    assertEquals(numberOf(text), null, text);
  }
  for (const text of ["nan", "NaN", "NAN", "-nan", "+NaN"]) assertEquals(numberOf(text), NaN, text);
  for (const text of ["inf", "Inf", "INF", "infinity", "Infinity", "+inf", "1e999"]) {
    assertEquals(numberOf(text), Infinity, text);
    assertEquals(numberOf(`-${text.replace("+", "")}`), -Infinity, text);
  }
});
