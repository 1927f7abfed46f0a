// Watched tokens over the layers, as a draw list: lines told apart by colour, dash and marker, labelled directly.

import { fit, textWidth } from "../draw/canvas";
import type { Op } from "../draw/ops";
import { layerTicks } from "../draw/ticks";
import type { WatchScale } from "../state";
import { bits, percent, rank as writeRank } from "../text/numbers";
import { token } from "../text/visible";
import { DASHES, MARKERS, type Ground } from "../theme";
import { gaps, type Line } from "./series";

export interface Chart {
  lines: Line[];
  scale: WatchScale;
  /** Names of the rows. */
  rows: string[];
  row: number;
  vocabulary: number;
  topK: number;
  /** Whether every number of the run is finite. */
  finite: boolean;
  width: number;
  height: number;
}

const LEFT = 56;
/** Room for the labels at the lines' ends: less of it where there is little. */
const labelRoom = ({ width }: Chart): number => (width < 480 ? 116 : 148);
const TOP = 18;
const GAP_ROW = 18;

interface Frame {
  x(row: number): number;
  y(value: number): number;
  each: number;
  bottom: number;
  right: number;
}

const MORE_LABEL = 15;

/** Lines that have gaps, each of which gets a row below the chart. */
const holed = (lines: Line[]) => lines.map((line, i) => ({ line, i })).filter(({ line }) => line.values.some(Number.isNaN));

function frame(chart: Chart): Frame {
  const bottom = chart.height - 44 - GAP_ROW * holed(chart.lines).length;
  const right = chart.width - labelRoom(chart);
  const each = (right - LEFT) / Math.max(1, chart.rows.length);
  const height = Math.max(40, bottom - TOP);
  const along = range(chart);
  return { x: (row) => LEFT + (row + 0.5) * each, y: (value) => TOP + along(value) * height, each, bottom: TOP + height, right };
}

/** Where a value lies: 0 at the top, 1 at the bottom. */
function range(chart: Chart): (value: number) => number {
  if (chart.scale === "rank") {
    const deepest = Math.log(Math.max(10, chart.vocabulary));
    return (value) => 0.02 + (0.96 * Math.log(value)) / deepest;
  }
  if (chart.scale === "prob") return (value) => 1 - value;
  const most = extentOf(chart);
  return (value) => 0.5 - value / (2 * most);
}

function extentOf(chart: Chart): number {
  const all = chart.lines.flatMap((line) => line.values).filter((value) => Number.isFinite(value));
  return Math.max(1, Math.ceil(Math.max(0, ...all.map(Math.abs)) * 1.1));
}

function yTicks(chart: Chart): { value: number; label: string }[] {
  if (chart.scale === "rank") {
    const ticks = [];
    for (let value = 1; value <= chart.vocabulary; value *= 10) ticks.push({ value, label: writeRank(value) });
    return ticks;
  }
  if (chart.scale === "prob") return [0, 0.25, 0.5, 0.75, 1].map((value) => ({ value, label: `${value * 100}%` }));
  const most = extentOf(chart);
  return [-most, -most / 2, 0, most / 2, most].map((value) => ({ value, label: `${value > 0 ? "+" : ""}${+value.toFixed(1)}` }));
}

/** The row under a point. */
export function chartRow(chart: Chart, x: number): number {
  const { each } = frame(chart);
  return Math.max(0, Math.min(chart.rows.length - 1, Math.floor((x - LEFT) / each)));
}

export function paintChart(chart: Chart, ground: Ground, colors: string[]): Op[] {
  const at = frame(chart);
  const ops: Op[] = [];
  axes(ops, chart, at, ground);
  chart.lines.forEach((line, i) => stroke(ops, line, i, at, colors[i % colors.length] as string, ground));
  labels(ops, chart, at, ground, colors);
  holed(chart.lines).forEach(({ line, i }, slot) => gapRow(ops, chart, line, at, slot, colors[i % colors.length] as string, ground));
  return ops;
}

function axes(ops: Op[], chart: Chart, at: Frame, ground: Ground): void {
  ops.push({ op: "rect", x: at.x(chart.row) - at.each / 2, y: TOP - 8, w: at.each, h: at.bottom - TOP + 14, fill: ground.raised });
  for (const { value, label } of yTicks(chart)) {
    const y = at.y(value);
    ops.push({ op: "lines", points: [LEFT, y, at.right, y], stroke: ground.line, line: 1 });
    ops.push({ op: "text", x: LEFT - 8, y, text: label, size: 11, fill: ground.muted, align: "right" });
  }
  for (const row of layerTicks(chart.rows, at.each, (name) => textWidth(name, { size: 11 }), chart.row)) {
    const on = row === chart.row;
    const name = chart.rows[row] as string;
    ops.push({ op: "text", x: at.x(row), y: at.bottom + 15, text: name, size: 11, fill: on ? ground.text : ground.muted, bold: on, align: "center" });
  }
  const names: Record<WatchScale, string> = { rank: "rank, 1 is best (log)", prob: "probability", logit: "logit, less the first token's" };
  ops.push({ op: "text", x: LEFT, y: 7, text: names[chart.scale], size: 11, fill: ground.muted });
  ops.push({ op: "text", x: at.right, y: at.bottom + 31, text: "after layer", size: 11, fill: ground.muted, align: "right" });
}

