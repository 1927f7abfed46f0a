// The keyboard: one table, which `?` lists.

import { METRIC_NAMES } from "../metric";
import type { State } from "../state";
import { describeCell } from "../grid/model";

export interface KeyHandlers {
  find(): void;
  help(): void;
}

/** What `?` shows. */
export const KEYS: readonly [string, string][] = [
  ["← → ↑ ↓", "move a position or a layer"],
  ["Home, End", "first, last position"],
  ["PgUp, PgDn", "ten layers up, down"],
  ["Ctrl Home, Ctrl End", "first position at the first layer, last at the last"],
  ["Enter", "pin the cell, or release it"],
  ["Esc", "release the pinned cell"],
  ["w", "watch the cell's top token, or stop watching it"],
  ["m, Shift m", "next metric, the one before"],
  ["/", "find a token; Enter goes to the next"],
  ["1 to 4", "heatmap, watch, compare, table"],
  ["+ − 0", "zoom in, out, as it suits the reading"],
  ["?", "this list"],
];

const VIEWS = ["heatmap", "watch", "compare", "table"] as const;

/** Whether a key is meant for what has the focus. */
function typing(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, dialog, [contenteditable]") !== null;
}

/** Does what `event`'s key means; false where it means nothing here. */
export function onKey(state: State, handlers: KeyHandlers, event: KeyboardEvent): boolean {
  if (event.defaultPrevented || typing(event.target) || event.altKey || event.metaKey) return false;
  if (event.ctrlKey && event.key !== "Home" && event.key !== "End") return false;
  const control = event.target instanceof Element ? event.target.closest("button, a, summary, [role=tab], [role=radio], aside, table") : null;
  if (moves(state, event, control)) return true;
  switch (event.key) {
    case "Enter":
      if (control) return false;
      state.pinned.value = !state.pinned.peek();
      return true;
    case "Escape":
      if (!state.pinned.peek() && !state.find.peek()) return false;
      state.pinned.value = false;
      state.find.value = "";
      return true;
    case "w": {
      const { row, column } = state.shown.peek();
      const reading = state.reading.peek();
      const id = reading.topId(row, column);
      if (id >= 0) state.toggleWatch({ id, text: reading.text(id) });
      return true;
    }
    case "m":
    case "M": {
      const at = METRIC_NAMES.indexOf(state.metric.peek()) + (event.shiftKey ? -1 : 1);
      state.metric.value = METRIC_NAMES[(at + METRIC_NAMES.length) % METRIC_NAMES.length] ?? "rank";
      return true;
    }
    case "/":
      handlers.find();
      return true;
    case "?":
      handlers.help();
      return true;
    case "+":
    case "=":
      state.zoom.value = Math.min(6, state.zoom.peek() + 1);
      return true;
    case "-":
      state.zoom.value = Math.max(-16, state.zoom.peek() - 1);
      return true;
    case "0":
      state.zoom.value = 0;
      return true;
    default: {
      const view = VIEWS[Number(event.key) - 1];
      if (!view || (view === "compare" && !state.other.peek())) return false;
      state.view.value = view;
      return true;
    }
  }
}

function moves(state: State, event: KeyboardEvent, control: Element | null): boolean {
  if (control) return false;
  const { row, column } = state.cursor.peek();
  const { width, height } = state.reading.peek();
  const to: Record<string, [number, number]> = {
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    Home: event.ctrlKey ? [0, 0] : [row, 0],
    End: event.ctrlKey ? [height - 1, width - 1] : [row, width - 1],
    PageUp: [row - 10, column],
    PageDown: [row + 10, column],
  };
  const target = to[event.key];
  if (!target) return false;
  state.hover.value = null;
  state.move(...target);
  const cell = state.cursor.peek();
  state.message.value = describeCell(state.reading.peek(), cell.row, cell.column);
  return true;
}

