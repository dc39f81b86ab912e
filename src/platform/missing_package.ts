import { RankMeError } from "../errors.ts";

/** Why Deno and Node have no package, as they say it, and what would do. */
const REASONS: readonly { readonly said: RegExp; readonly why: string; readonly advice: string }[] =
  [{
    said: /in the node_modules directory/,
    why: "a package.json or deno.json here has Deno look for it in node_modules",
    advice: "write deno run --node-modules-dir=none",
  }, {
    said: /--cached-only/,
    why: "it is not in Deno's cache, and --cached-only is given",
    advice: "run this once without it",
  }, {
    said: /lockfile is out of date/,
    why: "deno.lock does not have it, and is frozen",
    advice: "run once with --frozen=false",
  }, {
    said: /--no-npm/,
    why: "--no-npm is given",
    advice: "leave it out",
  }, {
    said: /error sending request|client error|status code|dns/i,
    why: "its registry cannot be reached",
    advice: "run this once where it can be",
  }];

/**
 * The error for a package of npm that cannot be had.
 *
 * @param error What an `import()` threw.
 * @param name The package, where it is known.
 * @returns The error; nothing when it is about something else.
 */
export function missingPackage(error: unknown, name?: string): RankMeError | undefined {
  if (!(error instanceof Error) || Object(error).code !== "ERR_MODULE_NOT_FOUND") return undefined;
  const found = name ?? packageIn(error.message);
  if (found === undefined) return undefined;
  const { why, advice } = REASONS.find(({ said }) => said.test(error.message)) ?? {
    why: "it cannot be found",
    advice: undefined,
  };
  return new RankMeError("package", `${found} from npm is needed here: ${why}`, {
    advice,
    cause: error,
  });
}

/** The package that a message is about: `'npm:a@1.0.0'`, `package "a"` or `package 'a'`. */
function packageIn(message: string): string | undefined {
  return message.match(/\bnpm:\/?((?:@[^/@'"\s]+\/)?[^/@'"\s]+)/)?.[1] ??
    message.match(/package ["']([^"']+)["']/)?.[1];
}
