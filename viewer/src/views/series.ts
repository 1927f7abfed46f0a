// What is known of a watched token over the layers of one position, from wherever it is known.

import type { Reading } from "../reading/reading";
import type { WatchColumns } from "../source";
import type { State, WatchedToken, WatchScale } from "../state";

export interface Score {
  rank: number;
  prob: number;
  logit: number;
}

/** A token's numbers at every row of a column; null: not recorded there. */
export function scores(reading: Reading, asked: WatchColumns | undefined, id: number, column: number): (Score | null)[] {
  const c = reading.columns;
  const w = reading.watched.length;
  const slot = reading.watched.findIndex((watched) => watched.ids[0] === id);
  const target = reading.targets[column]?.id === id;
  const complete = asked && asked.rank.length === reading.width * reading.height ? asked : undefined;
  const at = (of: "watch" | "target", i: number): Score => ({ rank: c.at(`${of}_rank`, i), prob: c.at(`${of}_prob`, i), logit: c.at(`${of}_logit`, i) });
  return reading.rows.map((_, row) => {
    const cell = reading.cell(row, column);
    if (slot >= 0) return at("watch", cell * w + slot);
    if (target) return at("target", cell);
    if (complete) return { rank: complete.rank[cell] as number, prob: complete.prob[cell] as number, logit: complete.logit[cell] as number };
    return reading.top(row, column).find((candidate) => candidate.id === id) ?? null;
  });
}

export interface Line extends WatchedToken {
  /** A value a row on the chosen scale; NaN: not recorded. */
  values: number[];
}

/** The lines of the watched tokens at a column. A logit difference is to the first token's. */
export function lines(state: State, reading: Reading, column: number, scale: WatchScale): Line[] {
  const all = state.watched.value.map((token) => ({
    ...token,
    scores: scores(reading, state.asked.value.get(token.id), token.id, column),
  }));
  const first = all[0]?.scores ?? [];
  return all.map(({ id, text, of, scores }) => ({
    id,
    text,
    of,
    values: scores.map((score, row) => {
      if (!score) return NaN;
      if (scale !== "logit") return score[scale];
      const base = first[row];
      return base ? score.logit - base.logit : NaN;
    }),
  }));
}

/** Stretches of rows [from, to] where nothing was recorded. */
export function gaps(values: number[]): [number, number][] {
  const found: [number, number][] = [];
  values.forEach((value, row) => {
    if (!Number.isNaN(value)) return;
    const last = found[found.length - 1];
    if (last && last[1] === row - 1) last[1] = row;
    else found.push([row, row]);
  });
  return found;
}

/** Tokens of the reading that a typed word means: itself, else the same with a space before it. */
export function named(reading: Reading, typed: string): { id: number; text: string; guessed: boolean } | null {
  const raw = typed.replace(/␣/g, " ").replace(/⏎/g, "\n").replace(/⇥/g, "\t");
  const find = (wanted: string) => {
    for (const [id, text] of reading.vocabulary) if (text === wanted) return id;
    return null;
  };
  const exact = find(raw);
  if (exact !== null) return { id: exact, text: raw, guessed: false };
  const spaced = find(` ${raw}`);
  return spaced === null ? null : { id: spaced, text: ` ${raw}`, guessed: true };
}
