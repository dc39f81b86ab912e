import { assert, assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };

const ROOT = new URL("../../", import.meta.url);

/** Whether a file goes to JSR, by the lists of deno.json. */
function isPublished(path: string): boolean {
  const holds = (list: readonly string[]) =>
    list.some((entry) => entry.endsWith("/") ? path.startsWith(entry) : path === entry);
  const excluded = config.publish.exclude.filter((entry) => !entry.startsWith("!"));
  return holds(config.publish.include) && !holds(excluded.map((entry) => `${entry}/`));
}

/** What GitHub and JSR call a heading in an address. */
function anchor(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}

async function* pages(): AsyncGenerator<string> {
  yield* ["README.md", "CONTRIBUTING.md"];
  for await (const { name } of Deno.readDir(new URL("docs/", ROOT))) {
    if (name.endsWith(".md")) yield `docs/${name}`;
  }
}

Deno.test("every link in the pages leads to a published file, to a heading or to an address", async () => {
  let count = 0;
  for await (const page of pages()) {
    const text = (await Deno.readTextFile(new URL(page, ROOT))).replaceAll(/^```[^]*?^```/gm, "");
    for (const [, link] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      count++;
      if (/^https:\/\//.test(link)) continue;
      const { pathname, hash } = new URL(link, new URL(page, ROOT));
      const path = pathname.slice(ROOT.pathname.length);
      const why = `${page}: ${link}`;
      assert((await Deno.stat(new URL(path, ROOT))).isFile, why);
      assert(isPublished(path), `${why} is not published`);
      if (hash === "") continue;
      const headings = (await Deno.readTextFile(new URL(path, ROOT))).matchAll(/^#+ (.*)$/gm);
      assertEquals(
        Array.from(headings, ([, one]) => anchor(one)).includes(hash.slice(1)),
        true,
        why,
      );
    }
  }
  assert(count > 20);
});
