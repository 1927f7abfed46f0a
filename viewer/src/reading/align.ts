// Which position of one reading stands beside which of another, and which layer beside which.

import type { Reading } from "./reading";

/** A column of each reading, or of one alone. */
export interface Pair {
  a: number | null;
  b: number | null;
}

export interface Alignment {
  columns: Pair[];
  /** For each row of A, the row of B. */
  rows: number[];
  /** The rows are matched by relative depth, as the models differ in layers. */
  byDepth: boolean;
  /** Columns that begin alike. */
  common: number;
}

/** Do the same bytes stand at both columns? Ids would only compare within one vocabulary. */
const same = (a: Reading, i: number, b: Reading, j: number): boolean => a.input(i)?.bytes === b.input(j)?.bytes;

/**
 * Common beginning beside common beginning, common end beside common end, and what differs between them side by side
 * with gaps for what one has more. `shift`: by hand instead, column `c` of A beside `c + shift` of B.
 */
export function align(a: Reading, b: Reading, shift: number | null): Alignment {
  const columns = shift === null ? byEnds(a, b) : byHand(a.width, b.width, shift);
  const names = (reading: Reading) => reading.rows.map((_, row) => reading.rowName(row)).join();
  const byDepth = names(a) !== names(b);
  const rows = a.rows.map((_, row) => (byDepth ? nearest(a, b, row) : row));
  return { columns, rows, byDepth, common: commonStart(a, b) };
}

/** The row of B that lies nearest in relative depth. */
function nearest(a: Reading, b: Reading, row: number): number {
  const depth = (reading: Reading, row: number) => ((reading.rows[row]?.layer ?? 0) + 1) / Math.max(1, reading.info.model.layers);
  let best = 0;
  for (let other = 1; other < b.height; other++) {
    if (Math.abs(depth(b, other) - depth(a, row)) <= Math.abs(depth(b, best) - depth(a, row))) best = other;
  }
  return best;
}

function commonStart(a: Reading, b: Reading): number {
  let start = 0;
  while (start < a.width && start < b.width && same(a, start, b, start)) start++;
  return start;
}

function byEnds(a: Reading, b: Reading): Pair[] {
  const start = commonStart(a, b);
  const shorter = Math.min(a.width, b.width);
  let end = 0;
  while (start + end < shorter && same(a, a.width - 1 - end, b, b.width - 1 - end)) end++;
  const pairs: Pair[] = [];
  const [middleA, middleB] = [a.width - end, b.width - end];
  for (let i = 0; i < start; i++) pairs.push({ a: i, b: i });
  for (let i = start; i < middleA || i < middleB; i++) pairs.push({ a: i < middleA ? i : null, b: i < middleB ? i : null });
  for (let i = 0; i < end; i++) pairs.push({ a: middleA + i, b: middleB + i });
  return pairs;
}

function byHand(a: number, b: number, shift: number): Pair[] {
  const pairs: Pair[] = [];
  for (let i = Math.min(0, -shift); i < Math.max(a, b - shift); i++) {
    const j = i + shift;
    const pair = { a: i >= 0 && i < a ? i : null, b: j >= 0 && j < b ? j : null };
    if (pair.a !== null || pair.b !== null) pairs.push(pair);
  }
  return pairs;
}
