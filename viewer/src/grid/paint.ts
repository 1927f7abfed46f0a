// A grid as a draw list: only what is in view.

import { fit, textWidth } from "../draw/canvas";
import type { CellImage, Op } from "../draw/ops";
import type { Ground } from "../theme";
import { inView, type Layout, type View } from "./layout";
import type { GridModel } from "./model";

export interface Marks {
  cursor: { row: number; column: number } | null;
  hover: { row: number; column: number } | null;
  pinned: boolean;
  /** Whether the keyboard is here. */
  focused: boolean;
  found?: ((row: number, column: number) => boolean) | undefined;
}

const TEXT = 12;
const NUMBER = 9.5;

export function paintGrid(model: GridModel, image: CellImage, layout: Layout, view: View, ground: Ground, marks: Marks): Op[] {
  const seen = inView(model, layout, view);
  const ops: Op[] = [];
  const { left, top, w, h, width, height } = layout;
  const x = (column: number) => left + column * w - view.x;
  const y = (row: number) => top + row * h - view.y;
  ops.push({ op: "clip", x: left, y: top, w: width - left, h: height - top });
  ops.push({ op: "cells", image, ...seen, x: x(seen.c0), y: y(seen.r0), w, h });
  rules(ops, seen, layout, x, y, ground);
  cellTexts(ops, model, seen, layout, x, y, ground);
  if (marks.found) outline(ops, seen, marks.found, x, y, w, h, ground);
  const ring = (at: Marks["cursor"], color: string, line: number, within = line / 2 - 0.5) => {
    if (!at || at.row < 0 || at.column < 0) return;
    // Around a small cell rather than over it.
    const inset = Math.min(w, h) < 16 ? -2.5 : within;
    ops.push({ op: "rect", x: x(at.column) + inset, y: y(at.row) + inset, w: w - 2 * inset, h: h - 2 * inset, stroke: color, line, round: 2 });
  };
  if (!marks.pinned) ring(marks.hover, ground.text, 1.5);
  // On whatever colour it stands: set off, but not so far that it would stand on the text.
  ring(marks.cursor, ground.surface, 4.5, 0.5);
  ring(marks.cursor, marks.pinned || marks.focused ? ground.focus : ground.accent, marks.pinned ? 3 : 2);
  ops.push({ op: "unclip" });
  rowHeads(ops, model, seen, layout, y, ground, marks);
  columnHeads(ops, model, seen, layout, x, ground, marks);
  return ops;
}

type Seen = ReturnType<typeof inView>;
type At = (index: number) => number;

/** Hairlines between cells, where cells are large enough to spare them. */
function rules(ops: Op[], seen: Seen, layout: Layout, x: At, y: At, ground: Ground): void {
  const points: number[] = [];
  if (layout.w >= 12) {
    for (let c = seen.c0; c <= seen.c1; c++) points.push(x(c) - 0.5, y(seen.r0), x(c) - 0.5, y(seen.r1));
  }
  if (layout.h >= 8) {
    for (let r = seen.r0; r <= seen.r1; r++) points.push(x(seen.c0), y(r) - 0.5, x(seen.c1), y(r) - 0.5);
  }
  if (points.length) ops.push({ op: "lines", points, stroke: ground.surface, line: 1 });
}

function cellTexts(ops: Op[], model: GridModel, seen: Seen, layout: Layout, x: At, y: At, ground: Ground): void {
  const { w, h } = layout;
  if (w < 30 || h < 13) return;
  const numbers = h >= 30;
  for (let row = seen.r0; row < seen.r1; row++) {
    for (let column = seen.c0; column < seen.c1; column++) {
      const step = model.steps[row * model.columns + column] as number;
      const ink = step < 0 ? ground.muted : (model.lut.ink[step] as string);
      const text = fit(model.label(row, column), w - 12, { size: TEXT, mono: true });
      const [at, middle] = [x(column), y(row) + h / 2];
      if (text) ops.push({ op: "text", x: at + 6, y: middle - (numbers ? 6.5 : 0), text, size: TEXT, fill: ink, mono: true });
      if (numbers) ops.push({ op: "text", x: at + 6, y: middle + 8, text: model.number(row, column), size: NUMBER, fill: ink });
      if (model.tick(row, column)) {
        const [right, edge] = [at + w - 1, y(row)];
        ops.push({ op: "path", points: [right - 7, edge, right, edge, right, edge + 7], fill: ink, close: true });
      }
    }
  }
}

