import { toArrayBuffer } from "@std/streams/to-array-buffer";
import { ROOT } from "./settings.ts";

/** The files of one package, by their path. */
type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** A package as a registry keeps it. */
interface Published {
  readonly version: string;
  readonly exports: unknown;
  readonly files: Files;
}

/** What a program came to. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a program is run. */
export interface RunOptions {
  /** The folder. Default: an empty one. */
  readonly cwd?: string;
  readonly stdin?: Uint8Array<ArrayBuffer>;
  readonly env?: Readonly<Record<string, string>>;
}

/** What takes the part of the `@std` packages, whose registry is not asked. */
const STAND_INS = ["std-assert", "std-cli", "std-streams"];

/**
 * Somebody who has this package from JSR, and nothing else: a registry on this machine, to which
 * `deno publish` has published it in earnest, an empty cache of Deno, and an empty folder. Packages of
 * npm come from where they always come from.
 */
export class Consumer implements AsyncDisposable {
  /** An empty folder. */
  readonly folder: string;
  readonly #scratch: string;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #packages = new Map<string, Published>();

  private constructor(scratch: string) {
    this.#scratch = scratch;
    this.folder = `${scratch}/folder`;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#answer(request),
    );
  }

  /** Publishes the package. */
  static async start(): Promise<Consumer> {
    const consumer = new Consumer(await Deno.makeTempDir());
    try {
      await Deno.mkdir(consumer.folder);
      for (const name of STAND_INS) await consumer.#keep(new URL(`links/${name}/`, ROOT));
      await consumer.#publish();
    } catch (error) {
      await consumer[Symbol.asyncDispose]();
      throw error;
    }
    return consumer;
  }

  /** Where Deno keeps what it downloads. */
  get cache(): string {
    return `${this.#scratch}/cache`;
  }

  /** Runs Deno. */
  run(args: readonly string[], options?: RunOptions): Promise<Outcome> {
    return this.execute(Deno.execPath(), args, options);
  }

  /** Runs a program that may be Deno in disguise. */
  async execute(
    program: string,
    args: readonly string[],
    { cwd = this.folder, stdin, env }: RunOptions = {},
  ): Promise<Outcome> {
    const child = new Deno.Command(program, {
      args: [...args],
      cwd,
      env: {
        NO_COLOR: "1",
        DENO_NO_UPDATE_CHECK: "1",
        DENO_NO_PROMPT: "1",
        DENO_DIR: this.cache,
        JSR_URL: `http://127.0.0.1:${this.#server.addr.port}/`,
        ...env,
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    const fed = (stdin ? writer.write(stdin) : Promise.resolve()).then(() => writer.close());
    const [{ code, stdout, stderr }] = await Promise.all([child.output(), fed.catch(() => {})]);
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    await Deno.remove(this.#scratch, { recursive: true });
  }

  /** Publishes with the configuration that a release has, and with the npm packages of this machine. */
  async #publish(): Promise<void> {
    const cache = `${this.#scratch}/publishing`;
    await Deno.mkdir(cache);
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] })
      .output();
    const { npmCache } = JSON.parse(new TextDecoder().decode(stdout));
    await Deno.mkdir(npmCache, { recursive: true });
    await Deno.symlink(npmCache, `${cache}/npm`);
    const { code, stderr } = await this.run([
      "publish",
      "--config=deno.jsr.json",
      "--token=none",
      "--allow-dirty",
      "--no-check",
      "--no-provenance",
    ], { cwd: ROOT.pathname, env: { DENO_DIR: cache } });
    if (code !== 0) throw new Error(`deno publish ended with status ${code}: ${stderr}`);
  }

  async #keep(folder: URL): Promise<void> {
    const files = await filesIn(folder);
    const text = (path: string) => new TextDecoder().decode(files.get(path));
    const { name, version, exports } = JSON.parse(text("/deno.json"));
    this.#packages.set(name, { version, exports, files });
  }

  /** What JSR answers: https://jsr.io/docs/api. */
  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (request.method === "POST") return await this.#takeIn(request);
    if (pathname.startsWith("/api/scopes/")) {
      if (/\/versions\/[^/]+$/.test(pathname)) {
        return Response.json({ code: "packageVersionNotFound", message: "" }, { status: 404 });
      }
      return Response.json({});
    }
    const [, name, path] = pathname.match(/^\/(@[^/]+\/[^/]+)\/(.+)$/) ?? [];
    const found = this.#packages.get(name);
    if (!found) return new Response(null, { status: 404 });
    const { version, exports, files } = found;
    if (path === "meta.json") {
      return Response.json({ latest: version, versions: { [version]: {} } });
    }
    if (path === `${version}_meta.json`) {
      return Response.json({ exports, manifest: await manifestOf(files) });
    }
    const file = files.get(path.slice(version.length));
    return new Response(file, { status: file ? 200 : 404 });
  }

  /** Takes a package in as `deno publish` sends it. */
  async #takeIn(request: Request): Promise<Response> {
    const folder = `${this.#scratch}/published/`;
    await Deno.mkdir(folder);
    const archive = `${this.#scratch}/published.tar.gz`;
    await Deno.writeFile(archive, new Uint8Array(await toArrayBuffer(request.body!)));
    const { success } = await new Deno.Command("tar", { args: ["xzf", archive, "-C", folder] })
      .output();
    if (!success) return new Response(null, { status: 400 });
    await this.#keep(new URL(`file://${folder}`));
    return Response.json({ id: "1", status: "success", error: null });
  }
}

