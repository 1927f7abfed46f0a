import { describe, expect, it } from "vitest";
import { hit, inView, isInView, layoutOf, scrollTo, type Layout } from "../src/grid/layout";
import { describeCell, readingGrid } from "../src/grid/model";
import { paintGrid } from "../src/grid/paint";
import type { Op } from "../src/draw/ops";
import { toSvg } from "../src/draw/svg";
import { differenceTicks } from "../src/grid/difference";
import { layerTicks } from "../src/draw/ticks";
import { scale, strength, ticks, values } from "../src/metric";
import { ground, lut } from "../src/theme";
import { framed, pngScale } from "../src/ui/export";
import { panesIn, panesShown, switched } from "../src/views/panes";
import { stripOps } from "../src/views/strip";
import { column, example, METRIC_NAMES } from "./support";

const model = () => readingGrid(example(), column("rank"), lut("cividis", "light"));
const LAYOUT: Layout = { w: 80, h: 20, left: 40, top: 58, width: 240, height: 118 };

describe("the grid's arithmetic", () => {
  it("finds the cell under a point by division, heads and beyond included", () => {
    const grid = model();
    expect(hit(grid, LAYOUT, { x: 0, y: 0 }, 41, 59)).toEqual({ row: 0, column: 0 });
    expect(hit(grid, LAYOUT, { x: 160, y: 40 }, 41, 59)).toEqual({ row: 2, column: 2 });
    expect(hit(grid, LAYOUT, { x: 0, y: 0 }, 10, 59)).toEqual({ row: 0, column: -1 });
    expect(hit(grid, LAYOUT, { x: 0, y: 0 }, 41, 10)).toEqual({ row: -1, column: 0 });
    expect(hit(grid, LAYOUT, { x: 480, y: 80 }, 239, 117)).toBeNull();
  });

  it("draws only what is in view", () => {
    const grid = model();
    expect(inView(grid, LAYOUT, { x: 85, y: 21 })).toEqual({ r0: 1, r1: 5, c0: 1, c1: 4 });
    const image = { columns: 7, rows: 5, tiles: [], step: () => 0, lut: grid.lut, blank: "#ffffff" };
    const ops = paintGrid(grid, image, LAYOUT, { x: 85, y: 21 }, ground("light"), { cursor: null, hover: null, pinned: false, focused: false });
    const cells = ops.filter((op) => op.op === "text" && op.y > LAYOUT.top && op.x > LAYOUT.left);
    expect(cells.length).toBe(4 * 3);
  });

  it("knows whether a cell is in view", () => {
    expect(isInView(LAYOUT, { x: 0, y: 0 }, 2, 1)).toBe(true);
    expect(isInView(LAYOUT, { x: 0, y: 0 }, 3, 1)).toBe(false);
    expect(isInView(LAYOUT, { x: 100, y: 20 }, 3, 0)).toBe(false);
    expect(isInView(LAYOUT, { x: 100, y: 20 }, 3, 3)).toBe(true);
  });

  it("scrolls no further than it must and never beyond the end", () => {
    const grid = model();
    expect(scrollTo(grid, LAYOUT, { x: 0, y: 0 }, 1, 0)).toEqual({ x: 0, y: 0 });
    const end = scrollTo(grid, LAYOUT, { x: 0, y: 0 }, 4, 6);
    expect(end).toEqual({ x: 7 * 80 - 200, y: 5 * 20 - 60 });
  });

  it("keeps cells readable as it comes, and shrinks rows to fit when zoomed out", () => {
    const tall = layoutOf(model(), 1000, 700, 0);
    expect(tall.w).toBeGreaterThanOrEqual(72);
    expect(layoutOf(model(), 1000, 700, -8).w).toBeLessThan(tall.w / 4);
    expect(layoutOf(model(), 1000, 158, -1).h).toBe(20);
    // A little tighter where all columns are in view with that, else as wide as tokens need.
    expect(layoutOf(model(), 510, 700, 0).w).toBeLessThan(72);
    expect(layoutOf(model(), 420, 700, 0).w).toBe(72);
    expect([150, 140].map((height) => layoutOf(model(), 1000, height, 0).h)).toEqual([18, 19]);
  });
});

