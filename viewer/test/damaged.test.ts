import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { differenceGrid } from "../src/grid/difference";
import { readingGrid } from "../src/grid/model";
import { align } from "../src/reading/align";
import { fromJson } from "../src/reading/json";
import { merge } from "../src/reading/merge";
import { decodePack } from "../src/reading/pack";
import type { Reading as Document } from "../src/reading/schema";
import { rankColumns } from "../src/source";
import { rank, rankShort } from "../src/text/numbers";
import { lut } from "../src/theme";
import { blanks } from "../src/ui/about";
import { scores } from "../src/views/series";
import { stripOps } from "../src/views/strip";
import { column as known, example, METRIC_NAMES } from "./support";

const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
const stored = (): Document => JSON.parse(fixture("damaged.json").toString()) as Document;
/** Written by Rust: the last layer, row 4, has no numbers from position 4 on. */
const damaged = () => fromJson(stored());
const [LAST, BAD] = [4, 6];

describe("a reading whose last layer is damaged", () => {
  it("is the same as a pack and as JSON, with its place", async () => {
    const packed = await decodePack(new Uint8Array(fixture("damaged.pack")));
    const reading = damaged();
    expect(packed.columns).toEqual(reading.columns);
    expect(packed.targets).toEqual(reading.targets);
    expect(packed.info.not_finite?.note).toMatch(/^the state at 3.mlp_out, position 4, is the first/);
    expect(packed.info).toEqual(reading.info);
    expect(blanks(reading)).toHaveLength(1);
    expect(blanks(example())).toEqual([]);
    expect(blanks(example(), reading)[0]).toMatch(/^B: the state/);
  });

  it("has no candidate, rank or target where there is none", () => {
    const reading = damaged();
    expect(reading.top(LAST, BAD)).toEqual([]);
    expect(reading.topId(LAST, BAD)).toBe(-1);
    expect(reading.target(LAST, BAD)).toEqual({ id: -1, logit: NaN, prob: NaN, rank: NaN });
    expect(reading.targetText(BAD)).toBe("(none)");
    expect(reading.top(0, BAD)).toHaveLength(5);
    expect([rank(NaN), rankShort(NaN)]).toEqual(["–", "–"]);
  });

  it.each(METRIC_NAMES)("is blank there under %s, never coloured", (metric) => {
    const reading = damaged();
    const grid = readingGrid(reading, known(metric), lut("cividis", "light"));
    for (const column of [4, 5, 6]) {
      expect(grid.steps[reading.cell(LAST, column)]).toBe(-1);
      expect([grid.label(LAST, column), grid.number(LAST, column), grid.tick(0, column)]).toEqual(["", "–", false]);
    }
    expect(grid.describe(LAST, BAD)).toMatch(/no numbers, as they are not finite$/);
    expect(grid.describe(0, BAD)).toMatch(/nothing came next, and the model has no choice of its own$/);
    // The rows above are as they were.
    const sound = readingGrid(example(), known(metric), lut("cividis", "light"));
    for (const column of [0, 1, 2, 3]) expect(grid.label(0, column)).toBe(sound.label(0, column));
  });

  it("leaves gaps in lines and differences", () => {
    const reading = damaged();
    const ops = stripOps(reading, { row: LAST, column: 5 }, known("rank"), "cividis", "light", 300);
    expect(JSON.stringify(ops)).not.toContain("null");
    expect(ops.filter(({ op }) => op === "circle")).toEqual([]);
    expect(scores(reading, undefined, 5, 5)[LAST]).toEqual({ rank: NaN, prob: NaN, logit: NaN });
    const grid = differenceGrid(example(), reading, align(example(), reading, null), known("kl"), lut("cividis", "light"));
    expect([grid.steps[reading.cell(0, 5)], grid.label(0, 5)]).toEqual([-1, "–"]);
  });

  it("grows part by part, though a part has no numbers at all", () => {
    const part = (positions: number[], rows: number[]): Document => {
      const doc = stored();
      const kept = doc.rows.filter((_, row) => rows.includes(row));
      const cells = doc.cells.filter((cell) => positions.includes(cell.position) && kept.some((row) => row.layer === cell.layer));
      return { ...doc, rows: kept, positions, cells };
    };
    const [first, more] = [fromJson(part([3], [LAST])), fromJson(part([4], [LAST]))];
    expect([first.columns.topK, more.columns.topK]).toEqual([5, 0]);
    for (const whole of [merge(first, more), merge(fromJson(part([4], [LAST])), fromJson(part([3], [LAST])))]) {
      expect(whole.top(0, 0)).toHaveLength(5);
      expect(whole.top(0, 1)).toEqual([]);
      expect(whole.columns.at("target_rank", 1)).toBeNaN();
    }
  });

  it("is answered by a server with null", () => {
    const [columns] = rankColumns({ tokens: [{ id: 1, text: "x", rank: [1, null], prob: [0.5, null], logit: [2, null] }] });
    expect(columns?.rank).toEqual(Float32Array.of(1, NaN));
  });
});
