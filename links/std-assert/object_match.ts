// Stand-in for the JSR package @std/assert, used only in this checkout because of the `links` entry
// of deno.json. It covers just what this project uses; published consumers get the real package.

import { assertEquals } from "./equals.ts";

type Loose = Record<PropertyKey, unknown>;

function isObject(value: unknown): value is Loose {
  return typeof value === "object" && value !== null;
}

/** Copies values without what a pattern does not mention. */
class Narrower {
  /** The pattern each object was last met with, so that circular ones come to an end. */
  readonly #met = new Map<unknown, unknown>();

  value(value: unknown, pattern: unknown): unknown {
    if (!isObject(value) || !isObject(pattern) || value instanceof RegExp) return value;
    if (Array.isArray(value) && Array.isArray(pattern)) return this.#array(value, pattern);
    if (value instanceof Map && pattern instanceof Map) return this.#map(value, pattern);
    if (value instanceof Set && pattern instanceof Set) return value.intersection(pattern);
    return this.object(value, pattern);
  }

  object(value: Loose, pattern: Loose): Loose {
    if (this.#met.get(value) === pattern) return value;
    this.#met.set(value, pattern);

    const keys = Reflect.ownKeys(value);
    const common = keys.filter((key) => Object.hasOwn(pattern, key));
    const narrowed = common.length > 0 || Reflect.ownKeys(pattern).length === 0
      ? common.map((key) => [key, this.value(value[key], pattern[key])])
      : keys.map((key) => [key, value[key]]);
    return Object.fromEntries(narrowed);
  }

  #array(value: unknown[], pattern: unknown[]): unknown[] {
    if (this.#met.get(value) === pattern) return value;
    this.#met.set(value, pattern);

    const length = Math.min(value.length, pattern.length);
    return Array.from({ length }, (_, i) => this.value(value[i], pattern[i]));
  }

  #map(value: Map<unknown, unknown>, pattern: Map<unknown, unknown>): Map<unknown, unknown> {
    const common = [...value].filter(([key]) => pattern.has(key));
    return new Map(common.map(([key, inner]) => {
      const innerPattern = pattern.get(key);
      const narrow = isObject(inner) && isObject(innerPattern);
      return [key, narrow ? this.object(inner, innerPattern) : inner];
    }));
  }
}

/**
 * Asserts that an object has at least the properties of another, deeply. Arrays match when they
 * begin with the expected items.
 *
 * @param actual The object to look at.
 * @param expected The properties it has to have.
 * @param msg A message to add to that of the failure.
 */
export function assertObjectMatch(
  // deno-lint-ignore no-explicit-any
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void {
  assertEquals(
    new Narrower().object(actual, expected),
    new Narrower().object(expected, expected),
    msg,
  );
}
