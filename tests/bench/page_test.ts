import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { EarlierPage } from "../../bench/earlier_page.ts";
import { type Line, passes } from "../../bench/line.ts";
import { page, type Section, shown } from "../../bench/page.ts";

const LINE: Line = {
  work: "25,600 × 512",
  ours: "wasm, 2 threads",
  against: "torch 1.13.1 svdvals",
  measured: { median: 0.2, least: 0.19, most: 0.31 },
  limit: { atMost: 0.25 },
};

function sectionOf(...lines: Line[]): Section {
  const part = { name: "end-to-end", title: "Whole process", method: "", run: () => never() };
  const circumstances = { part: part.name, date: "2025-01-01", machine: "", deno: "", runs: 5 };
  return { part, result: { ...circumstances, lines, measurements: [] } };
}

function never(): never {
  throw new Error("not to be run");
}

Deno.test("a figure passes when its median keeps the limit, the limit itself included", () => {
  const measured = { median: 0.9, least: 0.1, most: 9 };
  assertEquals(passes({ ...LINE, measured, limit: { atMost: 0.9 } }), true);
  assertEquals(passes({ ...LINE, measured, limit: { atMost: 0.89 } }), false);
  assertEquals(passes({ ...LINE, measured, limit: { atLeast: 0.9 } }), true);
  assertEquals(passes({ ...LINE, measured, limit: { atLeast: 0.91 } }), false);
});

Deno.test("without a figure or a limit nothing passes and nothing fails", () => {
  assertEquals(passes({ ...LINE, measured: undefined }), undefined);
  assertEquals(passes({ ...LINE, limit: undefined }), undefined);
});

Deno.test("each limit stands beside what was measured, with a mark", () => {
  const slow = { ...LINE, measured: { median: 0.3, least: 0.2, most: 0.4 } };
  const text = page([sectionOf(LINE, slow)]);
  const shared = "| Whole process | 25,600 × 512 | wasm, 2 threads | torch 1.13.1 svdvals";
  assertStringIncludes(text, `${shared} | 0.200 (0.190–0.310) | ≤ 0.25 | ✓ |`);
  assertStringIncludes(text, `${shared} | 0.300 (0.200–0.400) | ≤ 0.25 | ✗ |`);
});

Deno.test("what could not be measured is shown as such, without a mark", () => {
  const text = page([sectionOf({ ...LINE, measured: undefined })]);
  assertStringIncludes(text, "| torch 1.13.1 svdvals | not measured | ≤ 0.25 |  |");
});

Deno.test("the page begins with rows per second, by format and D, and with the processor", () => {
  const { part, result } = sectionOf(LINE);
  const rate = (format: string, dim: number, median: number) => ({
    format,
    dim,
    perSecond: { median, least: 0.9 * median, most: 1.1 * median },
  });
  const rates = [rate("Arrow", 384, 123_456), rate("Arrow", 768, 50_000), rate("CSV", 384, 2345)];
  const text = page([
    { part, result: { ...result!, machine: "A processor" } },
    {
      part: { ...part, title: "Rows per second", measuresRates: true },
      result: { ...result!, machine: "A processor", lines: [], rates },
    },
  ]);
  const places = ["Processor: A processor.", "## Rows per second", "## Targets", "## Whole process"]
    .map((one) => text.indexOf(one));
  assert(places.every((place, at) => place > (places[at - 1] ?? 0)), text);
  assertStringIncludes(text, "| format | D = 384 | D = 768 |");
  assertStringIncludes(text, "| Arrow | 120,000 (110,000–140,000) | 50,000 (45,000–55,000) |");
  assertStringIncludes(text, "| CSV | 2,300 (2,100–2,600) |  |");
  assert(!text.includes("asked"));
});

Deno.test("a part that was never run says how to run it", () => {
  const { part } = sectionOf();
  assertStringIncludes(page([{ part }]), "Not measured yet: `deno task bench end-to-end`.");
});

Deno.test("figures have a unit where they stand for themselves, and three digits", () => {
  assertEquals(shown({ median: 184.6, least: 99.96, most: 1234 }, "MB"), "185 MB (100.0–1234)");
  assertEquals(shown({ median: 0.1234, least: 0.05, most: 1 }), "0.123 (0.0500–1.00)");
});

Deno.test("a part without a result keeps what the page said of it, one with a result does not", () => {
  const whole = sectionOf(LINE);
  const kernel = {
    part: { ...whole.part, name: "kernel", title: "The kernel" },
    result: { ...whole.result!, machine: "Old", deno: "2.9.6" },
  };
  const earlier = new EarlierPage(page([whole, kernel]));
  const faster = { ...LINE, measured: { median: 0.1, least: 0.1, most: 0.1 } };
  const text = page([sectionOf(faster), { part: kernel.part }], earlier);
  assertEquals(text, page([sectionOf(faster), kernel]));
  assertEquals(page([{ part: whole.part }, { part: kernel.part }], earlier), page([whole, kernel]));
});

Deno.test("the committed page says of each part where it was measured", async () => {
  const text = await Deno.readTextFile(new URL("../../docs/performance.md", import.meta.url));
  const earlier = new EarlierPage(text);
  const titles = Array.from(text.matchAll(/^## (.*)$/gm), ([, title]) => title)
    .filter((title) => !title.startsWith("Targets"));
  assertEquals(titles.filter((title) => !earlier.machine(title)), []);
});
