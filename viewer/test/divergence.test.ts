import { readFileSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readingGrid } from "../src/grid/model";
import { colours, columnOf, isDiverging, metricNames, scale, tableOf, ticks, title, words } from "../src/metric";
import { fromJson } from "../src/reading/json";
import { decodePack } from "../src/reading/pack";
import { placeName, type Reading } from "../src/reading/reading";
import { readySource } from "../src/source";
import { State } from "../src/state";
import { lut } from "../src/theme";
import { made, says, titleText } from "../src/ui/about";
import { onKey } from "../src/ui/keys";
import { fromFragment, toFragment } from "../src/ui/link";
import { content } from "../src/views/table";
import { column, example } from "./support";

const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
// biome-ignore lint/suspicious/noExplicitAny: tests put things there that no type allows.
type Any = any;
const stored = (): Any => JSON.parse(fixture("divergence.json").toString()) as Any;
const divergence = (): Reading => fromJson(stored());
const changed = (change: (doc: Any) => void): Reading => {
  const doc = stored();
  change(doc);
  return fromJson(doc);
};
const state = (reading: Reading) => new State(reading, readySource(reading));

/** The fixture's pack with another head or other numbers. */
function packed(head: (head: Any) => void = () => undefined, more: number[] = []): Uint8Array {
  const bytes = new Uint8Array(gunzipSync(fixture("divergence.pack")));
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const value = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as Any;
  head(value);
  const text = new TextEncoder().encode(JSON.stringify(value));
  const start = new Uint8Array(4);
  new DataView(start.buffer).setUint32(0, text.length, true);
  return new Uint8Array(gzipSync(Uint8Array.from([...start, ...text, ...bytes.slice(4 + length), ...more])));
}

const OWN = { name: "effect", type: "number", per: "cell", unit: "logit", label: "effect, logits", describes: "what the head adds", says: "…", scale: { kind: "diverging", centre: 0, reach: 2 } };

/** Heads by spans, with a column of their own. */
const heads = (): Reading =>
  changed((doc) => {
    doc.about = { what: "heads", title: "What heads add", says: "A sum." };
    doc.other = undefined;
    doc.columns = [OWN];
    doc.rows = [{ site: "attn_out", layer: 26, head: 0 }, { site: "mlp_out", layer: 28, unit: 1042 }];
    doc.positions = [];
    doc.axis = { name: "span", labels: ["the subject", "the rest, and more"] };
    doc.cells = doc.rows.flatMap((row: object, r: number) => doc.axis.labels.map((span: string, c: number) => ({ ...row, span, effect: [[1, -2], [0, null]][r]?.[c] })));
  });

