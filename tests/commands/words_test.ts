import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { COMMANDS } from "../../src/commands/commands.ts";
import { COMMON_FLAGS, type Flag } from "../../src/commands/flag.ts";
import { Arguments } from "../../src/commands/flags.ts";
import { plainWords } from "../../src/commands/words.ts";
import { RankMeError } from "../../src/errors.ts";

/** Every flag of every command, with all flags of that command. */
const TABLE: readonly {
  readonly called: string;
  readonly flag: Flag;
  readonly all: readonly Flag[];
}[] = (await Promise.all(Object.values(COMMANDS).map((load) => load()))).flatMap(
  ({ name, flags }) => {
    const all = [...flags, ...COMMON_FLAGS];
    return all.map((flag) => ({ called: `${name} --${flag.name}`, flag, all }));
  },
);
const SWITCHES = TABLE.filter(({ flag }) => flag.value === undefined);
const VALUED = TABLE.filter(({ flag }) => flag.value !== undefined);

/** Each flag by itself: which needs another is not of the way they are written. */
const parsed = (words: readonly string[], all: readonly Flag[]) =>
  new Arguments(
    words,
    all.filter((flag) => !COMMON_FLAGS.includes(flag)).map(({ needs: _, ...flag }) => flag),
  );

function refusal(words: readonly string[], all: readonly Flag[]): string {
  const error = assertThrows(() => parsed(words, all), RankMeError);
  assertEquals(error.exitStatus, 2, words.join(" "));
  return error.message;
}

/** A value that a flag can have. */
const valueOf = ({ choices }: Flag) => choices?.at(-1) ?? "a=-1,b";

Deno.test("no two flags of a command have one name or one letter", () => {
  for (const { called, flag, all } of TABLE) {
    const same = (other: Flag) =>
      other.name === flag.name || other.short && other.short === flag.short;
    assertEquals(all.filter(same), [flag], called);
  }
});

Deno.test("every switch is on when it is named, and is what true and false say", () => {
  for (const { called, flag: { name, short }, all } of SWITCHES) {
    for (const spelling of [`--${name}`, ...short ? [`-${short}`] : []]) {
      for (
        const [words, value] of [
          [[spelling], true],
          [[`${spelling}=true`], true],
          [[`${spelling}=false`], false],
          [[spelling, "false"], false],
          [[spelling, `${spelling}=false`], false],
          [[`${spelling}=false`, spelling], true],
        ] as const
      ) assertEquals(parsed(words, all).choice(name), value, `${called}: ${words.join(" ")}`);
    }
    assertEquals(parsed([], all).choice(name), undefined, called);
    assertEquals(parsed([`--${name}`, "in.npy"], all).positionals, ["in.npy"], called);
  }
});

Deno.test("every switch refuses every other value, and an empty one", () => {
  for (const { called, flag: { name, short, negatable }, all } of SWITCHES) {
    const spellings = [
      `--${name}`,
      ...short ? [`-${short}`] : [],
      ...negatable ? [`--no-${name}`] : [],
    ];
    for (const spelling of spellings) {
      for (const value of ["no", "0", "1", "yes", "off", "0.9", "True", "-1", " true", ""]) {
        assertEquals(
          refusal([`${spelling}=${value}`], all),
          `${spelling} takes no value but true or false, not "${value}"`,
          called,
        );
      }
    }
  }
});

Deno.test("--no-NAME is the opposite of --NAME where there is one, and else no flag", () => {
  for (const { called, flag: { name, negatable }, all } of TABLE) {
    if (!negatable) {
      for (const word of [`--no-${name}`, `--no-${name}=true`]) {
        assertStringIncludes(refusal([word], all), `there is no flag --no-${name}`, called);
      }
      continue;
    }
    for (const [word, value] of [["", false], ["=true", false], ["=false", true]] as const) {
      assertEquals(parsed([`--no-${name}${word}`], all).choice(name), value, `${called}${word}`);
    }
  }
});

