import { RankMeError } from "../../errors.ts";
import { granted } from "./permissions.ts";

/**
 * What is called, and how. Libraries are built with integers of 32 or 64 bits, and their names do
 * not always tell. Here every integer has 64 bits, which serves both: a value or a pointed-to number
 * is read from its low half on every processor that Deno runs on, all little-endian, and sizes of
 * matrices (and −1) have the same low half. With 32 bits, a library of 64 would read what happens to
 * lie above.
 */
const SIGNATURES = {
  /** order, uplo, trans, n, k, α, A, lda, β, C, ldc */
  dsyrk: {
    // deno-fmt-ignore
    parameters: ["i64", "i64", "i64", "i64", "i64", "f64", "buffer", "i64", "f64", "buffer", "i64"],
    result: "void",
  },
  /** order, transA, transB, m, n, k, α, A, lda, B, ldb, β, C, ldc */
  dgemm: {
    // deno-fmt-ignore
    parameters: ["i64", "i64", "i64", "i64", "i64", "i64", "f64", "buffer", "i64", "buffer", "i64", "f64", "buffer", "i64"],
    result: "void",
  },
  /** order, m, n, α, x, incx, y, incy, A, lda */
  dger: {
    // deno-fmt-ignore
    parameters: ["i64", "i64", "i64", "f64", "buffer", "i64", "buffer", "i64", "buffer", "i64"],
    result: "void",
  },
  /** order, trans, m, n, α, A, lda, x, incx, β, y, incy */
  dgemv: {
    // deno-fmt-ignore
    parameters: ["i64", "i64", "i64", "i64", "f64", "buffer", "i64", "buffer", "i64", "f64", "buffer", "i64"],
    result: "void",
  },
  /** jobz, uplo, n, A, lda, w, work, lwork, iwork, liwork, info, and Fortran's two string lengths */
  dsyevd: {
    // deno-fmt-ignore
    parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "buffer", "buffer", "buffer", "buffer", "buffer", "buffer", "usize", "usize"],
    result: "void",
  },
  setThreads: { parameters: ["i64"], result: "void" },
  getThreads: { parameters: [], result: "i32" },
  describe: { parameters: [], result: "pointer" },
  /** The system's own, which is found by way of any library: path and flags. */
  dlopen: { parameters: ["buffer", "i32"], result: "pointer" },
} as const satisfies Readonly<Record<string, Deno.ForeignFunction>>;

type Routine = keyof typeof SIGNATURES;
type Found = { readonly [R in Routine]?: Deno.StaticForeignSymbol<typeof SIGNATURES[R]> };

/** The routines of a library that are used here. LAPACK's may be missing. */
export type Routines = Found & Required<Pick<Found, typeof NEEDED[number]>>;

/** Those without which a library is none. */
const NEEDED = ["dsyrk", "dgemm", "dger", "dgemv"] as const;

/** How symbols are spelled: what goes before a name, after one of C, and after one of Fortran. */
const SPELLINGS = [
  // Accelerate since macOS 13.3; without it, one gets the LAPACK of 2009.
  { before: "", afterC: "$NEWLAPACK", afterFortran: "$NEWLAPACK" },
  // The OpenBLAS in wheels of NumPy and SciPy, with integers of 64 and of 32 bits.
  { before: "scipy_", afterC: "64_", afterFortran: "_64_" },
  { before: "scipy_", afterC: "", afterFortran: "_" },
  { before: "", afterC: "64_", afterFortran: "_64_" },
  { before: "", afterC: "", afterFortran: "_" },
] as const;

const ofC = (name: string) => SPELLINGS.map(({ before, afterC }) => before + name + afterC);
const ofFortran = (name: string) =>
  SPELLINGS.map(({ before, afterFortran }) => before + name + afterFortran);

/** The names each routine may go by, most wanted first. */
const NAMES: Readonly<Record<Routine, readonly string[]>> = {
  dsyrk: ofC("cblas_dsyrk"),
  dgemm: ofC("cblas_dgemm"),
  dger: ofC("cblas_dger"),
  dgemv: ofC("cblas_dgemv"),
  dsyevd: ofFortran("dsyevd"),
  setThreads: [
    ...ofC("openblas_set_num_threads"),
    "bli_thread_set_num_threads",
    "MKL_Set_Num_Threads",
  ],
  getThreads: [
    ...ofC("openblas_get_num_threads"),
    "bli_thread_get_num_threads",
    "MKL_Get_Max_Threads",
  ],
  describe: [...ofC("openblas_get_config"), "bli_info_get_version_str"],
  dlopen: ["dlopen"],
};

/** Environment variables that bound the threads which libraries start while they are loaded. */
const THREAD_VARIABLES = [
  "OPENBLAS_NUM_THREADS",
  "OMP_NUM_THREADS",
  "MKL_NUM_THREADS",
  "BLIS_NUM_THREADS",
  "VECLIB_MAXIMUM_THREADS",
];

/** How another thread opens a library that this one has. */
export interface BlasInvitation {
  readonly path: string;
  /** What the routines that tasks call, and the one that sets threads, are called there. */
  readonly symbols: {
    readonly dsyrk: Deno.ForeignFunction;
    readonly dgemm: Deno.ForeignFunction;
    readonly setThreads?: Deno.ForeignFunction;
  };
}

