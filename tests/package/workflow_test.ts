import { assert, assertEquals, assertMatch } from "@std/assert";
import { load } from "js-yaml";

const TEXT = await Deno.readTextFile(new URL("../../.github/workflows/ci.yml", import.meta.url));

interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly uses?: string;
}

interface Job {
  readonly name?: string;
  readonly if?: string;
  readonly environment?: string;
  readonly "continue-on-error"?: unknown;
  readonly "timeout-minutes"?: number;
  readonly permissions?: Record<string, string>;
  readonly strategy?: { readonly matrix: { readonly include: readonly Place[] } };
  readonly steps: readonly Step[];
}

interface Place {
  readonly os: string;
  readonly deno: string;
  readonly "may-fail": boolean;
}

const WORKFLOW = load(TEXT) as {
  readonly permissions: Record<string, string>;
  readonly concurrency: Record<string, string>;
  readonly jobs: Record<string, Job>;
};
const JOBS = Object.entries(WORKFLOW.jobs);
const commandsOf = ({ steps }: Job) => steps.flatMap(({ run }) => run ?? []);

Deno.test("every action is pinned by its commit, with its version beside it, one for each", () => {
  const uses = JOBS.flatMap(([, { steps }]) => steps.flatMap(({ uses }) => uses ?? []));
  assert(uses.length > 5);
  for (const one of uses) assertMatch(one, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  const lines = [...TEXT.matchAll(/uses: (\S+)(.*)$/gm)];
  assertEquals(lines.length, uses.length);
  for (const [, , comment] of lines) assertMatch(comment, /^ # v\d+\.\d+\.\d+$/);
  const names = new Set(uses.map((one) => one.split("@")[0]));
  assertEquals(new Set(uses).size, names.size);
});

Deno.test("every job ends in time, may read only, and stops for a newer one of its pull request", () => {
  for (const [name, job] of JOBS) assert(job["timeout-minutes"]! <= 90, name);
  assertEquals(WORKFLOW.permissions, { contents: "read" });
  assertMatch(WORKFLOW.concurrency["cancel-in-progress"], /pull_request/);
  const writing = JOBS.filter(([, { permissions = {} }]) =>
    Object.values(permissions).includes("write")
  );
  assertEquals(writing.map(([name]) => name), ["publish"]);
});

Deno.test("what is published is what was tried, from main, in the version of the tag", () => {
  const { publish } = WORKFLOW.jobs;
  assertEquals(publish.environment, "jsr");
  const commands = commandsOf(publish);
  const release = commands.at(-1)!;
  assertMatch(release, /^deno publish --config deno\.jsr\.json$/);
  const tries = JOBS.flatMap(([, job]) => commandsOf(job)).filter((one) => one.includes("dry-run"));
  assertEquals(tries, [`${release} --dry-run`, `${release} --dry-run`]);
  assert(commands.some((one) => one.includes("merge-base --is-ancestor")));
  assert(commands.some((one) => one.includes("$GITHUB_REF_NAME")));
  assert(commands.some((one) => /gh run list .*--branch main .*--status success/.test(one)));
});

Deno.test("a tag runs the publishing and nothing else, and nothing heavy is run twice for a push", () => {
  for (const [name, job] of JOBS) {
    const condition = `github.ref_type ${name === "publish" ? "==" : "!="} 'tag'`;
    assertEquals(job.if, condition, name);
  }
  const heavy = JOBS.flatMap(([, job]) => commandsOf(job)).filter((one) => one === ".ci/run");
  assertEquals(heavy.length, 1);
});

Deno.test("Windows and the newest Deno may fail, and their names say so; nothing else may", () => {
  const { elsewhere, ...others } = WORKFLOW.jobs;
  const { include } = elsewhere.strategy!.matrix;
  const tolerated = include.filter((place) => place["may-fail"]);
  assertEquals(tolerated.map(({ os, deno }) => [os, deno]), [
    ["windows-latest", "pinned"],
    ["ubuntu-latest", "newest"],
  ]);
  assertMatch(elsewhere.name!, /may-fail && ', which may fail'/);
  assertMatch(String(elsewhere["continue-on-error"]), /matrix\.may-fail/);
  for (const job of Object.values(others)) assertEquals(job["continue-on-error"], undefined);
});
