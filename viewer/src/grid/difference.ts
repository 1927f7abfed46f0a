// Grids of a comparison: each reading on the common columns, and the difference on a diverging scale.

import { scale, values } from "../metric";
import type { Alignment } from "../reading/align";
import type { Column, Unit } from "../reading/column";
import type { Reading } from "../reading/reading";
import { bits } from "../text/numbers";
import { visible } from "../text/visible";
import { step, type Lut } from "../theme";
import { readingGrid, type GridModel, type Head } from "./model";

const NOBODY: Head = { index: "", input: "", target: "", origin: "special", argmax: false };

/** `reading` with its columns where the alignment puts them. `rows[i]`: which of its rows stands at row `i`. */
export function alignedGrid(reading: Reading, columns: (number | null)[], rows: number[], metric: Column, lut: Lut): GridModel {
  const own = readingGrid(reading, metric, lut);
  const all = values(reading, metric);
  const strength = scale(metric, reading);
  const steps = new Int16Array(rows.length * columns.length).fill(-1);
  rows.forEach((row, r) => {
    columns.forEach((column, c) => {
      if (column !== null) steps[r * columns.length + c] = step(strength(all[reading.cell(row, column)] as number));
    });
  });
  const at = <T>(row: number, column: number, show: (row: number, column: number) => T, none: T): T => {
    const mine = columns[column];
    return mine == null ? none : show(rows[row] as number, mine);
  };
  return {
    rows: rows.length,
    columns: columns.length,
    steps,
    lut,
    rowName: (row) => own.rowName(rows[row] as number),
    heads: own.heads,
    head: (column) => at(0, column, (_, c) => own.head(c), NOBODY),
    label: (row, column) => at(row, column, own.label, ""),
    number: (row, column) => at(row, column, own.number, ""),
    tick: (row, column) => at(row, column, own.tick, false),
    describe: (row, column) => at(row, column, own.describe, "no such position in this reading"),
  };
}

/** Where a column's scale of differences ends, in its own unit: fixed, so that two comparisons compare. */
const MOST: Record<Unit, number> = { rank: 3, probability: 1, logit: 32, bits: 16, ratio: 10, token: 1 };

/** Its ends, and what it is a difference of. */
export function endsOf({ unit, label }: Column): { low: string; high: string; unit: string } {
  if (unit === "rank") return { low: "÷1000", high: "×1000", unit: `${visible(label)} in B against A` };
  const most = unit === "probability" ? 100 : MOST[unit];
  return { low: `−${most}`, high: `+${most}`, unit: `${visible(label)}${unit === "probability" ? ", points" : ""}, B less A` };
}

/** B less A; of ranks the logarithm (base 10) of their ratio. */
export const difference = ({ unit }: Column, a: number, b: number): number => (unit === "rank" ? Math.log10(b / a) : b - a);

/** -1..1 on the diverging scale; ranks are logarithms already, the rest is drawn by its root. */
export function diverging({ unit }: Column, value: number): number {
  const share = Math.max(-1, Math.min(1, value / MOST[unit]));
  return unit === "rank" ? share : Math.sign(share) * Math.sqrt(Math.abs(share));
}

export function writeDifference({ unit }: Column, value: number): string {
  if (Number.isNaN(value)) return "–";
  if (unit === "rank") {
    const ratio = 10 ** Math.abs(value);
    if (ratio < 1.05) return ratio === 1 ? "=" : "≈";
    return `${value < 0 ? "÷" : "×"}${ratio >= 100 ? Math.round(ratio) : +ratio.toPrecision(2)}`;
  }
  const amount = unit === "probability" ? value * 100 : value;
  const written = unit === "probability" ? Math.abs(amount).toFixed(1) : bits(Math.abs(amount));
  if (Number(written) === 0) return "0";
  return `${amount < 0 ? "−" : "+"}${written}`;
}

/** Ticks of the diverging scale, each at -1..1 of it. */
export function differenceTicks(column: Column): { label: string; at: number }[] {
  const { unit } = column;
  const most = MOST[unit];
  const values = unit === "rank" ? [-3, -2, -1, 0, 1, 2, 3] : [-most, -most / 4, 0, most / 4, most];
  const write = (value: number) => `${value < 0 ? "−" : value > 0 ? "+" : ""}${Math.abs(unit === "probability" ? value * 100 : value)}`;
  return values.map((value) => ({ label: unit === "rank" ? writeDifference(column, value) : write(value), at: diverging(column, value) }));
}

export function differenceGrid(a: Reading, b: Reading, alignment: Alignment, metric: Column, lut: Lut): GridModel {
  const { columns, rows } = alignment;
  const [valuesA, valuesB] = [values(a, metric), values(b, metric)];
  const ofTarget = metric.of_target ?? false;
  // A target's numbers only compare where the target is the same word.
  const comparable = columns.map((pair) => {
    if (pair.a === null || pair.b === null) return false;
    return !ofTarget || a.targetText(pair.a) === b.targetText(pair.b);
  });
  const value = (row: number, column: number): number => {
    const pair = columns[column];
    if (!pair || pair.a === null || pair.b === null || !comparable[column]) return NaN;
    return difference(metric, valuesA[a.cell(row, pair.a)] as number, valuesB[b.cell(rows[row] as number, pair.b)] as number);
  };
  const steps = new Int16Array(rows.length * columns.length);
  for (let row = 0; row < rows.length; row++) {
    for (let column = 0; column < columns.length; column++) {
      const at = value(row, column);
      steps[row * columns.length + column] = Number.isNaN(at) ? -1 : step((diverging(metric, at) + 1) / 2);
    }
  }
  const label = (row: number, column: number) => {
    const pair = columns[column];
    if (!pair || pair.a === null) return "only in B";
    if (pair.b === null) return "only in A";
    return comparable[column] ? writeDifference(metric, value(row, column)) : "≠ next";
  };
  const own = readingGrid(a, metric, lut);
  const other = readingGrid(b, metric, lut);
  return {
    rows: rows.length,
    columns: columns.length,
    steps,
    lut,
    rowName: (row) => own.rowName(row),
    heads: own.heads,
    head: (column) => {
      const pair = columns[column];
      if (pair && pair.a !== null) return own.head(pair.a);
      return pair && pair.b !== null ? other.head(pair.b) : NOBODY;
    },
    label,
    number: () => "",
    tick: () => false,
    describe: (row, column) => `${own.rowName(row)}: ${endsOf(metric).unit}: ${label(row, column)}`,
  };
}
