import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ShiftedSums } from "../../../src/linalg/backend.ts";
import { selfTest } from "../../../src/linalg/blas/self_test.ts";
import { referenceBackend } from "../../../src/linalg/reference/backend.ts";

/** The reference, whose sums are spoilt. */
function withSums(spoil: (sums: ShiftedSums) => void) {
  return selfTest({
    ...referenceBackend,
    accumulator(pivot) {
      const accumulator = referenceBackend.accumulator(pivot);
      return {
        add: (rows) => accumulator.add(rows),
        sums() {
          const { sum, scatter, ...rest } = accumulator.sums();
          const sums = { sum: sum.slice(), scatter: scatter.slice(), ...rest };
          spoil(sums);
          return sums;
        },
      };
    },
  });
}

/** The reference, whose eigenvalues are spoilt. */
function withEigenvalues(spoil: (values: Float64Array) => void) {
  return selfTest({
    ...referenceBackend,
    eigenvalues(dim, write) {
      const values = referenceBackend.eigenvalues(dim, write).sort();
      spoil(values);
      return values;
    },
  });
}

Deno.test("the reference passes the self-test", () => {
  assertEquals(selfTest(referenceBackend), undefined);
  assertEquals(withSums(() => {}), undefined);
  assertEquals(withEigenvalues(() => {}), undefined);
});

Deno.test("one wrong number anywhere fails the self-test and is named", () => {
  assertEquals(
    withSums(({ sum }) => sum[3] = 4 + 1e-15 * 4),
    "it sums column 3 to 4.000000000000004 instead of 4",
  );
  assertEquals(
    withSums(({ scatter, stride }) => scatter[49 * stride + 20] = 22),
    "its product (49, 20) is 22 instead of 21",
  );
  assertStringIncludes(withSums(({ scatter }) => scatter[0] = NaN)!, "is NaN instead of 1");
  assertStringIncludes(withEigenvalues((values) => values[40] += 1e-12)!, "its eigenvalue 9 is");
  assertStringIncludes(withEigenvalues((values) => values[40] = NaN)!, "NaN");
});

Deno.test("a self-test that never adds to what is there would be none", () => {
  const forgetful = {
    ...referenceBackend,
    accumulator(pivot: Float64Array) {
      let accumulator = referenceBackend.accumulator(pivot);
      return {
        add(rows: Float64Array) {
          accumulator = referenceBackend.accumulator(pivot);
          accumulator.add(rows);
        },
        sums: () => accumulator.sums(),
      };
    },
  };
  assertStringIncludes(selfTest(forgetful as typeof referenceBackend)!, "it sums column");
});

Deno.test("what lies above the diagonal of the scatter is nobody's business", () => {
  assertEquals(withSums(({ scatter, stride }) => scatter[1 * stride + 2] = NaN), undefined);
});
