// What a screen reader is told of what has changed, whoever changed it: keys, pointer or address.

import { effect } from "@preact/signals-core";
import { describeCell } from "../grid/model";
import { describe } from "../metric";
import type { State } from "../state";

/** Puts every change into the state's message, until the function that it returns is called. */
export function announcing(state: State): () => void {
  const stops = [
    changes(() => state.view.value, (view) => `${view[0]?.toUpperCase()}${view.slice(1)} view`),
    changes(() => state.column.value, (column) => `Colour: ${describe(column)}`),
    changes(() => state.zoom.value, (zoom) => (zoom === 0 ? "Zoom as it suits the reading" : `Zoom ${zoom > 0 ? "+" : "−"}${Math.abs(zoom)}`)),
    changes(() => state.pinned.value, (pinned) => {
      const { row, column } = state.cursor.peek();
      return pinned ? `Pinned: ${describeCell(state.reading.peek(), row, column)}` : "Released";
    }),
  ];
  function changes<T>(read: () => T, words: (value: T) => string): () => void {
    let before = read();
    return effect(() => {
      const now = read();
      if (now !== before) state.message.value = words(now);
      before = now;
    });
  }
  return () => stops.forEach((stop) => stop());
}
