import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { chooseColumns } from "../../src/sources/columns.ts";
import { matches } from "../../src/sources/shards/glob.ts";
import { withStars } from "../../src/sources/stars.ts";
import { withFolder } from "./shards/folders.ts";

/** Whether a name fits, by the definition: a star is any beginning of what is left. */
function fits([first, ...others]: readonly string[], name: string): boolean {
  if (!name.startsWith(first)) return false;
  const rest = name.slice(first.length);
  if (others.length === 0) return rest === "";
  return Array.from({ length: rest.length + 1 }, (_, at) => rest.slice(at))
    .some((end) => fits(others, end));
}

Deno.test("a pattern with stars matches what it stands for, and nothing else", () => {
  const text = (maxLength: number) =>
    fc.array(fc.constantFrom("a", "b", "ü"), { maxLength }).map((one) => one.join(""));
  const parts = fc.array(text(3), { minLength: 1, maxLength: 5 });
  fc.assert(fc.property(parts, text(12), (parts, name) => {
    assertEquals(withStars(parts).test(name), fits(parts, name));
  }));
});

Deno.test("many stars against a long name take no time to speak of", () => {
  const started = performance.now();
  const name = "a".repeat(5000);
  assert(!withStars([...new Array(12).fill("a"), "b"]).test(name));
  assert(withStars(new Array(12).fill("a")).test(name));
  assert(performance.now() - started < 10_000);
});

Deno.test("ten times as many columns that count the dimensions take some ten times as long", () => {
  const milliseconds = (count: number) => {
    const columns = Array.from(
      { length: count },
      (_, i) => ({ name: `c${i}`, kind: "numbers", type: "float32" } as const),
    );
    const started = performance.now();
    const chosen = chooseColumns(columns, {});
    assert(chosen.kind === "numbers");
    assertEquals([chosen.indices.length, chosen.indices.at(-1)], [count, count - 1]);
    return performance.now() - started;
  };
  const few = milliseconds(20_000);
  // Squares would make it a hundred times.
  assert(milliseconds(200_000) < 40 * few + 500);
});

Deno.test("names with many stars that fit none are refused at once, be they of files or columns", async () => {
  const name = "a".repeat(40);
  await withFolder([`aa/${name}`], async (folder) => {
    const started = performance.now();
    assertEquals(await matches(`${folder}/aa/${"*a".repeat(12)}b`), []);
    const column = { name, kind: "numbers", type: "float32" } as const;
    assertThrows(
      () => chooseColumns([column], { columns: [`${"*a".repeat(8)}*b`] }),
      Error,
      "no column is named",
    );
    assert(performance.now() - started < 10_000);
  });
});
