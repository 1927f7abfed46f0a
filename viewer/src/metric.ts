// The number of a cell that its colour shows, on the scale of its column: a fixed one, so that two readings compare,
// where the column has one.

import { typedName, type Column, type ColourScale, type Curve, type Unit } from "./reading/column";
import type { Reading } from "./reading/reading";
import * as write from "./text/numbers";
import { visible } from "./text/visible";
import { lut, type Lut, type Ramp, type Shade } from "./theme";

/** The column that colours, by the name that people type: the short one, or the whole where there is none. */
export type Metric = string;

const ORDER: readonly Unit[] = ["rank", "probability", "logit", "bits", "ratio", "token"];

/** The columns that a reading can be coloured by, the usual one first: a lens reading's by unit, a grid's as it defines them. */
export function colours(reading: Reading): Column[] {
  const all = reading.columns.colours;
  return reading.isLens ? all.sort((a, b) => ORDER.indexOf(a.unit) - ORDER.indexOf(b.unit)) : all;
}

export const metricNames = (reading: Reading): Metric[] => colours(reading).map(typedName);

const MAIN = ["target_rank", "target_prob", "surprisal_bits", "entropy_bits", "kl_bits"];

/** A lens reading's columns that are told first, where there is not room for all: its target's and its cells' own. */
export function mainColumns({ columns }: Reading): Column[] {
  return columns.colours.filter(({ name }) => MAIN.includes(name)).sort((a, b) => MAIN.indexOf(a.name) - MAIN.indexOf(b.name));
}

/** What stands in for colour where a grid has none: every cell is blank. */
const NOTHING: Column = { name: "", type: "number", per: "cell", unit: "ratio", label: "no colour", describes: "nothing, as no column has a scale", says: "", scale: { kind: "own" } };

/** The column that `metric` names; the usual one where the reading has none of that name. */
export function columnOf(reading: Reading, metric: Metric): Column {
  const all = colours(reading);
  return all.find(({ name, short }) => short === metric || name === metric) ?? all[0] ?? NOTHING;
}

/** The column's name, without its unit: `KL`. */
export const plainName = ({ label }: Column): string => visible(label.replace(/, [^,]+$/, ""));

/** The same at the beginning of a line. */
export const title = (column: Column): string => plainName(column).replace(/^./u, (letter) => letter.toUpperCase());

/** What its colours say, in words. */
export function describe({ describes, scale }: Column): string {
  return visible(describes) + (scale?.kind === "own" ? ", on this reading’s own range" : "");
}

/** A number of it; in full, or as short as a cell has room for. */
export function words({ unit, scale }: Column, value: number, short = false): string {
  // Of differences, a thousandth says as much as a tenth.
  const byDecades = scale?.kind === "fixed" && scale.curve === "log";
  if (unit === "rank") return (short ? write.rankShort : write.rank)(value);
  if (unit === "probability") return write.percent(value);
  return byDecades ? write.small(value) : write.bits(value);
}

export const values = (reading: Reading, column: Column): Float32Array => reading.columns.number(column.name);

/** Strength of a value's colour, 0..1; NaN where the scale ends and the cell stays blank. A diverging scale's centre is 0.5. */
export type Scale = (value: number) => number;

type Fixed = Extract<ColourScale, { kind: "fixed" }>;

const CURVES: Record<Curve, Scale> = {
  log: (value) => Math.log(Math.max(value, 2 ** -126)),
  root: (value) => Math.sqrt(Math.max(0, value)),
  linear: (value) => value,
};

function fixed({ curve, strong, faint, blank }: Fixed): Scale {
  const along = CURVES[curve];
  const [from, to] = [along(faint), along(strong)];
  return (value) => {
    if (Number.isNaN(value) || (strong < blank ? value > blank : value < blank)) return NaN;
    return from === to ? 1 : Math.max(0, Math.min(1, (along(value) - from) / (to - from)));
  };
}

const ranges = new WeakMap<Float32Array, [number, number]>();

/** Smallest and largest number. */
function range(numbers: Float32Array): [number, number] {
  let found = ranges.get(numbers);
  if (!found) {
    found = [Infinity, -Infinity];
    for (const value of numbers) {
      if (value < found[0] && value > -Infinity) found[0] = value;
      if (value > found[1] && value < Infinity) found[1] = value;
    }
    if (found[0] > found[1]) found = [0, 0];
    ranges.set(numbers, found);
  }
  return found;
}

/** Weakest and strongest number of a scale that is no fixed one. */
function ends(column: Column, reading: Reading): [number, number] {
  const [low, high] = range(values(reading, column));
  if (column.scale?.kind !== "diverging") return [low, high];
  const { centre, reach } = column.scale;
  const most = reach ?? Math.max(Math.abs(high - centre), Math.abs(low - centre));
  return [centre - most, centre + most];
}

export function scale(column: Column, reading: Reading): Scale {
  if (column.scale?.kind === "fixed") return fixed(column.scale);
  const [low, high] = ends(column, reading);
  const even = column.scale?.kind === "diverging" ? 0.5 : 1;
  return (value) => {
    if (!Number.isFinite(value)) return NaN;
    return high > low ? Math.max(0, Math.min(1, (value - low) / (high - low))) : value === low ? even : NaN;
  };
}

/** On a fixed scale. */
export const strength = ({ scale }: Column, value: number): number => (scale?.kind === "fixed" ? fixed(scale)(value) : NaN);

export const isDiverging = ({ scale }: Column): boolean => scale?.kind === "diverging";

/** The colours of a column. */
export const tableOf = (column: Column, ramp: Ramp, shade: Shade): Lut => lut(isDiverging(column) ? "diverging" : ramp, shade);

export interface Tick {
  label: string;
  strength: number;
}

/** Ticks of the legend, strongest first, and what is blank. */
export function ticks(column: Column, reading: Reading): { ticks: Tick[]; blank: string } {
  const { scale: kind, unit } = column;
  if (kind?.kind !== "fixed") {
    const [low, high] = ends(column, reading);
    const label = (value: number) => (unit === "logit" ? value.toFixed(1) : words(column, value));
    const marks = [1, 0.75, 0.5, 0.25, 0].map((strength) => ({ label: label(low + (high - low) * strength), strength }));
    const isOwn = kind?.kind !== "diverging" || kind.reach == null;
    return { ticks: marks, blank: isOwn ? "scale: this reading’s own" : "" };
  }
  const label = (value: number) => {
    if (unit === "probability") return `${+(value * 100).toPrecision(2)}%`;
    if (unit === "rank") return write.rank(value);
    return value > 0 && value < 0.01 ? value.toExponential() : String(value);
  };
  const { strong, blank, ticks } = kind;
  const beyond = strong < blank ? `blank: beyond ${label(blank)}` : `blank: below ${label(blank)}`;
  return { ticks: ticks.map((value) => ({ label: label(value), strength: strength(column, value) })), blank: beyond };
}
