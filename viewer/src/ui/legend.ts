// The colours of a column with their numbers.

import { effect } from "@preact/signals-core";
import { differenceTicks, endsOf } from "../grid/difference";
import { describe, isDiverging, tableOf, ticks, type Tick } from "../metric";
import type { Column } from "../reading/column";
import type { State } from "../state";
import { textWidth } from "../draw/canvas";
import type { Op } from "../draw/ops";
import { ground, lut, type Ground, type Lut } from "../theme";
import { h } from "./dom";
import type { Drawing } from "./export";

/** The scale's width in the stylesheet; a digit takes 6 pixels of it. */
const WIDTH = 250;

/** The column's scale as a draw list, for exported figures. */
export function legendDrawing(state: State): Drawing {
  const column = state.column.peek();
  const { ticks: marks, blank } = ticks(column, state.reading.peek());
  const { css } = tableOf(column, state.ramp.peek(), state.shade.peek());
  return scaleDrawing(describe(column), { css: isDiverging(column) ? [...css].reverse() : css }, placed(column, marks), blank, ground(state.shade.peek()));
}

/** The diverging scale of a comparison, least at the left. */
export function differenceDrawing(state: State): Drawing {
  const column = state.column.peek();
  const marks = differenceTicks(column).map(({ label, at }) => ({ label, strength: (1 - at) / 2 }));
  const table = lut("diverging", state.shade.peek());
  const blank = column.of_target ? "blank: the next tokens differ" : "";
  return scaleDrawing(`difference: ${endsOf(column).unit}`, { css: [...table.css].reverse() }, marks, blank, ground(state.shade.peek()));
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

/** A diverging scale has its least at the left, as any axis; others their strongest. */
const placed = (column: Column, marks: Tick[]): Tick[] =>
  isDiverging(column) ? marks.map(({ label, strength }) => ({ label, strength: 1 - strength })).reverse() : marks;

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
    const column = state.column.value;
    const colors = tableOf(column, state.ramp.value, state.shade.value).css;
    const scale = ticks(column, state.reading.value);
    // Strong at the left, as ranks and bits are counted.
    const stops = Array.from({ length: 17 }, (_, i) => colors[255 - Math.round((i * 255) / 16)]);
    if (isDiverging(column)) stops.reverse();
    bar.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
    const shown = apart(placed(column, scale.ticks)).map(({ label, strength }) => {
      const mark = h("span", {}, label);
      mark.style.left = `${(1 - strength) * 100}%`;
      return mark;
    });
    marks.replaceChildren(...shown);
    beyond.textContent = scale.blank;
    element.title = describe(column);
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", `Colour shows the ${describe(column)}, ${column.scale?.kind === "fixed" ? "on a fixed scale; " : ""}${scale.blank}`);
  });
  return { element, dispose };
}
