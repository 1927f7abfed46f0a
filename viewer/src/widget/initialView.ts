// The trait `view`: what is seen at first, and whenever Python sets it anew.

import { MOST_WATCHED, type State } from "../state";
import { fromFragment } from "../ui/link";

/** All optional. Layers by their names (`"embed"`, `0` …), positions as the reading counts them. */
export interface InitialView {
  view?: string;
  metric?: string;
  layer?: number | string;
  position?: number;
  pinned?: boolean;
  /** Token ids. */
  watch?: number[];
  scale?: string;
  ramp?: string;
  theme?: string;
  zoom?: number;
  shift?: number | null;
  /** Pixels, or a CSS length. */
  height?: number | string | null;
  /** Whether a kernel answers questions. */
  ask?: boolean;
}

/** Applies what the view says, as far as the reading has it; the rest stays as it is. */
export function applyView(state: State, wanted: InitialView): void {
  // The same words, and the same care, as an address's.
  const words = new URLSearchParams();
  const say = (name: string, value: unknown) => {
    if (typeof value === "string" || typeof value === "number") words.set(name, String(value));
  };
  for (const name of ["view", "metric", "scale", "ramp", "theme", "zoom", "shift"] as const) say(name, wanted[name]);
  const reading = state.reading.peek();
  const { row, column } = state.cursor.peek();
  if (wanted.layer !== undefined || wanted.position !== undefined || wanted.pinned !== undefined) {
    const layer = wanted.layer === -1 ? "embed" : (wanted.layer ?? reading.rowName(row));
    words.set("at", `${layer},${wanted.position ?? reading.columnName(column)}`);
    if (wanted.pinned ?? state.pinned.peek()) words.set("pin", "1");
  }
  if (Array.isArray(wanted.watch)) words.set("watch", wanted.watch.slice(0, MOST_WATCHED).join(","));
  fromFragment(state, words.toString());
}
