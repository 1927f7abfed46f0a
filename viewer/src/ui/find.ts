// `/`: finds a token among inputs, targets and each cell's top token.

import { computed, untracked, type ReadonlySignal } from "@preact/signals-core";
import { describeCell } from "../grid/model";
import type { Cell, State } from "../state";
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

/** All places that hold what is looked for, column by column, each from the first layer down. */
export function places(state: State): Cell[] {
  const wanted = state.find.value.toLowerCase();
  if (!wanted) return [];
  const reading = state.reading.value;
  const ids = matching(state, wanted);
  const all: Cell[] = [];
  for (let column = 0; column < reading.width; column++) {
    // A run's own token counts at the last layer, so that each is met once.
    const heads = holds(reading.input(column)?.text ?? "", wanted) || holds(reading.targetText(column), wanted);
    for (let row = 0; row < reading.height; row++) {
      if ((heads && row === reading.lastRow) || ids.has(reading.topId(row, column))) all.push({ row, column });
    }
  }
  return all;
}

export const nowhere = (state: State): string => `Nothing holds “${visible(state.find.peek())}”.`;

/** Goes to the next such place after the cursor, or to the one before. */
export function findNext(state: State, backwards = false): boolean {
  if (!state.find.peek()) return false;
  const all = untracked(() => places(state));
  if (!all.length) {
    state.message.value = nowhere(state);
    return false;
  }
  const cursor = state.cursor.peek();
  const beyond = ({ row, column }: Cell) => column - cursor.column || row - cursor.row;
  const next = backwards ? all.findLastIndex((cell) => beyond(cell) < 0) : all.findIndex((cell) => beyond(cell) > 0);
  const at = next >= 0 ? next : backwards ? all.length - 1 : 0;
  const { row, column } = all[at] as Cell;
  state.move(row, column);
  state.message.value = `${at + 1} of ${all.length}: ${describeCell(state.reading.peek(), row, column)}`;
  return true;
}
