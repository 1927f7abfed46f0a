// The view as a file: SVG from the draw list, PNG from the same.

import { paint } from "../draw/canvas";
import type { Op } from "../draw/ops";
import { toSvg } from "../draw/svg";

export interface Drawing {
  ops: Op[];
  width: number;
  height: number;
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  const url = URL.createObjectURL(blob);
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Room for the caption below a drawing. */
const CAPTION = 26;

function captioned(drawing: Drawing, caption: string, color: string): Drawing {
  const text: Op = { op: "text", x: 8, y: drawing.height + CAPTION / 2, text: caption, size: 11, fill: color };
  return { ...drawing, height: drawing.height + CAPTION, ops: [...drawing.ops, text] };
}

export function saveSvg(drawing: Drawing, name: string, caption: string, background: string, ink: string): void {
  const { ops, width, height } = captioned(drawing, caption, ink);
  save(new Blob([toSvg(ops, width, height, background, caption)], { type: "image/svg+xml" }), `${name}.svg`);
}

export function savePng(drawing: Drawing, name: string, caption: string, background: string, ink: string): void {
  const { ops, width, height } = captioned(drawing, caption, ink);
  const scale = 2;
  const canvas = document.createElement("canvas");
  canvas.width = width * scale;
  canvas.height = height * scale;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.scale(scale, scale);
  context.fillStyle = background;
  context.fillRect(0, 0, width, height);
  paint(context, ops);
  canvas.toBlob((blob) => blob && save(blob, `${name}.png`));
}
