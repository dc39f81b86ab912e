/**
 * Makes `.venv/` with the Python packages of requirements.txt, unless it has just these already.
 *
 * Needs Python 3.11 or later as `python3` (on Windows: `python`), or as `PYTHON` names it.
 */
import { PYTHON, ROOT } from "./python.ts";

const requirements = new URL("requirements.txt", import.meta.url);
const stamp = new URL(".venv/requirements.txt", ROOT);

if (await textOf(stamp) !== await textOf(requirements)) {
  const python = Deno.env.get("PYTHON") ?? (Deno.build.os === "windows" ? "python" : "python3");
  await run(python, "-m", "venv", "--clear", ".venv");
  const pip = ["-m", "pip", "--quiet", "--disable-pip-version-check"];
  await run(PYTHON, ...pip, "install", "-r", "tests/python/requirements.txt");
  await Deno.copyFile(requirements, stamp);
}

async function textOf(file: URL): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function run(command: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(command, { args, cwd: ROOT }).spawn().status;
  if (!success) Deno.exit(1);
}
