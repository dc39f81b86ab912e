import { assertEquals } from "@std/assert";
import { blasCandidates } from "../../../src/linalg/blas/candidates.ts";

type Files = Readonly<Record<string, readonly string[]>>;
type Variables = Readonly<Record<string, string>>;

function candidates(os: string, variables: Variables = {}, files: Files = {}): string[] {
  return blasCandidates({
    os,
    env: (name) => variables[name],
    list: (folder) => files[folder] ?? [],
  });
}

Deno.test("where nothing can be seen, Linux has the names that distributions give", () => {
  assertEquals(candidates("linux"), [
    "libopenblasp.so.0",
    "libopenblas_pthreads.so.0",
    "libopenblas.so.0",
    "libopenblas64.so.0",
    "libopenblas.so",
    "libmkl_rt.so.3",
    "libmkl_rt.so.2",
    "libmkl_rt.so",
    "libblis-mt.so.4",
    "libblis.so.4",
    "libblis.so.3",
    "libblis.so",
  ]);
});

Deno.test("macOS has Accelerate before all others", () => {
  const [first, ...others] = candidates("darwin");
  assertEquals(first, "/System/Library/Frameworks/Accelerate.framework/Accelerate");
  assertEquals(others.every((name) => name.endsWith(".dylib")), true);
  assertEquals(others.some((name) => name.includes("openblas")), true);
});

Deno.test("Windows has names of DLLs", () => {
  const names = candidates("windows");
  assertEquals(names.every((name) => name.endsWith(".dll")), true);
  assertEquals(names[0], "libopenblas.dll");
});

Deno.test("a system that is none of the three is searched as Linux is", () => {
  assertEquals(candidates("freebsd"), candidates("linux"));
});

Deno.test("the OpenBLAS in wheels goes before the system's, NumPy's first", () => {
  const site = "/venv/lib/python3.12/site-packages";
  const found = candidates("linux", { VIRTUAL_ENV: "/venv" }, {
    "/venv/lib": ["python3.12"],
    [`${site}/numpy.libs`]: [
      "libgfortran-8a9d71bc.so.5.0.0",
      "libscipy_openblas64_-32a4b2a6.so",
      "libquadmath-8ac65b0f.so.0.0.0",
    ],
    [`${site}/scipy.libs`]: ["libscipy_openblas-6cdc3b4a.so"],
    [`${site}/scipy_openblas64/lib`]: ["cmake", "libscipy_openblas64_.so", "pkgconfig"],
  });
  assertEquals(found.slice(0, 4), [
    `${site}/numpy.libs/libscipy_openblas64_-32a4b2a6.so`,
    `${site}/scipy.libs/libscipy_openblas-6cdc3b4a.so`,
    `${site}/scipy_openblas64/lib/libscipy_openblas64_.so`,
    "libopenblasp.so.0",
  ]);
});

Deno.test("the wheels of NumPy 1 and SciPy 1.11 spell it otherwise", () => {
  const site = "/usr/local/lib/python3.10/dist-packages";
  const found = candidates("linux", {}, {
    "/usr/local/lib": ["libfoo.so", "python3.10"],
    [`${site}/numpy.libs`]: ["libopenblas64_p-r0-0cf96a72.3.23.dev.so"],
    [`${site}/scipy.libs`]: ["libopenblasp-r0-41284840.3.18.so"],
  });
  assertEquals(found.slice(0, 2), [
    `${site}/numpy.libs/libopenblas64_p-r0-0cf96a72.3.23.dev.so`,
    `${site}/scipy.libs/libopenblasp-r0-41284840.3.18.so`,
  ]);
});

Deno.test("wheels are looked for in each environment and each folder of packages", () => {
  const found = (prefix: string, python: string, folder: string, variables: Variables) => {
    const path = `${prefix}/lib/${python}/${folder}/numpy.libs`;
    const files = { [`${prefix}/lib`]: [python], [path]: ["libscipy_openblas64_-1.so"] };
    return candidates("linux", variables, files)[0] === `${path}/libscipy_openblas64_-1.so`;
  };
  assertEquals(found("/v", "python3.11", "site-packages", { VIRTUAL_ENV: "/v" }), true);
  assertEquals(found("/c", "python3.13", "site-packages", { CONDA_PREFIX: "/c" }), true);
  assertEquals(
    found("/home/ada/.local", "python3.9", "site-packages", { HOME: "/home/ada" }),
    true,
  );
  assertEquals(found("/usr/local", "python3.11", "dist-packages", {}), true);
  assertEquals(found("/usr", "python3", "dist-packages", {}), true);
  assertEquals(found("/usr", "ruby", "site-packages", {}), false);
});

Deno.test("macOS and Windows wheels keep their libraries in folders of their own", () => {
  const mac = "/v/lib/python3.12/site-packages/numpy/.dylibs";
  assertEquals(
    candidates("darwin", { VIRTUAL_ENV: "/v" }, {
      "/v/lib": ["python3.12"],
      [mac]: ["libscipy_openblas64_.dylib", "libgfortran.5.dylib"],
    })[1],
    `${mac}/libscipy_openblas64_.dylib`,
  );
  const windows = "C:\\v/Lib/site-packages/numpy.libs";
  assertEquals(
    candidates("windows", { VIRTUAL_ENV: "C:\\v" }, {
      [windows]: ["libscipy_openblas64_-860d95b1c38e637ce4509f5fa24fbf2a.dll", "msvcp140.dll"],
    })[0],
    `${windows}/libscipy_openblas64_-860d95b1c38e637ce4509f5fa24fbf2a.dll`,
  );
});

Deno.test("conda's and pip's libraries are found by their file, MKL after OpenBLAS, BLIS last", () => {
  const found = candidates("linux", { CONDA_PREFIX: "/c" }, {
    "/c/lib": [
      "libblis.so.4",
      "libmkl_core.so.3",
      "libmkl_rt.so.3",
      "libopenblas.so.0",
      "libopenblasp-r0.3.30.so",
      "libz.so.1",
    ],
  });
  assertEquals(found.filter((path) => path.startsWith("/c/")), [
    "/c/lib/libopenblas.so.0",
    "/c/lib/libopenblasp-r0.3.30.so",
    "/c/lib/libmkl_rt.so.3",
    "/c/lib/libblis.so.4",
  ]);
  const order = ["/c/lib/libopenblas.so.0", "libopenblas.so.0", "/c/lib/libmkl_rt.so.3"]
    .concat("libmkl_rt.so.3", "/c/lib/libblis.so.4", "libblis.so.4");
  assertEquals(found.filter((path) => order.includes(path)), order);
  assertEquals(
    candidates("windows", { CONDA_PREFIX: "C:\\c" }, {
      "C:\\c/Library/bin": ["mkl_rt.2.dll", "mkl_core.2.dll", "zlib.dll"],
    }).filter((path) => path.startsWith("C:")),
    ["C:\\c/Library/bin/mkl_rt.2.dll"],
  );
});
