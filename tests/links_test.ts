// What this project relies on in the JSR packages @std/streams, @std/cli and @std/assert. The
// sentences hold for those packages and for the stand-ins of them in this checkout alike.

import * as assertions from "@std/assert";
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  AssertionError,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { equal } from "@std/assert/equal";
import { assertStringIncludes } from "@std/assert/string-includes";
import * as cli from "@std/cli";
import { parseArgs, type ParseOptions } from "@std/cli/parse-args";
import * as streams from "@std/streams";
import { TextLineStream } from "@std/streams/text-line-stream";
import { toArrayBuffer } from "@std/streams/to-array-buffer";

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

async function linesOf(chunks: string[], allowCR?: boolean): Promise<string[]> {
  const lines = ReadableStream.from(chunks).pipeThrough(new TextLineStream({ allowCR }));
  return await Array.fromAsync(lines);
}

/** Parses without types, so that tests can say what is in the result, whatever it is. */
function parse(args: string[], options?: ParseOptions): unknown {
  return parseArgs(args, options);
}

// --- @std/streams ---

Deno.test("@std/streams exports at its root what its subpaths export", () => {
  assertStrictEquals(streams.toArrayBuffer, toArrayBuffer);
  assertStrictEquals(streams.TextLineStream, TextLineStream);
});

Deno.test("toArrayBuffer() joins bytes", async () => {
  const buffer = await toArrayBuffer(ReadableStream.from([bytes("ab"), bytes("c")]));
  assert(buffer instanceof ArrayBuffer);
  assertEquals(new Uint8Array(buffer), bytes("abc"));
  assertEquals((await toArrayBuffer(ReadableStream.from<Uint8Array>([]))).byteLength, 0);
});

Deno.test("toArrayBuffer() takes only the part of a buffer that a chunk shows", async () => {
  const buffer = await toArrayBuffer(ReadableStream.from([bytes("abcd").subarray(1, 3)]));
  assertEquals(new TextDecoder().decode(buffer), "bc");
});

Deno.test("TextLineStream ends lines at LF and CRLF, wherever chunks end", async () => {
  assertEquals(await linesOf(["a\nb\r\nc"]), ["a", "b", "c"]);
  assertEquals(await linesOf(["a", "b\r", "\nc\n", "d"]), ["ab", "c", "d"]);
});

Deno.test("TextLineStream keeps empty lines, but adds none after the last line end", async () => {
  assertEquals(await linesOf(["a\n\n\r\nb\n"]), ["a", "", "", "b"]);
  assertEquals(await linesOf(["\n"]), [""]);
  assertEquals(await linesOf([""]), []);
  assertEquals(await linesOf([]), []);
});

Deno.test("TextLineStream ends lines at a lone CR only when asked to", async () => {
  assertEquals(await linesOf(["a\rb\r"]), ["a\rb\r"]);
  assertEquals(await linesOf(["a\rb\r"], true), ["a", "b"]);
  assertEquals(await linesOf(["a\r", "\nb\r\r\nc"], true), ["a", "b", "", "c"]);
});

// --- @std/cli ---

Deno.test("@std/cli exports parseArgs() at its root", () => {
  assertStrictEquals(cli.parseArgs, parseArgs);
});

Deno.test("parseArgs() types the flags by the options that list them", () => {
  const args = parseArgs(["--json", "--limit=3", "--column", "a", "--column=b", "file"], {
    boolean: ["json", "quiet"],
    string: ["limit", "output", "column"],
    collect: ["column"],
    negatable: ["quiet"],
    alias: { h: "help" },
    default: { output: "-" },
  });
  const json: boolean = args.json;
  const quiet: boolean = args.quiet;
  const limit: string | undefined = args.limit;
  const output: string = args.output;
  const column: string[] = args.column;
  const others: (string | number)[] = args._;
  assertEquals({ json, quiet, limit, output, column, others }, {
    json: true,
    quiet: false,
    limit: "3",
    output: "-",
    column: ["a", "b"],
    others: ["file"],
  });
});

Deno.test("parseArgs() takes lists of flags made at run time", () => {
  const booleans: string[] = ["json"];
  const strings: string[] = ["limit", "column", "_"];
  const collects: string[] = ["column"];
  const alias: Record<string, string> = { n: "limit" };
  const unknown = (): boolean => true;
  const args: Record<string, unknown> & { _: (string | number)[] } = parseArgs(
    ["--json", "-n", "3", "--column", "a", "7"],
    { boolean: booleans, string: strings, collect: collects, alias, unknown },
  );
  assertEquals(args, { json: true, n: "3", limit: "3", column: ["a"], _: ["7"] });
});

