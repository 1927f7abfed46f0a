// The view as a file: SVG from the draw list, PNG from the same, framed as a figure: what it is of, its scale, who made it.

import { paint, textWidth } from "../draw/canvas";
import { moved, type Op } from "../draw/ops";
import { toSvg } from "../draw/svg";
import type { Ground } from "../theme";

export interface Drawing {
  ops: Op[];
  width: number;
  height: number;
}

/** What stands around a drawing. */
export interface Frame {
  /** Of which text. */
  title: string;
  /** The colours' scale, where colours are used. */
  legend: Drawing | null;
  /** Model, lens, norm, precision. */
  caption: string;
  colors: Ground;
}

const TITLE = 30;
const CAPTION = 26;
const GAP = 10;
/** Browsers refuse a canvas with a longer side, and some one with a larger area. */
const LONGEST = 16_384;
const LARGEST = 2 ** 26;

/** Cuts a line that is too long. */
function shortened(text: string, width: number, look: { size: number; bold?: boolean }): string {
  const letters = Array.from(text);
  if (textWidth(text, look) <= width) return text;
  let [low, high] = [0, letters.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (textWidth(`${letters.slice(0, middle).join("")}…`, look) <= width) low = middle;
    else high = middle - 1;
  }
  return `${letters.slice(0, low).join("")}…`;
}

/** The drawing with its title above, and legend and caption below. */
export function framed(drawing: Drawing, { title, legend, caption, colors }: Frame): Drawing {
  const width = Math.max(drawing.width, 360, (legend?.width ?? 0) + 16);
  const room = width - 16;
  const ops: Op[] = [{ op: "text", x: 8, y: TITLE / 2, text: shortened(title, room, { size: 13, bold: true }), size: 13, bold: true, fill: colors.text }];
  ops.push(...drawing.ops.map((op) => moved(op, 0, TITLE)));
  let y = TITLE + drawing.height + GAP;
  if (legend) {
    ops.push(...legend.ops.map((op) => moved(op, 8, y)));
    y += legend.height;
  }
  ops.push({ op: "text", x: 8, y: y + CAPTION / 2, text: shortened(caption, room, { size: 11 }), size: 11, fill: colors.muted });
  return { ops, width, height: y + CAPTION };
}

/** How many pixels of a PNG there are to one of the drawing: two, less where no canvas is that large; 0: not even half. */
export function pngScale({ width, height }: { width: number; height: number }): number {
  const scale = Math.min(2, LONGEST / Math.max(width, height), Math.sqrt(LARGEST / (width * height)));
  return scale < 0.5 ? 0 : scale;
}

export function saveSvg(drawing: Drawing, frame: Frame, name: string): void {
  const { ops, width, height } = framed(drawing, frame);
  const text = toSvg(ops, width, height, frame.colors.surface, `${frame.title} — ${frame.caption}`);
  save(new Blob([text], { type: "image/svg+xml" }), `${name}.svg`);
}

/** False where it is too large to be pixels. */
export function savePng(drawing: Drawing, frame: Frame, name: string): boolean {
  const { ops, width, height } = framed(drawing, frame);
  const scale = pngScale({ width, height });
  const canvas = document.createElement("canvas");
  canvas.width = Math.floor(width * scale);
  canvas.height = Math.floor(height * scale);
  const context = scale ? canvas.getContext("2d") : null;
  if (!context) return false;
  context.scale(scale, scale);
  context.fillStyle = frame.colors.surface;
  context.fillRect(0, 0, width, height);
  paint(context, ops);
  canvas.toBlob((blob) => blob && save(blob, `${name}.png`));
  return true;
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  const url = URL.createObjectURL(blob);
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
