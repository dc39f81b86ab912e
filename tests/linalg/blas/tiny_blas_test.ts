import { assertEquals, assertMatch } from "@std/assert";
import { runOpen, runSums } from "./run_open.ts";

const SOURCE = new URL("tiny_blas.c", import.meta.url).pathname;
const HAS_COMPILER = await hasCompiler();

async function hasCompiler(): Promise<boolean> {
  if (Deno.build.os === "windows") return false;
  try {
    const { success } = await new Deno.Command("cc", {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}

async function compile(to: string, flags: readonly string[]): Promise<string> {
  const { success } = await new Deno.Command("cc", {
    args: ["-shared", "-fPIC", "-O1", "-Wall", ...flags, SOURCE, "-o", to, "-lm", "-lpthread"],
  }).spawn().status;
  if (!success) throw new Error(`cc ${flags.join(" ")} failed`);
  return to;
}

/** A test that is given a folder, on machines with a C compiler. */
function testWithCompiler(name: string, fn: (folder: string) => Promise<void>, linux = false) {
  Deno.test({
    name,
    ignore: !HAS_COMPILER || linux && Deno.build.os !== "linux",
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        await fn(folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

const SPELLINGS = {
  "of 32 bits": [],
  "of 64 bits under the same names, as Debian's libopenblas64": ["-DINTEGER=int64_t"],
  "of 64 bits in NumPy's wheel": [
    "-DINTEGER=int64_t",
    "-DC(name)=scipy_##name##64_",
    "-DFORTRAN(name)=scipy_##name##_64_",
  ],
  "of 32 bits in SciPy's wheel": ["-DC(name)=scipy_##name", "-DFORTRAN(name)=scipy_##name##_"],
  "of 64 bits in NumPy 1's wheel": [
    "-DINTEGER=int64_t",
    "-DC(name)=name##64_",
    "-DFORTRAN(name)=name##_64_",
  ],
};

for (const [spelling, flags] of Object.entries(SPELLINGS)) {
  testWithCompiler(`a library with integers ${spelling} is called rightly`, async (folder) => {
    const path = await compile(`${folder}/tiny.so`, [...flags, "-DTHREADS"]);
    const { name, library, threads, maxOrder } = await runOpen({
      path,
      permissions: ["--allow-ffi"],
      threads: 3,
    });
    assertEquals([name, threads, maxOrder], ["blas", 3, undefined]);
    assertEquals(library, "tiny.so (OpenBLAS loaded with nothing)");
  });
}

testWithCompiler(
  "a library is told how many threads before it is loaded, and after",
  async (folder) => {
    const path = await compile(`${folder}/tiny.so`, ["-DTHREADS"]);
    const permissions = ["--allow-ffi", "--allow-env"];
    const { library, threads, variable } = await runOpen({ path, permissions, threads: 5 });
    assertEquals([library, threads], ["tiny.so (OpenBLAS loaded with 5)", 5]);
    assertEquals(variable, undefined, "the variable is unset again");
    const env = { OPENBLAS_NUM_THREADS: "7" };
    const restored = await runOpen({ path, permissions, threads: 20, env });
    assertEquals([restored.library, restored.threads], ["tiny.so (OpenBLAS loaded with 20)", 8]);
    assertEquals(restored.variable, "7", "the variable is as it was");
  },
);

testWithCompiler("permission for one library is enough to use it", async (folder) => {
  const path = await compile(`${folder}/tiny.so`, ["-DTHREADS"]);
  const { library } = await runOpen({ path, permissions: [`--allow-ffi=${folder}`] });
  assertEquals(library, "tiny.so");
});

testWithCompiler("a library whose threads outlive the work is not pulled away", async (folder) => {
  const path = await compile(`${folder}/tiny.so`, ["-DLINGERING"]);
  for (const permission of ["--allow-ffi", `--allow-ffi=${path}`]) {
    // The process would end with a signal.
    const { name } = await runOpen({ path, permissions: [permission] });
    assertEquals(name, "blas");
  }
});

testWithCompiler(
  "BLAS without LAPACK is used, and the fallback for the eigenvalues",
  async (folder) => {
    const path = await compile(`${folder}/tiny.so`, ["-DNO_LAPACK"]);
    const { library, maxOrder } = await runOpen({ path, permissions: ["--allow-ffi"] });
    assertEquals(library, "tiny.so, without LAPACK: eigenvalues by reference");
    assertEquals(maxOrder, 1234, "the fallback's limit holds");
  },
);

testWithCompiler(
  "threads of a library that have never met compute the same sums",
  async (folder) => {
    const path = await compile(`${folder}/tiny.so`, ["-DTHREADS", "-O2"]);
    for (const threads of [1, 2, 3, 4]) {
      assertEquals(await runSums(path, threads), {
        first: "the same",
        second: "the same",
        release: "no error",
      });
    }
  },
);

testWithCompiler("a helper that cannot load the library ends sums in an error", async (folder) => {
  const path = await compile(`${folder}/tiny.so`, ["-DTHREADS", "-O2"]);
  assertEquals(await runSums(path, 2, "broken"), {
    first: "the same",
    second: "a helper thread broke down, and with it the sums",
    release: "no error",
  });
});

testWithCompiler("a helper that could not load the library is not waited for", async (folder) => {
  const path = await compile(`${folder}/tiny.so`, ["-DTHREADS", "-O2"]);
  assertEquals(await runSums(path, 2, "unheard"), { promptly: true });
});

testWithCompiler("a library that was asked for is refused with the reason", async (folder) => {
  const path = await compile(`${folder}/tiny.so`, ["-DWRONG_PRODUCT"]);
  const { error } = await runOpen({ path, permissions: ["--allow-ffi"] });
  assertEquals(error, {
    code: "usage",
    message: `${path} cannot be used as BLAS: its product (9, 4) is 7 instead of 5; ` +
      "name another library, or none to have one searched",
  });
});

testWithCompiler(
  "products beside the diagonal are tested where threads share them",
  async (folder) => {
    const path = await compile(`${folder}/tiny.so`, ["-DWRONG_BLOCK", "-DTHREADS"]);
    const { error } = await runOpen({ path, permissions: ["--allow-ffi"], threads: 2 });
    assertMatch(error!.message, /its product \(105, 2\) is 3 instead of 1/);
    // One thread makes one block of it all.
    assertEquals((await runOpen({ path, permissions: ["--allow-ffi"], threads: 1 })).name, "blas");
  },
);

testWithCompiler(
  "libraries that do not work are refused, and the next one is tried",
  async (folder) => {
    const lib = `${folder}/lib`;
    await Deno.mkdir(lib);
    const at = (letter: string) => `${lib}/libopenblas-${letter}.so`;
    await Deno.writeTextFile(at("a"), "no library\n");
    await compile(at("b"), ["-DDSYRK_ONLY"]);
    await compile(at("c"), ["-DWRONG_PRODUCT"]);
    await compile(at("d"), ["-DINFO=5"]);
    await compile(at("e"), ["-DWRONG_EIGENVALUE"]);
    await compile(at("f"), []);
    const env = { VIRTUAL_ENV: folder };
    const permissions = ["--allow-ffi", "--allow-read", "--allow-env"];
    const { library, tried } = await runOpen({ permissions, env });
    assertEquals(library, "libopenblas-f.so");
    assertEquals(tried!.map(({ library }) => library), ["a", "b", "c", "d", "e"].map(at));
    const [noLibrary, lacking, product, info, eigenvalue] = tried!.map(({ reason }) => reason);
    assertMatch(noLibrary, /file too short|invalid ELF header/);
    assertEquals(lacking, "it lacks cblas_dgemm, cblas_dger, cblas_dgemv");
    assertEquals(product, "its product (9, 4) is 7 instead of 5");
    assertEquals(info, "LAPACK's dsyevd ended with info = 5");
    assertMatch(eigenvalue, /^its eigenvalue \d+ is [\d.e-]+ instead of [\d.e-]+$/);

    // Of these, only one may be loaded.
    const one = await runOpen({
      permissions: [`--allow-ffi=${at("c")}`, "--allow-read", "--allow-env"],
      env,
    });
    assertEquals([one.library, one.tried![0].reason], [undefined, "it needs --allow-ffi"]);
    assertEquals(one.tried![2].reason, product);
  },
  true,
);