Deno.test("parseArgs() takes the value of a long flag after = or as the next argument", () => {
  assertEquals(parse(["--k=v"]), { k: "v", _: [] });
  assertEquals(parse(["--k", "v"]), { k: "v", _: [] });
  assertEquals(parse(["--k=a=b"]), { k: "a=b", _: [] });
  assertEquals(parse(["--k=line\nline"]), { k: "line\nline", _: [] });
});

Deno.test("parseArgs() takes the value of a short flag next, after = or, a number, at once", () => {
  assertEquals(parse(["-k", "v"]), { k: "v", _: [] });
  assertEquals(parse(["-k=v"]), { k: "v", _: [] });
  assertEquals(parse(["-k5"]), { k: 5, _: [] });
  assertEquals(parse(["-k5"], { string: ["k"] }), { k: "5", _: [] });
  assertEquals(parse(["-k/path"]), { k: "/path", _: [] });
});

Deno.test("parseArgs() reads letters behind one hyphen as flags, the last one with a value", () => {
  assertEquals(parse(["-abc"]), { a: true, b: true, c: true, _: [] });
  assertEquals(parse(["-abc", "v"]), { a: true, b: true, c: "v", _: [] });
  // So a short flag cannot have a word right behind it, even when it is listed as a string.
  assertEquals(parse(["-kv"], { string: ["k"] }), { k: "", v: true, _: [] });
});

Deno.test("parseArgs() never gives the next argument to a boolean flag, but true and false", () => {
  const boolean = ["json"];
  assertEquals(parse(["--json", "file"], { boolean }), { json: true, _: ["file"] });
  assertEquals(parse(["--json", "true"], { boolean }), { json: true, _: [] });
  assertEquals(parse(["--json", "false"], { boolean }), { json: false, _: [] });
  assertEquals(parse(["--json=false"], { boolean }), { json: false, _: [] });
  assertEquals(parse(["--json=no"], { boolean }), { json: true, _: [] });
  assertEquals(parse([], { boolean }), { json: false, _: [] });
});

Deno.test("parseArgs() reads --no-NAME as false only for negatable flags", () => {
  assertEquals(
    parse(["--no-color"], { boolean: ["color"], negatable: ["color"] }),
    { color: false, _: [] },
  );
  assertEquals(
    parse(["--no-color"], {
      boolean: ["color"],
      negatable: ["color"],
      default: { color: true },
    }),
    { color: false, _: [] },
  );
  assertEquals(parse(["--no-color"], { boolean: ["color"] }), {
    color: false,
    "no-color": true,
    _: [],
  });
});

Deno.test("parseArgs() parses nothing after --", () => {
  assertEquals(parse(["a", "--", "--b", "7"]), { _: ["a", "--b", "7"] });
  assertEquals(parse(["a", "--", "--b", "7"], { "--": true }), {
    _: ["a"],
    "--": ["--b", "7"],
  });
  // It ends the flags even where a value could stand.
  assertEquals(parse(["--k", "--", "v"], { string: ["k"] }), { k: "", _: ["v"] });
});

Deno.test("parseArgs() makes numbers of what reads as one, except under string", () => {
  assertEquals(parse(["--k", "7", "1e3", "0x10", "7a", "Infinity"]), {
    k: 7,
    _: [1000, 16, "7a", "Infinity"],
  });
  assertEquals(parse(["--k", "07", "7"], { string: ["k"] }), { k: "07", _: [7] });
  assertEquals(parse(["--k", "07", "7"], { string: ["k", "_"] }), { k: "07", _: ["7"] });
});

Deno.test("parseArgs() gives a flag without a value an empty string or true", () => {
  assertEquals(parse(["--k"], { string: ["k"] }), { k: "", _: [] });
  assertEquals(parse(["-k"], { string: ["k"] }), { k: "", _: [] });
  assertEquals(parse(["--k"]), { k: true, _: [] });
  assertEquals(parse(["--k", "--other"], { string: ["k"] }), { k: "", other: true, _: [] });
  assertEquals(parse([], { string: ["k"] }), { _: [] });
});

Deno.test("parseArgs() takes what follows = as the value, though it be empty", () => {
  assertEquals(parse(["--k="], { string: ["k"] }), { k: "", _: [] });
  assertEquals(parse(["--k=", "v"]), { k: "", _: ["v"] });
  assertEquals(parse(["-k="]), { k: "", _: [] });
  assertEquals(parse(["-abk="]), { a: true, b: true, k: "", _: [] });
});

