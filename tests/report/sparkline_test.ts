import { assertEquals } from "@std/assert";
import { sparkline } from "../../src/report/sparkline.ts";

Deno.test("a sparkline falls from the largest value to the smallest on a logarithmic scale", () => {
  // Eight bars for six decades: 7/6 of a bar each, rounded.
  const decades = Float64Array.from({ length: 7 }, (_, k) => 5 * 10 ** -k);
  assertEquals(sparkline(decades, 48), "█▇▆▅▃▂▁");
});

Deno.test("a sparkline shows everything below a millionth, and zeros, as the lowest bar", () => {
  assertEquals(sparkline(Float64Array.of(1, 1e-6, 1e-7, 1e-300, 0), 48), "█▁▁▁▁");
  assertEquals(sparkline(new Float64Array(3), 48), "▁▁▁");
});

Deno.test("a sparkline does not care for the unit", () => {
  const values = Float64Array.of(9, 4, 1, 0.2, 1e-3);
  for (const unit of [1e-100, 1e100]) {
    assertEquals(sparkline(values.map((value) => value * unit), 48), sparkline(values, 48));
  }
});

Deno.test("a sparkline has no more bars than there are values, and than fit", () => {
  const equal = new Float64Array(100).fill(2);
  assertEquals(sparkline(equal.subarray(0, 5), 48), "█████");
  assertEquals(sparkline(equal, 48), "█".repeat(48));
  assertEquals(sparkline(equal, 0), "");
  assertEquals(sparkline(new Float64Array(0), 48), "");
});

Deno.test("a bar shows the largest of the values it stands for", () => {
  const values = Float64Array.of(1, 1, 1, 1e-3, 1e-6, 1e-6, 1e-6, 1e-6);
  // Bars for the values 0–1, 2–3, 4–5 and 6–7.
  assertEquals(sparkline(values, 4), "██▁▁");
});
