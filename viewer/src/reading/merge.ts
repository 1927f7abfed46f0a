// A reading that grows: the columns of further positions of the same run, as a server streams them.

import { Columns, noValues } from "./columns";
import { Reading } from "./reading";

/**
 * `reading` with the positions of `more` beside its own; of a position in both, `more` has the say (its target is known
 * once the next token is). Rows, candidates and watched strings must be the same.
 */
export function merge(reading: Reading, more: Reading): Reading {
  const names = (r: Reading) => r.rows.map((_, row) => r.rowName(row)).join();
  const defined = (r: Reading) => r.columns.definitions.map(({ name }) => name).sort().join();
  // A part without a single number has no candidates either.
  const ks = [reading.columns.topK, more.columns.topK].filter((k) => k > 0);
  const sameTop = new Set(ks).size < 2;
  const watched = (r: Reading) => r.watched.map((w) => w.ids.join(" ")).join();
  if (names(reading) !== names(more) || !sameTop || watched(reading) !== watched(more) || defined(reading) !== defined(more)) {
    throw new Error("two readings of different rows, columns, candidates or watched words can't be merged");
  }
  const positions = [...new Set([...reading.positions, ...more.positions])].sort((a, b) => a - b);
  const from = positions.map((position): [Reading, number] => {
    const column = more.positions.indexOf(position);
    return column >= 0 ? [more, column] : [reading, reading.positions.indexOf(position)];
  });
  const columns = new Columns(positions.length * reading.rows.length, ks[0] ?? 0, reading.watched.length);
  for (const column of reading.columns.definitions) {
    const each = columns.each(column);
    const values = noValues(column, columns.cells * each);
    for (let row = 0; row < reading.rows.length; row++) {
      from.forEach(([source, at], to) => {
        // Of a part without candidates there are none to copy.
        const count = source.columns.each(column);
        const start = source.cell(row, at) * count;
        values.set(source.columns.values(column.name)?.subarray(start, start + count) ?? [], (row * positions.length + to) * each);
      });
    }
    columns.add(column, values);
  }
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
