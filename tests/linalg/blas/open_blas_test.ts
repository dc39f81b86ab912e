import { assertEquals, assertStringIncludes } from "@std/assert";
import { runOpen } from "./run_open.ts";

/** A file that is there and no library. */
const NO_LIBRARY = new URL(import.meta.url).pathname;

Deno.test("without --allow-ffi there is no library, and the reason says so", async () => {
  assertEquals(await runOpen({}), {
    tried: [{ library: "a native BLAS", reason: "loading it needs --allow-ffi" }],
  });
});

Deno.test("without --allow-ffi a library asked for by name is an error", async () => {
  const error = {
    code: "permission",
    message: `${NO_LIBRARY} may not be loaded; add --allow-ffi`,
  };
  assertEquals(await runOpen({ path: NO_LIBRARY }), { error });
  const named = await runOpen({
    permissions: ["--allow-env=RANKME_BLAS"],
    env: { RANKME_BLAS: NO_LIBRARY },
  });
  assertEquals(named, { error });
});

Deno.test("RANKME_BLAS is left alone where it may not be read, or is empty", async () => {
  const hidden = await runOpen({ env: { RANKME_BLAS: NO_LIBRARY } });
  assertEquals(hidden.error, undefined);
  const empty = await runOpen({ permissions: ["--allow-env"], env: { RANKME_BLAS: "" } });
  assertEquals(empty.error, undefined);
});

Deno.test("a file that is no library is refused with the loader's reason", async () => {
  const { error } = await runOpen({ permissions: ["--allow-ffi"], path: NO_LIBRARY });
  assertEquals(error?.code, "usage");
  assertStringIncludes(error!.message, `${NO_LIBRARY} cannot be used as BLAS: `);
  assertEquals(error!.message.split(NO_LIBRARY).length, 2, "the name is there once");
});

Deno.test("a library that is not there is refused, and no other is tried", async () => {
  const { error } = await runOpen({
    permissions: ["--allow-ffi", "--allow-env"],
    env: { RANKME_BLAS: "libnowhere.so.9" },
  });
  assertEquals(error?.code, "usage");
  assertStringIncludes(error!.message, "libnowhere.so.9 cannot be used as BLAS: ");
});

Deno.test("what is asked for by name goes before RANKME_BLAS", async () => {
  const { error } = await runOpen({
    permissions: ["--allow-ffi", "--allow-env"],
    env: { RANKME_BLAS: "libnowhere.so.9" },
    path: NO_LIBRARY,
  });
  assertStringIncludes(error!.message, NO_LIBRARY);
});

Deno.test("what may not be looked at is said, once nothing was found", async () => {
  const { library, tried } = await runOpen({ permissions: ["--allow-ffi"] });
  // A machine with a BLAS of its own has nothing to say.
  if (library !== undefined) return;
  assertEquals(tried!.at(-1), {
    library: "the OpenBLAS of NumPy or SciPy",
    reason: "finding it needs --allow-read and --allow-env",
  });
});

Deno.test("where there is no Deno, as in browsers, nothing fails on import and the reason says so", async () => {
  const modules = ["linalg/blas/open_blas.ts", "linalg/reference/backend.ts"]
    .map((path) => new URL(`../../../src/${path}`, import.meta.url).href);
  const script = `
    delete globalThis.Deno;
    const [{ openBlas }, { referenceBackend: fallback }] =
      await Promise.all(${JSON.stringify(modules)}.map((module) => import(module)));
    console.log(JSON.stringify(openBlas({ threads: 1, fallback })));
    try {
      openBlas({ path: "libblas.so", threads: 1, fallback });
    } catch (error) {
      console.log(error.code, error.message);
    }
  `;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", script],
  }).output();
  const [found, error] = new TextDecoder().decode(stdout).split("\n");
  assertEquals(new TextDecoder().decode(stderr), "");
  assertEquals(JSON.parse(found), {
    tried: [{ library: "a native BLAS", reason: "only Deno can load it" }],
  });
  assertStringIncludes(error, "usage libblas.so cannot be used as BLAS: only Deno can load it");
});
