import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../src/commands/commands.ts";
import { runCli } from "./run_cli.ts";

const SHELLS = ["bash", "zsh", "fish"];
const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));

/** Each line of a command, the cursor at its end, with what is to be offered there. */
const OFFERED: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ["rankme sc", ["score"]],
  ["rankme compare --form", ["--format"]],
  ["rankme compare --format pa", ["parquet"]],
  ["rankme --format=safe", ["safetensors"]],
  ["rankme --no-ce", ["--no-center"]],
  ["rankme emb.arrow --max-gr", ["--max-groups"]],
  ["rankme select --max-gr", []],
  ["rankme generate --layout col", ["columns"]],
  ["rankme generate e", []],
  ["rankme --limit e", []],
  ["rankme compare e", ["emb.arrow"]],
  ["rankme --baseline e", ["emb.arrow"]],
  ["rankme completions ", ["bash", "fish", "zsh"]],
  ["rankme help comp", ["compare", "completions"]],
];

async function output(command: string, args: readonly string[], cwd?: string): Promise<string> {
  const { stdout, stderr, success } = await new Deno.Command(command, { args: [...args], cwd })
    .output();
  const decoder = new TextDecoder();
  assert(success, decoder.decode(stderr));
  return decoder.decode(stdout);
}

function isMissing(shell: string): boolean {
  try {
    return !new Deno.Command(shell, { args: ["--version"], stdout: "null" }).outputSync().success;
  } catch {
    return true;
  }
}

/** Runs a shell beside its script, in a folder with one file. */
async function inShell(
  shell: string,
  ask: (script: string, line: string) => readonly string[],
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const { stdout } = await runCli(["completions", shell]);
    const script = `${folder}/script`;
    await Deno.writeTextFile(script, stdout);
    await Deno.mkdir(`${folder}/there`);
    await Deno.writeTextFile(`${folder}/there/emb.arrow`, "");
    for (const [line, offered] of OFFERED) {
      const printed = await output(shell, ask(script, line), `${folder}/there`);
      // Before the first tab, as fish describes what it offers.
      const words = printed.split("\n").map((one) => one.split("\t")[0]).filter(Boolean);
      // fish offers the word as it would stand there, with its flag.
      assertEquals(words.map((word) => word.replace(/^--format=/, "")).sort(), offered, line);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

// As bash splits a line for a completion, and falls back on files where that is left on.
const IN_BASH = `
source "$1"
compopt() { [[ "$*" == "+o default" ]] && fallback=off; }
COMP_WORDS=($(sed 's/=/ = /' <<< "$2"))
[[ $2 == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_rankme
[[ \${#COMPREPLY[@]} == 0 && $fallback != off ]] && COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
printf '%s\\n' "\${COMPREPLY[@]}"
`;

Deno.test({
  name: "bash completes commands, flags, their values and files",
  ignore: isMissing("bash"),
  fn: () => inShell("bash", (script, line) => ["-c", IN_BASH, "bash", script, line]),
});

Deno.test({
  name: "fish completes commands, flags, their values and files",
  ignore: isMissing("fish"),
  fn: () =>
    inShell(
      "fish",
      (script, line) => ["--no-config", "-c", `source ${script}; complete -C '${line}'`],
    ),
});

Deno.test({
  name: "zsh can read its script",
  ignore: isMissing("zsh"),
  async fn() {
    const script = await Deno.makeTempFile();
    await Deno.writeTextFile(script, (await runCli(["completions", "zsh"])).stdout);
    await output("zsh", ["-n", script]);
    await Deno.remove(script);
  },
});

for (const shell of SHELLS) {
  Deno.test(`the script for ${shell} has every command, flag and choice of the help`, async () => {
    const { stdout, status } = await runCli(["completions", shell]);
    assertEquals(status, 0);
    for (const { name, flags, operands = [] } of commands) {
      const words = flags.flatMap((flag) => [flag.name, ...flag.choices ?? []]);
      for (const word of [name, ...operands, ...words]) assertStringIncludes(stdout, word);
    }
  });
}

Deno.test("completions are for one of three shells", async () => {
  for (const args of [[], ["bash", "zsh"]]) {
    const { status, stdout, stderr } = await runCli(["completions", ...args]);
    assertEquals([status, stdout], [2, ""]);
    assertStringIncludes(stderr, "pass bash, zsh, fish");
  }
  const { status, stderr } = await runCli(["completions", "powershell"]);
  assertEquals(status, 2);
  assertEquals(stderr, 'rankme: completions takes bash, zsh, fish, not "powershell"\n');
});
