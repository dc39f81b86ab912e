import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { RankMeError } from "../../../src/errors.ts";
import { isPattern, matches } from "../../../src/sources/shards/glob.ts";
import { withFolder } from "./folders.ts";

Deno.test("patterns are told from paths", () => {
  for (const pattern of ["*.npy", "a?", "a[12]", "x{1,2}", "**/a", "{a,{b,c}}/d"]) {
    assertEquals(isPattern(pattern), true, pattern);
  }
  for (const path of ["a.npy", "a{1}.npy", "a}b{", "a,b", "C:\\a", "a(1).npy", "{a", "a]b"]) {
    assertEquals(isPattern(path), false, path);
  }
});

const FILES = [
  "a/1.npy",
  "a/2.npy",
  "a/10.npy",
  "a/b.csv",
  "a/.hidden.npy",
  "a/_log.npy",
  "a/deep/er/3.npy",
  "a/.git/4.npy",
  "b/1.npy",
  "b/(1)+x^$.npy",
  "b/ä𝟘.npy",
  "top.npy",
];

/** What a shell finds. */
const CASES: [pattern: string, found: string[]][] = [
  ["*.npy", ["top.npy"]],
  ["a/*.npy", ["a/1.npy", "a/2.npy", "a/10.npy"]],
  ["a/*", ["a/1.npy", "a/2.npy", "a/10.npy", "a/b.csv", "a/deep"]],
  ["a/?.npy", ["a/1.npy", "a/2.npy"]],
  ["a/[12].npy", ["a/1.npy", "a/2.npy"]],
  ["a/[!2].npy", ["a/1.npy"]],
  ["a/[^1].npy", ["a/2.npy"]],
  ["a/[0-9][0-9].npy", ["a/10.npy"]],
  ["a/[]x1].npy", ["a/1.npy"]],
  ["a/.*.npy", ["a/.hidden.npy"]],
  ["a/_*", ["a/_log.npy"]],
  ["{a,b}/1.npy", ["a/1.npy", "b/1.npy"]],
  ["{a/{1,2},b/1}.npy", ["a/1.npy", "a/2.npy", "b/1.npy"]],
  ["a/{1,1,[1]}.npy", ["a/1.npy"]],
  ["*/1.npy", ["a/1.npy", "b/1.npy"]],
  ["**/3.npy", ["a/deep/er/3.npy"]],
  ["a/**/*.npy", ["a/1.npy", "a/2.npy", "a/10.npy", "a/deep/er/3.npy"]],
  ["**/1.npy", ["a/1.npy", "b/1.npy"]],
  ["a/**", ["a"]],
  ["*", ["a", "b", "top.npy"]],
  ["*/", ["a", "b"]],
  ["b/(1)+x^$.*", ["b/(1)+x^$.npy"]],
  ["b/ä?.npy", ["b/ä𝟘.npy"]],
  ["c/*.npy", []],
  ["a/1.npy/*", []],
  ["a/*.NPY", []],
  ["top.npy*/x", []],
];

Deno.test("a pattern stands for what a shell finds, in natural order", async () => {
  await withFolder(FILES, async (folder) => {
    for (const [pattern, expected] of CASES) {
      const found = await matches(`${folder}/${pattern}`);
      const wanted = pattern === "*/" ? ["a", "b", "top.npy"] : expected;
      assertEquals(found.map(({ path }) => path.slice(folder.length + 1)), wanted, pattern);
    }
  });
});

Deno.test("patterns may be of the folder that the program runs in", async () => {
  for (
    const pattern of ["tests/sources/shards/glob_t?st.ts", "./tests/sources/shards/glob_t*.ts"]
  ) {
    const [{ path }, ...others] = await matches(pattern);
    assertEquals([path.endsWith("tests/sources/shards/glob_test.ts"), others], [true, []]);
  }
});

Deno.test("a link that leads back to its folder is not followed for ever", {
  ignore: Deno.build.os === "windows",
}, async () => {
  await withFolder(["a/1.npy", "a/b/2.npy"], async (folder) => {
    await Deno.symlink("..", `${folder}/a/b/up`);
    await Deno.symlink(".", `${folder}/a/here`);
    const found = await matches(`${folder}/**/*.npy`);
    assertEquals(found.map(({ path }) => path.slice(folder.length + 1)), ["a/1.npy", "a/b/2.npy"]);
  });
});

Deno.test("what cannot be a pattern is refused", async () => {
  await withFolder(["1.npy"], async (folder) => {
    const error = await assertRejects(() => matches(`${folder}/[z-a].npy`), RankMeError);
    assertEquals(error.code, "usage");
  });
});

Deno.test("braces that stand for more paths than can be looked for are refused at once", async () => {
  const started = performance.now();
  const many = ["{a,b}".repeat(22), "{a,b}".repeat(5000), `{${"a,".repeat(1000)}}`];
  const nested = `${"{a,".repeat(5000)}b${"}".repeat(5000)}`;
  for (const pattern of [...many, nested]) {
    assertEquals(isPattern(pattern), true);
    const error = await assertRejects(() => matches(pattern), RankMeError);
    assertEquals(error.code, "usage");
    assertStringIncludes(error.message, "its braces stand for more than 1000 paths");
  }
  assertEquals(isPattern("{".repeat(100_000)), false);
  assert(performance.now() - started < 2000);
});

Deno.test("a thousand paths may be in braces, and what has no comma counts as one", async () => {
  await withFolder(FILES, async (folder) => {
    const digits = "{0,1,2,3,4,5,6,7,8,9}";
    assertEquals(await matches(`${folder}/a/${digits.repeat(3)}.npy`), []);
    const [{ path }] = await matches(`${folder}/a/{1{0,5},x}.npy`);
    assertEquals(path, `${folder}/a/10.npy`);
    assertEquals(await matches(`${folder}/{b${digits.repeat(9)}}/1.npy`), []);
  });
});

Deno.test("any folders of any folders are gone through once", async () => {
  await withFolder([`${"d/".repeat(12)}1.npy`], async (folder) => {
    const started = performance.now();
    assertEquals((await matches(`${folder}/${"**/".repeat(12)}1.npy`)).length, 1);
    assert(performance.now() - started < 2000);
  });
});
