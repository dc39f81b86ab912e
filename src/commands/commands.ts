import type { Command } from "./command.ts";

/** Every subcommand, loaded when it is asked for: a start takes as long as what it loads. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  score: async () => (await import("./score.ts")).scoreCommand,
  compare: async () => (await import("./compare.ts")).compareCommand,
  select: async () => (await import("./select.ts")).selectCommand,
  generate: async () => (await import("./generate.ts")).generateCommand,
  cka: async () => (await import("./cka.ts")).ckaCommand,
  completions: async () => (await import("./completions.ts")).completionsCommand,
  doctor: async () => (await import("./doctor.ts")).doctorCommand,
};