Deno.test("parseArgs() does not take an empty argument as a value", () => {
  assertEquals(parse(["--k", ""], { string: ["k", "_"] }), { k: "", _: [""] });
});

Deno.test("parseArgs() keeps the last value of a repeated flag, or all when it collects", () => {
  assertEquals(parse(["--k=1", "--k=2"]), { k: 2, _: [] });
  assertEquals(
    parse(["--k=1", "--k=2"], { string: ["k"], collect: ["k"] }),
    { k: ["1", "2"], _: [] },
  );
  assertEquals(parse([], { string: ["k"], collect: ["k"] }), { k: [], _: [] });
  assertEquals(
    parse(["-v", "-v"], { boolean: ["v"], collect: ["v"] }),
    { v: [true, true], _: [] },
  );
  // A flag that only collects is absent when it is not given.
  assertEquals(parse([], { collect: ["k"] }), { _: [] });
});

Deno.test("parseArgs() stores a value under all names of a flag", () => {
  assertEquals(parse(["-h"], { boolean: ["help"], alias: { h: "help" } }), {
    h: true,
    help: true,
    _: [],
  });
  assertEquals(parse(["--limit", "3"], { string: ["n"], alias: { n: ["limit", "max"] } }), {
    n: "3",
    limit: "3",
    max: "3",
    _: [],
  });
  assertEquals(parse([], { default: { n: 1 }, alias: { n: "limit" } }), {
    n: 1,
    limit: 1,
    _: [],
  });
});

Deno.test("parseArgs() takes a lone hyphen as an argument, and as the value of a short flag", () => {
  assertEquals(parse(["-"]), { _: ["-"] });
  assertEquals(parse(["-i", "-"], { string: ["i"] }), { i: "-", _: [] });
  assertEquals(parse(["--input=-"], { string: ["input"] }), { input: "-", _: [] });
  // But not as the value of a long flag.
  assertEquals(parse(["--input", "-"], { string: ["input"] }), { input: "", _: ["-"] });
});

Deno.test("parseArgs() takes a negative number as a value only in the flag's own word", () => {
  const string = ["epsilon", "e"];
  assertEquals(parse(["--epsilon=-1"], { string }), { epsilon: "-1", _: [] });
  assertEquals(parse(["-e-1"], { string }), { e: "-1", _: [] });
  assertEquals(parse(["-e=-1"], { string }), { e: "-1", _: [] });
  assertEquals(parse(["--epsilon=-1"]), { epsilon: -1, _: [] });
  // Apart, it is a flag of the name 1.
  assertEquals(parse(["--epsilon", "-1"], { string }), { epsilon: "", 1: true, _: [] });
  assertEquals(parse(["-e", "-1"], { string }), { e: "", 1: true, _: [] });
});

Deno.test("parseArgs() calls unknown for undeclared flags and for arguments without a flag", () => {
  const calls: unknown[][] = [];
  const args = parse(
    ["--json", "--typo", "x", "--n=7", "-z", "file", "-h", "--", "rest"],
    {
      boolean: ["json", "help"],
      alias: { h: "help" },
      unknown: (...call) => {
        calls.push(call);
        return call[0] === "file";
      },
    },
  );
  assertEquals(calls, [
    ["--typo", "typo", "x"],
    ["--n=7", "n", "7"],
    ["-z", "z", "file"],
  ]);
  // What it refused is gone, with the value.
  assertEquals(args, { json: true, h: true, help: true, _: ["rest"] });
});

Deno.test("parseArgs() calls unknown with nothing but the argument where there is no flag", () => {
  const calls: unknown[][] = [];
  const args = parse(["a", "-", "b"], {
    unknown: (...call) => {
      calls.push(call);
      return call[0] !== "b";
    },
  });
  assertEquals(calls, [["a"], ["-"], ["b"]]);
  assertEquals(args, { _: ["a", "-"] });
});

Deno.test("parseArgs() leaves everything after the first such argument alone when asked to", () => {
  assertEquals(parse(["--a", "1", "run", "--b", "7"], { stopEarly: true }), {
    a: 1,
    _: ["run", "--b", "7"],
  });
});

Deno.test("parseArgs() nests flags whose names have dots", () => {
  assertEquals(parse(["--a.b=1", "--a.c"]), { a: { b: 1, c: true }, _: [] });
});

// --- @std/assert ---

