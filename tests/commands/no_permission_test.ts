import { assertEquals } from "@std/assert";
import { DENO_RUN } from "../deno_run.ts";

const CLI = new URL("../../cli.ts", import.meta.url).href;

/** Whether this user may read whatever files forbid, as the administrator may. */
async function readsAnything(path: string): Promise<boolean> {
  return await Deno.readFile(path).then(() => true, () => false);
}

Deno.test({
  name: "what the system does not allow to read ends with status 3, for files and folders",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    const file = `${folder}/closed.npy`, inside = `${folder}/closed`;
    try {
      await Deno.writeTextFile(file, "1,2\n");
      await Deno.mkdir(inside);
      await Deno.chmod(file, 0);
      await Deno.chmod(inside, 0);
      // In a user namespace of its own the administrator is a user like any other.
      const user = await readsAnything(file) ? ["unshare", "--user"] : [];
      for (
        const [path, message] of [
          [file, "the system does not allow reading it"],
          [inside, "the system does not allow looking into it"],
        ]
      ) {
        const [program, ...args] = [...user, Deno.execPath(), ...DENO_RUN];
        const { code, stderr } = await new Deno.Command(program, {
          args: [...args, `--allow-read=${folder}`, CLI, path],
          env: { NO_COLOR: "1" },
        }).output();
        assertEquals(new TextDecoder().decode(stderr), `rankme: ${path}: ${message}\n`);
        assertEquals(code, 3);
      }
    } finally {
      await Deno.chmod(inside, 0o700);
      await Deno.remove(folder, { recursive: true });
    }
  },
});