describe("the panes of a comparison", () => {
  it("are as many as there is room for, and the one chosen last stays", () => {
    expect([374, 684, 1124, 2000].map(panesIn)).toEqual([1, 2, 3, 3]);
    expect([1, 2, 3].map((most) => panesShown(null, most))).toEqual([["difference"], ["a", "b"], ["a", "b", "difference"]]);
    const chosen = switched(panesShown(null, 2), "difference", true);
    expect(panesShown(chosen, 2)).toEqual(["b", "difference"]);
    expect(panesShown(chosen, 1)).toEqual(["difference"]);
    expect(switched(["b"], "b", false)).toEqual(["b"]);
    expect(switched(["a", "b"], "b", false)).toEqual(["a"]);
  });
});

describe("metrics", () => {
  it("have fixed scales whose legends say what they draw", () => {
    for (const metric of METRIC_NAMES) {
      const marks = ticks(column(metric), example()).ticks;
      expect(marks[0]?.strength).toBeCloseTo(1, 5);
      for (let i = 1; i < marks.length; i++) expect(marks[i]?.strength).toBeLessThan(marks[i - 1]?.strength as number);
    }
    expect(strength(column("rank"), 5001)).toBeNaN();
    expect(strength(column("rank"), 1)).toBe(1);
    expect(strength(column("kl"), 16.1)).toBeNaN();
    expect(strength(column("prob"), 0.00005)).toBeNaN();
    expect(strength(column("entropy"), NaN)).toBeNaN();
    expect(strength(column("kl"), -1e-7)).toBe(1);
  });

  it("put logits on the reading's own range, and say so", () => {
    const reading = example();
    const strengths = Array.from(values(reading, column("logit")), scale(column("logit"), reading));
    expect([Math.min(...strengths), Math.max(...strengths)]).toEqual([0, 1]);
    expect(ticks(column("logit"), reading).blank).toContain("own");
  });

  it("leave every ink readable", () => {
    for (const ramp of ["cividis", "viridis", "rose", "diverging"] as const) {
      for (const shade of ["light", "dark"] as const) {
        const { css, ink } = lut(ramp, shade);
        css.forEach((color, i) => expect(contrast(color, ink[i] as string)).toBeGreaterThanOrEqual(4.5));
      }
    }
  });
});

function contrast(a: string, b: string): number {
  const y = (hex: string) => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const c = parseInt(hex.slice(at, at + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [high, low] = [Math.max(y(a), y(b)), Math.min(y(a), y(b))];
  return (high + 0.05) / (low + 0.05);
}

describe("tokens that are not to be trusted", () => {
  it("are escaped in SVG and visible everywhere", () => {
    const svg = toSvg([{ op: "text", x: 0, y: 0, text: '</script><img onerror="x">&', size: 12, fill: "#000" }], 10, 10, "#fff", "<t>");
    expect(svg).toContain("&lt;/script&gt;&lt;img onerror=&quot;x&quot;&gt;&amp;");
    expect(svg).not.toContain("<img");
    const reading = example();
    const all = reading.rows.flatMap((_, row) => reading.positions.map((_, column) => describeCell(reading, row, column)));
    expect(all.join("")).toContain("⟨U+202E⟩evil");
    expect(all.join("")).not.toMatch(/[\u202e\u001b\n\t]/);
  });
});

describe("labels of an axis", () => {
  const layers = (count: number) => Array.from({ length: count }, (_, layer) => String(layer));
  const width = (label: string) => label.length * 5;
  it("stand in even steps, with the first and the last", () => {
    expect(layerTicks(layers(4), 80, width)).toEqual([0, 1, 2, 3]);
    expect(layerTicks(layers(30), 13, width)).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 29]);
    expect(layerTicks(layers(48), 4, width)).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 47]);
    // The embedding's label is the longest: layers make room for it.
    expect(layerTicks(["embed", ...layers(5)], 10, width)).toEqual([0, 3, 5]);
    expect(layerTicks(["embed", ...layers(30)], 13, width)).toEqual([0, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 30]);
    expect(layerTicks(["embed", ...layers(5)], 80, width)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(layerTicks([], 80, width)).toEqual([]);
    expect(layerTicks(["embed", ...layers(30)], 13, width, 4)).toEqual([0, 3, 4, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 30]);
    expect(layerTicks(layers(48), 4, width, 12)).toEqual([0, 5, 12, 20, 25, 30, 35, 40, 47]);
    expect(layerTicks(layers(48), 4, width, 46).slice(-3)).toEqual([35, 40, 46]);
  });
});

