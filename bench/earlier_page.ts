/** How a section ends that was measured, with what it was measured on. */
const CIRCUMSTANCES = /, \d+ runs, (.*), Deno [\d.]*\.$/;

/** The page as it stands: what a part found on a machine whose results are no longer at hand. */
export class EarlierPage {
  readonly #sections: ReadonlyMap<string, string>;

  /** @param text The whole page; empty where there is none. */
  constructor(text: string) {
    const sections = text.split(/^(?=## )/m).map((section): [string, string] => {
      const [heading] = section.split("\n", 1);
      return [heading.replace("## ", ""), section.trim()];
    });
    this.#sections = new Map(sections);
  }

  /** The section of a part, its heading included; nothing where it was never measured. */
  section(title: string): string | undefined {
    const section = this.#sections.get(title);
    return section && CIRCUMSTANCES.test(section) ? section : undefined;
  }

  /** The rows of a part in the table of targets. */
  targets(title: string, heading: string): readonly string[][] {
    const rows = this.#sections.get(heading)?.split("\n").filter((line) => line.startsWith("|"));
    return (rows ?? []).map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim()))
      .filter(([first]) => first === title);
  }

  /** What a part was measured on. */
  machine(title: string): string | undefined {
    return CIRCUMSTANCES.exec(this.section(title) ?? "")?.[1];
  }
}
