// The trait `view`: what is seen at first, and whenever Python sets it anew.

import { MOST_WATCHED, type State } from "../state";
import { fromFragment } from "../ui/link";

/** All optional. Layers by their names (`"embed"`, `0` …), positions as the reading counts them. */
export interface Look {
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

/** Does what a look says and can be meant; the rest stays as it is. */
export function place(state: State, look: Look): void {
  // The same words, and the same care, as an address's.
  const words = new URLSearchParams();
  const say = (name: string, value: unknown) => {
    if (typeof value === "string" || typeof value === "number") words.set(name, String(value));
  };
  for (const name of ["view", "metric", "scale", "ramp", "theme", "zoom", "shift"] as const) say(name, look[name]);
  const reading = state.reading.peek();
  const { row, column } = state.cursor.peek();
  if (look.layer !== undefined || look.position !== undefined || look.pinned !== undefined) {
    const layer = look.layer === -1 ? "embed" : (look.layer ?? reading.rowName(row));
    words.set("at", `${layer},${look.position ?? reading.positions[column]}`);
    if (look.pinned ?? state.pinned.peek()) words.set("pin", "1");
  }
  if (Array.isArray(look.watch)) words.set("watch", look.watch.slice(0, MOST_WATCHED).join(","));
  fromFragment(state, words.toString());
}
