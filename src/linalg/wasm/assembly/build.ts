/**
 * Compiles the kernels and writes ../kernels.ts: `deno task build:wasm`.
 *
 * Not optimised by the compiler, on purpose: its optimiser reorders the multiply-adds of the
 * micro-kernel, registers then do not suffice, and a third of the speed is lost. V8 optimises better.
 */
const HERE = new URL("./", import.meta.url);
const OUTPUT = new URL("../kernels.ts", HERE);
const COMPILER = "npm:assemblyscript@0.28.20/asc";
const FEATURES = ["simd", "threads", "bulk-memory"];

async function compile(relaxed: boolean, shared: boolean): Promise<Uint8Array> {
  const file = await Deno.makeTempFile({ suffix: ".wasm" });
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-lock", COMPILER, "index.as.ts", "--outFile", file],
      ...["-O0", "--noAssert", "--runtime", "stub", "--importMemory", "--initialMemory", "1"],
      ...shared ? ["--sharedMemory", "--maximumMemory", "65536"] : [],
      ...["--enable", [...FEATURES, ...relaxed ? ["relaxed-simd"] : []].join(",")],
    ],
    cwd: HERE,
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const bytes = await Deno.readFile(file);
  await Deno.remove(file);
  return bytes;
}

const variants = [[true, true], [true, false], [false, true], [false, false]] as const;
const entries: string[] = [];
for (const [relaxed, shared] of variants) {
  const name = `${relaxed ? "relaxed" : "plain"}${shared ? "Shared" : "Unshared"}`;
  entries.push(`  ${name}:\n    "${(await compile(relaxed, shared)).toBase64()}",`);
}
await Deno.writeTextFile(
  OUTPUT,
  `// Made from assembly/ by \`deno task build:wasm\`. Do not edit.
// deno-fmt-ignore-file

/** The compiled kernels in base64: with fused multiply-add or not, on shared memory or not. */
export const KERNELS = {
${entries.join("\n")}
} as const;
`,
);