const different: [unknown, unknown][] = [
  [1, "1"],
  [null, undefined],
  [[1, 2], [2, 1]],
  [[1, 2], [1]],
  [{ a: 1 }, { a: 2 }],
  [{ a: undefined }, {}],
  [{ a: undefined }, { b: undefined }],
  [{ [Symbol.for("a")]: 1 }, { [Symbol.for("a")]: 2 }],
  [{}, []],
  [{}, new (class Plain {})()],
  [new Float64Array([1]), new Float64Array([2])],
  [new Float64Array([1]), new Float32Array([1])],
  [new Float64Array([1]), [1]],
  [new Uint8Array([1]).buffer, new Uint8Array([2]).buffer],
  [new Map([["a", 1]]), new Map([["a", 2]])],
  [new Map([["a", 1]]), new Map([["b", 1]])],
  [new Set([1]), new Set([2])],
  [new Set([{ a: 1 }]), new Set([{ a: 2 }])],
  [new Date(0), new Date(1)],
  [/a/, /a/g],
  [() => {}, () => {}],
];

const alike: [unknown, unknown][] = [
  [NaN, NaN],
  [0, -0],
  [[1, { a: [2] }], [1, { a: [2] }]],
  [{ a: 1, b: 2 }, { b: 2, a: 1 }],
  [{ a: 1 }, Object.assign(Object.create(null), { a: 1 })],
  [new Float64Array([1, NaN, 0]), new Float64Array([1, NaN, -0])],
  [new Uint8Array([1]).buffer, new Uint8Array([1]).buffer],
  [new Map([["a", { b: 1 }], ["c", {}]]), new Map<string, unknown>([["c", {}], ["a", { b: 1 }]])],
  [new Map([[{ a: 1 }, 1]]), new Map([[{ a: 1 }, 1]])],
  [new Set([1, 2]), new Set([2, 1])],
  [new Set([{ a: 1 }]), new Set([{ a: 1 }])],
  [new Date(0), new Date(0)],
  [new Date(NaN), new Date(NaN)],
  [/a/g, /a/g],
  [new URL("https://example.com/a"), new URL("https://example.com/a")],
];

Deno.test("assertEquals() compares deeply, by class and by all properties", () => {
  for (const [a, b] of alike) {
    assertEquals(a, b);
    assertEquals(b, a);
    assertThrows(() => assertNotEquals(a, b), AssertionError);
  }
  for (const [a, b] of different) {
    assertNotEquals(a, b);
    assertNotEquals(b, a);
    assertThrows(() => assertEquals(a, b), AssertionError, "Values are not equal.");
  }
});

Deno.test("assertEquals() sees what an instance keeps private only through its getters", () => {
  class Hidden {
    #value: number;
    constructor(value: number) {
      this.#value = value;
    }
    double(): number {
      return 2 * this.#value;
    }
  }
  class Shown extends Hidden {
    get doubled(): number {
      return this.double();
    }
  }
  assertEquals(new Hidden(1), new Hidden(2));
  assertNotEquals(new Shown(1), new Shown(2));
});

Deno.test("assertEquals() compares circular objects", () => {
  const ring = (value: number): unknown => {
    const object: Record<string, unknown> = { value };
    object.self = object;
    return object;
  };
  assertEquals(ring(1), ring(1));
  assertNotEquals(ring(1), ring(2));
});

Deno.test("equal() tells whether assertEquals() would pass, and refuses weak collections", () => {
  assert(equal({ a: [1] }, { a: [1] }));
  assert(!equal({ a: [1] }, { a: [2] }));
  assertThrows(() => equal(new WeakMap(), new WeakMap()), TypeError);
});

Deno.test("assertEquals() reports both values and the caller's message", () => {
  const error = assertThrows(
    () => assertEquals({ a: "left" }, { a: "right" }, "my message"),
    AssertionError,
  );
  assertEquals(error.name, "AssertionError");
  assertStringIncludes(error.message, "Values are not equal: my message");
  assertStringIncludes(error.message, "left");
  assertStringIncludes(error.message, "right");
});

Deno.test("assertStrictEquals() wants one and the same value", () => {
  const object = {};
  assertStrictEquals(object, object);
  assertStrictEquals(NaN, NaN);
  assertThrows(() => assertStrictEquals(object, {}), AssertionError, "not reference-equal.");
  assertThrows(() => assertStrictEquals(1, 2), AssertionError, "Values are not strictly equal.");
  assertThrows(() => assertStrictEquals(0, -0), AssertionError);
});

