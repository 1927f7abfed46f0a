// A grid on one canvas of the viewport's size: it scrolls natively, is redrawn once a frame, and is a grid to a
// screen reader, with the heads and the cell at hand as its only elements.

import { computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals-core";
import { cellImage, paint, resize } from "../draw/canvas";
import type { Op } from "../draw/ops";
import type { Cell, State } from "../state";
import { ground } from "../theme";
import { h } from "../ui/dom";
import type { Drawing } from "../ui/export";
import { extent, hit, isInView, layoutOf, scrollTo, type Layout, type View } from "./layout";
import type { GridModel } from "./model";
import { minimap } from "./minimap";
import { paintGrid, type Marks } from "./paint";

export interface HeatmapOptions {
  label: string;
  model: ReadonlySignal<GridModel>;
  /** Which cells the find box has found. */
  found?: ReadonlySignal<((row: number, column: number) => boolean) | null>;
  /** A scroll position shared with other grids. */
  scroll?: Signal<View>;
  /** How this grid's cells lie in the state's reading: a row and column there, or null where there is none. */
  toState?: (cell: Cell) => Cell | null;
  fromState?: (cell: Cell) => Cell | null;
}

export interface Heatmap {
  element: HTMLElement;
  /** The part in view, or the whole grid, as a draw list for export: without what belongs to pointer and keyboard. */
  drawing(whole: boolean): Drawing;
  /** Whether the whole grid is in view. */
  fits(): boolean;
  focus(): void;
  dispose(): void;
}

export function heatmap(state: State, options: HeatmapOptions): Heatmap {
  const { model } = options;
  const toState = options.toState ?? ((cell: Cell) => cell);
  const fromState = options.fromState ?? ((cell: Cell) => cell);
  const canvas = h("canvas", { class: "f-canvas", "aria-hidden": "true" });
  const sizer = h("div", { class: "f-sizer" });
  const rows = h("div", { class: "f-hidden", role: "presentation" });
  const scroller = h("div", { class: "f-scroller", role: "grid", tabindex: "0", "aria-label": options.label }, canvas, sizer, rows);
  const size = signal({ width: 0, height: 0 });
  const scroll = options.scroll ?? signal<View>({ x: 0, y: 0 });
  const focused = signal(false);
  const layout = signal<Layout | null>(null);
  const image = computed(() => {
    const grid = model.value;
    return cellImage(grid.columns, grid.rows, grid.steps, grid.lut, ground(state.shade.value).surface);
  });
  const marks = computed((): Marks => {
    const hover = state.hover.value;
    return {
      cursor: fromState(state.cursor.value),
      hover: hover && fromState(hover),
      pinned: state.pinned.value,
      focused: focused.value,
      found: options.found?.value ?? undefined,
    };
  });
  const ops = computed((): Op[] => {
    const at = layout.value;
    return at ? paintGrid(model.value, image.value, at, scroll.value, ground(state.shade.value), marks.value) : [];
  });
  const map = minimap(state, model, layout, scroll, image, (view) => (scroll.value = view));
  const stops = [
    fitted(state, model, size, layout, scroll, sizer),
    painted(state, canvas, layout, ops),
    scrolled(scroller, layout, scroll),
    followed(state, model, layout, scroll, fromState),
    effect(() => {
      scroller.setAttribute("aria-rowcount", String(model.value.rows + 1));
      scroller.setAttribute("aria-colcount", String(model.value.columns + 1));
      const cell = fromState(state.cursor.value);
      if (cell) rows.replaceChildren(...gridRows(model.value, cell, scroller));
    }),
    map.dispose,
  ];
  listen(scroller, state, model, layout, scroll, focused, toState);
  const observer = new ResizeObserver(() => {
    size.value = { width: scroller.clientWidth, height: scroller.clientHeight };
  });
  observer.observe(scroller);
  return {
    element: h("div", { class: "f-heatmap" }, scroller, map.element),
    drawing(whole) {
      const at = layout.peek();
      if (!at) return { ops: [], width: 0, height: 0 };
      const all = extent(model.peek(), at);
      // Never wider than the grid is.
      const sized = { ...at, width: whole ? all.width : Math.min(at.width, all.width), height: whole ? all.height : Math.min(at.height, all.height) };
      const kept: Marks = { ...marks.peek(), hover: null, focused: false, cursor: state.pinned.peek() ? marks.peek().cursor : null };
      const from = whole ? { x: 0, y: 0 } : scroll.peek();
      const drawn = paintGrid(model.peek(), image.peek(), sized, from, ground(state.shade.peek()), kept);
      return { ops: drawn, width: sized.width, height: sized.height };
    },
    fits() {
      const at = layout.peek();
      const all = at && extent(model.peek(), at);
      return !at || !all || (all.width <= at.width && all.height <= at.height);
    },
    focus: () => scroller.focus({ preventScroll: true }),
    dispose() {
      stops.forEach((stop) => stop());
      observer.disconnect();
    },
  };
}

/** Cells have the size that suits viewport and zoom, and the scroll stays within them. */
function fitted(
  state: State,
  model: ReadonlySignal<GridModel>,
  size: ReadonlySignal<{ width: number; height: number }>,
  layout: Signal<Layout | null>,
  scroll: Signal<View>,
  sizer: HTMLElement,
): () => void {
  return effect(() => {
    const { width, height } = size.value;
    if (!width || !height) return;
    const grid = model.value;
    layout.value = layoutOf(grid, width, height, state.zoom.value);
    const all = extent(grid, layout.value);
    sizer.style.width = `${all.width}px`;
    sizer.style.height = `${all.height}px`;
    const { x, y } = scroll.peek();
    scroll.value = { x: Math.max(0, Math.min(x, all.width - width)), y: Math.max(0, Math.min(y, all.height - height)) };
  });
}

/** The draw list is painted once a frame, however often it changes. */
function painted(state: State, canvas: HTMLCanvasElement, layout: ReadonlySignal<Layout | null>, ops: ReadonlySignal<Op[]>): () => void {
  let frame = 0;
  const draw = () => {
    frame = 0;
    const at = layout.peek();
    const context = canvas.getContext("2d");
    if (!at || !context) return;
    resize(canvas, at.width, at.height);
    const ratio = canvas.width / at.width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = ground(state.shade.peek()).surface;
    context.fillRect(0, 0, at.width, at.height);
    paint(context, ops.peek());
  };
  const stop = effect(() => {
    if (layout.value && ops.value.length && !frame) frame = requestAnimationFrame(draw);
  });
  return () => {
    stop();
    cancelAnimationFrame(frame);
  };
}

/** The element follows the scroll that others set. */
function scrolled(scroller: HTMLElement, layout: ReadonlySignal<Layout | null>, scroll: ReadonlySignal<View>): () => void {
  return effect(() => {
    const view = scroll.value;
    layout.value;
    if (Math.abs(scroller.scrollLeft - view.x) > 1) scroller.scrollLeft = view.x;
    if (Math.abs(scroller.scrollTop - view.y) > 1) scroller.scrollTop = view.y;
  });
}

/** The keyboard's cell stays in view as it moves, and where it was in view as the place for it changes. */
function followed(
  state: State,
  model: ReadonlySignal<GridModel>,
  layout: ReadonlySignal<Layout | null>,
  scroll: Signal<View>,
  fromState: (cell: Cell) => Cell | null,
): () => void {
  let seen: Cell | null = null;
  let before: Layout | null = null;
  return effect(() => {
    const at = layout.value;
    const cell = fromState(state.cursor.value);
    if (!at || !cell) return;
    const still = seen?.row === cell.row && seen.column === cell.column;
    const lost = still && before && before !== at && isInView(before, scroll.peek(), cell.row, cell.column);
    [seen, before] = [cell, at];
    if (still && !lost) return;
    scroll.value = scrollTo(model.peek(), at, scroll.peek(), cell.row, cell.column);
  });
}

/** The heads and the cell at hand, which is all that a screen reader is told of at a time. */
function gridRows(model: GridModel, cell: Cell, scroller: HTMLElement): HTMLElement[] {
  const head = model.head(cell.column);
  const column = String(cell.column + 2);
  const id = (scroller.dataset.cell ??= `f-cell-${Math.random().toString(36).slice(2)}`);
  scroller.setAttribute("aria-activedescendant", id);
  return [
    h(
      "div",
      { role: "row", "aria-rowindex": "1" },
      h("span", { role: "columnheader", "aria-colindex": column }, `position ${head.index}, ${head.input}, next ${head.target}`),
    ),
    h(
      "div",
      { role: "row", "aria-rowindex": String(cell.row + 2) },
      h("span", { role: "rowheader", "aria-colindex": "1" }, model.rowName(cell.row)),
      h("span", { role: "gridcell", id, "aria-colindex": column, "aria-selected": "true" }, model.describe(cell.row, cell.column)),
    ),
  ];
}

function listen(
  scroller: HTMLElement,
  state: State,
  model: ReadonlySignal<GridModel>,
  layout: ReadonlySignal<Layout | null>,
  scroll: Signal<View>,
  focused: Signal<boolean>,
  toState: (cell: Cell) => Cell | null,
): void {
  const under = (event: MouseEvent): Cell | null => {
    const at = layout.peek();
    if (!at) return null;
    const box = scroller.getBoundingClientRect();
    const cell = hit(model.peek(), at, scroll.peek(), event.clientX - box.left, event.clientY - box.top);
    return cell && cell.row >= 0 && cell.column >= 0 ? toState(cell) : null;
  };
  const hover = (cell: Cell | null) => {
    const before = state.hover.peek();
    if (before?.row !== cell?.row || before?.column !== cell?.column) state.hover.value = cell;
  };
  scroller.addEventListener("scroll", () => {
    // One that is hidden has lost its place, and says so when it comes back.
    const at = layout.peek();
    if (!at || at.width !== scroller.clientWidth || at.height !== scroller.clientHeight) return;
    scroll.value = { x: scroller.scrollLeft, y: scroller.scrollTop };
  }, { passive: true });
  scroller.addEventListener("pointermove", (event) => hover(under(event)));
  scroller.addEventListener("pointerleave", () => hover(null));
  scroller.addEventListener("focus", () => (focused.value = true));
  scroller.addEventListener("blur", () => (focused.value = false));
  scroller.addEventListener("click", (event) => {
    const cell = under(event);
    if (!cell) return;
    const { row, column } = state.cursor.peek();
    const same = cell.row === row && cell.column === column;
    state.move(cell.row, cell.column);
    if (state.pinned.peek() && !same) state.message.value = `Pinned: ${model.peek().describe(cell.row, cell.column)}`;
    state.pinned.value = !(same && state.pinned.peek());
  });
  scroller.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    state.zoom.value = Math.max(-16, Math.min(6, state.zoom.peek() - Math.sign(event.deltaY)));
  }, { passive: false });
}