async function filesIn(folder: URL, prefix = "/"): Promise<Files> {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) {
      const inner = await filesIn(new URL(`${name}/`, folder), `${prefix}${name}/`);
      for (const [path, bytes] of inner) files.set(path, bytes);
    } else files.set(prefix + name, await Deno.readFile(new URL(name, folder)));
  }
  return files;
}

async function manifestOf(files: Files): Promise<Record<string, unknown>> {
  const manifest: Record<string, unknown> = {};
  for (const [path, bytes] of files) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    manifest[path] = { size: bytes.length, checksum: `sha256-${digest.toHex()}` };
  }
  return manifest;
}

/** A package of npm in Deno's cache. */
export interface Downloaded {
  readonly name: string;
  /** What it takes on disk: its files, and what the registry says of it. */
  readonly bytes: number;
}

/** Apache Arrow and what it asks for: nothing of it can be left out. */
const ARROW = [
  "@types/node",
  "apache-arrow",
  "flatbuffers",
  "json-with-bigint",
  "tslib",
  "undici-types",
];

/**
 * Tells the packages that come with Apache Arrow from the others.
 *
 * @param packages Packages of npm.
 * @returns Those of Arrow, and the others.
 */
export function apart(packages: readonly Downloaded[]): Record<"arrow" | "others", Downloaded[]> {
  const { arrow = [], others = [] } = Object.groupBy(
    packages,
    ({ name }) => ARROW.includes(name) ? "arrow" : "others",
  );
  return { arrow, others };
}

/**
 * The bytes that packages take.
 *
 * @param packages Packages of npm.
 * @returns The sum.
 */
export function totalBytes(packages: readonly Downloaded[]): number {
  return packages.reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * Lists the packages of npm in a cache.
 *
 * @param cache The folder of a cache of Deno.
 * @returns The packages.
 */
export async function downloaded(cache: string): Promise<Downloaded[]> {
  const packages: Downloaded[] = [];
  const visit = async (folder: string, scope = "") => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (!isDirectory) continue;
      const path = `${folder}/${name}`;
      if (name.startsWith("@")) await visit(path, `${name}/`);
      else packages.push({ name: scope + name, bytes: await bytesIn(path) });
    }
  };
  await visit(`${cache}/npm/registry.npmjs.org`);
  return packages;
}

async function bytesIn(path: string): Promise<number> {
  const { isDirectory, size } = await Deno.lstat(path);
  if (!isDirectory) return size;
  let bytes = 0;
  for await (const { name } of Deno.readDir(path)) bytes += await bytesIn(`${path}/${name}`);
  return bytes;
}
