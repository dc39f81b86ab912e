import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { OnlineCovariance } from "../../src/covariance/online_covariance.ts";
import { rankMe } from "../../src/metrics/rank_me.ts";
import { batchOf } from "../covariance/rows.ts";
import { expectedKeys, layerRows, wideUrl } from "../sources/wide.ts";
import { arrowBytes } from "./arrow_bytes.ts";
import { runCli } from "./run_cli.ts";

const FILES = ["pyarrow-v2-dictionary.parquet", "pyarrow.arrow", "pyarrow.arrows", "stored.npz"];
const permissions = ["--allow-read"];

interface Part {
  readonly column?: string;
  readonly group?: string;
  readonly rankMe: number;
  readonly rows: number;
  readonly dim: number;
}

/** RankMe of some rows of a layer, which make_wide.py wrote. */
function rankOf(layer: string, rows: (row: number) => boolean = () => true): number {
  const picked = layerRows(layer).filter((_, row) => rows(row));
  const state = new OnlineCovariance();
  return rankMe(state.update(batchOf(picked[0].length, ...picked.flat())).spectrum());
}

function assertNear(actual: number, expected: number): void {
  assert(Math.abs(actual - expected) <= 1e-9 * expected, `${actual} is not ${expected}`);
}

function pathOf(name: string): string {
  return decodeURIComponent(wideUrl(name).pathname);
}

Deno.test("--column with a pattern or a list scores each column, of files of several formats", async () => {
  for (const name of FILES) {
    for (const columns of ["layer*", "layer1,layer2,layer10"]) {
      const run = await runCli([pathOf(name), "--column", columns, "--json", "-q"], {
        permissions,
      });
      assertEquals([run.status, run.stderr], [0, ""]);
      const parts: Part[] = JSON.parse(run.stdout);
      assertEquals(parts.map(({ column }) => column).sort(), ["layer1", "layer10", "layer2"]);
      for (const { column, rankMe } of parts) assertNear(rankMe, rankOf(column!));
    }
  }
});

Deno.test("a table has a line for each column, and an array one object, though there be one", async () => {
  const args = [pathOf("pyarrow.arrow"), "-q", "--column"];
  const { stdout } = await runCli([...args, "layer*"], { permissions });
  assertMatch(stdout, /^column +RankMe +spread/);
  for (const layer of ["layer1", "layer2", "layer10"]) {
    assertMatch(stdout, new RegExp(`^${layer} +${rankOf(layer).toPrecision(4)} `, "m"));
  }
  const one = JSON.parse((await runCli([...args, "layer2*", "--json"], { permissions })).stdout);
  assertEquals(one.map(({ column }: Part) => column), ["layer2"]);
  const plain = JSON.parse((await runCli([...args, "layer2", "--json"], { permissions })).stdout);
  assertEquals([plain.column, plain.dim], ["layer2", 3]);
});

Deno.test("--by scores the rows of each value, by layer, in the order of the values", async () => {
  const animals = expectedKeys("class");
  const names = [...new Set(animals)].sort();
  const args = [pathOf("pyarrow.arrow"), "--column", "layer1,layer2", "--by", "class", "-q"];
  const run = await runCli([...args, "--json"], { permissions });
  assertEquals([run.status, run.stderr], [0, ""]);
  const parts: Part[] = JSON.parse(run.stdout);
  assertEquals(
    parts.map(({ group, column }) => [group, column]),
    names.flatMap((name) => [[name, "layer1"], [name, "layer2"]]),
  );
  for (const { group, column, rankMe, rows } of parts) {
    assertNear(rankMe, rankOf(column!, (row) => animals[row] === group));
    assertEquals(rows, animals.filter((name) => name === group).length);
  }
  const few = await runCli([...args, "--max-groups", "1"], { permissions });
  assertEquals([few.status, few.stdout], [4, ""]);
  assertStringIncludes(few.stderr, 'more than 1 groups in column "class"');
  const none = await runCli([pathOf("pyarrow.arrow"), "--by", "klass"], { permissions });
  assertEquals([none.status, none.stdout], [3, ""]);
});

Deno.test("--ci says how sure each number is, as text and as JSON", async () => {
  // One dimension larger than the others, so that no interval is cut at what the number can be.
  const data = Float64Array.from(
    { length: 4000 },
    (_, i) => (i % 4 === 0 ? 4 : 1) * (Math.sin(i * i) + Math.cos(7 * i * i)),
  );
  const stdin = await arrowBytes(data, 4);
  const text = await runCli(["--ci", "--metrics", "stableRank,nesum"], { stdin });
  assertMatch(text.stdout, /^RankMe {2}3\.\d+ ± 0\.\d+ {2}\(95 % interval\)\n/);
  assertMatch(text.stdout, /^nesum +\d\.\d+ ± 0\.\d+$/m);
  const { stdout } = await runCli(["--ci", "--metrics", "stableRank", "--json"], { stdin });
  const { rankMe, confidence, metrics } = JSON.parse(stdout);
  assert(confidence.low < rankMe && rankMe < confidence.high);
  assertEquals(Object.keys(confidence.metrics), Object.keys(metrics));
});

Deno.test("--until stops when twice as many rows give the same, and says how many were enough", async () => {
  const data = Float64Array.from({ length: 40_000 }, (_, i) => Math.sin(i * i));
  const stdin = await arrowBytes(data, 4);
  const run = await runCli(["--until", "5%"], { stdin });
  assertEquals(run.status, 0);
  assertMatch(
    run.stdout,
    /rows × dim +512 × 4, enough: half of them gave the same within [\d.]+ %/,
  );
  const { settled, rows, complete } = JSON.parse(
    (await runCli(["--until", "0.05", "--json"], { stdin })).stdout,
  );
  assertEquals([settled.reached, rows, complete], [true, 512, true]);
  const never = await runCli(["--until", "0.0000001%"], { stdin });
  assertStringIncludes(never.stderr, "warning: RankMe has not settled");
});

Deno.test("shares and sizes that are none end with status 2", async () => {
  const cases = [
    ["--until", "2", "a share such as 0.1%"],
    ["--until", "often", "a share such as 0.1%"],
    ["--until", "0%", "a share such as 0.1%"],
    ["--by=a", "--group-memory", "much", "a size such as 2GB"],
    ["--by=a", "--group-memory", "0", "a size such as 2GB"],
    ["--metrics", "stabelRank", "did you mean stableRank?"],
    ["--metrics", "lidar", "--group COLUMN"],
  ];
  for (const words of cases) {
    const message = words.pop()!;
    const run = await runCli(words);
    assertEquals([run.status, run.stdout], [2, ""]);
    assertStringIncludes(run.stderr, message);
  }
});
