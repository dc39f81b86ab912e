import { compare, costs } from "../findings.ts";
import type { Limit, Line } from "../line.ts";
import type { Part } from "../part.ts";
import { setUpPython } from "../python.ts";
import { scaledDim } from "../settings.ts";
import { spread } from "../spread.ts";
import { measureUpdates } from "../updates.ts";

const DIMS = [256, 384, 512, 768, 1024, 1536, 2048];

/** What each of ours is divided by, and the limits for the best width and for the median of all. */
const LIMITS: { readonly [ours: string]: { peer: string; best?: Limit; median?: Limit } } = {
  wasm: { peer: "peak", best: { atLeast: 0.9 }, median: { atLeast: 0.8 } },
  blas: { peer: "dsyrk", median: { atLeast: 0.95 } },
  reference: { peer: "peak" },
};

/** The rank-k update by itself, on one thread. */
export const kernel: Part = {
  name: "kernel",
  title: "The kernel alone, one thread",
  method:
    "Float32 rows in memory are added in batches of 1,024, packing included. Operations are " +
    "counted as N·D·(D+1), multiplications and additions. The peak is of multiply-adds on 128-bit " +
    "vectors that never leave the registers; dsyrk is the same library's, called on float64 rows " +
    "from C by way of Python.",
  async run(settings) {
    await setUpPython();
    const lines = new Map<string, Line[]>();
    const measurements = [];
    for (const dim of DIMS.map((wanted) => scaledDim(wanted, settings))) {
      const all = await measureUpdates(dim, [1], settings);
      const work = `D = ${dim}`;
      measurements.push(...costs(work, all));
      for (const ours of all) {
        const { role } = ours.contestant;
        if (!(role in LIMITS)) continue;
        const { peer } = LIMITS[role];
        const line = compare({ work, ours, all, peer, quantity: "gflops" });
        lines.set(role, [...lines.get(role) ?? [], line]);
      }
    }
    const found = [...lines].flatMap(([role, byDim]) => [...summaries(role, byDim), ...byDim]);
    return { lines: found, measurements };
  },
};

/** The width at which the ratio is best, and the median of the ratios of all widths. */
function summaries(role: string, byDim: readonly Line[]): Line[] {
  const { best, median } = LIMITS[role];
  const ratios = byDim.flatMap(({ measured }) => measured ?? []);
  const [highest] = ratios.toSorted((a, b) => b.median - a.median);
  const middle = ratios.length > 0 ? spread(ratios.map((ratio) => ratio.median)) : undefined;
  const range = `${byDim[0].work} to ${byDim[byDim.length - 1].work}`;
  return [
    { ...byDim[0], work: `best of ${range}`, measured: highest, limit: best },
    { ...byDim[0], work: `median of ${range}`, measured: middle, limit: median },
  ];
}
