// `/`: finds a token among inputs, targets and each cell's top token.

import { computed, type ReadonlySignal } from "@preact/signals-core";
import type { State } from "../state";
import { visible } from "../text/visible";

/** Whether a cell's top token holds what is looked for; null: nothing is. */
export function found(state: State): ReadonlySignal<((row: number, column: number) => boolean) | null> {
  return computed(() => {
    const wanted = state.find.value.toLowerCase();
    if (!wanted) return null;
    const reading = state.reading.value;
    const ids = matching(state, wanted);
    return (row, column) => ids.has(reading.topId(row, column));
  });
}

/** A typed space finds the space that is shown as `␣`. */
const holds = (text: string, wanted: string) =>
  text.toLowerCase().includes(wanted) || visible(text).toLowerCase().includes(wanted);

function matching(state: State, wanted: string): Set<number> {
  const ids = new Set<number>();
  for (const [id, text] of state.reading.value.vocabulary) if (holds(text, wanted)) ids.add(id);
  return ids;
}

/** The next place after the cursor (column by column, from the first layer down) that holds what is looked for. */
export function findNext(state: State, backwards = false): boolean {
  const wanted = state.find.peek().toLowerCase();
  if (!wanted) return false;
  const reading = state.reading.peek();
  const ids = matching(state, wanted);
  const { row, column } = state.cursor.peek();
  const all = reading.width * reading.height;
  const start = column * reading.height + row;
  for (let i = 1; i <= all; i++) {
    const at = (start + (backwards ? all - i : i)) % all;
    const [c, r] = [Math.floor(at / reading.height), at % reading.height];
    // A run's own token counts at the last layer, so that each is met once.
    const heads = r === reading.lastRow && (holds(reading.input(c)?.text ?? "", wanted) || holds(reading.targetText(c), wanted));
    if (heads || ids.has(reading.topId(r, c))) {
      state.move(r, c);
      return true;
    }
  }
  state.message.value = `Nothing holds “${visible(state.find.peek())}”.`;
  return false;
}
