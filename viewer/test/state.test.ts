import { describe, expect, it } from "vitest";
import { difference, differenceGrid, writeDifference } from "../src/grid/difference";
import { lut } from "../src/theme";
import { align } from "../src/reading/align";
import { merge } from "../src/reading/merge";
import { fromJson } from "../src/reading/json";
import { Reading, type Origin } from "../src/reading/reading";
import { rankColumns, readySource, type WatchColumns } from "../src/source";
import { comparable, update } from "../src/mount";
import type { Metric } from "../src/metric";
import { firstWatched, MOST_WATCHED, State } from "../src/state";
import { findNext, places } from "../src/ui/find";
import { announcing } from "../src/ui/announce";
import { onKey } from "../src/ui/keys";
import { fromFragment, toFragment } from "../src/ui/link";
import { answered, pieceWords } from "../src/views/asking";
import { gaps, named, scores } from "../src/views/series";
import { content, toCsv, toTsv } from "../src/views/table";
import { column as known, example, jsonDocument } from "./support";

const fresh = () => {
  const reading = example();
  return new State(reading, readySource(reading));
};
const key = (name: string, more: object = {}) => ({ key: name, target: null, ...more }) as unknown as KeyboardEvent;
const handlers = { find: () => undefined, help: () => undefined };

describe("the state", () => {
  it("shows what is pinned, else what is under the pointer, else the keyboard's cell", () => {
    const state = fresh();
    expect(state.shown.value).toEqual({ row: 4, column: 4 });
    state.hover.value = { row: 1, column: 2 };
    expect(state.shown.value).toEqual({ row: 1, column: 2 });
    state.pinned.value = true;
    expect(state.shown.value).toEqual({ row: 4, column: 4 });
  });

  it("moves by keys and stays within the reading", () => {
    const state = fresh();
    for (const [name, cell] of [["Home", [4, 0]], ["ArrowLeft", [4, 0]], ["ArrowUp", [3, 0]], ["End", [3, 6]], ["PageUp", [0, 6]], ["PageDown", [4, 6]]] as const) {
      expect(onKey(state, handlers, key(name))).toBe(true);
      expect(state.cursor.value).toEqual({ row: cell[0], column: cell[1] });
    }
    onKey(state, handlers, key("Home", { ctrlKey: true }));
    expect(state.cursor.value).toEqual({ row: 0, column: 0 });
    expect(state.message.value).toContain("embed, position 0");
  });

  it("pins, releases, watches and switches by keys", () => {
    const state = fresh();
    onKey(state, handlers, key("Enter"));
    expect(state.pinned.value).toBe(true);
    onKey(state, handlers, key("Escape"));
    expect(state.pinned.value).toBe(false);
    onKey(state, handlers, key("m"));
    expect(state.metric.value).toBe("prob");
    onKey(state, handlers, key("M", { shiftKey: true }));
    expect(state.metric.value).toBe("rank");
    const before = state.watched.value.length;
    onKey(state, handlers, key("w"));
    expect(Math.abs(state.watched.value.length - before)).toBe(1);
    onKey(state, handlers, key("3"));
    expect(state.view.value).toBe("heatmap");
    expect(onKey(state, handlers, key("x"))).toBe(false);
  });

  it("watches what the grown reading begins with, unless somebody chose", () => {
    const whole = example();
    const part = (() => {
      const doc = jsonDocument();
      doc.positions = [0, 1];
      doc.cells = doc.cells.filter((cell) => cell.position < 2);
      doc.watched = [];
      doc.cells.forEach((cell) => (cell.watch = []));
      return fromJson(doc);
    })();
    const state = new State(part, readySource(part));
    const first = state.watched.value.map(({ id }) => id);
    expect(first).not.toEqual(firstWatched(whole).map(({ id }) => id));
    update(state, whole);
    expect(state.watched.value).toEqual(firstWatched(whole));
    const chosen = new State(part, readySource(part));
    chosen.watched.value = [{ id: 7, text: "x" }];
    update(chosen, whole);
    expect(chosen.watched.value.map(({ id }) => id)).toEqual([7]);
  });

  it("watches at most eight", () => {
    const state = fresh();
    state.watched.value = [];
    for (let id = 0; id < 12; id++) state.toggleWatch({ id, text: `t${id}` });
    expect(state.watched.value.length).toBe(MOST_WATCHED);
    expect(state.message.value).toContain("At most 8");
  });
});

