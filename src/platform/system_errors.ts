import { type ErrorCode, RankMeError } from "../errors.ts";

/** How messages speak of what the system or Deno refused. */
const DEEDS = {
  read: {
    code: "unreadable",
    permission: "--allow-read",
    deed: "read this file",
    doing: "reading it",
    failed: "it cannot be read",
    missing: "there is no such file",
  },
  list: {
    code: "unreadable",
    permission: "--allow-read",
    deed: "look into this folder",
    doing: "looking into it",
    failed: "it cannot be looked into",
    missing: "there is no such folder",
  },
  write: {
    code: "unwritable",
    permission: "--allow-write",
    deed: "write this file",
    doing: "writing it",
    failed: "it cannot be written",
    missing: "there is no such folder to write it into",
  },
} as const;

/** What the codes of the system mean, where its own words are those of a programmer. */
const MEANINGS: { readonly [code: string]: string | undefined } = {
  EISDIR: "it is a folder",
  ENOSPC: "no space is left on the device",
  EDQUOT: "the quota of the disk is used up",
  EIO: "the device failed",
  EBADF: "it is closed, or open the other way",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
};

/**
 * Tells what the system or Deno refused from errors of programs.
 *
 * @param error Whatever was thrown.
 * @returns Whether it is such a refusal.
 */
export function isRefusal(error: unknown): error is Error {
  return error instanceof Error && (error.name === "NotCapable" || codeOf(error) !== undefined);
}

/**
 * What the system or Deno refused, as an error that says so in a user's words.
 *
 * @param cause What was thrown.
 * @param deed What was to be done: a file be read, a folder listed or a file written.
 * @param path The path to allow, where Deno refused; nothing for what has none.
 * @returns The error, without a place: `permission`, `resources`, and `unreadable` or `unwritable`.
 */
export function refusedBySystem(
  cause: unknown,
  deed: keyof typeof DEEDS,
  path?: string,
): RankMeError {
  const said = DEEDS[deed];
  const refusal = (code: ErrorCode, what: string, advice?: string) =>
    new RankMeError(code, what, { advice, cause });
  const { name, message } = cause instanceof Error ? cause : new Error(String(cause));
  if (!("Deno" in globalThis)) {
    const advice = "run it with Deno, or pass a stream of the bytes";
    return refusal("unsupported", "only Deno opens files here", advice);
  }
  if (name === "NotFound") return refusal(said.code, said.missing);
  if (name === "NotCapable" && message.includes("--allow-all")) {
    const advice = deed === "read" ? "pipe it in and pass - instead" : undefined;
    return refusal("permission", "Deno opens this only with --allow-all", advice);
  }
  if (name === "NotCapable") {
    const { permission } = said;
    const advice = `add ${permission}${path === undefined ? "" : ` or ${permission}=${path}`}`;
    return refusal("permission", `Deno was not allowed to ${said.deed}`, advice);
  }
  if (name === "PermissionDenied") {
    return refusal(said.code, `the system does not allow ${said.doing}`);
  }
  const code = codeOf(cause);
  const isScarce = code === "EMFILE" || code === "ENFILE";
  return refusal(
    isScarce ? "resources" : said.code,
    `${said.failed} (${reasonOf(cause)})`,
    // Of a path it is known before it is read.
    code === "EISDIR" && deed === "read" ? "pass its path as an input" : undefined,
  );
}

/**
 * Why the system refused.
 *
 * @param error What was thrown.
 * @returns A clause, without the path that a programmer is told.
 */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return MEANINGS[codeOf(error) ?? ""] ?? message.replace(/ \(os error \d+\).*$/s, "");
}

/** The code of an error of the system, such as ENOSPC. */
function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}
