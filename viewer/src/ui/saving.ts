// The menu that saves what is seen, as a picture or as numbers, and that chooses colours.

import { effect } from "@preact/signals-core";
import type { State, View } from "../state";
import { ground, RAMPS, type Ramp } from "../theme";
import type { ViewPart } from "../views/part";
import { h, icon } from "./dom";
import { save, savePng, saveSvg, type Drawing, type Frame } from "./export";

/** The view that is open, and what it is called. */
export interface Open {
  view(): View;
  part(): ViewPart;
}

export function saveMenu(state: State, open: Open): HTMLElement {
  const file = () => `${state.reading.peek().info.model.name.replace(/[^\w.-]+/g, "-") || "reading"}-${open.view()}`;
  const item = (label: string, run: () => void) => {
    const chosen = () => {
      menu.open = false;
      run();
    };
    return h("button", { class: "f-button f-quiet", type: "button", onclick: chosen }, label);
  };
  const picture = (label: string, write: (drawing: Drawing, frame: Frame, name: string) => boolean, whole: boolean) =>
    item(label, () => {
      const { drawing } = open.part();
      if (!drawing) return;
      const frame = { ...drawing.about(), colors: ground(state.shade.peek()) };
      if (!write(drawing.draw(whole), frame, file())) state.message.value = "This is too large for a PNG: save it as SVG.";
    });
  const views = [picture("Save view as SVG", saveSvg, false), picture("Save view as PNG", savePng, false)];
  const alls = [picture("Save all as SVG", saveSvg, true), picture("Save all as PNG", savePng, true)];
  const numbers = item("Save table as CSV", () => {
    const csv = open.part().csv?.();
    if (csv) save(new Blob([csv], { type: "text/csv" }), `${file()}.csv`);
  });
  const ramps = h("select", { class: "f-select", "aria-label": "Colours", onchange: () => (state.ramp.value = ramps.value as Ramp) }, ...RAMPS.map((name) => h("option", { value: name }, name)));
  effect(() => {
    ramps.value = state.ramp.value;
  });
  const summary = h("summary", { class: "f-button f-quiet", title: "Save this view, choose colours", "aria-label": "Save this view, choose colours" }, icon("save"));
  const menu: HTMLDetailsElement = h(
    "details",
    { class: "f-menu" },
    summary,
    h("div", { class: "f-menu-list" }, ...views, ...alls, numbers, h("label", { class: "f-field" }, "Colours", ramps)),
  );
  menu.addEventListener("toggle", () => {
    const { drawing, csv } = open.part();
    views.forEach((item) => (item.hidden = !drawing));
    alls.forEach((item) => (item.hidden = !drawing || drawing.fits()));
    numbers.hidden = !csv;
  });
  menu.addEventListener("focusout", (event) => {
    if (!(event.relatedTarget instanceof Node && menu.contains(event.relatedTarget))) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    summary.focus();
    // The cell stays pinned.
    event.preventDefault();
    event.stopPropagation();
  });
  return menu;
}
