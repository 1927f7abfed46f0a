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

/** What a picture says around its drawing. */
export interface About {
  /** Of which text, or texts. */
  titles: string[];
  /** Of which place in it, where it is of one. */
  place?: string;
  /** The colours' scales, where colours are used. */
  legends: Drawing[];
  /** Model, lens, norm, precision; whatever else must be known. */
  captions: string[];
}

export interface Frame extends About {
  colors: Ground;
}

const TITLE = 30;
const LINE = 18;
const CAPTION = 26;
/** A small drawing is set in a wider picture for the sake of its words, up to this. */
const WORDS = 720;
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

/** The drawing with its titles above, and legends and captions below. */
export function framed(drawing: Drawing, { titles, place, legends, captions, colors }: Frame): Drawing {
  const bold = { size: 13, bold: true };
  const above = [...titles.map((text) => ({ text, ...bold, fill: colors.text })), ...(place ? [{ text: place, size: 12, fill: colors.text }] : [])];
  const below = captions.map((text) => ({ text, size: 11, fill: colors.muted }));
  const words = Math.max(...[...above, ...below].map((line) => textWidth(line.text, line)));
  const width = Math.max(drawing.width, 360, Math.min(WORDS, Math.ceil(words) + 16), ...legends.map((legend) => legend.width + 16));
  const ops: Op[] = [];
  const write = (line: (typeof above)[number], y: number) => ops.push({ op: "text", x: 8, y, ...line, text: shortened(line.text, width - 16, line) });
  above.forEach((line, i) => write(line, TITLE / 2 + i * LINE));
  const top = TITLE + LINE * (above.length - 1);
  ops.push(...drawing.ops.map((op) => moved(op, 0, top)));
  let y = top + drawing.height + GAP;
  for (const legend of legends) {
    const at = y;
    ops.push(...legend.ops.map((op) => moved(op, 8, at)));
    y += legend.height;
  }
  below.forEach((line, i) => write(line, y + CAPTION / 2 + i * LINE));
  return { ops, width, height: y + CAPTION + LINE * (below.length - 1) };
}

/** How many pixels of a PNG there are to one of the drawing: two, less where no canvas is that large; 0: not even half. */
export function pngScale({ width, height }: { width: number; height: number }): number {
  const scale = Math.min(2, LONGEST / Math.max(width, height), Math.sqrt(LARGEST / (width * height)));
  return scale < 0.5 ? 0 : scale;
}

export function saveSvg(drawing: Drawing, frame: Frame, name: string): boolean {
  const { ops, width, height } = framed(drawing, frame);
  const text = toSvg(ops, width, height, frame.colors.surface, [...frame.titles, frame.place, ...frame.captions].filter((part) => part).join(" — "));
  save(new Blob([text], { type: "image/svg+xml" }), `${name}.svg`);
  return true;
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

export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  const url = URL.createObjectURL(blob);
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
