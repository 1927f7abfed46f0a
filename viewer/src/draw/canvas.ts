// A draw list on a canvas, and the measuring of text.

import { font, TILE, type CellImage, type Op } from "./ops";

export function paint(context: CanvasRenderingContext2D, ops: readonly Op[]): void {
  context.textBaseline = "middle";
  for (const op of ops) {
    switch (op.op) {
      case "rect":
        rect(context, op);
        break;
      case "text":
        context.font = font(op);
        context.fillStyle = op.fill;
        context.textAlign = op.align ?? "left";
        context.fillText(op.text, op.x, op.y);
        break;
      case "path":
      case "lines":
        path(context, op);
        break;
      case "circle":
        context.beginPath();
        context.arc(op.x, op.y, op.r, 0, 2 * Math.PI);
        context.fillStyle = op.fill;
        context.fill();
        context.lineWidth = op.line;
        context.strokeStyle = op.stroke;
        context.setLineDash([]);
        context.stroke();
        break;
      case "cells":
        cells(context, op);
        break;
      case "clip":
        context.save();
        context.beginPath();
        context.rect(op.x, op.y, op.w, op.h);
        context.clip();
        context.textBaseline = "middle";
        break;
      case "unclip":
        context.restore();
        context.textBaseline = "middle";
        break;
    }
  }
}

function rect(context: CanvasRenderingContext2D, op: Extract<Op, { op: "rect" }>): void {
  context.beginPath();
  if (op.round) context.roundRect(op.x, op.y, op.w, op.h, op.round);
  else context.rect(op.x, op.y, op.w, op.h);
  if (op.fill) {
    context.fillStyle = op.fill;
    context.fill();
  }
  if (op.stroke) {
    context.setLineDash([]);
    context.lineWidth = op.line ?? 1;
    context.strokeStyle = op.stroke;
    context.stroke();
  }
}

function path(context: CanvasRenderingContext2D, op: Extract<Op, { op: "path" | "lines" }>): void {
  context.beginPath();
  const each = op.op === "lines" ? 4 : op.points.length;
  for (let start = 0; start < op.points.length; start += each) {
    for (let i = start; i < start + each; i += 2) {
      const [x, y] = [op.points[i] as number, op.points[i + 1] as number];
      if (i === start) context.moveTo(x, y);
      else context.lineTo(x, y);
    }
  }
  if (op.op === "path" && op.close) context.closePath();
  if (op.op === "path" && op.fill) {
    context.fillStyle = op.fill;
    context.fill();
  }
  if (op.stroke) {
    context.setLineDash(op.op === "path" ? (op.dash ?? []) : []);
    context.lineJoin = "round";
    context.lineWidth = op.line ?? 1;
    context.strokeStyle = op.stroke;
    context.stroke();
  }
}

function cells(context: CanvasRenderingContext2D, op: Extract<Op, { op: "cells" }>): void {
  context.imageSmoothingEnabled = false;
  const rows = op.r1 - op.r0;
  for (let c = op.c0; c < op.c1; ) {
    const tile = Math.floor(c / TILE);
    const end = Math.min(op.c1, (tile + 1) * TILE);
    const image = op.image.tiles[tile];
    const x = op.x + (c - op.c0) * op.w;
    if (image) context.drawImage(image, c - tile * TILE, op.r0, end - c, rows, x, op.y, (end - c) * op.w, rows * op.h);
    c = end;
  }
}

/** Makes (or makes anew) the image of a grid: `steps` are its cells' indices into the lut. */
export function cellImage(
  columns: number,
  rows: number,
  steps: Int16Array,
  lut: CellImage["lut"],
  blank: string,
): CellImage {
  const hex = parseInt(blank.slice(1), 16);
  const ground = ((255 << 24) | ((hex & 255) << 16) | (hex & 0xff00) | (hex >> 16)) >>> 0;
  const tiles: HTMLCanvasElement[] = [];
  for (let start = 0; start < columns; start += TILE) {
    const width = Math.min(TILE, columns - start);
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = rows;
    const context = canvas.getContext("2d");
    if (context) {
      const data = context.createImageData(width, rows);
      const pixels = new Uint32Array(data.data.buffer);
      for (let row = 0; row < rows; row++) {
        for (let x = 0; x < width; x++) {
          const step = steps[row * columns + start + x] as number;
          pixels[row * width + x] = step < 0 ? ground : (lut.packed[step] as number);
        }
      }
      context.putImageData(data, 0, 0);
    }
    tiles.push(canvas);
  }
  return { columns, rows, tiles, step: (row, column) => steps[row * columns + column] as number, lut, blank };
}

/** A canvas of this many CSS pixels, sharp on this screen. False: it had that size already. */
export function resize(canvas: HTMLCanvasElement, width: number, height: number): boolean {
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width === w && canvas.height === h) return false;
  canvas.width = w;
  canvas.height = h;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  return true;
}

let measuring: CanvasRenderingContext2D | null = null;
const widths = new Map<string, number>();

export function textWidth(text: string, style: { size: number; mono?: boolean; bold?: boolean }): number {
  const key = `${font(style)}\0${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    measuring ??= document.createElement("canvas").getContext("2d");
    if (!measuring) return text.length * style.size * 0.6;
    measuring.font = font(style);
    width = measuring.measureText(text).width;
    if (widths.size > 200_000) widths.clear();
    widths.set(key, width);
  }
  return width;
}

const segments = typeof Intl !== "undefined" && "Segmenter" in Intl ? new Intl.Segmenter() : null;
const fitted = new Map<string, string>();

/** `text` in at most `room` pixels, ending in an ellipsis where it was cut; "" where not even that fits. */
export function fit(text: string, room: number, style: { size: number; mono?: boolean; bold?: boolean }): string {
  if (textWidth(text, style) <= room) return text;
  const key = `${room}\0${font(style)}\0${text}`;
  let cut = fitted.get(key);
  if (cut === undefined) {
    const letters = segments ? Array.from(segments.segment(text), (part) => part.segment) : Array.from(text);
    let [low, high] = [0, letters.length];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (textWidth(`${letters.slice(0, middle).join("")}…`, style) <= room) low = middle;
      else high = middle - 1;
    }
    cut = low > 0 ? `${letters.slice(0, low).join("")}…` : "";
    if (fitted.size > 100_000) fitted.clear();
    fitted.set(key, cut);
  }
  return cut;
}