describe("what a screen reader is told", () => {
  it("follows every change, and is never left at an old one", () => {
    const state = fresh();
    const stop = announcing(state);
    const said = (name: string, more = {}) => {
      onKey(state, handlers, key(name, more));
      return state.message.value;
    };
    expect(said("Enter")).toMatch(/^Pinned: layer 3, position 4/);
    expect(said("Escape")).toBe("Released");
    expect(said("m")).toBe("Colour: probability of the token that came next");
    expect(said("2")).toBe("Watch view");
    expect(said("+")).toBe("Zoom +1");
    expect(said("-")).toBe("Zoom as it suits the reading");
    const first = said("w");
    expect(first).toMatch(/^(No longer w|W)atching ␣/);
    expect(said("w")).not.toBe(first);
    stop();
    said("m");
    expect(state.message.value).not.toContain("Colour");
  });
});

describe("deep links", () => {
  it("come back as they were", () => {
    const state = fresh();
    state.move(2, 3);
    state.pinned.value = true;
    state.view.value = "watch";
    state.metric.value = "kl";
    state.theme.value = "dark";
    state.zoom.value = -3;
    const other = fresh();
    fromFragment(other, `#${toFragment(state)}`);
    expect(toFragment(other)).toBe(toFragment(state));
    expect(toFragment(state)).toContain("at=1,3&pin=1");
  });

  it("that lie change nothing", () => {
    const state = fresh();
    const before = toFragment(state);
    fromFragment(state, "#view=evil&metric=__proto__&at=99,x&zoom=1e9&theme=%3Cscript%3E&shift=&ramp=constructor&scale=;");
    expect(toFragment(state)).toBe(before);
    fromFragment(state, "#watch=1,2,x,-4,1,99999999999&view=compare&zoom=9999");
    expect(state.watched.value.map((token) => token.id)).toEqual([1, 2]);
    expect(state.view.value).toBe("heatmap");
    expect(state.zoom.value).toBe(6);
  });
});

describe("what is known of a watched token", () => {
  it("is whole for watched tokens and targets, and has gaps for the rest", () => {
    const reading = example();
    expect(scores(reading, undefined, 5, 4).every((score) => score !== null)).toBe(true);
    expect(scores(reading, undefined, reading.targets[1]?.id ?? -1, 1).every((score) => score !== null)).toBe(true);
    const rare = reading.topId(0, 0);
    const found = scores(reading, undefined, rare, 0);
    expect(found[0]?.rank).toBe(1);
    expect(found[4]).toBeNull();
  });

  it("agrees between candidates and watched numbers", () => {
    const reading = example();
    reading.watched.forEach((watched, slot) => {
      for (let row = 0; row < reading.height; row++) {
        for (let column = 0; column < reading.width; column++) {
          const candidate = reading.top(row, column).find(({ id }) => id === watched.ids[0]);
          if (candidate) expect(candidate.rank).toBe(reading.columns.at("watch_rank", reading.cell(row, column) * reading.watched.length + slot));
        }
      }
    });
  });

  it("of several tokens is that of the first, and carries its name", async () => {
    const answer = { tokens: [{ id: 7, text: " cupboards", ids: [7, 8, 9], note: "3 tokens: …", rank: [2], prob: [null], logit: [1] }] };
    const [found] = rankColumns(answer);
    expect(found).toMatchObject({ ids: [7, 8, 9], note: "3 tokens: …" });
    const source = { ...readySource(example()), ranks: async () => rankColumns({ tokens: [{ id: 7, text: " cup", rank: [], prob: [], logit: [] }] }) };
    const token = await answered(found as WatchColumns, source, undefined);
    expect(token).toEqual({ id: 7, text: " cup", of: { text: " cupboards", tokens: 3 } });
    expect(pieceWords(token)).toBe("first of 3 tokens of “␣cupboards”");
    // Of a kernel that only says so in words.
    expect((await answered({ ...(found as WatchColumns), ids: undefined }, source, " cup")).of?.tokens).toBe(3);
    expect(await answered({ ...(found as WatchColumns), ids: [7], note: undefined }, source, undefined)).toEqual({ id: 7, text: " cupboards" });
    const recorded = new Reading({ ...example(), watched: [{ text: " arena", ids: [5, 6] }] });
    expect(firstWatched(recorded)).toEqual([{ id: 5, text: " are", of: { text: " arena", tokens: 2 } }]);
  });

  it("says where the gaps are", () => {
    expect(gaps([NaN, 1, NaN, NaN, 2, NaN])).toEqual([[0, 0], [2, 3], [5, 5]]);
  });

  it("takes a typed word as it is, else with the space before it, and says so", () => {
    const reading = example();
    expect(named(reading, "␣are")).toMatchObject({ id: 5, guessed: false });
    expect(named(reading, "are")).toMatchObject({ id: 5, text: " are", guessed: true });
    expect(named(reading, "nothing such")).toBeNull();
  });
});

