import { RankMeError } from "../../errors.ts";
import { urlOf } from "./input_name.ts";
import { openUrl } from "./open_url.ts";
import type { OpenedBytes } from "./opened_bytes.ts";
import { type ByteReader, type ByteSource, byteSource, readerSource } from "./pulled_bytes.ts";
import { openFile, sequentially } from "./random_access.ts";
import { isRefusal, refusedBySystem } from "../../platform/system_errors.ts";

/** How to get at what other schemes stand for. */
const ADVICE: { readonly [scheme: string]: (address: string) => string } = {
  s3: (address) => `sign it and pass the URL that this prints: aws s3 presign ${address}`,
  gs: (address) => `sign it and pass the URL that this prints: gcloud storage sign-url ${address}`,
  az: () => "sign it and pass the URL that this prints: az storage blob generate-sas --full-uri",
  hf: () => "pass its address on the web: https://huggingface.co/datasets/NAME/resolve/main/FILE",
};

/**
 * Opens a file, a URL or a stream.
 *
 * @param input A path, a file URL (both need permission to read it), an http or https URL (needs
 * permission to reach it), or bytes.
 * @returns Its bytes.
 * @throws {RankMeError} `unreadable` or `permission`; `usage`, for other URLs.
 */
export async function openBytes(
  input: string | URL | ByteReader | ReadableStream<Uint8Array>,
): Promise<OpenedBytes> {
  if (input instanceof ReadableStream) return { source: explained(byteSource(input)) };
  if (!(typeof input === "string" || input instanceof URL)) {
    return { source: explained(readerSource(input)) };
  }
  const url = urlOf(input);
  if (url && url.protocol !== "file:") {
    if (url.protocol === "http:" || url.protocol === "https:") return await openUrl(url);
    throw unknownScheme(url);
  }
  const file = await openFile(url ?? input);
  if (file instanceof Deno.FsFile) return { source: explained(readerSource(file)) };
  return {
    source: sequentially(file),
    size: file.size,
    share: () => file.cursor / file.size,
    randomAccess: () => Promise.resolve(file),
    checkUnchanged: () => file.checkUnchanged(),
  };
}

/** A source that says in a user's words what the system refused; other errors are its program's. */
function explained({ read, takesMemory, close }: ByteSource): ByteSource {
  return {
    takesMemory,
    read: (memory) =>
      read(memory).catch((error) => {
        throw isRefusal(error) ? refusedBySystem(error, "read") : error;
      }),
    close,
  };
}

function unknownScheme(url: URL): RankMeError {
  const scheme = url.protocol.slice(0, -1);
  const advice = ADVICE[scheme]?.(`${url.protocol}//${url.host}${url.pathname}`) ??
    "download it first";
  return new RankMeError("usage", `${scheme}:// is not a kind of address that can be read`, {
    advice,
  });
}
