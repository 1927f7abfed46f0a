// The whole of a grid that does not fit, a few pixels high, with the part in view marked: click or drag to go there.

import { effect, type ReadonlySignal } from "@preact/signals-core";
import { resize } from "../draw/canvas";
import { TILE, type CellImage } from "../draw/ops";
import type { State } from "../state";
import { ground } from "../theme";
import { h } from "../ui/dom";
import { extent, type Layout, type View } from "./layout";
import type { GridModel } from "./model";

const HEIGHT = 44;

export function minimap(
  state: State,
  model: ReadonlySignal<GridModel>,
  layout: ReadonlySignal<Layout | null>,
  scroll: ReadonlySignal<View>,
  image: ReadonlySignal<CellImage>,
  go: (view: View) => void,
): { element: HTMLElement; dispose(): void } {
  const canvas = h("canvas", { class: "f-minimap", "aria-hidden": "true" });
  const element = h("div", { class: "f-minimap-box" }, canvas);
  let frame = 0;
  const draw = () => {
    frame = 0;
    const [at, base, context] = [layout.peek(), image.peek(), canvas.getContext("2d")];
    if (!at || !context) return;
    const width = at.width;
    resize(canvas, width, HEIGHT);
    const ratio = canvas.width / width;
    const colors = ground(state.shade.peek());
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = colors.surface;
    context.fillRect(0, 0, width, HEIGHT);
    // Shrunk, neighbours are averaged: the eye sees the mean of what it can't tell apart.
    context.imageSmoothingEnabled = base.columns > width;
    base.tiles.forEach((tile, i) => {
      const x = (i * TILE * width) / base.columns;
      context.drawImage(tile, x, 0, (tile.width * width) / base.columns, HEIGHT);
    });
    const all = extent(model.peek(), at);
    const [cw, ch] = [all.width - at.left, all.height - at.top];
    const view = scroll.peek();
    const box = [
      (view.x / cw) * width,
      (view.y / ch) * HEIGHT,
      Math.max(6, Math.min(1, (at.width - at.left) / cw) * width),
      Math.max(6, Math.min(1, (at.height - at.top) / ch) * HEIGHT),
    ] as const;
    context.strokeStyle = colors.surface;
    context.lineWidth = 5;
    context.strokeRect(box[0] + 1.5, box[1] + 1.5, box[2] - 3, box[3] - 3);
    context.strokeStyle = colors.focus;
    context.lineWidth = 2;
    context.strokeRect(box[0] + 1.5, box[1] + 1.5, box[2] - 3, box[3] - 3);
  };
  const dispose = effect(() => {
    const at = layout.value;
    scroll.value;
    state.shade.value;
    const grid = model.value;
    if (!at) return;
    const all = extent(grid, at);
    const needed = all.width > at.width * 1.5 || all.height > at.height * 1.5;
    element.hidden = !needed;
    if (needed && !frame) frame = requestAnimationFrame(draw);
  });
  const jump = (event: PointerEvent) => {
    const at = layout.peek();
    if (!at || event.buttons === 0) return;
    const all = extent(model.peek(), at);
    const box = canvas.getBoundingClientRect();
    const [roomX, roomY] = [at.width - at.left, at.height - at.top];
    const along = (share: number, length: number, room: number) =>
      Math.max(0, Math.min(length - room, share * length - room / 2));
    go({
      x: along((event.clientX - box.left) / box.width, all.width - at.left, roomX),
      y: along((event.clientY - box.top) / box.height, all.height - at.top, roomY),
    });
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    jump(event);
  });
  canvas.addEventListener("pointermove", jump);
  return {
    element,
    dispose() {
      dispose();
      cancelAnimationFrame(frame);
    },
  };
}
