/** What a machine says about where its libraries are. */
export interface Surroundings {
  /** As in `Deno.build.os`. */
  readonly os: string;
  /** An environment variable, where it is set and may be read. */
  readonly env: (name: string) => string | undefined;
  /** The names in a folder; none where it is not there or may not be read. */
  readonly list: (folder: string) => readonly string[];
}

/** Names that the system's loader looks up, most wanted first. */
interface Names {
  /** BLAS with LAPACK, as a rule the fastest that is free of conditions. */
  readonly openBlas: readonly string[];
  readonly mkl: readonly string[];
  /** BLAS without LAPACK, hence last. */
  readonly blis: readonly string[];
}

const NAMES: Readonly<Record<"darwin" | "windows" | "linux", Names>> = {
  darwin: {
    openBlas: [
      "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
      "/usr/local/opt/openblas/lib/libopenblas.dylib",
      "libopenblas.dylib",
    ],
    mkl: ["libmkl_rt.2.dylib", "libmkl_rt.dylib"],
    blis: ["libblis.4.dylib", "libblis.dylib"],
  },
  windows: {
    openBlas: ["libopenblas.dll", "openblas.dll"],
    mkl: ["mkl_rt.3.dll", "mkl_rt.2.dll", "mkl_rt.1.dll"],
    blis: ["libblis.4.dll", "libblis.dll"],
  },
  linux: {
    openBlas: [
      // Fedora and SUSE call the library with threads so; their libopenblas.so.0 has none.
      "libopenblasp.so.0",
      "libopenblas_pthreads.so.0",
      "libopenblas.so.0",
      "libopenblas64.so.0",
      "libopenblas.so",
    ],
    mkl: ["libmkl_rt.so.3", "libmkl_rt.so.2", "libmkl_rt.so"],
    blis: ["libblis-mt.so.4", "libblis.so.4", "libblis.so.3", "libblis.so"],
  },
};

/** Part of macOS, and the only one to know the matrix unit of Apple's processors. */
const ACCELERATE = "/System/Library/Frameworks/Accelerate.framework/Accelerate";

const OPENBLAS_FILE = /^lib(scipy_)?openblas.*\.(so|dylib|dll)(\.\d+)*$/;
const MKL_FILE = /^(lib)?mkl_rt(\.\d+)?\.(so|dylib|dll)(\.\d+)*$/;
const BLIS_FILE = /^libblis(-mt)?(\.\d+)?\.(so|dylib|dll)(\.\d+)*$/;

/**
 * Where a native BLAS may be, most wanted first: what came with the system, then the Python
 * environment in use, then names that the loader looks up. OpenBLAS goes before MKL, which is slower
 * on AMD, and both before BLIS, which computes no eigenvalues.
 *
 * @param surroundings What the machine says.
 * @returns Paths, and bare names for the system's loader; not all of them exist.
 */
export function blasCandidates(surroundings: Surroundings): string[] {
  const { os } = surroundings;
  const names = os === "darwin" || os === "windows" ? NAMES[os] : NAMES.linux;
  const environment = (file: RegExp) =>
    filesIn(environmentFolders(surroundings), file, surroundings);
  return [
    ...os === "darwin" ? [ACCELERATE] : [],
    ...environment(OPENBLAS_FILE),
    ...filesIn(wheelFolders(surroundings), OPENBLAS_FILE, surroundings),
    ...names.openBlas,
    ...environment(MKL_FILE),
    ...names.mkl,
    ...environment(BLIS_FILE),
    ...names.blis,
  ];
}

function filesIn(folders: readonly string[], file: RegExp, { list }: Surroundings): string[] {
  return folders.flatMap((folder) =>
    list(folder).filter((name) => file.test(name)).sort().map((name) => `${folder}/${name}`)
  );
}

/** Where conda, and `pip install mkl`, put libraries that the loader does not look for. */
function environmentFolders({ os, env }: Surroundings): string[] {
  const folder = os === "windows" ? "Library/bin" : "lib";
  return environments(env).map((prefix) => `${prefix}/${folder}`);
}

/** Where the wheels of NumPy and SciPy keep the libraries that they bring along. */
function wheelFolders(surroundings: Surroundings): string[] {
  const folders = surroundings.os === "darwin"
    ? ["numpy/.dylibs", "scipy/.dylibs"]
    : ["numpy.libs", "scipy.libs"];
  return packageFolders(surroundings).flatMap((site) =>
    [...folders, "scipy_openblas64/lib", "scipy_openblas32/lib"].map((name) => `${site}/${name}`)
  );
}

/** Where Python keeps packages. */
function packageFolders({ os, env, list }: Surroundings): string[] {
  if (os === "windows") return environments(env).map((prefix) => `${prefix}/Lib/site-packages`);
  const home = env("HOME");
  return [...environments(env), ...home ? [`${home}/.local`] : [], "/usr/local", "/usr"]
    .flatMap((prefix) =>
      list(`${prefix}/lib`)
        .filter((name) => name.startsWith("python3"))
        .flatMap((python) => [
          `${prefix}/lib/${python}/site-packages`,
          `${prefix}/lib/${python}/dist-packages`,
        ])
    );
}

/** The Python environments that are switched on. */
function environments(env: Surroundings["env"]): string[] {
  return ["VIRTUAL_ENV", "CONDA_PREFIX"].flatMap((name) => env(name) || []);
}
