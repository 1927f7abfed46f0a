// One position over the layers, small: the target's rank as a line, the metric as colours.

import { textWidth } from "../draw/canvas";
import type { Op } from "../draw/ops";
import { layerTicks } from "../draw/ticks";
import { scale, tableOf, values } from "../metric";
import type { Column } from "../reading/column";
import type { Reading } from "../reading/reading";
import type { Cell } from "../state";
import { ground, step, type Ramp, type Shade } from "../theme";

export const STRIP_HEIGHT = 112;
const LEFT = 34;
const CHART = 72;
const CELLS = 14;

/** The row under a point. */
export function stripRow(reading: Reading, x: number, width: number): number {
  const each = (width - LEFT) / reading.height;
  return Math.max(0, Math.min(reading.height - 1, Math.floor((x - LEFT) / each)));
}

export function stripOps(reading: Reading, cell: Cell, metric: Column, ramp: Ramp, shade: Shade, width: number): Op[] {
  const colors = ground(shade);
  const table = tableOf(metric, ramp, shade);
  const each = (width - LEFT) / reading.height;
  const x = (row: number) => LEFT + (row + 0.5) * each;
  const deepest = Math.log(Math.max(10, reading.info.model.vocabulary));
  const y = (rank: number) => 7 + (Math.log(rank) / deepest) * (CHART - 14);
  const ops: Op[] = [];
  for (let rank = 1; Math.log(rank) <= deepest; rank *= 100) {
    ops.push({ op: "lines", points: [LEFT, y(rank), width, y(rank)], stroke: colors.line, line: 1 });
    const text = rank >= 1000 ? `${rank / 1000}k` : String(rank);
    ops.push({ op: "text", x: LEFT - 6, y: y(rank), text, size: 10, fill: colors.muted, align: "right" });
  }
  const at = cell.row;
  ops.push({ op: "rect", x: x(at) - each / 2, y: 0, w: each, h: CHART + CELLS + 4, fill: colors.sunken });
  const rankAt = (row: number) => reading.columns.at("target_rank", reading.cell(row, cell.column));
  let points: number[] = [];
  // Where there is no rank the line is broken.
  for (let row = 0; row <= reading.height; row++) {
    if (row < reading.height && !Number.isNaN(rankAt(row))) points.push(x(row), y(rankAt(row)));
    else if (points.length) {
      ops.push({ op: "path", points, stroke: colors.accent, line: 2 });
      points = [];
    }
  }
  if (!Number.isNaN(rankAt(at))) ops.push({ op: "circle", x: x(at), y: y(rankAt(at)), r: 3.5, fill: colors.surface, stroke: colors.accent, line: 2 });
  const column = values(reading, metric);
  const strength = scale(metric, reading);
  for (let row = 0; row < reading.height; row++) {
    const index = step(strength(column[reading.cell(row, cell.column)] as number));
    const fill = index < 0 ? colors.sunken : (table.css[index] as string);
    ops.push({ op: "rect", x: x(row) - each / 2, y: CHART + 2, w: Math.max(1, each - 1), h: CELLS, fill });
  }
  // The last label stays within the strip.
  const names = reading.rows.map((_, row) => reading.rowName(row));
  const wide = (label: string) => textWidth(label, { size: 10 }) + 6;
  for (const row of layerTicks(names, each, wide, at)) {
    const [text, on] = [names[row] as string, row === at];
    const middle = Math.min(x(row), width - wide(text) / 2 + 2);
    ops.push({ op: "text", x: middle, y: CHART + CELLS + 14, text, size: 10, bold: on, fill: on ? colors.text : colors.muted, align: "center" });
  }
  return ops;
}
