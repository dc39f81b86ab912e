import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import { positionsIn } from "../../src/selection/positions.ts";

function refusal(names: readonly string[], word = "step"): string {
  const error = assertThrows(() => positionsIn(names, word), RankMeError);
  assertEquals(error.code, "usage");
  return error.message;
}

Deno.test("the number after the word is how far a checkpoint had come, however it is set apart", () => {
  const names = ["step-1000", "step=2000", "step_3000", "step4000", "Step 5000.npy", "step.6000"];
  assertEquals(positionsIn(names, "step"), [1000, 2000, 3000, 4000, 5000, 6000]);
});

Deno.test("other numbers in the name do not matter", () => {
  assertEquals(positionsIn(["run2/epoch=3-step=1200.npy", "run2/epoch=4-step=1600.npy"], "step"), [
    1200,
    1600,
  ]);
  assertEquals(positionsIn(["run2/epoch=3-step=1200.npy", "run2/epoch=4-step=1600.npy"], "epoch"), [
    3,
    4,
  ]);
  assertEquals(positionsIn(["global_step10/rank_0.arrow", "global_step20/rank_7.arrow"], "step"), [
    10,
    20,
  ]);
});

Deno.test("leading zeros, fractions, exponents, thousands and millions are numbers", () => {
  assertEquals(positionsIn(["step-000100", "step-00020"], "step"), [100, 20]);
  assertEquals(positionsIn(["lr=0.01.npy", "lr=1e-3.npy", "lr=3E+1.npy"], "lr"), [0.01, 0.001, 30]);
  assertEquals(positionsIn(["step-10k.npy", "step-1.5M.npy"], "step"), [10_000, 1_500_000]);
  assertEquals(positionsIn(["step-10kb.npy", "step-12mean.npy"], "step"), [10, 12]);
});

Deno.test("the word inside another one is not the word", () => {
  assertEquals(positionsIn(["misstep5-step10", "misstep5-step20"], "step"), [10, 20]);
  assertStringIncludes(refusal(["steps-10", "step-20"]), 'no number after "step" in steps-10;');
});

Deno.test("of several, the last in the path counts", () => {
  assertEquals(positionsIn(["step-1/step-100.npy", "step-2/step-200.npy"], "step"), [100, 200]);
});

Deno.test("characters of the word are only characters", () => {
  assertEquals(positionsIn(["a.b-3.npy", "a.b-4.npy"], "a.b"), [3, 4]);
  assertEquals(positionsIn(["global_step=3", "global_step=4"], "global_step"), [3, 4]);
  assertEquals(positionsIn(["(x+1)=3.npy", "(x+1)=4.npy"], "(x+1)"), [3, 4]);
});

Deno.test("where no name has the word, it is the only number in which they differ", () => {
  assertEquals(positionsIn(["run7/1000", "run7/500"], "step"), [1000, 500]);
  assertEquals(positionsIn(["v2/ckpt-1000-of-3.npy", "v2/ckpt-2000-of-3.npy"], "step"), [
    1000,
    2000,
  ]);
  assertEquals(positionsIn(["ckpt-12.npy"], "step"), [12]);
});

Deno.test("which number is meant is refused where it is not clear, with the names", () => {
  assertEquals(
    refusal(["1/ckpt-10.npy", "2/ckpt-20.npy"]),
    'no number after "step", nor one number alone that differs, in 1/ckpt-10.npy, 2/ckpt-20.npy; ' +
      "names such as step-1000.npy say how far each had come; pass those that do, by a pattern",
  );
  assertStringIncludes(refusal(["a.npy", "b.npy"]), "in a.npy, b.npy;");
  assertStringIncludes(refusal(["ckpt-10.npy", "final.npy"]), "in ckpt-10.npy, final.npy;");
  assertStringIncludes(refusal(["run2/ckpt-3.npy"]), "in run2/ckpt-3.npy;");
});

Deno.test("a name without the number, where others have it, is refused by its name", () => {
  const message = refusal(["step-10.npy", "final.npy", "step-20.npy"]);
  assertStringIncludes(message, 'no number after "step" in final.npy;');
});

Deno.test("the same number twice is refused, as no line could be drawn", () => {
  const message = refusal(["a/step-10.npy", "b/step-10.npy", "a/step-20.npy"]);
  assertStringIncludes(message, "the same step more than once in a/step-10.npy, b/step-10.npy;");
});

Deno.test("of many names a message lists some", () => {
  const names = Array.from({ length: 9 }, (_, i) => `${String.fromCharCode(97 + i)}.npy`);
  assertStringIncludes(refusal(names), "in a.npy, b.npy, c.npy, d.npy, e.npy and 4 more;");
});