describe("an exported figure", () => {
  const colors = ground("light");
  const drawing = { ops: [{ op: "rect", x: 1, y: 2, w: 3, h: 4, fill: "#123456" }] satisfies Op[], width: 500, height: 200 };
  it("has its title above, its scale and caption below, and nothing on top of another", () => {
    const legend = { ops: [{ op: "rect", x: 0, y: 0, w: 5, h: 5, fill: "#abcdef" }] satisfies Op[], width: 300, height: 32 };
    const whole = framed(drawing, { titles: ["The keys"], legends: [legend], captions: ["a model"], colors });
    expect(whole.ops.map((op) => ("y" in op ? op.y : NaN))).toEqual([15, 32, 240, 285]);
    expect(whole.height).toBe(298);
    expect(framed(drawing, { titles: [""], legends: [], captions: [""], colors }).height).toBe(266);
  });
  it("says of two readings what both are, how they differ, and on which scales", () => {
    const about = { titles: ["A  The keys", "B  The key"], place: "Position 4", legends: [drawing, drawing], captions: ["aligned", "A: a model", "B: another"] };
    const { ops, width, height } = framed({ ...drawing, width: 100 }, { ...about, colors });
    const texts = ops.flatMap((op) => (op.op === "text" ? [op] : []));
    expect(texts.map(({ text }) => text)).toEqual([...about.titles, about.place, ...about.captions]);
    expect(new Set(texts.map(({ y }) => y)).size).toBe(6);
    expect(Math.max(...texts.map(({ y }) => y))).toBeLessThan(height - 8);
    expect(width).toBe(516);
    const ticks = differenceTicks(column("rank")).map(({ label, at }) => [label, at]);
    expect(ticks[0]).toEqual(["÷1000", -1]);
    expect(ticks[3]).toEqual(["=", 0]);
    expect(differenceTicks(column("entropy")).map(({ label }) => label)).toEqual(["−16", "−4", "0", "+4", "+16"]);
    expect(differenceTicks(column("entropy")).map(({ at }) => at)).toEqual([-1, -0.5, 0, 0.5, 1]);
  });
  it("is as many pixels as browsers take", () => {
    expect(pngScale({ width: 800, height: 600 })).toBe(2);
    expect(pngScale({ width: 16_384, height: 100 })).toBe(1);
    expect(pngScale({ width: 72_000, height: 1000 })).toBe(0);
  });
});

describe("the strip", () => {
  it("names each of its rows once, the one at hand among them", () => {
    const reading = example();
    for (let row = 0; row < reading.height; row++) {
      const texts = stripOps(reading, { row, column: 3 }, column("rank"), "cividis", "light", 280).flatMap((op) => (op.op === "text" && op.y > 90 ? [op] : []));
      const names = texts.map((op) => op.text);
      expect(new Set(names).size).toBe(names.length);
      expect(texts.find((op) => op.bold)?.text).toBe(reading.rowName(row));
      expect(Math.max(...texts.map((op) => op.x))).toBeLessThan(280);
    }
  });
});
