import { RankMeError } from "../../errors.ts";
import { pathOf } from "./random_access.ts";

/**
 * What messages call an input. The query of a URL holds signatures, and its user may have a password:
 * neither is shown.
 *
 * @param input A path or URL.
 * @returns The path, or the URL as far as it is no secret.
 */
export function nameOf(input: string | URL): string {
  const url = urlOf(input);
  if (!url) return String(input);
  if (url.protocol === "file:") return pathOf(url);
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/**
 * Tells URLs from paths.
 *
 * @param input A path or URL.
 * @returns The URL, if it is one.
 * @throws {RankMeError} `usage`, for what begins as a URL and is none.
 */
export function urlOf(input: string | URL): URL | undefined {
  if (input instanceof URL) return input;
  const [scheme] = /^[a-z][a-z0-9+.-]*:\/\//i.exec(input) ?? [];
  if (scheme === undefined) return undefined;
  if (URL.canParse(input)) return new URL(input);
  throw new RankMeError("usage", `what begins with ${scheme} and is no URL cannot be read`, {
    advice: "is the address complete?",
  });
}
