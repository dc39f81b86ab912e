/**
 * Reports, and their forms for people and programs.
 *
 * @module
 */

export { type Chart, toSvg } from "./charts/svg.ts";
export * from "./charts/terminal_chart.ts";
export * from "./cka.ts";
export * from "./json.ts";
export * from "./read_report.ts";
export { toTable } from "./parts_table.ts";
export type * from "./report.ts";
export * from "./table.ts";
export type { TextOptions } from "./layout.ts";
export { toText } from "./text.ts";
export * from "./version.ts";