function outline(ops: Op[], seen: Seen, found: (row: number, column: number) => boolean, x: At, y: At, w: number, h: number, ground: Ground): void {
  for (let row = seen.r0; row < seen.r1; row++) {
    for (let column = seen.c0; column < seen.c1; column++) {
      if (found(row, column)) ops.push({ op: "rect", x: x(column) + 1, y: y(row) + 1, w: w - 3, h: h - 3, stroke: ground.focus, line: 2, round: 2 });
    }
  }
}

function rowHeads(ops: Op[], model: GridModel, seen: Seen, layout: Layout, y: At, ground: Ground, marks: Marks): void {
  const { left, top, height, h } = layout;
  ops.push({ op: "rect", x: 0, y: top, w: left, h: height - top, fill: ground.surface });
  ops.push({ op: "clip", x: 0, y: top, w: left, h: height - top });
  const every = Math.max(1, Math.ceil(14 / h));
  const active = (marks.pinned ? marks.cursor : (marks.hover ?? marks.cursor))?.row;
  for (let row = seen.r0; row < seen.r1; row++) {
    const on = row === active;
    if (row % every && !on && row !== model.rows - 1) continue;
    ops.push({ op: "text", x: left - 9, y: y(row) + h / 2, text: model.rowName(row), size: 12, fill: on ? ground.text : ground.muted, bold: on, align: "right" });
  }
  ops.push({ op: "unclip" });
}

function columnHeads(ops: Op[], model: GridModel, seen: Seen, layout: Layout, x: At, ground: Ground, marks: Marks): void {
  const { left, top, width, w } = layout;
  ops.push({ op: "rect", x: 0, y: 0, w: width, h: top, fill: ground.surface });
  model.heads.forEach((name, line) => {
    const text = fit(name, left - 4, { size: 10 });
    if (text) ops.push({ op: "text", x: left - 9, y: [13, 29, 46][line] as number, text, size: 10, fill: ground.muted, align: "right" });
  });
  ops.push({ op: "clip", x: left, y: 0, w: width - left, h: top });
  const active = (marks.pinned ? marks.cursor : (marks.hover ?? marks.cursor))?.column;
  const words = w >= 30;
  const every = Math.max(1, Math.ceil(34 / w));
  for (let column = seen.c0; column < seen.c1; column++) {
    const head = model.head(column);
    const on = column === active;
    const at = x(column) + (words ? 6 : w / 2);
    const align = words ? "left" : "center";
    if (words || column % every === 0) {
      ops.push({ op: "text", x: at, y: 13, text: head.index, size: 10, fill: on ? ground.text : ground.muted, bold: on, align });
    }
    const outside = head.origin === "special" || head.origin === "template";
    if (words) {
      const input = fit(head.input, w - 10, { size: TEXT, mono: true });
      const target = fit(head.target, w - 10, { size: TEXT, mono: true, bold: true });
      ops.push({ op: "text", x: at, y: 29, text: input, size: TEXT, mono: true, fill: outside ? ground.muted : ground.text, italic: outside });
      ops.push({ op: "text", x: at, y: 46, text: target, size: TEXT, mono: true, bold: true, italic: head.argmax, fill: head.argmax ? ground.muted : ground.accent });
    }
    const band = head.origin === "output" ? ground.accent : outside ? ground.sunken : ground.line;
    ops.push({ op: "rect", x: x(column), y: top - 3, w: Math.max(1, w - 1), h: 2, fill: band });
  }
  if (!words && active !== undefined && active >= seen.c0 && active < seen.c1) narrowHead(ops, model, active, x(active) + w / 2, layout, ground);
  ops.push({ op: "unclip" });
}

/** Where columns are too narrow for words, the one at hand has them, over its neighbours and within the view. */
function narrowHead(ops: Op[], model: GridModel, column: number, middle: number, layout: Layout, ground: Ground): void {
  const head = model.head(column);
  const widths = [head.input, head.target].map((text) => textWidth(text, { size: TEXT, mono: true, bold: true }));
  const half = Math.max(34, ...widths.map((width) => width + 10)) / 2;
  const at = Math.max(layout.left + half, Math.min(layout.width - half - 2, middle));
  ops.push({ op: "rect", x: at - half, y: 4, w: 2 * half, h: layout.top - 8, fill: ground.surface });
  ops.push({ op: "text", x: at, y: 13, text: head.index, size: 10, bold: true, fill: ground.text, align: "center" });
  ops.push({ op: "text", x: at, y: 29, text: head.input, size: TEXT, mono: true, fill: ground.text, align: "center" });
  ops.push({ op: "text", x: at, y: 46, text: head.target, size: TEXT, mono: true, bold: true, fill: ground.accent, align: "center" });
}
