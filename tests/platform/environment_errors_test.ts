import { assertEquals, assertRejects } from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import { explained } from "../../src/platform/environment_errors.ts";
import { openBytes } from "../../src/sources/bytes/open_bytes.ts";

/** The error of a system, as Deno throws it. */
const systemError = (code: string, message: string) => Object.assign(new Error(message), { code });

const said = (error: unknown) => {
  const { code, exitStatus, message } = explained(error) ?? {};
  return [code, exitStatus, message];
};

Deno.test("what the system refuses is no fault of the program", () => {
  assertEquals(
    said(systemError("EMFILE", "Too many open files (os error 24): open '/a'")),
    ["resources", 4, "the system refused (too many files are open)"],
  );
  assertEquals(
    said(systemError("ENXIO", "No such device or address (os error 6)")),
    ["resources", 4, "the system refused (No such device or address)"],
  );
});

Deno.test("a permission that nobody asked about is named with its flag", () => {
  const text = 'Requires sys access to "osRelease", run again with the --allow-sys flag';
  assertEquals(
    said(new Deno.errors.NotCapable(text)),
    ["permission", 2, 'Deno was not given sys access to "osRelease"; add --allow-sys'],
  );
});

Deno.test("an allocation that fails is out of memory, another RangeError a fault of ours", () => {
  assertEquals(said(new RangeError("Array buffer allocation failed")), [
    "memory",
    4,
    "out of memory",
  ]);
  assertEquals(explained(new RangeError("toFixed() digits argument")), undefined);
  assertEquals(explained(new TypeError("x is not a function")), undefined);
  assertEquals(explained("a string"), undefined);
});

Deno.test("an input that the system refuses half-way is unreadable, a program's own error its own", async () => {
  const read = async (error: unknown) => {
    const { source } = await openBytes(
      new ReadableStream({ type: "bytes", pull: () => Promise.reject(error) }),
    );
    return await source.read(new Uint8Array(8));
  };
  const failed = await assertRejects(
    () => read(systemError("EIO", "Input/output error (os error 5)")),
    RankMeError,
    "it cannot be read (the device failed)",
  );
  assertEquals(failed.exitStatus, 3);
  const own = new TypeError("mine");
  assertEquals(await assertRejects(() => read(own)), own);
});
