import { assert, assertEquals } from "@std/assert";
import { progressText } from "../../src/commands/progress.ts";

const PROGRESS = { rows: 40_000, bytes: 64e6, share: 0.25 };

Deno.test("a share and the time that is left are shown where it is known how much there is", () => {
  assertEquals(
    progressText(PROGRESS, { seconds: 2, width: 80 }),
    "25 %, 40,000 rows, 32 MB/s, 0:06 left",
  );
  assertEquals(
    progressText({ ...PROGRESS, share: 0.02 }, { seconds: 100, width: 80, rank: 31.646 }),
    "2 %, 40,000 rows, 1 MB/s, 1:21:40 left, RankMe 31.65",
  );
  const { rows, bytes } = PROGRESS;
  assertEquals(progressText({ rows, bytes }, { seconds: 2, width: 80 }), "40,000 rows, 32 MB/s");
});

Deno.test("no time is guessed from next to nothing, and all is not said before the end", () => {
  assertEquals(progressText(PROGRESS, { seconds: 0.5, width: 80 }), "25 %, 40,000 rows, 128 MB/s");
  const begun = progressText({ ...PROGRESS, share: 0.001 }, { seconds: 9, width: 80 });
  assert(!begun.includes("left"), begun);
  assert(progressText({ ...PROGRESS, share: 0.999 }, { seconds: 9, width: 80 }).startsWith("99 %"));
});

Deno.test("what matters least goes first where a line is narrow", () => {
  const at = (width: number) => progressText(PROGRESS, { seconds: 2, rank: 31.646, width });
  assertEquals(at(60), "25 %, 40,000 rows, 32 MB/s, 0:06 left, RankMe 31.65");
  assertEquals(at(45), "25 %, 40,000 rows, 0:06 left, RankMe 31.65");
  assertEquals(at(30), "25 %, 40,000 rows, 0:06 left");
  assertEquals(at(20), "25 %, 40,000 rows");
  assertEquals(at(5), "40,000 rows");
});
