// Stand-in for the JSR package @std/assert, used only in this checkout because of the `links` entry
// of deno.json. It covers just what this project uses; published consumers get the real package.

const TypedArray = Object.getPrototypeOf(Uint8Array) as abstract new () => Uint8Array;

/** Classes whose instances are the same when they read the same. */
const comparedAsText = new Set<unknown>(
  [Intl.Locale, RegExp, URL, URLSearchParams].map((type) => type.prototype),
);

function isSame(a: unknown, b: unknown): boolean {
  return a === b || Object.is(a, b);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isPrimitive(value: unknown): boolean {
  return !isObject(value) && typeof value !== "function";
}

/** The prototype of an object, where none counts as that of a plain object. */
function kindOf(value: object): object {
  return Object.getPrototypeOf(value) ?? Object.prototype;
}

function areSameItems(a: ArrayLike<unknown>, b: ArrayLike<unknown>): boolean {
  return a.length === b.length && Array.prototype.every.call(a, (item, i) => isSame(item, b[i]));
}

function isBuffer(value: object): value is ArrayBufferLike {
  return value instanceof ArrayBuffer || value instanceof SharedArrayBuffer;
}

/** All property names of an object, inherited ones too, except what every object or array has. */
function allKeys(value: object): Set<string | symbol> {
  const keys = new Set<string | symbol>();
  for (
    let at: object | null = value;
    at !== null && at !== Object.prototype && at !== Array.prototype;
    at = Object.getPrototypeOf(at)
  ) {
    for (const key of Reflect.ownKeys(at)) keys.add(key);
  }
  return keys;
}

/** The properties that count when two objects of one kind are compared. */
function keysToCompare(a: object, b: object): Iterable<string | symbol> {
  const kind = kindOf(a);
  return kind === Object.prototype || kind === Array.prototype
    ? Reflect.ownKeys({ ...a, ...b })
    : allKeys(a).union(allKeys(b));
}

type Collection = Map<unknown, unknown> | Set<unknown>;

function isCollection(value: object): value is Collection {
  return value instanceof Map || value instanceof Set;
}

function valueAt(collection: Collection, key: unknown): unknown {
  return collection instanceof Map ? collection.get(key) : key;
}

/**
 * Tells whether two values are equal, deeply.
 *
 * `NaN` equals itself and `0` equals `-0`. Objects have to be of one class, where an object without
 * a prototype counts as a plain one, and to have the same properties with equal values; a property
 * that is `undefined` is not the same as none. Of class instances the inherited properties count
 * too, and with them what getters return.
 *
 * @param a A value.
 * @param b Another value.
 * @returns Whether they are equal.
 */
export function equal(a: unknown, b: unknown): boolean {
  const met = new Map<unknown, unknown>();

  function areEqual(a: unknown, b: unknown): boolean {
    if (isSame(a, b)) return true;
    if (!isObject(a) || !isObject(b)) return false;
    if (a instanceof Date && b instanceof Date) return isSame(a.getTime(), b.getTime());
    if (kindOf(a) !== kindOf(b)) return false;
    if (a instanceof TypedArray) return areSameItems(a, b as Uint8Array);
    if (isBuffer(a)) return areSameItems(new Uint8Array(a), new Uint8Array(b as ArrayBuffer));
    if (a instanceof WeakMap) throw new TypeError("Cannot compare WeakMap instances");
    if (a instanceof WeakSet) throw new TypeError("Cannot compare WeakSet instances");
    if (a instanceof WeakRef) return areEqual(a.deref(), (b as WeakRef<WeakKey>).deref());

    if (met.get(a) === b) return true;
    if (Object.keys(a).length !== Object.keys(b).length) return false;
    met.set(a, b);

    if (isCollection(a)) return haveEqualEntries(a, b as Collection);
    if (comparedAsText.has(kindOf(a))) return String(a) === String(b);
    return haveEqualProperties(a, b);
  }

  function haveEqualEntries(a: Collection, b: Collection): boolean {
    if (a.size !== b.size) return false;
    const keys = [...a.keys()];
    if (keys.every(isPrimitive)) {
      return keys.every((key) => b.has(key) && areEqual(valueAt(a, key), valueAt(b, key)));
    }
    const entries = [...b.entries()];
    return [...a.entries()].every(([keyA, valueA]) =>
      entries.some(([keyB, valueB]) => areEqual(keyA, keyB) && areEqual(valueA, valueB))
    );
  }

  function haveEqualProperties(a: object, b: object): boolean {
    for (const key of keysToCompare(a, b)) {
      if (!areEqual(Reflect.get(a, key), Reflect.get(b, key))) return false;
      if (key in a !== key in b) return false;
    }
    return true;
  }

  return areEqual(a, b);
}