describe("a grid that is no lens reading", () => {
  it("is the same as a pack and as JSON", async () => {
    const [pack, json] = [await decodePack(packed()), divergence()];
    expect(pack.columns).toEqual(json.columns);
    expect([pack.targets, pack.info, pack.rows, pack.positions]).toEqual([json.targets, json.info, json.rows, json.positions]);
    for (const [id, text] of json.vocabulary) expect(pack.text(id)).toBe(text);
    expect([json.isLens, example().isLens, json.width, json.height]).toEqual([false, true, 2, 2]);
    expect(json.columns.definitions.map(({ name }) => name)).toEqual(["distance", "kl_ab_bits", "kl_ba_bits", "rank_a", "rank_b", "top_a_id", "top_b_id"]);
  });

  it("says what it is and who made both sides", () => {
    const reading = divergence();
    expect(titleText(reading)).toMatch(/^Divergence of B from A, layer by layer: The/);
    expect(says(reading)).toMatch(/^The same tokens through two forms/);
    expect(made(reading)).toEqual([expect.stringMatching(/^A: example · F32 weights, f32 /), expect.stringMatching(/^B: example · F32 weights, bf16 /)]);
    expect([says(example()), made(example()).length]).toEqual([null, 1]);
  });

  it("is coloured by what it has, its first column first", () => {
    const reading = divergence();
    expect(metricNames(reading)).toEqual(["distance", "kl_ab_bits", "kl_ba_bits", "rank_a", "rank_b"]);
    const shown = state(reading);
    expect(shown.metric.value).toBe("distance");
    onKey(shown, { find: () => undefined, help: () => undefined }, { key: "m", target: null } as unknown as KeyboardEvent);
    expect(shown.column.value.name).toBe("kl_ab_bits");
    expect(toFragment(shown)).toContain("metric=kl_ab_bits");
    fromFragment(shown, "#metric=rank_b");
    fromFragment(shown, "#metric=kl");
    expect(shown.column.value.name).toBe("rank_b");
    expect(["heatmap", "watch", "compare", "table"].filter((view) => shown.has(view as "table"))).toEqual(["heatmap", "table"]);
  });

  it("shows a cell's number in the heatmap, and all of them in words and in the table", () => {
    const reading = divergence();
    const distance = columnOf(reading, "distance");
    const grid = readingGrid(reading, distance, lut("cividis", "light"));
    expect([grid.label(0, 1), grid.number(0, 1), grid.tick(0, 1)]).toEqual(["0.01", "", false]);
    expect(grid.label(0, 0)).toBe("0.00");
    expect([grid.steps[0], (grid.steps[1] as number) > 0]).toEqual([-1, true]);
    expect(grid.describe(0, 1)).toMatch(/^layer 0, position 1, after The: states apart .*; KL\(A ‖ B\), bits 1.0e-3; .*top_a_id ␣keys; top_b_id ␣keys$/);
    const table = content(state(reading), reading, { row: 0, column: 1 }, "position");
    expect(table.columns).toEqual(["layer", "states apart", "KL(A ‖ B)", "KL(B ‖ A)", "rank in A", "rank in B", "top_a_id", "top_b_id"]);
    expect(table.rows.map(({ values }) => values.length)).toEqual([7, 7]);
    expect(content(state(reading), reading, { row: 0, column: 1 }, "layer").columns.slice(0, 3)).toEqual(["position", "input", "next"]);
  });

  it("may have places, an axis and columns of its own, on a diverging scale", () => {
    const reading = heads();
    expect([reading.rowName(0), reading.rowName(1), reading.width]).toEqual(["26.h0", "28.n1042", 2]);
    expect([placeName({ site: "attn_out", layer: 27, head: 8, source: 1 }), placeName({ site: "z", layer: 26, head: 3 })]).toEqual(["27.h8.s1", "26.z.h3"]);
    const effect = columnOf(reading, "effect");
    expect([isDiverging(effect), title(effect), words(effect, -1.5)]).toEqual([true, "Effect", "-1.50"]);
    expect(tableOf(effect, "cividis", "light")).toBe(lut("diverging", "light"));
    expect([0, -2, 2, 5, NaN].map(scale(effect, reading))).toEqual([0.5, 0, 1, 1, NaN]);
    expect(ticks(effect, reading)).toEqual({ ticks: [2, 1, 0, -1, -2].map((value, i) => ({ label: value.toFixed(1), strength: 1 - i / 4 })), blank: "" });
    const grid = readingGrid(reading, effect, lut("diverging", "light"));
    expect(grid.heads).toEqual(["", "span", ""]);
    expect([grid.head(1).input, grid.label(0, 1), grid.label(1, 1)]).toEqual(["the rest, and more", "-2.00", "–"]);
    expect([...grid.steps]).toEqual([191, 0, 128, -1]);
    const shown = state(reading);
    shown.move(0, 0);
    const other = state(reading);
    shown.move(1, 1);
    fromFragment(other, toFragment(shown));
    expect(other.cursor.value).toEqual({ row: 1, column: 1 });
    expect(content(shown, reading, { row: 0, column: 0 }, "layer").columns).toEqual(["span", "effect"]);
  });

  it.each([
    ["no definitions", (doc: Any) => (doc.columns = [])],
    ["a definition without a name", (doc: Any) => delete doc.columns[0].name],
    ["a column defined twice", (doc: Any) => doc.columns.push(doc.columns[0])],
    ["a foreign type", (doc: Any) => doc.columns.push({ ...OWN, type: "text" })],
    ["a scale of nothing", (doc: Any) => doc.columns.push({ ...OWN, scale: { kind: "fixed", curve: "log", strong: "1" } })],
    ["no word of what it is", (doc: Any) => delete doc.about],
    ["another form", (doc: Any) => (doc.schema = "fathom.grid/2")],
    ["text for a number", (doc: Any) => (doc.cells[0].distance = "far")],
    ["a cell missing", (doc: Any) => doc.cells.pop()],
    ["a cell twice", (doc: Any) => doc.cells.push(doc.cells[0])],
    ["a foreign axis", (doc: Any) => (doc.axis = { name: "span", labels: [1] })],
  ])("with %s is refused", (_, change) => {
    expect(() => changed(change)).toThrow();
  });

  it.each([
    ["a column missing", packed((head) => head.reading.columns.push(OWN))],
    ["a short column", packed((head) => (head.columns[1].values = 3))],
    ["a foreign type", packed((head) => (head.columns[1].type = "u32"))],
    ["a column twice", packed((head) => head.columns.push(head.columns[1]), new Array(16).fill(0))],
    ["more bytes", packed(undefined, [0])],
  ])("packed with %s is refused", async (_, pack) => {
    await expect(decodePack(pack)).rejects.toThrow();
  });

  it("packed with a column of its own has that", async () => {
    const pack = packed((head) => {
      head.reading.columns.push({ ...OWN, scale: { kind: "own" } });
      head.columns.push({ name: "effect", type: "f32", values: 4 });
    }, new Array(16).fill(0));
    const reading = await decodePack(pack);
    expect([...reading.columns.number("effect")]).toEqual([0, 0, 0, 0]);
    expect(metricNames(reading).at(-1)).toBe("effect");
  });
});

