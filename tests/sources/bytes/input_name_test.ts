import { assertEquals } from "@std/assert";
import { nameOf } from "../../../src/sources/bytes/input_name.ts";

Deno.test("what is secret in a URL is not part of its name", () => {
  const names: [string | URL, string][] = [
    ["https://h.org/a/emb.npy?X-Amz-Signature=abc", "https://h.org/a/emb.npy"],
    [new URL("https://user:pass@h.org:8080/emb.npy#part"), "https://h.org:8080/emb.npy"],
    ["HTTP://H.org/emb%20b.npy", "http://h.org/emb%20b.npy"],
    ["s3://bucket/key?x=1", "s3://bucket/key"],
    ["what?.npy", "what?.npy"],
    ["a#b/c.npy", "a#b/c.npy"],
    ["C:\\emb.npy", "C:\\emb.npy"],
    [new URL("file:///a%20b/emb.npy"), "/a b/emb.npy"],
  ];
  for (const [input, name] of names) assertEquals(nameOf(input), name);
});
