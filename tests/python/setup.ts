/**
 * Makes `.venv/` with the Python packages of requirements.txt, unless it has just these already.
 *
 * Needs Python 3.11 or later: `python3` (on Windows `python`), or what PYTHON names.
 */
import { PYTHON, ROOT } from "./python.ts";

const REQUIREMENTS = new URL("requirements.txt", import.meta.url);
/** A copy made once everything is installed. */
const INSTALLED = new URL(".venv/requirements.txt", ROOT);

if (await textOf(INSTALLED) !== await textOf(REQUIREMENTS)) {
  const python = Deno.env.get("PYTHON") ?? (Deno.build.os === "windows" ? "python" : "python3");
  await run(python, "-m", "venv", "--clear", ".venv");
  await run(PYTHON, "-m", "pip", "install", "--quiet", "-r", "tests/python/requirements.txt");
  await Deno.copyFile(REQUIREMENTS, INSTALLED);
}

async function textOf(file: URL): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function run(command: string | URL, ...args: string[]): Promise<void> {
  const { code } = await new Deno.Command(command, { args, cwd: ROOT }).spawn().status;
  if (code !== 0) Deno.exit(code);
}