Deno.test("every flag with a value takes it after =, as the next word, and behind its letter", () => {
  for (const { called, flag, all } of VALUED) {
    const { name, short, repeatable } = flag;
    const value = valueOf(flag);
    const spellings = [[`--${name}=${value}`], [`--${name}`, value]];
    if (short) spellings.push([`-${short}=${value}`], [`-${short}`, value], [`-${short}${value}`]);
    for (const words of spellings) {
      const args = parsed(["in.npy", ...words, "-"], all);
      const given = repeatable ? args.all(name) : args.text(name);
      assertEquals(given, repeatable ? [value] : value, `${called}: ${words.join(" ")}`);
      assertEquals(args.positionals, ["in.npy", "-"], called);
      const twice = parsed([...words, ...words], all);
      assertEquals(repeatable ? twice.all(name).length : twice.text(name), repeatable ? 2 : value);
    }
  }
});

Deno.test("every flag with a value is refused by its name without one", () => {
  for (const { called, flag: { name, value, short, choices }, all } of VALUED) {
    const what = ` needs a value: --${name}=${value}`;
    for (const spelling of [`--${name}`, ...short ? [`-${short}`] : []]) {
      for (
        const words of [
          [spelling],
          [`${spelling}=`],
          [spelling, ""],
          [spelling, "--", "x"],
          [spelling, "--help"],
          [spelling, "-h"],
          [spelling, "-1"],
        ]
      ) assertStringIncludes(refusal(words, all), `${spelling}${what}`, `${called}: ${words}`);
    }
    if (choices) {
      assertStringIncludes(refusal([`--${name}=none`], all), `--${name} is ${choices[0]}`);
    }
  }
});

Deno.test("a number below zero is told how to be written, and how it is written is taken", () => {
  for (const { flag: { name, choices }, all } of VALUED) {
    if (choices) continue;
    const [, advised] = /write (\S+)$/.exec(refusal([`--${name}`, "-.5"], all))!;
    const args = parsed([advised], all);
    assertEquals([args.text(name)].flat(), ["-.5"]);
  }
});

Deno.test("letters behind one hyphen are switches, the last of which may have a value", () => {
  const flags: readonly Flag[] = [
    { name: "quiet", short: "q", help: "" },
    { name: "verbose", short: "v", help: "" },
    { name: "jobs", short: "j", value: "N", help: "" },
  ];
  const words = (...args: string[]) => plainWords(args, flags);
  assertEquals(words("-qv"), ["--quiet=true", "--verbose=true"]);
  assertEquals(words("-qv=false"), ["--quiet=true", "--verbose=false"]);
  assertEquals(words("-qj4"), ["--quiet=true", "--jobs=4"]);
  assertEquals(words("-qj", "4", "x"), ["--quiet=true", "--jobs=4", "x"]);
  assertEquals(words("-jq"), ["--jobs=q"]);
  for (const word of ["-qx", "-xq", "-quiet", "-q-"]) {
    assertThrows(() => words(word), RankMeError, `there is no flag ${word}`);
  }
});

Deno.test("what is no flag is refused, whatever it is made of", () => {
  for (const { all } of TABLE.filter(({ flag }) => flag.name === "help")) {
    for (
      const word of [
        "--=x",
        "---",
        "--no-",
        "--_=x",
        "--limit.x=3",
        "--__proto__=1",
        "--constructor",
        "--Help",
        "-é",
        "--help\n",
      ]
    ) assertStringIncludes(refusal([word], all), "there is no flag", word);
  }
});

Deno.test("after -- everything is an input, and one without a name is refused", () => {
  for (const { all } of TABLE.filter(({ flag }) => flag.name === "help")) {
    const args = parsed(["--help", "--", "--help=no", "-1", "--", "-"], all);
    assertEquals(args.positionals, ["--help=no", "-1", "--", "-"]);
    for (const words of [[""], ["a", ""], ["--", ""]]) {
      assertStringIncludes(refusal(words, all), '""');
    }
  }
});

Deno.test("a parser of words is given nothing that one understands and another does not", () => {
  for (const { called, flag, all } of TABLE) {
    const value = flag.value === undefined ? "true" : valueOf(flag);
    const spellings = [`--${flag.name}=${value}`, ...flag.short ? [`-${flag.short}=${value}`] : []];
    for (const spelling of spellings) {
      const [word] = plainWords([spelling], all);
      // A name of the table and a value that is not empty: @std/cli before and since 1.0.28.
      assert(/^--[a-z]+(-[a-z]+)*=[^]+$/.test(word) && !word.startsWith("--no-"), called);
    }
  }
});
