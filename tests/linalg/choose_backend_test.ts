import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import { chooseBackend } from "../../src/linalg/choose_backend.ts";
import { referenceBackend } from "../../src/linalg/reference/backend.ts";

/** Tests are run without --allow-ffi, unless by hand with all permissions. */
const MAY_LOAD = Deno.permissions.querySync({ name: "ffi" }).state === "granted";

Deno.test("the backend that is asked for by name is taken, and nothing else is tried", () => {
  assertEquals(chooseBackend({ backend: "reference" }), { backend: referenceBackend, notes: [] });
  const { backend: { name, threads }, notes } = chooseBackend({ backend: "wasm", threads: 3 });
  assertEquals([name, threads, notes], ["wasm", 3, []]);
});

Deno.test("as many threads are used as the machine runs at once", () => {
  assertEquals(chooseBackend({ backend: "wasm" }).backend.threads, navigator.hardwareConcurrency);
});

Deno.test(
  "auto takes WebAssembly where no BLAS may be loaded, and says why",
  { ignore: MAY_LOAD },
  () => {
    for (const choice of [{}, { backend: "auto" }] as const) {
      const { backend, notes } = chooseBackend({ ...choice, threads: 2 });
      assertEquals([backend.name, backend.threads], ["wasm", 2]);
      assertEquals(notes, ["a native BLAS: loading it needs --allow-ffi"]);
    }
  },
);

Deno.test("a BLAS that is asked for and may not be loaded is refused", { ignore: MAY_LOAD }, () => {
  const error = assertThrows(() => chooseBackend({ backend: "blas" }), RankMeError);
  assertEquals([error.code, error.exitStatus], ["usage", 2]);
  assertStringIncludes(error.message, "--allow-ffi");
  const named = assertThrows(() => chooseBackend({ blas: "/lib/libnone.so" }), RankMeError);
  assertEquals(named.code, "permission");
  assertMatch(named.message, /libnone\.so may not be loaded; add --allow-ffi/);
});

Deno.test("naming a library asks for BLAS, also where the backend is left open", () => {
  const choices = [{ blas: "/none.so" }, { blas: "/none.so", backend: "auto" }] as const;
  for (const choice of choices) assertThrows(() => chooseBackend(choice), RankMeError, "/none.so");
});