/** A loaded library. */
export interface BlasLibrary {
  readonly routines: Routines;
  readonly invitation: BlasInvitation;
  /** The name of its file, and what it says of itself. */
  readonly description: string;
  /** How many threads it computes on. */
  readonly threads: number;
  /** Sets how many it uses from now on, for everyone in this process; costs next to nothing. */
  readonly useThreads: (threads: number) => void;
  /** Lets go of it, after which no routine may be called; says whether that could be done. */
  readonly close: () => boolean;
}

/** "Resolve all symbols now", one of which dlopen() must be told; the same on Linux and macOS. */
const RTLD_NOW = 2;

/**
 * Loads a library. Needs permission to call foreign functions.
 *
 * @param path Its file, or a name for the system's loader.
 * @param threads How many threads it may use.
 * @returns The library.
 * @throws {RankMeError} `unsupported`, when it cannot be loaded or lacks a routine of BLAS.
 */
export function loadLibrary(path: string, threads: number): BlasLibrary {
  const loaded = withThreadVariables(threads, () => openFile(path));
  const names = namesIn(loaded.symbols);
  const routines = mapRoutines(names, (name) => loaded.symbols[name]) as Found;
  const kept = keepInMemory(path, routines);
  const close = () => {
    if (kept) loaded.close();
    return kept;
  };
  const missing = NEEDED.filter((name) => !routines[name]);
  if (missing.length > 0) {
    close();
    const names = missing.map((name) => `cblas_${name}`).join(", ");
    throw new RankMeError("unsupported", `it lacks ${names}`);
  }
  const useThreads = (count: number) => routines.setThreads?.(BigInt(count));
  useThreads(threads);
  const used = routines.getThreads?.() ?? threads;
  return {
    routines: routines as Routines,
    invitation: { path, symbols: symbolsOf(names) as BlasInvitation["symbols"] },
    description: describe(path, routines),
    threads: used >= 1 ? used : threads,
    useThreads,
    close,
  };
}

function openFile(
  path: string,
): Deno.DynamicLibrary<Readonly<Record<string, Deno.ForeignFunction>>> {
  const symbols = Object.entries(NAMES).flatMap(([routine, names]) =>
    names.map((name) => [name, { ...SIGNATURES[routine as Routine], optional: true }])
  );
  try {
    return Deno.dlopen(path, Object.fromEntries(symbols));
  } catch (cause) {
    const reason = (cause as Error).message.replace(/^(Could not open library: )+/, "");
    const what = reason.startsWith(`${path}: `) ? reason.slice(path.length + 2) : reason;
    throw new RankMeError("unsupported", what, { cause });
  }
}

/** The names that a library's routines go by, of those it has. */
function namesIn(symbols: Readonly<Record<string, unknown>>): Partial<Record<Routine, string>> {
  return mapRoutines(NAMES, (names) => names.find((name) => symbols[name]));
}

function symbolsOf(
  { dsyrk, dgemm, setThreads }: Partial<Record<Routine, string>>,
): Partial<BlasInvitation["symbols"]> {
  return mapRoutines({ dsyrk, dgemm, setThreads }, (name, routine) => ({
    name,
    ...SIGNATURES[routine],
  }));
}

/** Maps what is there, and leaves out what there is nothing for. */
function mapRoutines<T, U>(
  table: Partial<Record<Routine, T>>,
  map: (value: T, routine: Routine) => U | undefined,
): Partial<Record<Routine, U>> {
  const entries = Object.entries(table) as [Routine, T | undefined][];
  return Object.fromEntries(
    entries
      .map(([routine, value]) => [routine, value && map(value, routine)])
      .filter(([, mapped]) => mapped),
  );
}

/**
 * Has the system's loader hold a library for good, so that it stays when Deno closes it: the threads
 * of OpenMP go on waiting in its code for some milliseconds after the last call, and builds of
 * OpenBLAS and BLIS that were unloaded meanwhile crashed the process.
 */
function keepInMemory(path: string, { dlopen }: Found): boolean {
  const name = new TextEncoder().encode(`${path}\0`);
  return !!dlopen && dlopen(name, RTLD_NOW) !== null;
}

function describe(path: string, { describe }: Found): string {
  const file = path.split(/[/\\]/).pop()!;
  // Following a pointer takes the permission for every library.
  const text = describe && granted({ name: "ffi" }) ? describe() : null;
  if (!text) return file;
  const words = Deno.UnsafePointerView.getCString(text).trim().replace(/\s+/g, " ");
  return `${file} (${/^\d/.test(words) ? `version ${words}` : words})`;
}

/** Sets those that may be set, and puts them back as they were. */
function withThreadVariables<T>(threads: number, load: () => T): T {
  const before = THREAD_VARIABLES
    .filter((variable) => granted({ name: "env", variable }))
    .map((variable) => [variable, Deno.env.get(variable)] as const);
  for (const [variable] of before) Deno.env.set(variable, String(threads));
  try {
    return load();
  } finally {
    for (const [variable, value] of before) {
      if (value === undefined) Deno.env.delete(variable);
      else Deno.env.set(variable, value);
    }
  }
}
