import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { apart, Consumer, downloaded, totalBytes } from "../../bench/consumer.ts";
import { goldenBytes } from "../commands/arrow_bytes.ts";
import { shellBlocks } from "./readme.ts";

const CLI = "jsr:@rankme/rankme/cli";
const MOST_BYTES = 4e6;
const ROOT = new URL("../../", import.meta.url).pathname;

Deno.test("who has the package from JSR and nothing else", async (t) => {
  await using consumer = await Consumer.start();
  const stdin = new Uint8Array(await goldenBytes("gaussian"));
  /** Makes a folder with some files in it. */
  const folder = async (files: Readonly<Record<string, string>>) => {
    const path = await Deno.makeTempDir({ dir: consumer.folder });
    for (const [name, text] of Object.entries(files)) {
      await Deno.mkdir(`${path}/${name}`.replace(/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${path}/${name}`, text);
    }
    return path;
  };

  await t.step("scores standard input, and downloads what that needs", async () => {
    const { code, stdout, stderr } = await consumer.run(["run", CLI], { stdin });
    assertEquals(code, 0, stderr);
    assertMatch(stdout, /^RankMe +\d/);
    const { arrow, others } = apart(await downloaded(consumer.cache));
    assertEquals(arrow.length, 6);
    const names = others.map(({ name }) => name).join(", ");
    assert(totalBytes(others) <= MOST_BYTES, `${totalBytes(others)} bytes: ${names}`);
  });

  await t.step(
    "loads what an expression needs when there is one, without a permission",
    async () => {
      const args = ["run", CLI, "--metric", "double=2*rankMe"];
      const without = await consumer.run(["run", "--cached-only", ...args.slice(1)], { stdin });
      assertEquals(without.code, 4, without.stderr);
      assertStringIncludes(without.stderr, "mathjs from npm is needed here");
      assertStringIncludes(without.stderr, "run this once without it");
      const { code, stdout, stderr } = await consumer.run(args, { stdin });
      assertEquals(code, 0, stderr);
      assertMatch(stdout, /^double +\d/m);
    },
  );

  await t.step(
    "draws from its cache what it drew once, or after deno cache with a lock",
    async () => {
      const runs = "lr,rankMe,accuracy\n0.1,31,64.5\n0.3,40,66\n";
      const select = [
        "--allow-read",
        "--allow-write=.",
        CLI,
        "select",
        "runs.csv",
        "--svg",
        "a.svg",
      ];
      for (
        const [files, ahead] of [
          [{ "runs.csv": runs, "deno.json": "{}" }, ["cache", CLI, "jsr:@rankme/rankme/offline"]],
          [{ "runs.csv": runs }, ["run", ...select]],
        ] as const
      ) {
        const cwd = await folder(files);
        const args = ["run", "--cached-only", ...select];
        for (const command of [ahead, args]) {
          const { code, stderr } = await consumer.run(command, { cwd });
          assertEquals(code, 0, stderr);
        }
        assertMatch(await Deno.readTextFile(`${cwd}/a.svg`), /^<svg /);
      }
    },
  );

  await t.step("is told what to do in a folder with a package.json, and then scores", async () => {
    for (
      const [files, inner] of [
        [{ "package.json": "{}" }, ""],
        [{ "package.json": '{"type":"commonjs","dependencies":{"tslib":"2.8.1"}}' }, ""],
        [{ "package.json": '{"workspaces":["a"]}', "a/package.json": '{"name":"a"}' }, "a"],
        [{ "package.json": "{}", "deno.json": "{}" }, ""],
        [{ "deno.json": '{"nodeModulesDir":"manual"}' }, ""],
      ] as const
    ) {
      const cwd = `${await folder(files)}/${inner}`;
      const refused = await consumer.run(["run", CLI], { cwd, stdin });
      assertEquals(refused.code, 4, refused.stderr);
      assertStringIncludes(refused.stderr, "from npm is needed here");
      const flag = refused.stderr.match(/write deno run (--\S+)/)?.[1];
      assertEquals(flag, "--node-modules-dir=none");
      const args = ["run", flag!, CLI, "--metric", "double=2*rankMe"];
      const { code, stderr } = await consumer.run(args, { cwd, stdin });
      assertEquals(code, 0, stderr);
      assertEquals(await exists(`${cwd}/node_modules`), false);
    }
  });

  await t.step("scores in a folder with a deno.json", async () => {
    const cwd = await folder({ "deno.json": '{"imports":{}}' });
    const { code, stderr } = await consumer.run(["run", CLI], { cwd, stdin });
    assertEquals(code, 0, stderr);
  });

  const installs = (await shellBlocks("README.md")).find(({ note }) => note === "install")!;
  for (const command of installs.commands.trim().split("\n")) {
    await t.step(`has a command called rankme that works anywhere after ${command}`, async () => {
      const root = await folder({});
      const [program, install, ...args] = command.split(" ");
      assertEquals([program, install], ["deno", "install"]);
      const installed = await consumer.run(["install", `--root=${root}`, ...args], { cwd: ROOT });
      assertEquals(installed.code, 0, installed.stderr);
      const cwd = await folder({ "package.json": "{}" });
      await Deno.writeFile(`${cwd}/emb.arrow`, stdin);
      for (const metric of [[], ["--metric", "double=2*rankMe"]]) {
        const { code, stdout, stderr } = await consumer.execute(
          `${root}/bin/rankme`,
          ["emb.arrow", ...metric],
          { cwd, env: { PATH: Deno.execPath().replace(/[^/]*$/, "") } },
        );
        assertEquals(code, 0, stderr);
        assertMatch(stdout, /^RankMe +\d/);
      }
    });
  }
});

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    return false;
  }
}
