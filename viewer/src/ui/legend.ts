// The colours of a metric with their numbers: the scale is fixed, so the legend is too.

import { effect } from "@preact/signals-core";
import { DIFFERENCE, differenceTicks } from "../grid/difference";
import { METRIC_KINDS, ticks } from "../metric";
import type { State } from "../state";
import { textWidth } from "../draw/canvas";
import type { Op } from "../draw/ops";
import { ground, lut, type Ground, type Lut } from "../theme";
import { h } from "./dom";
import type { Drawing } from "./export";

/** The scale's width in the stylesheet; a digit takes 6 pixels of it. */
const WIDTH = 250;

/** The metric's scale as a draw list, for exported figures. */
export function legendDrawing(state: State): Drawing {
  const metric = state.metric.peek();
  const { ticks: marks, blank } = ticks(metric, state.reading.peek());
  return scaleDrawing(METRIC_KINDS[metric].describe, lut(state.ramp.peek(), state.shade.peek()), marks, blank, ground(state.shade.peek()));
}

/** The diverging scale of a comparison, least at the left. */
export function differenceDrawing(state: State): Drawing {
  const metric = state.metric.peek();
  const marks = differenceTicks(metric).map(({ label, at }) => ({ label, strength: (1 - at) / 2 }));
  const table = lut("diverging", state.shade.peek());
  const blank = METRIC_KINDS[metric].ofTarget ? "blank: the next tokens differ" : "";
  return scaleDrawing(`difference: ${DIFFERENCE[metric].unit}`, { css: [...table.css].reverse() }, marks, blank, ground(state.shade.peek()));
}

/** A scale with its name before it, its ticks below it and its end after it; strong at the left. */
function scaleDrawing(name: string, table: Pick<Lut, "css">, marks: Tick[], blank: string, colors: Ground): Drawing {
  const left = textWidth(name, { size: 11 }) + 14;
  const piece = WIDTH / 64;
  const ops: Op[] = [{ op: "text", x: 0, y: 8, text: name, size: 11, fill: colors.text }];
  // A hair wider than their distance, so that no ground shows between them.
  for (let i = 0; i < 64; i++) {
    ops.push({ op: "rect", x: left + i * piece, y: 3, w: piece + (i < 63 ? 0.5 : 0), h: 10, fill: table.css[255 - Math.round((i * 255) / 63)] as string });
  }
  for (const { label, strength } of apart(marks)) {
    const x = left + (1 - strength) * WIDTH;
    ops.push({ op: "lines", points: [x, 13, x, 17], stroke: colors.muted, line: 1 });
    ops.push({ op: "text", x, y: 24, text: label, size: 10, fill: colors.muted, align: "center" });
  }
  ops.push({ op: "text", x: left + WIDTH + 24, y: 8, text: blank, size: 11, fill: colors.muted });
  return { ops, width: left + WIDTH + 24 + textWidth(blank, { size: 11 }), height: 32 };
}

type Tick = { label: string; strength: number };

/** A label that would touch the one before it is left out. */
const apart = (marks: Tick[]): Tick[] =>
  marks.filter((tick, i) => {
    const before = marks[i - 1];
    return !before || (before.strength - tick.strength) * WIDTH > ((before.label.length + tick.label.length) / 2) * 6 + 4;
  });

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
    const shown = apart(scale.ticks).map(({ label, strength }) => {
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