function stroke(ops: Op[], line: Line, index: number, at: Frame, color: string, ground: Ground): void {
  const dash = DASHES[index % DASHES.length] ?? [];
  let run: number[] = [];
  const finish = () => {
    if (run.length > 2) ops.push({ op: "path", points: run, stroke: color, line: 2.25, dash });
    run = [];
  };
  line.values.forEach((value, row) => {
    if (Number.isNaN(value)) finish();
    else run.push(at.x(row), at.y(value));
  });
  finish();
  const every = Math.max(1, Math.round(16 / at.each));
  line.values.forEach((value, row) => {
    const alone = Number.isNaN(line.values[row - 1] ?? NaN) && Number.isNaN(line.values[row + 1] ?? NaN);
    const last = row === line.values.length - 1;
    if (!Number.isNaN(value) && (row % every === 0 || last || alone)) marker(ops, MARKERS[index % MARKERS.length] ?? "circle", at.x(row), at.y(value), color, ground);
  });
}

/** A marker of the theme, filled or open. */
export function marker(ops: Op[], name: string, x: number, y: number, color: string, ground: Ground): void {
  const open = name.endsWith("-open");
  const fill = open ? ground.surface : color;
  const look = { fill, stroke: color, line: 1.75 };
  const r = 4;
  switch (name.replace("-open", "")) {
    case "diamond":
      ops.push({ op: "path", points: [x, y - r - 1, x + r + 1, y, x, y + r + 1, x - r - 1, y], close: true, ...look });
      break;
    case "triangle":
      ops.push({ op: "path", points: [x, y - r - 0.5, x + r + 0.5, y + r - 0.5, x - r - 0.5, y + r - 0.5], close: true, ...look });
      break;
    case "square":
      ops.push({ op: "path", points: [x - r + 0.5, y - r + 0.5, x + r - 0.5, y - r + 0.5, x + r - 0.5, y + r - 0.5, x - r + 0.5, y + r - 0.5], close: true, ...look });
      break;
    default:
      ops.push({ op: "circle", x, y, r: r - 0.5, ...look });
  }
}

const WRITE: Record<WatchScale, (value: number) => string> = { rank: writeRank, prob: percent, logit: bits };

const MARK = { size: 9 };
/** `1/5`: the numbers are those of the first of five tokens. */
const piece = ({ of }: Line): string => (of ? `1/${of.tokens}` : "");

/** Token and last value beside each line's end, moved apart where they would meet. */
function labels(ops: Op[], chart: Chart, at: Frame, ground: Ground, colors: string[]): void {
  const ends = chart.lines.flatMap((line, i) => {
    const row = line.values.findLastIndex((value) => !Number.isNaN(value));
    return row < 0 ? [] : [{ line, i, row, from: at.y(line.values[row] as number), y: 0 }];
  });
  ends.sort((a, b) => a.from - b.from);
  let floor = TOP - 6;
  for (const end of ends) {
    end.y = Math.max(end.from, floor);
    floor = end.y + MORE_LABEL;
  }
  // Pushed out at the bottom, they are moved up together.
  let ceiling = at.bottom + 6;
  for (const end of [...ends].reverse()) {
    end.y = Math.min(end.y, ceiling);
    ceiling = end.y - MORE_LABEL;
  }
  for (const { line, i, row, from, y } of ends) {
    const color = colors[i % colors.length] as string;
    const value = WRITE[chart.scale](line.values[row] as number);
    ops.push({ op: "lines", points: [at.x(row) + 6, from, at.right + 10, y], stroke: color, line: 1 });
    const mark = piece(line);
    const name = fit(token(line.text), labelRoom(chart) - 26 - textWidth(value, { size: 12 }) - (mark ? textWidth(mark, MARK) + 4 : 0), { size: 12, mono: true });
    let x = at.right + 14;
    ops.push({ op: "text", x, y, text: name, size: 12, mono: true, bold: true, fill: ground.text });
    x += textWidth(name, { size: 12, mono: true, bold: true });
    if (mark) ops.push({ op: "text", x: x + 4, y: y - 3, text: mark, ...MARK, fill: ground.muted });
    ops.push({ op: "text", x: x + (mark ? textWidth(mark, MARK) + 12 : 8), y, text: value, size: 12, fill: ground.muted });
  }
}

/** Below the chart, where a token's numbers are missing: said in words, never drawn as a line. */
function gapRow(ops: Op[], chart: Chart, line: Line, at: Frame, slot: number, color: string, ground: Ground): void {
  const y = at.bottom + 40 + slot * GAP_ROW;
  const why = `${chart.finite ? "" : "not finite, or "}not recorded: beyond the top ${chart.topK}`;
  for (const [from, to] of gaps(line.values)) {
    const [x, end] = [at.x(from) - at.each / 2 + 1, at.x(to) + at.each / 2 - 1];
    ops.push({ op: "rect", x, y, w: end - x, h: GAP_ROW - 5, fill: ground.sunken, round: 3 });
    ops.push({ op: "rect", x, y, w: 3, h: GAP_ROW - 5, fill: color });
    const text = fit(why, end - x - 12, { size: 10 });
    if (text) ops.push({ op: "text", x: x + 8, y: y + (GAP_ROW - 5) / 2, text, size: 10, fill: ground.muted });
  }
  ops.push({ op: "text", x: at.right + 14, y: y + (GAP_ROW - 5) / 2, text: fit(token(line.text), labelRoom(chart) - 20, { size: 11, mono: true }), size: 11, mono: true, fill: ground.muted });
}
