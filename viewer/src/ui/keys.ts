// The keyboard: one table, which `?` lists.

import { metricNames } from "../metric";
import { typedName } from "../reading/column";
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

/** Whether keys are meant for what has the focus. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, dialog, [contenteditable]") !== null;
}

/** Does what `event`'s key means; false where it means nothing here. */
export function onKey(state: State, handlers: KeyHandlers, event: KeyboardEvent): boolean {
  const act = event.defaultPrevented ? null : meaning(state, handlers, event, event.target);
  act?.();
  return act !== null;
}

/** Whether a key means something here, at `target`. */
export function means(state: State, event: KeyboardEvent, target: EventTarget | null): boolean {
  return meaning(state, { find: () => undefined, help: () => undefined }, event, target) !== null;
}

/** What a key does; null: nothing. */
function meaning(state: State, handlers: KeyHandlers, event: KeyboardEvent, target: EventTarget | null): (() => void) | null {
  if (isTyping(target) || event.altKey || event.metaKey) return null;
  if (event.ctrlKey && event.key !== "Home" && event.key !== "End") return null;
  const control = target instanceof Element ? target.closest("button, a, summary, [role=tab], [role=radio], .f-detail, table") : null;
  return (control ? null : move(state, event)) ?? command(state, handlers, event, control);
}

function command(state: State, handlers: KeyHandlers, event: KeyboardEvent, control: Element | null): (() => void) | null {
  switch (event.key) {
    case "Enter":
      return control || event.shiftKey ? null : () => (state.pinned.value = !state.pinned.peek());
    case "Escape":
      if (!state.pinned.peek() && !state.find.peek()) return null;
      return () => {
        state.pinned.value = false;
        state.find.value = "";
      };
    case "w":
      return () => watchTop(state);
    case "m":
    case "M":
      return () => {
        const names = metricNames(state.reading.peek());
        const at = names.indexOf(typedName(state.column.peek())) + (event.shiftKey ? -1 : 1);
        state.metric.value = names[(at + names.length) % names.length] ?? "rank";
      };
    case "/":
      return handlers.find;
    case "?":
      return handlers.help;
    case "+":
    case "=":
      return () => (state.zoom.value = Math.min(6, state.zoom.peek() + 1));
    case "-":
      return () => (state.zoom.value = Math.max(-16, state.zoom.peek() - 1));
    case "0":
      return () => (state.zoom.value = 0);
    default: {
      const view = VIEWS[Number(event.key) - 1];
      return !view || !state.has(view) ? null : () => (state.view.value = view);
    }
  }
}

/** Watches the top token of the cell at hand, or stops watching it. */
function watchTop(state: State): void {
  const { row, column } = state.shown.peek();
  const reading = state.reading.peek();
  const id = reading.topId(row, column);
  if (id >= 0) state.toggleWatch({ id, text: reading.text(id) });
}

/** Arrows and their like: the cell that they lead to. */
function move(state: State, event: KeyboardEvent): (() => void) | null {
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
  if (!target) return null;
  return () => {
    state.hover.value = null;
    state.move(...target);
    const cell = state.cursor.peek();
    state.message.value = describeCell(state.reading.peek(), cell.row, cell.column);
  };
}
