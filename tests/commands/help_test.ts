import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS } from "../../src/commands/commands.ts";
import { commandHelp, generalHelp } from "../../src/commands/help.ts";
import { displayWidth } from "../../src/report/layout.ts";

const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
const words = (text: string) => text.split(/\s+/).filter(Boolean);

for (const width of [60, 80, 120]) {
  Deno.test(`all help fits ${width} columns, and no word of it is lost`, () => {
    for (const command of commands) {
      const text = commandHelp(command, width);
      for (const line of text.split("\n")) {
        assert(displayWidth(line) <= width, `${command.name}, ${displayWidth(line)}: ${line}`);
        assertEquals(line, line.trimEnd());
      }
      const said = words(text);
      for (const { name, help } of command.flags) {
        assertStringIncludes(text, name);
        assertStringIncludes(said.join(" "), words(help).join(" "));
      }
      assertStringIncludes(said.join(" "), words(command.description.split("\n\n")[0]).join(" "));
    }
    for (const line of generalHelp(commands, width).split("\n")) {
      assert(displayWidth(line) <= width, line);
    }
  });
}

Deno.test("an example that is broken over lines is the same command for a shell", () => {
  for (const command of commands) {
    const text = commandHelp(command, 60);
    const shown = text.slice(text.indexOf("\nExamples")).replaceAll("\\\n", "").split("\n")
      .filter((line) => /^ {2}[^# ]/.test(line));
    assertEquals(
      shown.map((line) => words(line).join(" ")),
      command.examples.map(([line]) => words(line).join(" ")),
    );
  }
});
