// Which of a comparison's panes are in view: all that there is room for, and which of them is the user's to say.

import { computed, effect, signal, type ReadonlySignal } from "@preact/signals-core";
import { h } from "../ui/dom";

export type Pane = "a" | "b" | "difference";
export const PANES: readonly Pane[] = ["a", "b", "difference"];
export const PANE_NAMES: Record<Pane, string> = { a: "Reading A", b: "Reading B", difference: "Difference" };

/** Narrower, a pane holds too few columns to be read. */
const NARROWEST = 320;

/** How many panes stand side by side in a width. */
export const panesIn = (width: number): number => Math.max(1, Math.min(PANES.length, Math.floor(width / NARROWEST)));

/** What is shown of `chosen` (in the order of choosing; null: nothing was) where there is room for `most`. */
export function panesShown(chosen: readonly Pane[] | null, most: number): readonly Pane[] {
  if (chosen) return chosen.slice(-most);
  return most === 1 ? ["difference"] : PANES.slice(0, most);
}

/** The choice once `pane` is switched on or off; one always stays. */
export function switched(shown: readonly Pane[], pane: Pane, on: boolean): readonly Pane[] {
  const rest = shown.filter((other) => other !== pane);
  return on ? [...rest, pane] : rest.length ? rest : shown;
}

/** The switch, and what it and the width of `box` let be seen. */
export function paneSwitch(uid: string, box: HTMLElement): { element: HTMLElement; shown: ReadonlySignal<readonly Pane[]>; dispose(): void } {
  const chosen = signal<readonly Pane[] | null>(null);
  const most = signal(PANES.length);
  const shown = computed(() => panesShown(chosen.value, most.value));
  const boxes = PANES.map((pane) => {
    const input = h("input", { type: "checkbox", name: `f-pane-${pane}-${uid}` });
    input.addEventListener("change", () => {
      chosen.value = switched(shown.peek(), pane, input.checked);
      // What was not taken is not shown as taken.
      input.checked = shown.peek().includes(pane);
    });
    return { pane, input, label: h("label", {}, input, h("span", {}, PANE_NAMES[pane])) };
  });
  const observer = new ResizeObserver(() => {
    if (box.clientWidth) most.value = panesIn(box.clientWidth);
  });
  observer.observe(box);
  const stop = effect(() => {
    for (const { pane, input } of boxes) input.checked = shown.value.includes(pane);
  });
  const element = h("div", { class: "f-segments", role: "group", "aria-label": "Panes" }, ...boxes.map(({ label }) => label));
  return {
    element,
    shown,
    dispose() {
      stop();
      observer.disconnect();
    },
  };
}
