import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  formatDifference,
  formatMetric,
  formatRank,
  grouped,
  lastDigit,
  percent,
  withInterval,
} from "../../src/report/digits.ts";

const about = (value: number, margin: number) => ({
  standardError: margin / 2,
  low: value - margin,
  high: value + margin,
});

Deno.test("formatRank() shows four digits, and one decimal from a thousand on", () => {
  assertEquals(
    [0, 0.99999, 1.23456, 31.646, 999.94, 999.96, 1000, 16383.96].map(formatRank),
    ["0.000", "1.000", "1.235", "31.65", "999.9", "1000", "1000.0", "16384.0"],
  );
});

Deno.test("grouped() sets thousands apart", () => {
  assertEquals([0, 999, 1000, 25_600, 1_234_567].map(grouped), [
    "0",
    "999",
    "1,000",
    "25,600",
    "1,234,567",
  ]);
});

Deno.test("percent() has two digits, and a third for nearly all", () => {
  assertEquals([0.0047, 0.35, 0.997, 1].map(percent), ["0.47 %", "35 %", "99.7 %", "100 %"]);
});

Deno.test("an interval has two digits of its half-width, the value as many decimals", () => {
  const cases: [number, number, string][] = [
    [127.9, 0.012, "127.900 ± 0.012"],
    [127.9, 0.0996, "127.90 ± 0.10"],
    [31.65, 0.63, "31.65 ± 0.63"],
    [31.65, 12.3, "32 ± 12"],
    [1234.56, 250, "1235 ± 250"],
    [0, 0.5, "0.00 ± 0.50"],
    [-0.5, 0.02, "−0.500 ± 0.020"],
  ];
  for (const [value, margin, text] of cases) {
    assertEquals(withInterval(value, about(value, margin)), text);
  }
});

Deno.test("no value has more than six digits, and an error that is not seen is not shown as 0", () => {
  assertEquals(withInterval(7.797848, about(7.797848, 2e-6)), "7.79785 ± <0.00001");
  assertEquals(withInterval(25600.123, about(25600.123, 4e-4)), "25600.1 ± <0.1");
});

Deno.test("what is large or small has a power of ten, once", () => {
  assertEquals(withInterval(2.13e9, about(2.13e9, 1.2e7)), "(2.130 ± 0.012)e+9");
  assertEquals(withInterval(1.2e-7, about(1.2e-7, 3e-8)), "(1.20 ± 0.30)e-7");
});

Deno.test("without an interval, or with nothing but rounding in it, the number stands by itself", () => {
  assertEquals(withInterval(3, undefined), "3");
  assertEquals(withInterval(3, undefined, formatRank), "3.000");
  assertEquals(withInterval(3, about(3, 0)), "3 ± 0");
  assertEquals(withInterval(3, about(3, 1e-15), formatRank), "3.000 ± 0");
});

Deno.test("an interval that is longer to one side is told by its ends", () => {
  assertEquals(
    withInterval(1.43, { standardError: 0.2, low: 1, high: 1.58 }),
    "1.43 (1.00 – 1.58)",
  );
});

Deno.test("a difference has a sign, and no digits that are not of its number", () => {
  const cases: [number, number | undefined, number, string][] = [
    [-60, 1.2, 20, "−60.0 ± 1.2"],
    [0.02, 0.5, 10, "+0.02 ± 0.50"],
    [-10, 4e-6, 70, "−10.0000 ± <0.0001"],
    [-1e-7, 4e-6, 70, "0.0000 ± <0.0001"],
    [1e-16, 1e-15, 80, "0.00 ± 0"],
    [-28.646, undefined, 3, "−28.646"],
    [2, undefined, 3, "+2.000"],
    [0, undefined, 3, "0.000"],
  ];
  for (const [value, margin, of, text] of cases) {
    const ends = margin === undefined ? {} : { low: value - margin, high: value + margin };
    assertEquals(formatDifference({ value, ...ends }, of), text);
  }
  assertEquals(formatDifference({ value: 41, low: 29, high: 53 }, 171.3, ""), "41 ± 12");
});

Deno.test("whatever the numbers, what is shown is what they are, to its last digit", () => {
  const magnitude = fc.double({ min: -9, max: 9, noNaN: true }).map((power) => 10 ** power);
  fc.assert(fc.property(magnitude, magnitude, fc.boolean(), (size, margin, isNegative) => {
    const value = isNegative ? -size : size;
    const text = withInterval(value, about(value, margin));
    const match = /^\(?(−?[\d.]+) ± (<?)([\d.]+)\)?(?:e([+-]\d+))?$/.exec(text);
    // An interval of no more than rounding.
    if (!match) return assert(margin < 1e-11 * size && text.endsWith(" ± 0"), text);
    const [, shown, below, error, exponent = "0"] = match;
    const decimals = error.split(".")[1]?.length ?? 0;
    const unit = 10 ** Number(exponent);
    assertEquals(shown.split(".")[1]?.length ?? 0, decimals, text);
    const last = 10 ** -decimals * unit;
    assertAlmostEquals(Number(shown.replace("−", "-")) * unit, value, 0.501 * last);
    if (below) assert(margin < Number(error) * unit, text);
    else assertAlmostEquals(Number(error) * unit, margin, 0.501 * last);
    assert(
      shown.replaceAll(/[−.]|^0+\.?0*/g, "").length <=
        Math.max(6, String(Math.round(size / unit)).length),
      text,
    );
  }));
});

Deno.test("the last digit of a rank is the one that is shown, with an interval or without", () => {
  assertEquals([3.657, 277.6, 31.65, 16384].map((rank) => lastDigit(rank)), [
    0.001,
    0.1,
    0.01,
    0.1,
  ]);
  assertEquals(lastDigit(127.9, about(127.9, 0.012)), 0.001);
  assertEquals(lastDigit(127.9, about(127.9, 12)), 1);
  assertEquals(formatMetric(2.13e9 + 0.5), "2.13e+9");
});
