import { assertEquals } from "@std/assert";
import { CONVENTIONS } from "../../src/metrics/conventions.ts";

Deno.test("the conventions are those of the literature, with their own ε", () => {
  assertEquals(CONVENTIONS, {
    // RankMe, ICML 2023, equation 1: the singular values of Z as it is.
    "paper": { centered: false, values: "singular", epsilon: 1e-7 },
    // Roy & Vetterli 2007: no ε, and 0·ln 0 = 0.
    "roy-vetterli": { centered: false, values: "singular", epsilon: 0 },
    // stable-pretraining's callback adds 1e-5.
    "stable-pretraining": { centered: false, values: "singular", epsilon: 1e-5 },
    // reptrix takes the eigenvalues of the covariance, and calls them RankMe.
    "reptrix": { centered: true, values: "eigen", epsilon: 1e-7 },
  });
});
