import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import { score } from "../../src/pipeline/score.ts";
import { runCli } from "../commands/run_cli.ts";
import { gaussian } from "../linalg/matrices.ts";
import { withFolder } from "../sources/shards/folders.ts";
import { arrowBytes, inChunks } from "./arrow.ts";

const ROWS = 60, DIM = 5;
const DATA = gaussian(1, ROWS * DIM);

/** Twelve shards of the same data, in order. */
async function shards(): Promise<Record<string, Uint8Array>> {
  const files: Record<string, Uint8Array> = { "notes.txt": new Uint8Array(1) };
  for (let i = 0; i < 12; i++) {
    const part = DATA.subarray(i * 5 * DIM, (i + 1) * 5 * DIM);
    files[`${i < 6 ? "early" : "late"}/emb_${i}.arrow`] = await arrowBytes(part, DIM, 5);
  }
  return files;
}

Deno.test("a folder, a pattern and a list of its files are one data set", async () => {
  const whole = await score(inChunks(await arrowBytes(DATA, DIM, 60), 999));
  await withFolder(await shards(), async (folder) => {
    const paths = Array.from(
      { length: 12 },
      (_, i) => `${folder}/${i < 6 ? "early" : "late"}/emb_${i}.arrow`,
    );
    const sources = [
      folder,
      new URL(`file://${folder}`),
      `${folder}/*/emb_*.arrow`,
      paths,
      [`${folder}/early`, `${folder}/late/*`],
    ];
    for (const source of sources) {
      const { rankMe, rows, inputs } = await score(source);
      assertAlmostEquals(rankMe, whole.rankMe, 1e-12);
      assertEquals(rows, ROWS);
      // The columns are those of the first.
      const [{ column, reason, ...first }, ...others] = inputs;
      assertEquals([column, reason], ["embedding", "the only one that holds vectors"]);
      const shards = paths.map((name) => ({ name, format: "arrow-stream", rows: 5 }));
      assertEquals([first, ...others], shards);
    }
  });
});

Deno.test("shards of different formats are one data set, as long as their dimensions agree", async () => {
  const part = (shard: number) => DATA.subarray(shard * 20 * DIM, (shard + 1) * 20 * DIM);
  const rowsOf = (numbers: Float64Array) =>
    Array.from({ length: numbers.length / DIM }, (_, row) => [
      ...numbers.subarray(row * DIM, (row + 1) * DIM),
    ]);
  const files = {
    "a.arrow": await arrowBytes(part(0), DIM, 7),
    "b.csv": rowsOf(part(1)).map((row) => `${row}\n`).join(""),
    "c.jsonl": rowsOf(part(2)).map((row) => `${JSON.stringify(row)}\n`).join(""),
  };
  const whole = await score(inChunks(await arrowBytes(DATA, DIM, 60), 999));
  await withFolder(files, async (folder) => {
    const paths = Object.keys(files).map((name) => `${folder}/${name}`);
    for (const source of [folder, paths]) {
      const { rankMe, inputs } = await score(source);
      assertAlmostEquals(rankMe, whole.rankMe, 1e-12);
      assertEquals(inputs.map(({ format, rows }) => [format, rows]), [
        ["arrow-stream", 20],
        ["csv", 20],
        ["jsonl", 20],
      ]);
    }
    await Deno.writeTextFile(`${folder}/d.csv`, "1.5,2,3\n");
    const refused = await assertRejects(() => score(folder), RankMeError, "3 dimensions where");
    assertEquals([refused.code, refused.place.input], ["dimension", `${folder}/d.csv`]);
  });
});

Deno.test("a path keeps the name it is given, and what is in a folder its own", async () => {
  await withFolder(await shards(), async (folder) => {
    const late = inChunks(await arrowBytes(DATA, DIM, 60), 999);
    const sources = [`${folder}/early/emb_0.arrow`, late, `${folder}/late`];
    const { inputs } = await score(sources, { names: ["first", "second", "third"], limit: 70 });
    assertEquals(
      inputs.map(({ name }) => name),
      [
        "first",
        "second",
        `${folder}/late/emb_6.arrow`,
        `${folder}/late/emb_7.arrow`,
      ].slice(0, inputs.length),
    );
    assertEquals(inputs.length >= 3, true);
  });
});

Deno.test("shards are opened one after the other, and no more than are wanted", async () => {
  const files = { ...await shards(), "late/emb_6.arrow": Uint8Array.of(1, 2, 3, 0) };
  await withFolder(files, async (folder) => {
    const { rows } = await score(folder, { limit: 25 });
    assertEquals(rows, 25);
    const error = await assertRejects(() => score(folder), RankMeError);
    assertEquals([error.code, error.place.input], ["format", `${folder}/late/emb_6.arrow`]);
  });
});

Deno.test("shards of which one would count twice are refused before any is read", async () => {
  await withFolder(await shards(), async (folder) => {
    let pulled = 0;
    const stream = new ReadableStream<Uint8Array>({ pull: () => void pulled++ }, {
      highWaterMark: 0,
    });
    const sources = [stream, folder, `${folder}/late/emb_7.arrow`];
    const error = await assertRejects(() => score(sources), RankMeError);
    assertEquals([error.code, pulled], ["usage", 0]);
    await stream.cancel();
  });
});

Deno.test("the command line takes folders and patterns, and says what it lacks", async () => {
  await withFolder(await shards(), async (folder) => {
    const permissions = [`--allow-read=${folder}`];
    for (const input of [folder, `${folder}/*/*.arrow`]) {
      const { status, stdout, stderr } = await runCli(["--json", input], { permissions });
      assertEquals([status, stderr], [0, ""]);
      const { rows, inputs } = JSON.parse(stdout);
      assertEquals([rows, inputs.length], [ROWS, 12]);
    }
    const refused = await runCli([`${folder}/*/*.arrow`]);
    assertEquals(refused.status, 2);
    assertEquals(
      refused.stderr,
      `rankme: ${folder}: Deno was not allowed to look into this folder; ` +
        `add --allow-read or --allow-read=${folder}\n`,
    );
  });
});
