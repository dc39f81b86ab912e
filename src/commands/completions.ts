import { EXIT_STATUS } from "../errors.ts";
import type { Command } from "./command.ts";
import { bashCompletions } from "./completions/bash.ts";
import { fishCompletions } from "./completions/fish.ts";
import { zshCompletions } from "./completions/zsh.ts";
import { print } from "./output.ts";
import { usage } from "./usage.ts";

const SHELLS: ReadonlyMap<string, (commands: readonly Command[]) => string> = new Map([
  ["bash", bashCompletions],
  ["zsh", zshCompletions],
  ["fish", fishCompletions],
]);

/** `rankme completions`. */
export const completionsCommand: Command = {
  name: "completions",
  summary: "print what makes a shell complete commands, flags and their values",
  usage: [...SHELLS.keys()].join("|"),
  description:
    `The script is for a command called rankme, and knows what this version takes: print it anew after
an update.`,
  operands: [...SHELLS.keys()],
  flags: [],
  examples: [
    ["source <(rankme completions bash)", "in ~/.bashrc: each bash from then on"],
    ["rankme completions zsh > ~/.zfunc/_rankme", "where fpath has ~/.zfunc before compinit"],
    ["rankme completions fish > ~/.config/fish/completions/rankme.fish", "each fish from then on"],
  ],
  async run({ positionals: [shell, ...more] }, loadCommands) {
    const script = SHELLS.get(shell);
    if (!script || more.length > 0) {
      throw usage("completions are for one shell", `pass ${[...SHELLS.keys()].join(", ")}`);
    }
    print(script(await loadCommands()));
    return EXIT_STATUS.done;
  },
};
