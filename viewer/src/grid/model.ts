// What a grid shows of a reading: the heatmap paints it, whatever it stands for.

import { METRIC_KINDS, scale, values, type Metric } from "../metric";
import type { Origin, Reading } from "../reading/reading";
import { percent, rank } from "../text/numbers";
import { token } from "../text/visible";
import { step, type Lut } from "../theme";

export interface Head {
  index: string;
  input: string;
  target: string;
  origin: Origin;
  /** The target is the model's own choice, as no token came next. */
  argmax: boolean;
}

export interface GridModel {
  rows: number;
  columns: number;
  /** Index into the lut of each cell's colour, -1 for blank. */
  steps: Int16Array;
  lut: Lut;
  rowName(row: number): string;
  head(column: number): Head;
  /** A cell's token (visible form) and number. */
  label(row: number, column: number): string;
  number(row: number, column: number): string;
  /** The corner tick: the cell's top token is already the final answer. */
  tick(row: number, column: number): boolean;
  /** The cell in words, for a screen reader. */
  describe(row: number, column: number): string;
}

export function stepsOf(reading: Reading, metric: Metric): Int16Array {
  const strength = scale(metric, reading);
  return Int16Array.from(values(reading, metric), (value) => step(strength(value)));
}

export function headOf(reading: Reading, column: number): Head {
  const input = reading.input(column);
  return {
    index: String(reading.positions[column] ?? ""),
    input: token(input?.text ?? ""),
    target: token(reading.targetText(column)),
    origin: input?.origin ?? "prompt",
    argmax: reading.targets[column]?.isArgmax ?? false,
  };
}

export function describeCell(reading: Reading, row: number, column: number): string {
  const [best] = reading.top(row, column);
  const target = reading.target(row, column);
  const name = reading.rowName(row);
  const where = `${/^\d/.test(name) ? `layer ${name}` : name}, position ${reading.positions[column]}, after ${token(reading.input(column)?.text ?? "")}`;
  if (Number.isNaN(reading.columns.entropyBits[reading.cell(row, column)]) && !best) return `${where}: no numbers, as they are not finite`;
  const top = best ? `top ${token(reading.text(best.id))} ${percent(best.prob)}` : "no candidates";
  if (target.id < 0) return `${where}: ${top}; nothing came next, and the model has no choice of its own`;
  if (Number.isNaN(target.prob)) return `${where}: ${top}; target ${token(reading.targetText(column))} without numbers`;
  return `${where}: ${top}; target ${token(reading.targetText(column))} rank ${rank(target.rank)}, ${percent(target.prob)}`;
}

/** A cell's token; without one the cell is blank. */
const labelOf = (reading: Reading, id: number): string => (id < 0 ? "" : token(reading.text(id)));

/** A reading, coloured by a metric. */
export function readingGrid(reading: Reading, metric: Metric, lut: Lut): GridModel {
  const all = values(reading, metric);
  const write = METRIC_KINDS[metric].write;
  const last = reading.lastRow;
  return {
    rows: reading.height,
    columns: reading.width,
    steps: stepsOf(reading, metric),
    lut,
    rowName: (row) => reading.rowName(row),
    head: (column) => headOf(reading, column),
    label: (row, column) => labelOf(reading, reading.topId(row, column)),
    number: (row, column) => write(all[reading.cell(row, column)] as number),
    tick: (row, column) => reading.topId(row, column) >= 0 && reading.topId(row, column) === reading.topId(last, column),
    describe: (row, column) => describeCell(reading, row, column),
  };
}

