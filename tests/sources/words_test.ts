import { assert } from "@std/assert";
import { RankMeError } from "../../src/errors.ts";
import { openEmbeddings } from "../../src/sources/open_embeddings.ts";
import { randomWords } from "./hostile.ts";
import { byteStream } from "./inputs.ts";

const FIXTURES = new URL("../fixtures/", import.meta.url);
const FOLDERS = ["arrow", "parquet", "dense", "text", "compressed", "wide"];
const MUTATIONS = 12;
const MOST_BYTES = 20_000;
/** What V8 says of mistakes in programs. */
const WORDS = new RegExp(
  [
    "\\bundefined\\b|is not a function|is not iterable|is not defined|is not valid JSON",
    "Cannot (read|set|convert|mix)|Unexpected (token|end|identifier|number|string)",
    "Invalid (array|typed array|DataView|array buffer)|Maximum call stack|BigInt",
    "outside the bounds|out of bounds|\\[object |in JSON at|RangeError|TypeError",
  ].join("|"),
);

async function messageOf(bytes: Uint8Array): Promise<string> {
  try {
    const { batches } = await openEmbeddings(byteStream(bytes));
    for await (const _ of batches) { /* Only errors are of interest. */ }
    return "";
  } catch (error) {
    assert(error instanceof RankMeError, String((error as Error).stack));
    return error.message;
  }
}

for (const folder of FOLDERS) {
  Deno.test(`no message about a damaged file in ${folder}/ is in words of JavaScript`, async () => {
    const next = randomWords(folder.length);
    for (const { name, isFile } of Deno.readDirSync(new URL(`${folder}/`, FIXTURES))) {
      if (!isFile) continue;
      const bytes = Deno.readFileSync(new URL(`${folder}/${name}`, FIXTURES));
      if (bytes.length > MOST_BYTES || bytes.length === 0) continue;
      for (let round = 0; round < MUTATIONS; round++) {
        const damaged = bytes.slice(0, round % 4 === 3 ? next() % bytes.length : bytes.length);
        for (let times = 0; times <= round % 3; times++) {
          const at = next() % Math.max(1, damaged.length);
          damaged[at] = round % 2 ? next() & 0xff : damaged[at] ^ 1 << next() % 8;
        }
        const message = await messageOf(damaged);
        assert(!WORDS.test(message), `${name}, round ${round}: ${message}`);
      }
    }
  });
}
