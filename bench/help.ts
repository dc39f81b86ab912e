import type { Part } from "./part.ts";
import { RUNS } from "./settings.ts";

/** What `deno task bench --help` prints, without the line break at its end. */
export function benchHelp(parts: readonly Pick<Part, "name" | "title">[]): string {
  const width = Math.max(...parts.map(({ name }) => name.length));
  const list = parts.map(({ name, title }) => `  ${name.padEnd(width)}  ${title}`).join("\n");
  return `Measures speed and memory, ours beside what people run today, in turns.

Usage
  deno task bench [PART…] [flags]

Without a PART all of them are measured. Results are kept in .bench/, and
docs/performance.md and its graphs are written anew from the latest of every
part; what the page says of one without a result there stays as it is.

Parts
${list}
  ${"page".padEnd(width)}  measures nothing and writes the page anew
  ${"guard".padEnd(width)}  a few seconds; warns when the kernel is slow, and keeps nothing

Flags
  --runs N         how many times each contestant is measured (default: ${RUNS})
  --scale X        multiply rows and dimensions by X, to try things out; figures
                   and page stay in .bench/trial/ then (default: 1)
  --threads N      threads of ours and of the peers (default: all)
  --backends LIST  wasm, blas, reference (default: wasm,blas)
  --blas FILE      the BLAS library of ours (default: the one inside NumPy)
  -h, --help       show this help

Linux and macOS. The peers need Python 3.11 or later: PYTHON names another than
python3. NumPy is installed into .bench/venv; torch is taken where it is found:
TORCH_PYTHON names a Python that has it, NumPy included.

Examples
  # does a part run at all? a minute
  deno task bench throughput --runs 1 --scale 0.05

  # rows per second by format and D, for the page
  deno task bench throughput`;
}
