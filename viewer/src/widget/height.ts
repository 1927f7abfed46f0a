// How high a widget stands in its cell.

const HEADS = 210;
const ROW = 22;
const LEAST = 430;
const MOST = 640;

/** A CSS height: what was asked for, else as the rows need within bounds; beyond them the widget scrolls itself. */
export function heightFor(rows: number, asked?: number | string | null): string {
  if (typeof asked === "number" && Number.isFinite(asked)) return `${Math.max(240, Math.min(4000, asked))}px`;
  if (typeof asked === "string" && /^\d+(\.\d+)?(px|vh|em|rem)$/.test(asked)) return asked;
  return `${Math.max(LEAST, Math.min(MOST, HEADS + rows * ROW))}px`;
}
