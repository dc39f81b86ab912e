import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { withFolder } from "../sources/shards/folders.ts";
import { wideUrl } from "../sources/wide.ts";
import { runCli } from "./run_cli.ts";

const permissions = ["--allow-read"];

async function scored(path: string, ...flags: string[]) {
  const [json, text] = await Promise.all([
    runCli([path, ...flags, "--json", "-q"], { permissions }),
    runCli([path, ...flags, "-v"], { permissions }),
  ]);
  assertEquals([json.status, text.status], [0, 0], json.stderr + text.stderr);
  const { column, columns } = JSON.parse(json.stdout);
  return { column, columns, ...text };
}

Deno.test("the column, or the array, that was read is on the screen and in the JSON, and why with --verbose", async () => {
  for (const file of ["pyarrow-v2-dictionary.parquet", "pyarrow.arrows", "stored.npz"]) {
    const path = decodeURIComponent(wideUrl(file).pathname);
    const { column, columns, stdout, stderr } = await scored(path, "--column", "layer2");
    assertEquals([column, columns], ["layer2", undefined]);
    assertStringIncludes(stdout, "\ncolumn         layer2\n");
    assertStringIncludes(stderr, 'column "layer2" (named by --column), ');
  }
});

Deno.test("columns of one dimension each are said as --columns takes them", async () => {
  await withFolder({
    "counted.csv": "id,dim_0,dim_1\na,1,2\nb,2,3.5\nc,0,1\n",
    "unnamed.csv": "1.5,2\n2,3.5\n0,1\n",
    "arrays.jsonl": "[1,2]\n[3,5]\n",
  }, async (folder) => {
    const counted = await scored(`${folder}/counted.csv`);
    assertEquals([counted.column, counted.columns], [undefined, "dim_*"]);
    assertStringIncludes(counted.stdout, "\ncolumns        dim_*\n");
    assertStringIncludes(counted.stderr, 'columns "dim_*" (all columns of numbers');
    const named = await scored(`${folder}/counted.csv`, "--columns", "dim_1,dim_0");
    assertEquals(named.columns, "dim_1,dim_0");
    assertStringIncludes(named.stderr, 'columns "dim_1,dim_0" (named by --columns)');
    // What has no names has no column.
    const { column, columns, stdout } = await scored(`${folder}/arrays.jsonl`);
    assertEquals([column, columns, stdout.includes("\ncolumn")], [undefined, undefined, false]);
  });
});

Deno.test("a table of several parts says in its last line which column they are of", async () => {
  const path = decodeURIComponent(wideUrl("pyarrow.arrow").pathname);
  const run = await runCli([path, "--column", "layer2", "--dims", "1,3"], { permissions });
  assertMatch(run.stdout, /; column layer2\n$/);
  assertEquals(run.stdout.split("\n")[0].trim().startsWith("dims"), true);
});

Deno.test("runs that were read from columns of other names are compared with a note", async () => {
  const rows = (name: string) => `{"${name}":[3,0]}\n{"${name}":[0,3]}\n`;
  await withFolder({ "a.jsonl": rows("emb"), "b.jsonl": rows("features") }, async (folder) => {
    const args = ["compare", `${folder}/a.jsonl`, `${folder}/b.jsonl`, "-v"];
    const { status, stderr } = await runCli(args, { permissions });
    assertEquals(status, 0);
    assertStringIncludes(stderr, `column emb (${folder}/a.jsonl), column features (`);
    assertStringIncludes(stderr, 'rankme: column "features" (the only one that holds vectors): ');
    const alike = await runCli([...args, "--column", "emb"], { permissions });
    assertEquals([alike.status, alike.stderr.includes("other names")], [3, false]);
  });
});

Deno.test("compare and select say which column all were read from, and warn where they differ", async () => {
  const rows = (name: string, x: number) => `{"${name}":[${x},0]}\n{"${name}":[0,3]}\n`;
  const manifest = (...files: string[]) =>
    "lr,embeddings\n" + files.map((file, at) => `${at + 1},${file}\n`).join("");
  await withFolder({
    "a.jsonl": rows("emb", 1),
    "b.jsonl": rows("emb", 2),
    "c.jsonl": rows("features", 3),
    "alike.csv": manifest("a.jsonl", "b.jsonl"),
    "mixed.csv": manifest("a.jsonl", "b.jsonl", "c.jsonl"),
  }, async (folder) => {
    const compared = await runCli(
      ["compare", `${folder}/a.jsonl`, `${folder}/b.jsonl`, "--no-ci"],
      { permissions },
    );
    assertStringIncludes(compared.stdout, "\ncolumn emb, convention paper");
    const alike = await runCli(["select", `${folder}/alike.csv`, "--no-ci"], { permissions });
    assertStringIncludes(alike.stdout, "of column emb; ");
    assertEquals([alike.status, alike.stderr.includes("column")], [0, false]);
    const mixed = await runCli(["select", `${folder}/mixed.csv`, "--json", "--no-ci"], {
      permissions,
    });
    assertStringIncludes(mixed.stderr, 'columns "emb", "features": those of other names may be');
    const { methods: [{ choices: [{ candidates }] }] } = JSON.parse(mixed.stdout);
    assertEquals(
      candidates.map(({ runs: [{ column }] }: { runs: [{ column: string }] }) => column),
      ["emb", "emb", "features"],
    );
  });
});
