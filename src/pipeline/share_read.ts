/** From so many files on each counts as much as any other: to ask for all their sizes would take long. */
const MANY = 10_000;

/** Which share of some files was read: by their bytes, as far as these are known. */
export class ShareRead {
  readonly #sizes: ReadonlyMap<string, number>;
  readonly #all: number;
  #done = 0;

  /** @param sizes The size of each file, by its path. */
  constructor(sizes: ReadonlyMap<string, number>) {
    this.#sizes = sizes;
    this.#all = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  /**
   * Looks at the sizes of some files.
   *
   * @param paths Their paths.
   * @returns The share, of which nothing was read yet; nothing where a size cannot be known.
   */
  static async of(paths: readonly string[]): Promise<ShareRead | undefined> {
    if (paths.length > MANY) return new ShareRead(new Map(paths.map((path) => [path, 1])));
    try {
      const sizes = await Promise.all(paths.map(async (path) => {
        const { isFile, size } = await Deno.stat(path);
        return isFile ? size : undefined;
      }));
      if (sizes.includes(undefined)) return undefined;
      return new ShareRead(new Map(paths.map((path, index) => [path, sizes[index]!])));
    } catch {
      return undefined;
    }
  }

  /**
   * A file was read to its end.
   *
   * @param path Its path.
   */
  finish(path: string): void {
    this.#done += this.#sizes.get(path) ?? 0;
  }

  /**
   * The share of all.
   *
   * @param path The file that is being read.
   * @param share Which share of it was read.
   * @returns From 0 to 1.
   */
  with(path: string, share: number): number {
    return Math.min(1, (this.#done + share * (this.#sizes.get(path) ?? 0)) / this.#all);
  }
}