describe("two readings", () => {
  const cut = (columns: number[], change: (tokens: Reading["tokens"]) => void = () => undefined) => {
    const doc = jsonDocument();
    doc.positions = columns;
    doc.cells = doc.cells.filter((cell) => columns.includes(cell.position));
    const reading = fromJson(doc);
    change(reading.tokens);
    return reading;
  };

  it("stand side by side by common beginning and end", () => {
    const a = example();
    expect(align(a, example(), null).columns).toEqual(a.positions.map((_, i) => ({ a: i, b: i })));
    const changed = cut([0, 1, 2, 3, 4, 5, 6], (tokens) => ((tokens[3] as { bytes: string }).bytes = "00"));
    expect(align(a, changed, null).common).toBe(3);
    expect(align(a, changed, null).columns.length).toBe(7);
    const shorter = cut([0, 1, 2, 5, 6]);
    expect(align(a, shorter, null).columns).toEqual([
      { a: 0, b: 0 }, { a: 1, b: 1 }, { a: 2, b: 2 }, { a: 3, b: null }, { a: 4, b: null }, { a: 5, b: 3 }, { a: 6, b: 4 },
    ]);
    expect(align(a, shorter, -1).columns[0]).toEqual({ a: 0, b: null });
    expect(align(a, shorter, 2).columns[0]).toEqual({ a: null, b: 0 });
  });

  /** The example with other prompt or output tokens: a letter each, outputs in capitals. */
  const spelt = (letters: string) => {
    const whole = example();
    const name = (letter: string) => ({ id: letter.charCodeAt(0), text: letter, bytes: letter, origin: (letter < "a" ? "output" : "prompt") as Origin });
    const tokens = Array.from(letters, name);
    return new Reading({ ...whole, tokens, positions: tokens.map((_, i) => i), targets: tokens.map(({ id }) => ({ id, isArgmax: false })) });
  };
  const beside = (a: string, b: string) => {
    const { columns, how } = align(spelt(a), spelt(b), null);
    const side = (letters: string, at: number | null) => (at === null ? "·" : letters[at]);
    return [columns.map((pair) => side(a, pair.a)).join(""), columns.map((pair) => side(b, pair.b)).join(""), how];
  };

  it("that generated have their prompts' ends side by side, and their outputs from there on", () => {
    expect(beside("abcdXYZ", "abdYX")).toEqual(["abcdXYZ", "ab·dYX·", "prompts aligned by common beginning and end, outputs from there on"]);
    expect(beside("abcX", "adY")).toEqual(["abcX", "a·dY", "prompts aligned by common beginning and last token, outputs from there on"]);
    expect(beside("abXY", "cbY")).toEqual(["abXY", "cbY·", "prompts aligned by common end, outputs from there on"]);
    expect(beside("abX", "ab")).toEqual(["abX", "ab·", "aligned by common beginning"]);
    // A branch: its prompt goes on as the other's output began.
    expect(beside("abXYZ", "abcdE")).toEqual(["abXYZ", "abcdE", "aligned by common beginning"]);
  });

  it("say how they are aligned, and no more than is so", () => {
    expect(beside("abc", "abc")[2]).toBe("the same tokens");
    expect(beside("abc", "adc")[2]).toBe("aligned by common beginning and end");
    expect(beside("abc", "abd")[2]).toBe("aligned by common beginning and last token");
    expect(beside("abc", "de")).toEqual(["abc", "d·e", "aligned by last token"]);
    expect(align(spelt("abc"), spelt("abc"), -2).how).toBe("B moved by -2 positions");
  });

  it("are first seen by what compares", () => {
    const metric = (a: string, b: string | null, chosen: Metric = "rank") => {
      const state = new State(spelt(a), readySource(spelt(a)));
      state.metric.value = chosen;
      state.other.value = b === null ? null : spelt(b);
      comparable(state);
      return state.metric.value;
    };
    expect(metric("abX", "abX")).toBe("rank");
    expect(metric("abX", null)).toBe("rank");
    expect(metric("abX", "cbX")).toBe("rank");
    expect(metric("abX", "abY")).toBe("entropy");
    expect(metric("abX", "abY", "prob")).toBe("prob");
  });

  it("differ by nothing from themselves, and are not compared where the next tokens differ", () => {
    const a = example();
    const same = differenceGrid(a, example(), align(a, example(), null), known("prob"), lut("diverging", "light"));
    expect(new Set(same.steps)).toEqual(new Set([128]));
    expect(same.label(2, 3)).toBe("0");
    const moved = differenceGrid(a, example(), align(a, example(), 1), known("rank"), lut("diverging", "light"));
    expect(moved.label(2, 3)).toBe("≠ next");
    const entropy = differenceGrid(a, example(), align(a, example(), 1), known("entropy"), lut("diverging", "light"));
    expect(entropy.label(4, 3)).toMatch(/^[−+][\d.]+$/);
  });

  it("write their differences with a sign", () => {
    expect(writeDifference(known("rank"), difference(known("rank"), 10, 1000))).toBe("×100");
    expect(writeDifference(known("rank"), difference(known("rank"), 1000, 10))).toBe("÷100");
    expect(writeDifference(known("rank"), 0)).toBe("=");
    expect(writeDifference(known("prob"), -0.25)).toBe("−25.0");
    expect(writeDifference(known("kl"), 1.5)).toBe("+1.50");
    expect(writeDifference(known("kl"), NaN)).toBe("–");
  });

  it("of one run grow into one", () => {
    const whole = merge(cut([0, 1, 2]), cut([2, 3, 4, 5, 6]));
    expect(whole.columns).toEqual(example().columns);
    expect(whole.targets).toEqual(example().targets);
    expect(() => merge(example(), new Reading({ ...example(), rows: example().rows.slice(1) }))).toThrow();
  });
});

