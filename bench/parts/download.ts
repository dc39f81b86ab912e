import { apart, Consumer, downloaded, totalBytes } from "../consumer.ts";
import type { Part } from "../part.ts";
import { spread } from "../spread.ts";

/** What was asked for, in MB, beside Apache Arrow. */
const MOST_MEGABYTES = 4;

/** What is downloaded from npm before standard input can be scored. */
export const download: Part = {
  name: "download",
  title: "Download",
  method: "What packages of npm take on disk for who has the package from JSR, an empty cache of " +
    "Deno and an empty folder, and scores a line of JSON from standard input. Apache Arrow brings " +
    "the types of Node, which nobody here uses.",
  async run() {
    await using consumer = await Consumer.start();
    const { code, stderr } = await consumer.run(
      ["run", "jsr:@rankme/rankme/cli", "score", "-", "--format=jsonl"],
      { stdin: new TextEncoder().encode("[1.5, 2]\n[2.5, 1]\n") },
    );
    if (code !== 0) throw new Error(`it ended with status ${code}: ${stderr}`);
    const { arrow, others } = apart(await downloaded(consumer.cache));
    const line = (ours: string, packages: typeof arrow) => ({
      work: `score - (${packages.length} packages)`,
      ours,
      unit: "MB" as const,
      measured: spread([totalBytes(packages) / 1e6]),
    });
    return {
      lines: [
        line("all", [...arrow, ...others]),
        { ...line("without Apache Arrow", others), limit: { atMost: MOST_MEGABYTES } },
      ],
      measurements: [],
    };
  },
};