describe("a lens reading", () => {
  it("is coloured by every column that has a scale, under the names that people type", () => {
    expect(metricNames(example())).toEqual(["rank", "prob", "logit", "entropy", "kl", "kl-reverse", "surprisal"]);
    expect(colours(example()).map(title)).toEqual(["Rank", "Probability", "Logit", "Entropy", "KL", "Reverse KL", "Surprisal"]);
    expect(columnOf(example(), "kl-reverse")).toBe(column("kl_reverse_bits"));
    expect(columnOf(example(), "kl_reverse_bits")).toBe(column("kl-reverse"));
    expect(columnOf(example(), "__proto__").name).toBe("target_rank");
  });

  it("has a table of the numbers that it always had", () => {
    const columns = content(state(example()), example(), { row: 0, column: 1 }, "position").columns;
    expect(columns.slice(0, 7)).toEqual(["layer", "rank", "probability", "surprisal", "entropy", "KL", "top 1"]);
  });

  it("may have further known columns", () => {
    const doc = JSON.parse(fixture("example.json").toString()) as Any;
    for (const cell of doc.cells) cell.distance = 0.5;
    expect(metricNames(fromJson(doc)).at(-1)).toBe("distance");
    delete doc.cells[0].kl_bits;
    expect(fromJson(doc).columns.at("kl_bits", 0)).toBeNaN();
  });

  it("without a colour is blank", () => {
    const reading = changed((doc) => (doc.columns = [{ ...OWN, scale: undefined }]));
    expect(metricNames(reading)).toEqual([]);
    expect([...readingGrid(reading, columnOf(reading, "rank"), lut("cividis", "light")).steps]).toEqual([-1, -1, -1, -1]);
  });
});
