// A drawing as a list of operations: painted on a canvas each frame, and written as SVG when a view is exported.

import type { Lut } from "../theme";

/** An image of one pixel a cell, kept off screen: the base of a large grid. */
export interface CellImage {
  columns: number;
  rows: number;
  /** Tiles of [`TILE`] columns, as browsers limit the width of a canvas. */
  tiles: HTMLCanvasElement[];
  /** Index into the lut of a cell's colour, -1 for blank. */
  step(row: number, column: number): number;
  lut: Lut;
  blank: string;
}

export const TILE = 4096;

export type Op =
  | { op: "rect"; x: number; y: number; w: number; h: number; fill?: string; stroke?: string; line?: number; round?: number }
  | { op: "text"; x: number; y: number; text: string; size: number; fill: string; mono?: boolean; bold?: boolean; italic?: boolean; align?: "left" | "center" | "right" }
  | { op: "path"; points: number[]; stroke?: string; fill?: string; line?: number; dash?: number[]; close?: boolean }
  /** Straight pieces: x1, y1, x2, y2 … */
  | { op: "lines"; points: number[]; stroke: string; line: number }
  | { op: "circle"; x: number; y: number; r: number; fill: string; stroke: string; line: number }
  /** Cells [c0, c1) x [r0, r1) of an image, each w x h, the first at x, y. */
  | { op: "cells"; image: CellImage; r0: number; r1: number; c0: number; c1: number; x: number; y: number; w: number; h: number }
  | { op: "clip"; x: number; y: number; w: number; h: number }
  | { op: "unclip" };

/** The same elsewhere. */
export function moved(op: Op, dx: number, dy: number): Op {
  switch (op.op) {
    case "unclip":
      return op;
    case "path":
    case "lines":
      return { ...op, points: op.points.map((value, i) => value + (i % 2 ? dy : dx)) };
    default:
      return { ...op, x: op.x + dx, y: op.y + dy };
  }
}

export const SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif';
export const MONO = 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace';

export const font = (op: { size: number; mono?: boolean; bold?: boolean; italic?: boolean }): string =>
  `${op.italic ? "italic " : ""}${op.bold ? "600 " : ""}${op.size}px ${op.mono ? MONO : SANS}`;
