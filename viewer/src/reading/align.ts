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
  /** How the columns came to stand so, in words. */
  how: string;
}

/** Do the same bytes stand at both columns? Ids would only compare within one vocabulary. */
const same = (a: Reading, i: number, b: Reading, j: number): boolean => a.input(i)?.bytes === b.input(j)?.bytes;

/**
 * Prompts by their common beginning and end, with gaps for what one has more between them; outputs from the prompts' ends
 * on, whatever their words. `shift`: by hand instead, column `c` of A beside `c + shift` of B.
 */
export function align(a: Reading, b: Reading, shift: number | null): Alignment {
  const common = commonStart(a, b);
  const { columns, how } = shift === null ? byText(a, b, common) : { columns: byHand(a.width, b.width, shift), how: moved(shift) };
  const names = (reading: Reading) => reading.rows.map((_, row) => reading.rowName(row)).join();
  const byDepth = names(a) !== names(b);
  const rows = a.rows.map((_, row) => (byDepth ? nearest(a, b, row) : row));
  return { columns, rows, byDepth, common, how };
}

const moved = (shift: number) => `B moved by ${shift} ${Math.abs(shift) === 1 ? "position" : "positions"}`;

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

/** Columns of the prompt. */
const promptWidth = (reading: Reading): number => {
  const length = reading.promptLength();
  return reading.positions.filter((position) => position < length).length;
};

type Aligned = Pick<Alignment, "columns" | "how">;

/** Of one text, though not every position of it was read twice: each beside itself. */
function byPosition(a: Reading, b: Reading): Aligned {
  const all = [...new Set([...a.positions, ...b.positions])].sort((one, other) => one - other);
  const at = (reading: Reading, position: number) => (reading.positions.includes(position) ? reading.positions.indexOf(position) : null);
  return { columns: all.map((position) => ({ a: at(a, position), b: at(b, position) })), how: "the same tokens" };
}

function byText(a: Reading, b: Reading, start: number): Aligned {
  const text = (reading: Reading) => reading.tokens.map(({ bytes }) => bytes).join();
  if (text(a) === text(b)) return byPosition(a, b);
  const [endA, endB] = [promptWidth(a), promptWidth(b)];
  const generated = endA < a.width || endB < b.width;
  const beginning = pairs(0, start, 0, start);
  // Where one prompt goes on as the other's text does (a branch of it, say), what follows is counted from where they part.
  if (start >= Math.min(endA, endB)) {
    return { columns: [...beginning, ...pairs(start, a.width, start, b.width)], how: start > 0 ? "aligned by common beginning" : "aligned by position" };
  }
  let end = 0;
  while (start + end < Math.min(endA, endB) && same(a, endA - 1 - end, b, endB - 1 - end)) end++;
  // The last tokens of two prompts stand side by side even where they differ: after them comes what is asked of both.
  const tail = Math.max(1, end);
  const columns = [
    ...beginning,
    ...pairs(start, endA - tail, start, endB - tail),
    ...pairs(endA - tail, endA, endB - tail, endB),
    ...pairs(endA, a.width, endB, b.width),
  ];
  const by = `${start > 0 ? "common beginning and " : end > 0 ? "common " : ""}${end > 0 ? "end" : "last token"}`;
  return { columns, how: generated ? `prompts aligned by ${by}, outputs from there on` : `aligned by ${by}` };
}

/** Columns [fromA, toA) beside [fromB, toB), with gaps after the shorter. */
function pairs(fromA: number, toA: number, fromB: number, toB: number): Pair[] {
  const length = Math.max(toA - fromA, toB - fromB);
  const at = (from: number, to: number, i: number) => (from + i < to ? from + i : null);
  return Array.from({ length }, (_, i) => ({ a: at(fromA, toA, i), b: at(fromB, toB, i) }));
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
