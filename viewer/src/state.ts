// The one state object that all views read and change.

import { computed, signal, type ReadonlySignal, type Signal } from "@preact/signals-core";
import { columnOf, type Metric } from "./metric";
import { align, type Alignment } from "./reading/align";
import { typedName, type Column } from "./reading/column";
import type { Reading } from "./reading/reading";
import type { Source, WatchColumns } from "./source";
import { token as visibleToken } from "./text/visible";
import { DEFAULT_RAMP, type Ramp, type Shade } from "./theme";

export type View = "heatmap" | "watch" | "compare" | "table";
export type Theme = "auto" | Shade;
export type WatchScale = "rank" | "prob" | "logit";
export interface Cell {
  row: number;
  column: number;
}
export interface WatchedToken {
  id: number;
  /** Raw text. */
  text: string;
  /** The word that was asked for, where the token is only its first piece. */
  of?: { text: string; tokens: number } | undefined;
}

/** Most tokens that a chart can tell apart. */
export const MOST_WATCHED = 8;

export class State {
  /** Tells the ids of one viewer in a page from another's, which may be another copy of this module's. */
  readonly uid = `v${Math.random().toString(36).slice(2)}`;
  readonly reading: Signal<Reading>;
  readonly other: Signal<Reading | null> = signal(null);
  readonly view: Signal<View> = signal("heatmap");
  /** What colours cells, by the name that people type. */
  readonly metric: Signal<Metric>;
  /** The column that it is in the reading at hand. */
  readonly column: ReadonlySignal<Column>;
  readonly theme: Signal<Theme> = signal("auto");
  readonly systemDark: Signal<boolean> = signal(false);
  readonly ramp: Signal<Ramp> = signal(DEFAULT_RAMP);
  /** Where the keyboard is. */
  readonly cursor: Signal<Cell>;
  readonly hover: Signal<Cell | null> = signal(null);
  readonly pinned: Signal<boolean> = signal(false);
  readonly watched: Signal<WatchedToken[]>;
  readonly watchScale: Signal<WatchScale> = signal("rank");
  /** Numbers that the source was asked for, by token. */
  readonly asked: Signal<ReadonlyMap<number, WatchColumns>> = signal(new Map());
  readonly find: Signal<string> = signal("");
  /** By hand: how far B's columns are moved; null: aligned by their texts. */
  readonly shift: Signal<number | null> = signal(null);
  /** Cell size in CSS pixels; 0: what suits the reading. */
  readonly zoom: Signal<number> = signal(0);
  /** What a screen reader says next. */
  readonly message: Signal<string> = signal("");

  /** The cell that the detail shows: pinned, else under the pointer, else the keyboard's. */
  readonly shown: ReadonlySignal<Cell>;
  readonly shade: ReadonlySignal<Shade>;
  /** How the two readings stand side by side; null without a second. */
  readonly alignment: ReadonlySignal<Alignment | null>;

  constructor(
    reading: Reading,
    readonly source: Source,
  ) {
    this.reading = signal(reading);
    this.metric = signal(typedName(columnOf(reading, "rank")));
    this.column = computed(() => columnOf(this.reading.value, this.metric.value));
    this.cursor = signal({ row: reading.lastRow, column: reading.blank() });
    this.watched = signal(firstWatched(reading));
    this.shown = computed(() => (this.pinned.value ? this.cursor.value : (this.hover.value ?? this.cursor.value)));
    this.alignment = computed(() => {
      const other = this.other.value;
      return other && align(this.reading.value, other, this.shift.value);
    });
    this.shade = computed(() => {
      const theme = this.theme.value;
      return theme === "auto" ? (this.systemDark.value ? "dark" : "light") : theme;
    });
  }

  /** Whether there is something to show in a view. */
  has(view: View): boolean {
    if (view === "compare") return this.other.value !== null;
    // Over the layers go the numbers of tokens, which a lens has.
    return view !== "watch" || this.reading.value.isLens;
  }

  /** Moves the keyboard's cell, kept within the reading. */
  move(row: number, column: number): void {
    const reading = this.reading.peek();
    const within = (at: number, length: number) => Math.max(0, Math.min(length - 1, at));
    this.cursor.value = { row: within(row, reading.height), column: within(column, reading.width) };
  }

  /** Watches a token, or stops watching it. */
  toggleWatch(token: WatchedToken): void {
    const watched = this.watched.peek();
    const rest = watched.filter((other) => other.id !== token.id);
    if (rest.length === watched.length && watched.length >= MOST_WATCHED) {
      this.message.value = `At most ${MOST_WATCHED} tokens can be told apart: stop watching one first.`;
      return;
    }
    const stopped = rest.length < watched.length;
    this.watched.value = stopped ? rest : [...watched, token];
    this.message.value = `${stopped ? "No longer watching" : "Watching"} ${visibleToken(token.text)}`;
  }

  isWatched(id: number): boolean {
    return this.watched.value.some((token) => token.id === id);
  }
}

/** What the reading recorded; without any, the three best answers at the blank. */
export function firstWatched(reading: Reading): WatchedToken[] {
  const recorded = reading.watched.map((w) => w.ids[0] as number);
  const best = reading.top(reading.lastRow, reading.blank()).slice(0, 3).map((candidate) => candidate.id);
  const ids = [...new Set(recorded.length ? recorded : best)].slice(0, MOST_WATCHED);
  return ids.map((id) => watchedToken(reading, id));
}

/** A token by its id: where the reading recorded it for a longer word, with that. */
export function watchedToken(reading: Reading, id: number): WatchedToken {
  const word = reading.watched.find(({ ids }) => ids[0] === id);
  return { id, text: reading.text(id), of: word && word.ids.length > 1 ? { text: word.text, tokens: word.ids.length } : undefined };
}
