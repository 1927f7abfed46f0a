// The theme file's colours as CSS variables of the viewer's element.

import { effect } from "@preact/signals-core";
import type { State } from "../state";
import { ground, series } from "../theme";

export function theming(root: HTMLElement, state: State): () => void {
  const query = window.matchMedia("(prefers-color-scheme: dark)");
  const follow = () => (state.systemDark.value = query.matches);
  follow();
  query.addEventListener("change", follow);
  const stop = effect(() => {
    const shade = state.shade.value;
    for (const [name, color] of Object.entries(ground(shade))) root.style.setProperty(`--f-${name}`, color);
    series(shade).forEach((color, i) => root.style.setProperty(`--f-series-${i}`, color));
    root.dataset.shade = shade;
    root.style.colorScheme = shade;
  });
  return () => {
    stop();
    query.removeEventListener("change", follow);
  };
}
