import { RankMeError } from "../errors.ts";

/** Halvings after which an angle in (0, π/2) is known to the last bit. */
const HALVINGS = 60;

/**
 * A quantile of Student's t distribution.
 *
 * The angle θ = atan(t/√ν) at which P(|T| ≤ t) is what it should be, by bisection. For whole ν that
 * probability is a finite sum: Abramowitz & Stegun, Handbook of Mathematical Functions, 26.7.3–4.
 *
 * @param probability P(T ≤ t), above 0 and below 1.
 * @param degrees ν: the degrees of freedom, a whole number from 1 on.
 * @returns t.
 * @throws {RankMeError} `usage`, for anything else.
 *
 * @example What an interval of 95 % from 16 groups is wide
 * ```ts
 * import { studentTQuantile } from "@rankme/rankme/metrics";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(studentTQuantile(0.975, 15), 2.131449545559, 1e-9);
 * ```
 */
export function studentTQuantile(probability: number, degrees: number): number {
  if (!(probability > 0 && probability < 1)) {
    throw new RankMeError("usage", `a probability is above 0 and below 1, not ${probability}`);
  }
  if (!(Number.isSafeInteger(degrees) && degrees >= 1)) {
    throw new RankMeError("usage", `degrees of freedom are a whole number, not ${degrees}`);
  }
  const within = Math.abs(2 * probability - 1);
  let low = 0, high = Math.PI / 2;
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (probabilityWithin(middle, degrees) < within) low = middle;
    else high = middle;
  }
  return Math.sign(probability - 0.5) * Math.sqrt(degrees) * Math.tan((low + high) / 2);
}

/** P(|T| ≤ √ν·tan θ). */
function probabilityWithin(angle: number, degrees: number): number {
  const sine = Math.sin(angle), cosine = Math.cos(angle);
  const odd = degrees % 2;
  let term = odd ? sine * cosine : sine;
  let sum = 0;
  for (let k = 1 + odd; k < degrees; k += 2) {
    sum += term;
    term *= cosine * cosine * k / (k + 1);
  }
  return odd ? (angle + sum) * 2 / Math.PI : sum;
}
