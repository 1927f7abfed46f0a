// The colours of a metric with their numbers: the scale is fixed, so the legend is too.

import { effect } from "@preact/signals-core";
import { METRIC_KINDS, ticks } from "../metric";
import type { State } from "../state";
import { lut } from "../theme";
import { h } from "./dom";

export function legend(state: State): { element: HTMLElement; dispose(): void } {
  const bar = h("div", { class: "f-legend-bar" });
  const marks = h("div", { class: "f-legend-marks" });
  const beyond = h("span", { class: "f-legend-beyond" });
  const element = h("div", { class: "f-legend" }, h("div", { class: "f-legend-scale" }, bar, marks), beyond);
  const dispose = effect(() => {
    const metric = state.metric.value;
    const colors = lut(state.ramp.value, state.shade.value).css;
    const scale = ticks(metric);
    // Strong at the left, as ranks and bits are counted.
    const stops = Array.from({ length: 17 }, (_, i) => colors[255 - Math.round((i * 255) / 16)]);
    bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
    const shown = scale.ticks.map(({ label, strength }) => {
      const mark = h("span", {}, label);
      mark.style.left = `${(1 - strength) * 100}%`;
      return mark;
    });
    marks.replaceChildren(...shown);
    beyond.textContent = `blank: ${scale.beyond}`;
    element.title = METRIC_KINDS[metric].describe;
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", `Colour shows the ${METRIC_KINDS[metric].describe}, on a fixed scale; ${scale.beyond} is blank`);
  });
  return { element, dispose };
}
