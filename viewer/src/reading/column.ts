// What a column of a grid is. Fathom's own stand in columns.json, which Rust writes (crates/fathom-reading/src/known.rs);
// a grid's file defines the others that it has.

import { BadReading, shown } from "./bad";
import table from "./columns.json";

export type ValueType = "number" | "rank" | "token";
export type Per = "cell" | "candidate" | "watched";
export type Unit = "token" | "rank" | "logit" | "probability" | "bits" | "ratio";
export type Curve = "log" | "root" | "linear";

/** How a column colours cells. */
export type ColourScale =
  | { kind: "fixed"; curve: Curve; strong: number; faint: number; blank: number; ticks: number[] }
  | { kind: "own" }
  | { kind: "diverging"; centre: number; reach?: number | null };

export interface Column {
  /** The name in data: `kl_bits`. */
  name: string;
  /** The name that people type: `kl`. */
  short?: string | null;
  type: ValueType;
  per: Per;
  unit: Unit;
  /** A number of the column's target, and so one that only compares where the target is the same. */
  of_target?: boolean;
  /** Name and unit: `KL, bits`. */
  label: string;
  describes: string;
  title?: string | null;
  says: string;
  scale?: ColourScale | null;
}

export const KNOWN = table as readonly Column[];

/** Those that every lens reading has: what cells are coloured by under a short name, and what stands per token of a list. */
export const OF_READING: readonly Column[] = KNOWN.filter(({ short, per }) => short || per !== "cell");

/** The name that people type. */
export const typedName = ({ short, name }: Column): string => short ?? name;

/** Whether it can colour cells. */
export const isColour = ({ per, scale, type }: Column): boolean => per === "cell" && type !== "token" && !!scale;

/** The known column that people call so: by its name or its short one. */
export const knownColumn = (name: string): Column | undefined => KNOWN.find((column) => column.name === name || column.short === name);

/** Whether a lens reading's JSON holds it in the record of a target, a candidate or a watched token, and as which field. */
export function fieldOf({ name, per }: Column): string | null {
  const prefix = { cell: "target_", candidate: "top_", watched: "watch_" }[per];
  return name.startsWith(prefix) ? name.slice(prefix.length) : null;
}

const TYPES: readonly unknown[] = ["number", "rank", "token"];
const PERS: readonly unknown[] = ["cell", "candidate", "watched"];
const UNITS: readonly unknown[] = ["token", "rank", "logit", "probability", "bits", "ratio"];
const CURVES: readonly unknown[] = ["log", "root", "linear"];
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** A definition out of a file, which may be anybody's; of a known column nothing but its name counts. */
export function definition(given: unknown): Column {
  const value = (given ?? {}) as Record<string, unknown>;
  const refused = (what: string) => new BadReading(`the definition of column ${shown(value.name)}: ${what}`);
  if (typeof value.name !== "string" || value.name === "") throw refused("no name");
  const known = KNOWN.find(({ name }) => name === value.name);
  if (known) return known;
  for (const text of ["label", "describes", "says"]) if (typeof value[text] !== "string") throw refused(`no ${text}`);
  for (const text of ["short", "title"]) if (value[text] != null && typeof value[text] !== "string") throw refused(`${text} is no text`);
  if (!TYPES.includes(value.type) || !PERS.includes(value.per) || !UNITS.includes(value.unit)) throw refused("another type, per or unit than there are");
  if (value.scale != null && !isScale(value.scale as Record<string, unknown>)) throw refused("a scale that nobody can draw");
  return value as unknown as Column;
}

function isScale(scale: Record<string, unknown>): boolean {
  const { kind, reach } = scale;
  if (kind === "own") return true;
  if (kind === "diverging") return isNumber(scale.centre) && (reach == null || (isNumber(reach) && reach > 0));
  const ends = [scale.strong, scale.faint, scale.blank];
  const ticks = scale.ticks;
  return kind === "fixed" && CURVES.includes(scale.curve) && ends.every(isNumber) && Array.isArray(ticks) && ticks.every(isNumber);
}
