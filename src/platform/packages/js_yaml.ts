import type { Opaque } from "./opaque.ts";

/** What js-yaml throws for a text that is none. */
export interface YamlError extends Error {
  readonly reason: string;
  readonly mark?: { readonly line: number };
}

/** What is used of js-yaml. */
export interface JsYaml {
  readonly CORE_SCHEMA: Opaque;
  readonly YAMLException: new (reason: string) => YamlError;
  load(text: string, options: { schema: Opaque }): unknown;
}