describe("finding and copying", () => {
  it("finds a token by what is typed or by what is shown", () => {
    const state = fresh();
    state.find.value = "␣keys";
    expect(findNext(state)).toBe(true);
    state.find.value = "certainly not";
    expect(findNext(state)).toBe(false);
    expect(state.message.value).toContain("Nothing holds");
    expect(places(state)).toEqual([]);
  });

  it("goes through all places in turn, and back", () => {
    const state = fresh();
    state.move(0, 0);
    state.find.value = "␣keys";
    const all = places(state);
    expect(all.length).toBeGreaterThan(1);
    const seen = all.map(() => {
      findNext(state);
      return state.cursor.value;
    });
    expect(new Set(seen.map(({ row, column }) => `${row},${column}`)).size).toBe(all.length);
    expect(state.message.value).toMatch(/^\d+ of \d+: /);
    const at = state.cursor.value;
    findNext(state);
    findNext(state, true);
    expect(state.cursor.value).toEqual(at);
  });

  it("saves a table that any program reads back", () => {
    const state = fresh();
    const table = content(state, state.reading.value, { row: 4, column: 3 }, "position");
    table.rows[0] = { ...(table.rows[0] as (typeof table.rows)[number]), values: [{ text: '1,234' }, { text: 'say "no"' }] };
    const lines = toCsv(table).split("\r\n");
    expect(lines[0]).toMatch(/^layer,rank,probability,/);
    expect(lines[1]).toBe('embed,"1,234","say ""no"""');
    expect(lines.length).toBe(1 + 5 + 1);
  });

  it("copies a table without stray tabs or newlines", () => {
    const state = fresh();
    const table = content(state, state.reading.value, { row: 4, column: 3 }, "layer");
    const lines = toTsv(table).split("\n");
    expect(lines.length).toBe(1 + 7);
    expect(new Set(lines.map((line) => line.split("\t").length)).size).toBe(1);
  });
});
