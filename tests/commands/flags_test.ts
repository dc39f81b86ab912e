import { assertEquals, assertThrows } from "@std/assert";
import { COMMANDS } from "../../src/commands/commands.ts";
import type { Flag } from "../../src/commands/flag.ts";
import { Arguments } from "../../src/commands/flags.ts";
import { RankMeError } from "../../src/errors.ts";

const FLAGS: readonly Flag[] = [
  { name: "metric", value: "NAME=EXPR", repeatable: true, help: "" },
  { name: "policy", short: "p", value: "NAME", repeatable: true, choices: ["a", "b"], help: "" },
  { name: "limit", value: "N", help: "" },
];

Deno.test("a flag that may be repeated keeps each of its values, in order", () => {
  const args = new Arguments(
    ["--metric", "gap=lambda[1] == 2", "in.arrow", "--metric=b=1,2", "-p", "b", "--policy=a"],
    FLAGS,
  );
  assertEquals(args.all("metric"), ["gap=lambda[1] == 2", "b=1,2"]);
  assertEquals(args.all("policy"), ["b", "a"]);
  assertEquals(args.positionals, ["in.arrow"]);
  assertEquals(new Arguments([], FLAGS).all("metric"), []);
});

Deno.test("of another flag the last value counts", () => {
  assertEquals(new Arguments(["--limit=1", "--limit", "2"], FLAGS).count("limit"), 2);
});

Deno.test("each value of a repeated flag is checked", () => {
  for (
    const [args, message] of [
      [["--metric=a=1", "--metric"], "--metric needs a value: --metric=NAME=EXPR"],
      [["--policy=a", "--policy=c"], '--policy is a, b, not "c"'],
    ] as const
  ) {
    assertThrows(() => new Arguments(args, FLAGS), RankMeError, message);
  }
});

/** A flag as it is given, with a value that its kind may have. */
function given({ name, value, choices }: Flag): string {
  return value === undefined ? `--${name}` : `--${name}=${choices?.[0] ?? "1"}`;
}

for (const load of Object.values(COMMANDS)) {
  const { name: command, flags } = await load();
  const idle = flags.filter(({ needs }) => needs);
  if (idle.length === 0) continue;
  Deno.test(`${command}: a flag that does nothing without another is refused without it`, () => {
    for (const flag of idle) {
      const others = flag.needs!.map((name) => flags.find((one) => one.name === name)!);
      const message = `--${flag.name} is for ${others.map(({ name }) => `--${name}`).join(" or ")}`;
      assertThrows(() => new Arguments([given(flag)], flags), RankMeError, message);
      for (const other of others) new Arguments([given(flag), given(other)], flags);
      // A switch that is off asks for nothing, and lets nothing be asked for.
      if (flag.value === undefined) new Arguments([`--${flag.name}=false`], flags);
      for (const { value, name } of others) {
        if (value !== undefined || others.length > 1) continue;
        assertThrows(
          () => new Arguments([given(flag), `--${name}=false`], flags),
          RankMeError,
          message,
        );
      }
    }
  });
}
