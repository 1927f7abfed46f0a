// Grids of a comparison: each reading on the common columns, and the difference on a diverging scale.

import { METRIC_KINDS, scale, values, type Metric } from "../metric";
import type { Alignment } from "../reading/align";
import type { Reading } from "../reading/reading";
import { bits } from "../text/numbers";
import { step, type Lut } from "../theme";
import { readingGrid, type GridModel, type Head } from "./model";

const NOBODY: Head = { index: "", input: "", target: "", origin: "special", argmax: false };

/** `reading` with its columns where the alignment puts them. `rows[i]`: which of its rows stands at row `i`. */
export function alignedGrid(reading: Reading, columns: (number | null)[], rows: number[], metric: Metric, lut: Lut): GridModel {
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
    head: (column) => at(0, column, (_, c) => own.head(c), NOBODY),
    label: (row, column) => at(row, column, own.label, ""),
    number: (row, column) => at(row, column, own.number, ""),
    tick: (row, column) => at(row, column, own.tick, false),
    describe: (row, column) => at(row, column, own.describe, "no such position in this reading"),
  };
}

/** Where each metric's scale ends, in its own unit: fixed, so that two comparisons compare. */
export const DIFFERENCE: Record<Metric, { most: number; low: string; high: string; unit: string }> = {
  rank: { most: 3, low: "÷1000", high: "×1000", unit: "rank in B against A" },
  prob: { most: 1, low: "−100", high: "+100", unit: "probability, points, B less A" },
  logit: { most: 32, low: "−32", high: "+32", unit: "logit, B less A" },
  entropy: { most: 16, low: "−16", high: "+16", unit: "entropy, bits, B less A" },
  kl: { most: 16, low: "−16", high: "+16", unit: "KL, bits, B less A" },
  surprisal: { most: 16, low: "−16", high: "+16", unit: "surprisal, bits, B less A" },
};

/** B less A; of ranks the logarithm (base 10) of their ratio. */
export const difference = (metric: Metric, a: number, b: number): number => (metric === "rank" ? Math.log10(b / a) : b - a);

/** -1..1 on the diverging scale; ranks are logarithms already, the rest is drawn by its root. */
export function diverging(metric: Metric, value: number): number {
  const share = Math.max(-1, Math.min(1, value / DIFFERENCE[metric].most));
  return metric === "rank" ? share : Math.sign(share) * Math.sqrt(Math.abs(share));
}

export function writeDifference(metric: Metric, value: number): string {
  if (Number.isNaN(value)) return "–";
  if (metric === "rank") {
    const ratio = 10 ** Math.abs(value);
    if (ratio < 1.05) return ratio === 1 ? "=" : "≈";
    return `${value < 0 ? "÷" : "×"}${ratio >= 100 ? Math.round(ratio) : +ratio.toPrecision(2)}`;
  }
  const amount = metric === "prob" ? value * 100 : value;
  const written = metric === "prob" ? Math.abs(amount).toFixed(1) : bits(Math.abs(amount));
  if (Number(written) === 0) return "0";
  return `${amount < 0 ? "−" : "+"}${written}`;
}

/** Ticks of the diverging scale, each at -1..1 of it. */
export function differenceTicks(metric: Metric): { label: string; at: number }[] {
  const { most } = DIFFERENCE[metric];
  const values = metric === "rank" ? [-3, -2, -1, 0, 1, 2, 3] : [-most, -most / 4, 0, most / 4, most];
  const write = (value: number) => `${value < 0 ? "−" : value > 0 ? "+" : ""}${Math.abs(metric === "prob" ? value * 100 : value)}`;
  return values.map((value) => ({ label: metric === "rank" ? writeDifference(metric, value) : write(value), at: diverging(metric, value) }));
}

export function differenceGrid(a: Reading, b: Reading, alignment: Alignment, metric: Metric, lut: Lut): GridModel {
  const { columns, rows } = alignment;
  const [valuesA, valuesB] = [values(a, metric), values(b, metric)];
  const ofTarget = METRIC_KINDS[metric].ofTarget;
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
    head: (column) => {
      const pair = columns[column];
      if (pair && pair.a !== null) return own.head(pair.a);
      return pair && pair.b !== null ? other.head(pair.b) : NOBODY;
    },
    label,
    number: () => "",
    tick: () => false,
    describe: (row, column) => `${own.rowName(row)}: ${DIFFERENCE[metric].unit}: ${label(row, column)}`,
  };
}
