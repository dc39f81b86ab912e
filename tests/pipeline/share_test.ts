import { assert, assertEquals } from "@std/assert";
import { score } from "../../src/pipeline/score.ts";
import { scoreEach } from "../../src/pipeline/score_each.ts";
import type { ScoreOptions } from "../../src/pipeline/score_options.ts";

const FIXTURES = new URL("../fixtures/", import.meta.url).pathname;
const ROWS = 40_000, DIM = 16;
const VALUES = Float32Array.from({ length: ROWS * DIM }, (_, i) => Math.fround(Math.sin(i * i)));

/** A .npy file of so many rows, as NumPy writes it. */
function npy(rows: number, fortran = false): Uint8Array {
  const text = `{'descr': '<f4', 'fortran_order': ${fortran ? "True" : "False"}, ` +
    `'shape': (${rows}, ${DIM}), }`;
  const header = new TextEncoder().encode(`${text.padEnd(117)}\n`);
  const start = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0);
  const data = new Uint8Array(VALUES.buffer, 0, rows * DIM * 4);
  return new Uint8Array([...start, ...header, ...data]);
}

function csv(rows: number): Uint8Array {
  const lines = Array.from(
    { length: rows },
    (_, row) => VALUES.subarray(row * DIM, (row + 1) * DIM).join(","),
  );
  return new TextEncoder().encode(`${lines.join("\n")}\n`);
}

async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([new Uint8Array(bytes)]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function inFolder<T>(
  files: Readonly<Record<string, Uint8Array>>,
  run: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, bytes] of Object.entries(files)) {
      await Deno.writeFile(`${folder}/${name}`, bytes);
    }
    return await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What a score says of its share, and of its rows. */
async function told(source: string | string[], options: ScoreOptions = {}) {
  const seen: { readonly rows: number; readonly share?: number }[] = [];
  const { rows } = await score(source, { ...options, onProgress: (one) => seen.push(one) });
  return { rows, seen };
}

for (
  const [name, bytes] of [
    ["rows.npy", npy(ROWS)],
    ["fortran.npy", npy(ROWS, true)],
    ["rows.csv", csv(ROWS / 4)],
    ["rows.csv.gz", await gzip(csv(ROWS / 4))],
  ] as const
) {
  Deno.test(`the share that was read of ${name} is that of its rows, and all at the end`, async () => {
    await inFolder({ [name]: bytes }, async (folder) => {
      const { rows, seen } = await told(`${folder}/${name}`);
      assert(seen.length > 1, `${seen.length}`);
      seen.forEach(({ rows: read, share }, at) => {
        // Some bytes wait to become rows, and some rows become a batch.
        assert(Math.abs(share! - read / rows) < 0.4, `${read}: ${share}`);
        assert(share! >= (seen[at - 1]?.share ?? 0) && share! <= 1);
      });
      assertEquals(seen.at(-1)!.share, 1);
    });
  });
}

Deno.test("several files count by their bytes", async () => {
  await inFolder({ "part-1.npy": npy(30_000), "part-2.npy": npy(10_000) }, async (folder) => {
    const { seen } = await told(folder);
    const { share } = seen.findLast(({ rows }) => rows <= 30_000)!;
    assert(Math.abs(share! - 0.75) < 0.01, `${share}`);
    assertEquals(seen.at(-1)!.share, 1);
  });
});

Deno.test("of Parquet the rows of the footer are known, however few of its columns are read", async () => {
  const { rows, seen } = await told(`${FIXTURES}parquet/pages-columns-dictionary.parquet`);
  for (const { rows: read, share } of seen) assertEquals(share, read / rows);
});

Deno.test("with a limit the share is that of the limit, of a stream as well", async () => {
  await inFolder({ "rows.npy": npy(ROWS) }, async (folder) => {
    const { seen } = await told(`${folder}/rows.npy`, { limit: ROWS / 4 });
    assertEquals(seen.at(-1), { ...seen.at(-1)!, rows: ROWS / 4, share: 1 });
  });
});

Deno.test("of a stream without an end nothing is said of a share", async () => {
  const bytes = () => new Blob([new Uint8Array(npy(1000))]).stream();
  const seen: object[] = [];
  await score(bytes(), { onProgress: (one) => seen.push(one) });
  for (const one of seen) assertEquals("share" in one, false);
});

Deno.test("of several data sets each counts as much as the others, and all at the end", async () => {
  await inFolder({ "a.npy": npy(1000), "b.npy": npy(ROWS) }, async (folder) => {
    const inputs = ["a", "b"].map((name) => ({ name, source: `${folder}/${name}.npy` }));
    const seen: (number | undefined)[] = [];
    await scoreEach(inputs, { jobs: 1, onProgress: ({ share }) => seen.push(share) });
    assert(seen.includes(0.5), seen.join());
    assertEquals(seen.at(-1), 1);
  });
});
