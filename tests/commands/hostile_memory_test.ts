import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { deflated, npyFile, npyHeader, zipFile } from "../sources/dense/dense_bytes.ts";
import { concatenated } from "../sources/inputs.ts";
import { DENO_RUN } from "../deno_run.ts";

const CLI = new URL("../../cli.ts", import.meta.url).href;

/** What a hostile input of some MB may make a process take. */
const MOST_BYTES = 250e6;
/** Runs a program, and says in the end what it took at most, as Linux counts it. */
const WATCHED = `
"$@" >/dev/null & pid=$!
while line=$(grep VmHWM /proc/$pid/status 2>/dev/null); do last=$line; sleep 0.01; done
echo "$last"
wait $pid
`;

/** Runs the command line on a file. */
async function peakOf(path: string) {
  const run = [Deno.execPath(), ...DENO_RUN, "--allow-read", CLI, path, "--json"];
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", WATCHED, "sh", ...run],
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  const [, kilobytes] = /VmHWM:\s*(\d+) kB/.exec(new TextDecoder().decode(stdout)) ?? [];
  return { peak: 1024 * Number(kilobytes), code, stderr: new TextDecoder().decode(stderr) };
}

const ZEROS = 256 << 20;

/** A member of an archive that is 256 MB of zeros when it is read, in 256 kB. */
async function bomb(shape: readonly number[]): Promise<Uint8Array<ArrayBuffer>> {
  const array = npyFile(npyHeader("|u1", shape), new Uint8Array(ZEROS));
  const checksum = new DataView(zipFile([{ name: "", bytes: array }]).buffer).getUint32(14, true);
  const bytes = await deflated(array);
  return zipFile([{ name: "emb.npy", bytes, method: 8, size: array.length, checksum }]);
}

const HOSTILE: {
  readonly [name: string]: {
    readonly file: string;
    readonly bytes: () => Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>;
    readonly status: number;
    readonly says: string;
  };
} = {
  "10 MB of brackets": {
    file: "deep.jsonl",
    bytes: () => new Uint8Array(10e6).fill("[".charCodeAt(0)),
    status: 3,
    says: "nests more than",
  },
  "an archive of 60,000 arrays": {
    file: "many.npz",
    bytes: () => {
      const bytes = npyFile(npyHeader("<f4", [2, 2]), Float32Array.of(1, 2, 3, 4));
      return zipFile(Array.from({ length: 60_000 }, (_, i) => ({ name: `${i}.npy`, bytes })));
    },
    status: 3,
    says: "",
  },
  "a bomb of many rows": {
    file: "rows.npz",
    bytes: () => bomb([ZEROS / 64, 64]),
    status: 0,
    says: "every value is zero",
  },
  "a bomb of one row": {
    file: "row.npz",
    bytes: () => bomb([1, ZEROS]),
    status: 3,
    says: "33.6 MB is the longest",
  },
  "a bomb of an object": {
    file: "object.jsonl",
    bytes: () => concatenated(new TextEncoder().encode('{"a":'), new Uint8Array(10e6).fill(0x5b)),
    status: 3,
    says: "nests more than",
  },
};

for (const [name, { file, bytes, status, says }] of Object.entries(HOSTILE)) {
  Deno.test({
    name: `${name} take less than 250 MB`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        await Deno.writeFile(`${folder}/${file}`, await bytes());
        const { peak, code, stderr } = await peakOf(`${folder}/${file}`);
        assertStringIncludes(stderr, says);
        assertEquals(code, status, stderr);
        assert(peak > 30e6 && peak < MOST_BYTES, `${(peak / 1e6).toFixed(0)} MB`);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
