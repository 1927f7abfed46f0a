// The JSON form, `fathom.reading/1` or `fathom.grid/1`: what a server streams, a column or a few at a time.

import { BadReading, shown } from "./bad";
import { fieldOf, KNOWN, type Column } from "./column";
import { Columns, NONE, noValues } from "./columns";
import { expectedColumns, frame, widthOf, type Head } from "./document";
import { placeName, Reading, type Place, type Target } from "./reading";

interface Document extends Head {
  cells: object[];
}

type Fields = Record<string, unknown>;

interface CellRecord extends Place, Fields {
  position: number;
  target?: Fields | null;
  top?: Fields[] | null;
  watch?: Fields[] | null;
}

/** Reads the JSON form. Cells may stand in any order. */
export function fromJson(doc: Document): Reading {
  const { defined, ...parts } = frame(doc);
  const { rows, positions, axis, vocabulary } = parts;
  const cells = doc.cells as CellRecord[];
  if (!Array.isArray(cells)) throw new BadReading("the reading has no cells");
  const rowOf = new Map(rows.map((row, i) => [placeName(row), i]));
  const columnOf = new Map<unknown, number>((axis?.labels ?? positions).map((name, i) => [name, i]));
  const width = widthOf(parts);
  // A cell without numbers has no candidates.
  const k = cells.find(({ top }) => top?.length)?.top?.length ?? 0;
  const columns = new Columns(rows.length * width, k, parts.watched.length);
  const expected = expectedColumns({ ...parts, defined }, KNOWN, (name) => cells.some((cell) => name in cell));
  for (const column of expected) columns.add(column, noValues(column, columns.cells * columns.each(column)));
  const targets: Target[] = [];
  const taken = new Set<number>();
  for (const cell of cells) {
    const row = rowOf.get(placeName(cell));
    const column = columnOf.get(axis ? cell[axis.name] : cell.position);
    const [top, watch] = [cell.top ?? [], cell.watch ?? []];
    const fits = (top.length === k || top.length === 0) && watch.length === parts.watched.length;
    if (row === undefined || column === undefined || !fits) throw new BadReading("a cell that fits nowhere");
    const i = row * width + column;
    if (taken.has(i)) throw new BadReading("a cell that stands twice");
    taken.add(i);
    if (cell.target) targets[column] = { id: (cell.target.id as number | null) ?? -1, isArgmax: cell.target.is_argmax === true };
    for (const record of [cell.target, ...top, ...watch]) if (record) name(vocabulary, record.id, record.text);
    for (const definition of expected) fill(columns, definition, i, recordsOf(definition, cell, top, watch), vocabulary);
  }
  if (taken.size !== columns.cells || taken.size === 0) throw new BadReading("cells are missing");
  return new Reading({ ...parts, targets, columns });
}

/** The records of a cell that a column's values stand in. */
function recordsOf(column: Column, cell: CellRecord, top: Fields[], watch: Fields[]): Fields[] {
  if (column.per === "candidate") return top;
  if (column.per === "watched") return watch;
  return [fieldOf(column) === null ? cell : (cell.target ?? {})];
}

function fill(columns: Columns, column: Column, cell: number, records: Fields[], vocabulary: Map<number, string>): void {
  const values = columns.values(column.name);
  const field = fieldOf(column) ?? column.name;
  records.forEach((record, j) => {
    const value = record[field] ?? null;
    if (value !== null && typeof value !== "number") throw new BadReading(`${shown(column.name)}: ${shown(value)} is no number`);
    if (values) values[cell * columns.each(column) + j] = value ?? (column.type === "token" ? NONE : NaN);
    // Beside a column of tokens stands their text.
    if (column.type === "token") name(vocabulary, value, record[field.replace(/_id$/, "_text")]);
  });
}

function name(vocabulary: Map<number, string>, id: unknown, text: unknown): void {
  if (typeof id === "number" && typeof text === "string") vocabulary.set(id, text);
}
