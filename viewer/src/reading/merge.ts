// A reading that grows: the columns of further positions of the same run, as a server streams them.

import { emptyColumns } from "./json";
import { Reading, type Columns } from "./reading";

const ONE = ["targetLogit", "targetProb", "targetRank", "entropyBits", "klBits", "klReverseBits", "surprisalBits"] as const;
const TOP = ["topId", "topLogit", "topProb"] as const;
const WATCH = ["watchLogit", "watchProb", "watchRank"] as const;

/**
 * `reading` with the positions of `more` beside its own; of a position in both, `more` has the say (its target is known
 * once the next token is). Rows, candidates and watched strings must be the same.
 */
export function merge(reading: Reading, more: Reading): Reading {
  const names = (r: Reading) => r.rows.map((row) => `${row.site} ${row.layer}`).join();
  // A part without a single number has no candidates either.
  const ks = [reading.columns.topK, more.columns.topK].filter((k) => k > 0);
  const sameTop = new Set(ks).size < 2;
  const watched = (r: Reading) => r.watched.map((w) => w.ids.join(" ")).join();
  if (names(reading) !== names(more) || !sameTop || watched(reading) !== watched(more)) {
    throw new Error("two readings of different rows, candidates or watched words can't be merged");
  }
  const positions = [...new Set([...reading.positions, ...more.positions])].sort((a, b) => a - b);
  const from = positions.map((position): [Reading, number] => {
    const column = more.positions.indexOf(position);
    return column >= 0 ? [more, column] : [reading, reading.positions.indexOf(position)];
  });
  const [k, w] = [ks[0] ?? 0, reading.watched.length];
  const columns = emptyColumns(positions.length * reading.rows.length, k, w);
  const copy = (names: readonly (keyof Columns)[], each: number) => {
    for (const name of names) {
      const target = columns[name] as Float32Array | Uint32Array;
      for (let row = 0; row < reading.rows.length; row++) {
        from.forEach(([source, column], at) => {
          const values = source.columns[name] as Float32Array;
          if (names === TOP && source.columns.topK === 0) return;
          const start = source.cell(row, column) * each;
          target.set(values.subarray(start, start + each), (row * positions.length + at) * each);
        });
      }
    }
  };
  copy(ONE, 1);
  copy(TOP, k);
  copy(WATCH, w);
  const tokens = more.tokens.length >= reading.tokens.length ? more.tokens : reading.tokens;
  const targets = from.map(([source, column], at) => {
    const next = tokens[(positions[at] as number) + 1];
    const target = source.targets[column] as { id: number; isArgmax: boolean };
    return next && next.id === target.id ? { id: next.id, isArgmax: false } : target;
  });
  return new Reading({
    // The first place stays the first, however the reading grows.
    info: { ...more.info, not_finite: reading.info.not_finite ?? more.info.not_finite },
    tokens,
    rows: reading.rows,
    positions,
    targets,
    watched: more.watched,
    columns,
    vocabulary: new Map([...reading.vocabulary, ...more.vocabulary]),
  });
}
