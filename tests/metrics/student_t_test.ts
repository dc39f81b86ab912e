import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import { studentTQuantile } from "../../src/metrics/student_t.ts";
import golden from "./student_t.json" with { type: "json" };

Deno.test("quantiles of Student's t are mpmath's", () => {
  for (const { degrees, probability, quantile } of golden) {
    assertAlmostEquals(studentTQuantile(probability, degrees), quantile, 1e-11 * quantile);
  }
});

Deno.test("Student's t is symmetric, and 0 in the middle", () => {
  for (const degrees of [1, 2, 15]) {
    assertEquals(Math.abs(studentTQuantile(0.5, degrees)), 0);
    assertEquals(studentTQuantile(0.25, degrees), -studentTQuantile(0.75, degrees));
  }
});

Deno.test("there is no quantile of anything but a probability and whole degrees of freedom", () => {
  for (
    const [probability, degrees] of [[0, 5], [1, 5], [NaN, 5], [0.9, 0], [0.9, 1.5], [
      0.9,
      Infinity,
    ]]
  ) {
    const error = assertThrows(() => studentTQuantile(probability, degrees), RankMeError);
    assertEquals(error.code, "usage");
  }
});
