// What the reading did not record, asked of its source where that can be asked.

import { effect } from "@preact/signals-core";
import type { Source, WatchColumns } from "../source";
import type { State, WatchedToken } from "../state";
import { token, visible } from "../text/visible";
import { scores } from "./series";

/** `first of 5 tokens of “␣antidisestablishmentarianism”`; nothing for a token that is the whole word. */
export const pieceWords = ({ of }: WatchedToken): string => (of ? `first of ${of.tokens} tokens of “${visible(of.text)}”` : "");

/** Watches a typed text by what the source answers: `note` says what is to be said. True: it is watched. */
export async function byText(state: State, typed: string, note: HTMLElement): Promise<boolean> {
  note.textContent = "Asking …";
  try {
    const { source } = state;
    const [found] = (await source.ranks?.([{ text: typed.replace(/␣/g, " ") }])) ?? [];
    if (!found) throw new Error("no such token");
    state.asked.value = new Map(state.asked.peek()).set(found.id, found);
    const chosen = await answered(found, source, state.reading.peek().vocabulary.get(found.id));
    if (!state.isWatched(found.id)) state.toggleWatch(chosen);
    note.textContent = chosen.of ? `The numbers are those of ${token(chosen.text)}, the ${pieceWords(chosen)}.` : visible(found.note ?? "");
    return true;
  } catch (error) {
    note.textContent = error instanceof Error ? error.message : String(error);
    return false;
  }
}

/** The token whose numbers an answer holds. Asked for a longer word, the source says that word: the first token is asked by its id. */
export async function answered(found: WatchColumns, source: Source, known: string | undefined): Promise<WatchedToken> {
  const tokens = found.ids?.length ?? (parseInt(found.note ?? "", 10) || 1);
  if (tokens < 2) return { id: found.id, text: found.text };
  const text = known ?? (await source.ranks?.([{ id: found.id }]))?.[0]?.text ?? found.text;
  return { id: found.id, text, of: { text: found.text, tokens } };
}

/** Asks the source, where it can be asked, for what the reading did not record. */
export function ask(state: State): () => void {
  const pending = new Set<number>();
  let of = state.reading.peek();
  return effect(() => {
    const reading = state.reading.value;
    const { column } = state.shown.value;
    if (!state.source.ranks || state.view.value !== "watch") return;
    if (reading !== of) {
      of = reading;
      pending.clear();
      state.asked.value = new Map();
    }
    const missing = state.watched.value.filter(
      ({ id }) => !pending.has(id) && scores(reading, state.asked.value.get(id), id, column).includes(null),
    );
    if (!missing.length) return;
    missing.forEach(({ id }) => pending.add(id));
    state.source
      .ranks(missing.map(({ id }) => ({ id })))
      .then((found) => {
        if (state.reading.peek() !== reading) return;
        const asked = new Map(state.asked.peek());
        for (const columns of found) asked.set(columns.id, columns);
        state.asked.value = asked;
        // An address gives ids alone: of tokens that the reading has no name for, the answer has.
        const name = (id: number, text: string) => (reading.vocabulary.has(id) ? text : (asked.get(id)?.text ?? text));
        state.watched.value = state.watched.peek().map((watched) => ({ ...watched, text: watched.of ? watched.text : name(watched.id, watched.text) }));
      })
      .catch((error: unknown) => {
        state.message.value = `The ranks could not be had: ${error instanceof Error ? error.message : String(error)}`;
      });
  });
}
