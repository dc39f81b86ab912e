import { RankMeError } from "../../errors.ts";
import { namesIn, pathIn } from "./directory.ts";

/** What only the log of a table knows. */
const TABLES: readonly (readonly [name: string, what: string])[] = [
  ["_delta_log", "a Delta Lake table"],
  [".hoodie", "a Hudi table"],
  ["_spark_metadata", "what a Spark stream writes"],
];

/**
 * Refuses folders of which not all files count.
 *
 * @param folder The path of a folder.
 * @param names What is in it.
 * @throws {RankMeError} `unsupported`, for a table with a log; `changed`, while Spark writes to it.
 */
export async function refuseTables(folder: string, names: readonly string[]): Promise<void> {
  if (names.includes("_temporary")) {
    throw new RankMeError("changed", "a write into this folder has not ended (_temporary)", {
      place: { input: folder },
      advice: "wait for its writer, or run it again if it failed",
    });
  }
  const [, what] = TABLES.find(([name]) => names.includes(name)) ??
    (await isIceberg(folder, names) ? ["", "an Iceberg table"] : []);
  if (what === undefined) return;
  throw new RankMeError("unsupported", `this is ${what}, whose log says which files count`, {
    place: { input: folder },
    advice: "write its rows to plain files first: table.write.parquet(…)",
  });
}

async function isIceberg(folder: string, names: readonly string[]): Promise<boolean> {
  if (!names.includes("metadata")) return false;
  const inside = await namesIn(pathIn(folder, "metadata")) ?? [];
  return inside.some((name) => name.endsWith(".metadata.json"));
}
