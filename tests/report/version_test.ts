import { assertEquals } from "@std/assert";
import { VERSION } from "../../src/report/version.ts";

Deno.test("the version is the one in deno.json", async () => {
  const config = await Deno.readTextFile(new URL("../../deno.json", import.meta.url));
  assertEquals(VERSION, JSON.parse(config).version);
});
