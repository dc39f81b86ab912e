/** What the state relies on of a backend, and on what it must not. */
import { assertEquals } from "@std/assert";
import { EmbeddingBatch } from "../../src/batch.ts";
import { OnlineCovariance } from "../../src/covariance/online_covariance.ts";
import type { Backend } from "../../src/linalg/backend.ts";
import { referenceBackend } from "../../src/linalg/reference/backend.ts";
import { gaussian } from "../linalg/matrices.ts";
import { batchesOf } from "./rows.ts";
import { paddedBackend } from "./padded_backend.ts";

function stateOn(backend: Backend, seed: number, rows: number, exact: boolean): OnlineCovariance {
  const state = new OnlineCovariance(backend, { exact });
  for (const batch of batchesOf(gaussian(seed, rows * 6), 6, 5)) state.update(batch);
  return state;
}

/** Everything that can be asked of a state, and of what it becomes. */
function answers(state: OnlineCovariance): unknown {
  return {
    mean: [...state.mean],
    scatter: state.scatter(),
    secondMoment: state.secondMoment(),
    spectra: [false, true].map((centered) => state.spectrum({ centered })),
  };
}

for (const exact of [false, true]) {
  const mode = exact ? "exact" : "scatter";

  Deno.test(`a backend may leave gaps, share memory and add rows late (${mode})`, () => {
    for (const [rows, others] of [[3, 2], [3, 40], [40, 3], [40, 30]]) {
      const [padded, reference] = [paddedBackend, referenceBackend].map((backend) => {
        const state = stateOn(backend, 1, rows, exact), copy = state.clone();
        state.merge(stateOn(backend, 2, others, exact));
        copy.update(new EmbeddingBatch({ data: gaussian(3, 30), dim: 6 }));
        return [answers(state), answers(copy)];
      });
      assertEquals(padded, reference);
    }
  });

  Deno.test(`states of different backends merge, and the first one's goes on (${mode})`, () => {
    for (const [rows, others] of [[3, 40], [40, 3], [40, 30]]) {
      const merged = stateOn(paddedBackend, 1, rows, exact);
      merged.merge(stateOn(referenceBackend, 2, others, exact));
      const same = stateOn(referenceBackend, 1, rows, exact);
      same.merge(stateOn(paddedBackend, 2, others, exact));
      assertEquals([merged.backend.name, same.backend.name], ["padded", "reference"]);
      assertEquals(answers(merged), answers(same));
    }
  });

  Deno.test(`taking rows in does not wait for the sums (${mode})`, () => {
    let waits = 0;
    const backend: Backend = {
      ...paddedBackend,
      accumulator(pivot) {
        const { add, sums } = paddedBackend.accumulator(pivot);
        return { add, sums: () => (waits++, sums()) };
      },
    };
    const state = stateOn(backend, 1, 60, exact);
    assertEquals([state.count, state.dim, waits], [60, 6, 0]);
  });
}
