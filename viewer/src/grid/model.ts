// What a grid shows of a reading: the heatmap paints it, whatever it stands for.

import { scale, values, words } from "../metric";
import type { Column } from "../reading/column";
import { NONE } from "../reading/columns";
import type { Origin, Reading } from "../reading/reading";
import { percent, rank } from "../text/numbers";
import { token, visible } from "../text/visible";
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
  /** What the three lines above a column are: its index, input and target. */
  heads: readonly [string, string, string];
  head(column: number): Head;
  /** A cell's token (visible form) and number. */
  label(row: number, column: number): string;
  number(row: number, column: number): string;
  /** The corner tick: the cell's top token is already the final answer. */
  tick(row: number, column: number): boolean;
  /** The cell in words, for a screen reader. */
  describe(row: number, column: number): string;
}

export function stepsOf(reading: Reading, column: Column): Int16Array {
  const strength = scale(column, reading);
  return Int16Array.from(values(reading, column), (value) => step(strength(value)));
}

export function headOf(reading: Reading, column: number): Head {
  // What stands for something else than a position has its own name, and no tokens.
  if (reading.axis) return { index: "", input: visible(reading.columnName(column)), target: "", origin: "prompt", argmax: false };
  const input = reading.input(column);
  return {
    index: reading.columnName(column),
    input: token(input?.text ?? ""),
    target: reading.targets.length || reading.next(column) ? token(reading.targetText(column)) : "",
    origin: input?.origin ?? "prompt",
    argmax: reading.targets[column]?.isArgmax ?? false,
  };
}

/** A value of a cell in full: tokens by their text. */
export function valueWords(reading: Reading, column: Column, cell: number): string {
  if (column.type !== "token") return words(column, reading.columns.at(column.name, cell));
  const id = reading.columns.tokens(column.name)[cell] ?? NONE;
  return id === NONE ? "–" : token(reading.text(id));
}

/** The columns that have one value per cell. */
export const cellColumns = (reading: Reading): Column[] => reading.columns.definitions.filter(({ per }) => per === "cell");

export function describeCell(reading: Reading, row: number, column: number): string {
  const [best] = reading.top(row, column);
  const target = reading.target(row, column);
  const name = reading.rowName(row);
  const input = reading.input(column);
  const where = `${/^\d/.test(name) ? `layer ${name}` : name}, ${visible(reading.columnWords(column))}${input ? `, after ${token(input.text)}` : ""}`;
  if (!reading.isLens) {
    const cell = reading.cell(row, column);
    return `${where}: ${cellColumns(reading).map((each) => `${visible(each.label)} ${valueWords(reading, each, cell)}`).join("; ")}`;
  }
  if (Number.isNaN(reading.columns.at("entropy_bits", reading.cell(row, column))) && !best) return `${where}: no numbers, as they are not finite`;
  const top = best ? `top ${token(reading.text(best.id))} ${percent(best.prob)}` : "no candidates";
  if (target.id < 0) return `${where}: ${top}; nothing came next, and the model has no choice of its own`;
  if (Number.isNaN(target.prob)) return `${where}: ${top}; target ${token(reading.targetText(column))} without numbers`;
  return `${where}: ${top}; target ${token(reading.targetText(column))} rank ${rank(target.rank)}, ${percent(target.prob)}`;
}

/** A cell's token; without one the cell is blank. */
const labelOf = (reading: Reading, id: number): string => (id < 0 ? "" : token(reading.text(id)));

/** A reading, coloured by a column. */
export function readingGrid(reading: Reading, column: Column, lut: Lut): GridModel {
  const all = values(reading, column);
  const number = (row: number, at: number) => words(column, all[reading.cell(row, at)] as number, true);
  // Without candidates a cell's number is all that it says.
  const hasTokens = reading.columns.has("top_id");
  const last = reading.lastRow;
  return {
    rows: reading.height,
    columns: reading.width,
    steps: stepsOf(reading, column),
    lut,
    rowName: (row) => reading.rowName(row),
    heads: reading.axis ? ["", visible(reading.axis.name), ""] : ["pos", "in", reading.targets.length ? "next" : ""],
    head: (column) => headOf(reading, column),
    label: (row, column) => (hasTokens ? labelOf(reading, reading.topId(row, column)) : number(row, column)),
    number: hasTokens ? number : () => "",
    tick: (row, column) => reading.topId(row, column) >= 0 && reading.topId(row, column) === reading.topId(last, column),
    describe: (row, column) => describeCell(reading, row, column),
  };
}

