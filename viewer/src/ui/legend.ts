// The colours of a metric with their numbers: the scale is fixed, so the legend is too.

import { effect } from "@preact/signals-core";
import { METRIC_KINDS, ticks } from "../metric";
import type { State } from "../state";
import { lut } from "../theme";
import { h } from "./dom";

/** The scale's width in the stylesheet; a digit takes 6 pixels of it. */
const WIDTH = 250;

export function legend(state: State): { element: HTMLElement; dispose(): void } {
  const bar = h("div", { class: "f-legend-bar" });
  const marks = h("div", { class: "f-legend-marks" });
  const beyond = h("span", { class: "f-legend-beyond" });
  const element = h("div", { class: "f-legend" }, h("div", { class: "f-legend-scale" }, bar, marks), beyond);
  const dispose = effect(() => {
    const metric = state.metric.value;
    const colors = lut(state.ramp.value, state.shade.value).css;
    const scale = ticks(metric, state.reading.value);
    // Strong at the left, as ranks and bits are counted.
    const stops = Array.from({ length: 17 }, (_, i) => colors[255 - Math.round((i * 255) / 16)]);
    bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
    // A label that would touch the one before it is left out.
    const apart = scale.ticks.filter((tick, i) => {
      const before = scale.ticks[i - 1];
      return !before || (before.strength - tick.strength) * WIDTH > ((before.label.length + tick.label.length) / 2) * 6 + 4;
    });
    const shown = apart.map(({ label, strength }) => {
      const mark = h("span", {}, label);
      mark.style.left = `${(1 - strength) * 100}%`;
      return mark;
    });
    marks.replaceChildren(...shown);
    beyond.textContent = scale.blank;
    element.title = METRIC_KINDS[metric].describe;
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", `Colour shows the ${METRIC_KINDS[metric].describe}, ${metric === "logit" ? "" : "on a fixed scale; "}${scale.blank}`);
  });
  return { element, dispose };
}
