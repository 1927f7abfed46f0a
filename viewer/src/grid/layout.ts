// Where the cells of a grid lie, and which of them are in view. Pure arithmetic: hit tests are divisions.

import type { GridModel } from "./model";
import { textWidth } from "../draw/canvas";

/** Height of the column heads: index, input token, target. */
export const HEAD = 58;
/** Size of a cell that shows its token; a little less where with that all are in view. */
const COMFORT = { w: 72, h: 19 };
const TIGHT = { w: 56, h: 17 };
const SMALLEST = 2;
const LARGEST = 220;

export interface Layout {
  /** Size of a cell. */
  w: number;
  h: number;
  /** Width of the row heads, height of the column heads. */
  left: number;
  top: number;
  /** Size of the part in view, heads included. */
  width: number;
  height: number;
}

export interface View {
  x: number;
  y: number;
}

const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));

/** Steps of the zoom; 0 is what suits the reading. */
export const zoomed = (base: number, zoom: number): number => clamp(Math.round(base * 1.25 ** zoom), SMALLEST, LARGEST);

export function layoutOf(model: GridModel, width: number, height: number, zoom: number): Layout {
  let longest = 0;
  for (let row = 0; row < model.rows; row++) longest = Math.max(longest, textWidth(model.rowName(row), { size: 12 }));
  const left = Math.ceil(longest) + 22;
  const room = Math.floor((width - left) / Math.max(1, model.columns));
  const tall = Math.floor((height - HEAD) / Math.max(1, model.rows));
  const [w, h] = [clamp(room, room >= TIGHT.w ? TIGHT.w : COMFORT.w, 128), clamp(tall, tall >= TIGHT.h ? TIGHT.h : COMFORT.h, 40)];
  return {
    w: zoomed(w, zoom),
    // Zoomed out, rows shrink only as far as they must for all to be in view.
    h: zoom < 0 ? clamp(tall, 4, 40) : clamp(Math.round(h * 1.12 ** zoom), SMALLEST, 64),
    left,
    top: HEAD,
    width,
    height,
  };
}

/** The size of all cells and heads. */
export const extent = (model: GridModel, layout: Layout) => ({
  width: layout.left + model.columns * layout.w,
  height: layout.top + model.rows * layout.h,
});

/** Cells in view: rows [r0, r1), columns [c0, c1). */
export function inView(model: GridModel, layout: Layout, view: View) {
  return {
    r0: clamp(Math.floor(view.y / layout.h), 0, model.rows),
    r1: clamp(Math.ceil((view.y + layout.height - layout.top) / layout.h), 0, model.rows),
    c0: clamp(Math.floor(view.x / layout.w), 0, model.columns),
    c1: clamp(Math.ceil((view.x + layout.width - layout.left) / layout.w), 0, model.columns),
  };
}

/** Whether a cell's middle is in view. */
export function isInView(layout: Layout, view: View, row: number, column: number): boolean {
  const [x, y] = [(column + 0.5) * layout.w - view.x, (row + 0.5) * layout.h - view.y];
  return x >= 0 && y >= 0 && x <= layout.width - layout.left && y <= layout.height - layout.top;
}

/** The cell under a point of the viewport; a row or column of -1: over a head. */
export function hit(model: GridModel, layout: Layout, view: View, x: number, y: number) {
  const column = x < layout.left ? -1 : Math.floor((x - layout.left + view.x) / layout.w);
  const row = y < layout.top ? -1 : Math.floor((y - layout.top + view.y) / layout.h);
  return row < model.rows && column < model.columns ? { row, column } : null;
}

/** The scroll that brings a cell into view with a neighbour, moving as little as it must. */
export function scrollTo(model: GridModel, layout: Layout, view: View, row: number, column: number): View {
  const along = (at: number, count: number, size: number, scroll: number, room: number) => {
    const margin = Math.min(size, Math.max(0, (room - size) / 2));
    const most = Math.max(0, count * size - room);
    if (at * size < scroll + margin) return Math.max(0, Math.min(most, at * size - margin));
    if ((at + 1) * size > scroll + room - margin) return Math.min(most, (at + 1) * size - room + margin);
    return scroll;
  };
  return {
    x: along(column, model.columns, layout.w, view.x, layout.width - layout.left),
    y: along(row, model.rows, layout.h, view.y, layout.height - layout.top),
  };
}
