// The theme file's colours as CSS variables of the viewer's element.

import { effect } from "@preact/signals-core";
import type { State } from "../state";
import { ground, series } from "../theme";

/** Tells whether the system is dark, now and at every change. */
function systemDark(tell: (dark: boolean) => void): () => void {
  const query = window.matchMedia("(prefers-color-scheme: dark)");
  const follow = () => tell(query.matches);
  follow();
  query.addEventListener("change", follow);
  return () => query.removeEventListener("change", follow);
}

export function theming(root: HTMLElement, state: State, dark = systemDark): () => void {
  const unfollow = dark((dark) => (state.systemDark.value = dark));
  const stop = effect(() => {
    const shade = state.shade.value;
    for (const [name, color] of Object.entries(ground(shade))) root.style.setProperty(`--f-${name}`, color);
    series(shade).forEach((color, i) => root.style.setProperty(`--f-series-${i}`, color));
    root.dataset.shade = shade;
    root.style.colorScheme = shade;
  });
  return () => {
    stop();
    unfollow();
  };
}
