// A draw list as an SVG document: real text, every cell a rectangle.

import { MONO, SANS, type Op } from "./ops";

const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c] as string);
const n = (value: number) => String(Math.round(value * 100) / 100);

export function toSvg(ops: readonly Op[], width: number, height: number, background: string, title: string): string {
  let clips = 0;
  const body = ops.map((op): string => {
    switch (op.op) {
      case "rect":
        return `<rect x="${n(op.x)}" y="${n(op.y)}" width="${n(op.w)}" height="${n(op.h)}"${op.round ? ` rx="${op.round}"` : ""} fill="${op.fill ?? "none"}"${op.stroke ? ` stroke="${op.stroke}" stroke-width="${op.line ?? 1}"` : ""}/>`;
      case "text": {
        const anchor = { left: "start", center: "middle", right: "end" }[op.align ?? "left"];
        const extra = `${op.bold ? ' font-weight="600"' : ""}${op.italic ? ' font-style="italic"' : ""}${op.mono ? ' class="m"' : ""}`;
        return `<text x="${n(op.x)}" y="${n(op.y)}" font-size="${op.size}" fill="${op.fill}" text-anchor="${anchor}"${extra}>${escaped(op.text)}</text>`;
      }
      case "path": {
        const dash = op.dash?.length ? ` stroke-dasharray="${op.dash.join(" ")}"` : "";
        const points = op.points.map((value, i) => `${i === 0 ? "M" : i % 2 ? " " : "L"}${n(value)}`).join("");
        return `<path d="${points}${op.close ? "z" : ""}" fill="${op.fill ?? "none"}" stroke="${op.stroke ?? "none"}" stroke-width="${op.line ?? 1}" stroke-linejoin="round"${dash}/>`;
      }
      case "lines": {
        const points = op.points.map((value, i) => `${i % 4 === 0 ? "M" : i % 4 === 2 ? "L" : " "}${n(value)}`).join("");
        return `<path d="${points}" fill="none" stroke="${op.stroke}" stroke-width="${op.line}"/>`;
      }
      case "circle":
        return `<circle cx="${n(op.x)}" cy="${n(op.y)}" r="${op.r}" fill="${op.fill}" stroke="${op.stroke}" stroke-width="${op.line}"/>`;
      case "cells":
        return cells(op);
      case "clip":
        clips++;
        return `<clipPath id="c${clips}"><rect x="${n(op.x)}" y="${n(op.y)}" width="${n(op.w)}" height="${n(op.h)}"/></clipPath><g clip-path="url(#c${clips})">`;
      case "unclip":
        return "</g>";
    }
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${n(width)}" height="${n(height)}" viewBox="0 0 ${n(width)} ${n(height)}" font-family='${SANS}'>
<title>${escaped(title)}</title>
<style>text{dominant-baseline:central;white-space:pre}.m{font-family:${MONO}}</style>
<rect width="100%" height="100%" fill="${background}"/>
${body.join("\n")}
</svg>
`;
}

function cells(op: Extract<Op, { op: "cells" }>): string {
  const rects: string[] = [];
  for (let row = op.r0; row < op.r1; row++) {
    for (let column = op.c0; column < op.c1; column++) {
      const step = op.image.step(row, column);
      if (step < 0) continue;
      const [x, y] = [op.x + (column - op.c0) * op.w, op.y + (row - op.r0) * op.h];
      rects.push(`<rect x="${n(x)}" y="${n(y)}" width="${n(op.w)}" height="${n(op.h)}" fill="${op.image.lut.css[step]}"/>`);
    }
  }
  return rects.join("\n");
}
