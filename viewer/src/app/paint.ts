// The theme file's colours for what stands around the viewer.

import type { Theme } from "../state";
import { ground } from "../theme";

export function paint(theme: Theme): void {
  const dark = theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  const root = document.documentElement;
  for (const [name, color] of Object.entries(ground(dark ? "dark" : "light"))) root.style.setProperty(`--f-${name}`, color);
  root.style.colorScheme = dark ? "dark" : "light";
}