Deno.test("assertAlmostEquals() allows a ten millionth of the expected value by default", () => {
  assertAlmostEquals(1 + 0.9e-7, 1);
  assertAlmostEquals(1000 + 0.9e-4, 1000);
  assertAlmostEquals(-1 - 0.9e-7, -1);
  assertThrows(() => assertAlmostEquals(1 + 1.1e-7, 1), AssertionError);
  assertThrows(() => assertAlmostEquals(1e-9, 0), AssertionError);
  assertAlmostEquals(0, 0);
  assertAlmostEquals(NaN, NaN);
  assertAlmostEquals(Infinity, Infinity);
  assertThrows(() => assertAlmostEquals(NaN, 1), AssertionError);
  assertThrows(() => assertAlmostEquals(1, Infinity), AssertionError);
});

Deno.test("assertAlmostEquals() takes an absolute tolerance, which is still allowed", () => {
  assertAlmostEquals(1, 1.5, 0.5);
  assertThrows(() => assertAlmostEquals(1, 1.75, 0.5), AssertionError);
  assertThrows(() => assertAlmostEquals(1, 2, 0, "my message"), AssertionError, "my message");
});

Deno.test("assertThrows() returns what was thrown", () => {
  const error: RangeError = assertThrows(
    () => {
      throw new RangeError("out of range");
    },
    RangeError,
    "of range",
  );
  assertEquals(error.message, "out of range");
  const anything: unknown = assertThrows(() => {
    throw "a string";
  });
  assertEquals(anything, "a string");
});

Deno.test("assertThrows() fails on no error, another class or another message", () => {
  const fails = (): never => {
    throw new RangeError("out of range");
  };
  assertThrows(fails, Error);
  assertThrows(() => assertThrows(() => {}), AssertionError, "Expected function to throw.");
  assertThrows(() => assertThrows(() => {}, "why"), AssertionError, "throw: why");
  assertThrows(() => assertThrows(fails, TypeError), AssertionError, `"TypeError"`);
  assertThrows(() => assertThrows(fails, RangeError, "in range"), AssertionError, "in range");
  assertThrows(
    () =>
      assertThrows(() => {
        throw "a string";
      }, Error),
    AssertionError,
    "A non-Error object was thrown.",
  );
});

Deno.test("assertRejects() resolves to what the promise was rejected with", async () => {
  const error: RangeError = await assertRejects(
    () => Promise.reject(new RangeError("out of range")),
    RangeError,
    "of range",
  );
  assertEquals(error.message, "out of range");
  const anything: unknown = await assertRejects(() => Promise.reject("a string"));
  assertEquals(anything, "a string");
});

Deno.test("assertRejects() fails on no rejection, another error or a function that throws", async () => {
  const fails = () => Promise.reject(new RangeError("out of range"));
  await assertRejects(
    () => assertRejects(() => Promise.resolve()),
    AssertionError,
    "Expected function to reject.",
  );
  await assertRejects(() => assertRejects(fails, TypeError), AssertionError, `"TypeError"`);
  await assertRejects(() => assertRejects(fails, RangeError, "in range"), AssertionError);
  await assertRejects(
    () =>
      assertRejects(() => {
        throw new RangeError("at once");
      }),
    AssertionError,
    "Function throws when expected to reject.",
  );
});

Deno.test("the smaller assertions pass where they hold and fail where they do not", () => {
  const { AssertionError } = assertions;
  const fails = (fn: () => unknown) => assertThrows(fn, AssertionError);

  assertions.assert("a");
  fails(() => assertions.assert(0));
  assertThrows(() => assertions.assert(false, "why"), AssertionError, "why");
  assertions.assertStringIncludes("abc", "b");
  fails(() => assertions.assertStringIncludes("abc", "d"));
  assertions.assertMatch("abc", /b./);
  fails(() => assertions.assertMatch("abc", /b$/));
  assertions.assertInstanceOf(new TypeError(), Error);
  fails(() => assertions.assertInstanceOf(new Error(), TypeError));
  fails(() => assertions.assertInstanceOf("a", String));
  assertions.assertGreater(2, 1);
  fails(() => assertions.assertGreater(1, 1));
  assertions.assertLess(1, 2);
  fails(() => assertions.assertLess(1, 1));
  assertions.assertLessOrEqual(1, 1);
  fails(() => assertions.assertLessOrEqual(2, 1));
  fails(() => assertions.assertLess(NaN, 1));
});

Deno.test("AssertionError is an error with a name and a cause", () => {
  const error = new AssertionError("message", { cause: "cause" });
  assert(error instanceof Error);
  assertEquals([error.name, error.message, error.cause], ["AssertionError", "message", "cause"]);
});
