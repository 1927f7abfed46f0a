// The JSON form, `fathom.reading/1`: what a server streams, a column or a few at a time.

import { BadReading, frame } from "./pack";
import { NONE, Reading, type Columns, type Target } from "./reading";
import type { Reading as Document } from "./schema";

const VERSION = "fathom.reading/1";

export function emptyColumns(cells: number, topK: number, watched: number): Columns {
  return {
    targetLogit: new Float32Array(cells),
    targetProb: new Float32Array(cells),
    targetRank: new Float32Array(cells).fill(NaN),
    entropyBits: new Float32Array(cells),
    klBits: new Float32Array(cells),
    klReverseBits: new Float32Array(cells),
    surprisalBits: new Float32Array(cells),
    topK,
    topId: new Uint32Array(cells * topK).fill(NONE),
    topLogit: new Float32Array(cells * topK).fill(NaN),
    topProb: new Float32Array(cells * topK).fill(NaN),
    watchLogit: new Float32Array(cells * watched),
    watchProb: new Float32Array(cells * watched),
    watchRank: new Float32Array(cells * watched).fill(NaN),
  };
}

const number = (value: number | null): number => value ?? NaN;

/** Reads the JSON form. Cells may stand in any order. */
export function fromJson(doc: Document): Reading {
  if (doc.schema !== VERSION && !String(doc.schema).startsWith(`${VERSION}.`)) {
    throw new BadReading(`this reading's form is ${String(doc.schema)}, and this viewer reads ${VERSION}`);
  }
  const parts = frame(doc);
  const { rows, positions } = doc;
  const rowOf = new Map(rows.map((row, i) => [`${row.site} ${row.layer}`, i]));
  const columnOf = new Map(positions.map((position, i) => [position, i]));
  // A cell without numbers has no candidates.
  const k = doc.cells.find((cell) => cell.top.length > 0)?.top.length ?? 0;
  const columns = emptyColumns(rows.length * positions.length, k, parts.watched.length);
  const targets: Target[] = [];
  const name = ({ id, text }: { id: number | null; text: string | null }) => id !== null && text !== null && parts.vocabulary.set(id, text);
  const taken = new Set<number>();
  for (const cell of doc.cells) {
    const row = rowOf.get(`${cell.site} ${cell.layer}`);
    const column = columnOf.get(cell.position);
    if (row === undefined || column === undefined || (cell.top.length !== k && cell.top.length !== 0)) throw new BadReading("a cell that fits nowhere");
    const i = row * positions.length + column;
    if (taken.has(i)) throw new BadReading("a cell that stands twice");
    taken.add(i);
    name(cell.target);
    targets[column] = { id: cell.target.id ?? -1, isArgmax: cell.target.is_argmax };
    columns.targetLogit[i] = number(cell.target.logit);
    columns.targetProb[i] = number(cell.target.prob);
    columns.targetRank[i] = number(cell.target.rank);
    columns.entropyBits[i] = number(cell.entropy_bits);
    columns.klBits[i] = number(cell.kl_bits);
    columns.klReverseBits[i] = number(cell.kl_reverse_bits);
    columns.surprisalBits[i] = number(cell.surprisal_bits);
    cell.top.forEach((candidate, j) => {
      name(candidate);
      columns.topId[i * k + j] = candidate.id;
      columns.topLogit[i * k + j] = number(candidate.logit);
      columns.topProb[i * k + j] = number(candidate.prob);
    });
    const w = parts.watched.length;
    cell.watch.forEach((score, j) => {
      name(score);
      columns.watchLogit[i * w + j] = number(score.logit);
      columns.watchProb[i * w + j] = number(score.prob);
      columns.watchRank[i * w + j] = number(score.rank);
    });
  }
  if (taken.size !== rows.length * positions.length || taken.size === 0) throw new BadReading("cells are missing");
  return new Reading({ ...parts, rows, positions, targets, columns });
}
