import { readFileSync } from "node:fs";
import type { Reading as Document } from "../src/reading/schema";
import { KNOWN, knownColumn, typedName, type Column } from "../src/reading/column";
import { fromJson } from "../src/reading/json";
import type { Reading } from "../src/reading/reading";

const fixture = (name: string) => new URL(`../fixtures/${name}`, import.meta.url);
export const packBytes = (): Uint8Array => new Uint8Array(readFileSync(fixture("example.pack")));
export const jsonDocument = (): Document => JSON.parse(readFileSync(fixture("example.json"), "utf8")) as Document;
export const textCases = (): TextCases => JSON.parse(readFileSync(fixture("text.json"), "utf8")) as TextCases;
export const example = (): Reading => fromJson(jsonDocument());

/** Short names of the columns that every reading can be coloured by. */
export const METRIC_NAMES: readonly string[] = KNOWN.filter(({ short }) => short).map(typedName);
export const column = (name: string): Column => knownColumn(name) as Column;

/** What Rust writes for these. */
export interface TextCases {
  visible: [string, string][];
  percent: [number, string][];
  bits: [number, string][];
  rank: [number, string, string][];
}
