// The widget's parts that need no browser: traits, questions, the notebook's shade, keys and heights.

import { afterEach, describe, expect, it, vi } from "vitest";
import { notebookShade } from "../src/widget/dark";
import { heightFor } from "../src/widget/height";
import { applyView } from "../src/widget/initialView";
import { packsOf, PATIENCE, traitSource, type Model } from "../src/widget/source";
import { means } from "../src/ui/keys";
import { readySource } from "../src/source";
import { State } from "../src/state";
import { example, packBytes } from "./support";

/** A model as anywidget hands it over, with what was sent. */
class Fake implements Model {
  readonly sent: { ask: string; id: string; tokens: unknown }[] = [];
  private readonly listeners = new Map<string, Set<(...args: never[]) => void>>();
  constructor(readonly traits: Record<string, unknown>) {}
  get = (name: string): unknown => this.traits[name];
  on = (event: string, hear: (...args: never[]) => void): void => {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(hear));
  };
  off = (event: string, hear: (...args: never[]) => void): void => {
    this.listeners.get(event)?.delete(hear);
  };
  send = (content: unknown): void => {
    this.sent.push(content as (typeof this.sent)[number]);
  };
  tell(event: string, ...args: unknown[]): void {
    for (const hear of [...(this.listeners.get(event) ?? [])]) (hear as (...args: unknown[]) => void)(...args);
  }
  heard = (): number => [...this.listeners.values()].reduce((sum, all) => sum + all.size, 0);
}

/** Bytes as a notebook hands them over: somewhere in a larger buffer. */
function view(bytes: Uint8Array, offset = 3): DataView {
  const room = new Uint8Array(bytes.length + offset + 5);
  room.set(bytes, offset);
  return new DataView(room.buffer, offset, bytes.length);
}

afterEach(() => vi.useRealTimers());

describe("the traits", () => {
  it("hold one reading, or two to compare", async () => {
    expect((await packsOf(new Fake({ pack: view(packBytes()) })))[0]?.width).toBe(7);
    const two = traitSource(new Fake({ pack: [view(packBytes()), packBytes()] })).source;
    expect((await two.other?.())?.columns).toEqual((await two.reading()).columns);
    expect(traitSource(new Fake({ pack: [view(packBytes())] })).source.other).toBeUndefined();
  });

  it("that hold none are refused in words", async () => {
    for (const pack of [null, undefined, "text", 7]) await expect(packsOf(new Fake({ pack }))).rejects.toThrow("`pack` trait");
    await expect(packsOf(new Fake({ pack: [] }))).rejects.toThrow("was given 0");
    await expect(packsOf(new Fake({ pack: view(new Uint8Array([1, 2])) }))).rejects.toThrow();
  });

  it("say what is seen first, and nonsense changes nothing", () => {
    const reading = example();
    const state = new State(reading, readySource(reading));
    applyView(state, { view: "watch", metric: "kl", layer: 2, position: 3, pinned: true, watch: [5, 1], theme: "dark", scale: "prob" });
    expect([state.view.value, state.metric.value, state.theme.value, state.watchScale.value]).toEqual(["watch", "kl", "dark", "prob"]);
    expect(reading.rowName(state.cursor.value.row)).toBe("2");
    expect([reading.positions[state.cursor.value.column], state.pinned.value]).toEqual([3, true]);
    expect(state.watched.value.map(({ id }) => id)).toEqual([5, 1]);
    const before = { ...state.cursor.value };
    applyView(state, { view: "evil", metric: "__proto__", layer: 99, position: -4, watch: [Number.NaN, -1], theme: "x" } as never);
    expect([state.view.value, state.metric.value, state.cursor.value]).toEqual(["watch", "kl", before]);
    applyView(state, { layer: -1 });
    expect(reading.rowName(state.cursor.value.row)).toBe("embed");
    applyView(state, {});
    expect(reading.rowName(state.cursor.value.row)).toBe("embed");
  });
});

describe("a question to the kernel", () => {
  const ask = () => {
    const model = new Fake({ pack: packBytes(), view: {} });
    const { source, stop } = traitSource(model);
    const found = source.ranks?.([{ id: 5 }, { text: " is" }]);
    const question = model.sent[0];
    if (!found || !question) throw new Error("nothing was asked");
    return { model, stop, found, question };
  };

  it("names the tokens, and takes numbers out of buffers", async () => {
    const { model, found, question } = ask();
    expect(question).toMatchObject({ ask: "ranks", tokens: [{ id: 5 }, { text: " is" }] });
    // Answers to others, and what is none, are not taken.
    for (const other of [{ answer: "another", error: "x" }, null, "text", { answer: 3 }]) model.tell("msg:custom", other, []);
    const bytes = (array: Uint32Array | Float32Array) => view(new Uint8Array(array.buffer));
    const buffers = [1, 2].flatMap((n) => [bytes(Uint32Array.of(n, 7)), bytes(Float32Array.of(0.5, 0.25)), bytes(Float32Array.of(-1, 2))]);
    model.tell("msg:custom", { answer: question.id, tokens: [{ id: 5, text: " are" }, { id: 9, text: " is", note: "the first of 2" }] }, buffers);
    const [are, is] = await found;
    expect(are).toMatchObject({ id: 5, text: " are", rank: Float32Array.of(1, 7), prob: Float32Array.of(0.5, 0.25), logit: Float32Array.of(-1, 2) });
    expect(is).toMatchObject({ id: 9, note: "the first of 2", rank: Float32Array.of(2, 7) });
  });

  it("takes them out of the message too, as the HTTP API writes them", async () => {
    const { model, found, question } = ask();
    model.tell("msg:custom", { answer: question.id, tokens: [{ id: 5, text: " are", rank: [3], prob: [null], logit: [1.5] }] });
    expect(await found).toMatchObject([{ rank: Float32Array.of(3), prob: Float32Array.of(NaN), logit: Float32Array.of(1.5) }]);
  });

  it("can be refused, in the kernel's words", async () => {
    const { model, found, question } = ask();
    model.tell("msg:custom", { answer: question.id, error: "token 99999999 is out of range" });
    await expect(found).rejects.toThrow("out of range");
  });

  it("is refused where the buffers do not fit", async () => {
    const { model, found, question } = ask();
    model.tell("msg:custom", { answer: question.id, tokens: [{ id: 5, text: "" }] }, [view(new Uint8Array(4))]);
    await expect(found).rejects.toThrow("three each");
  });

  it("is given up after a while, and when the widget goes", async () => {
    vi.useFakeTimers();
    const { found } = ask();
    const given = expect(found).rejects.toThrow("does not answer");
    await vi.advanceTimersByTimeAsync(PATIENCE);
    await given;
    const other = ask();
    const closed = expect(other.found).rejects.toThrow("closed");
    other.stop();
    await closed;
    expect(other.model.heard()).toBe(0);
  });

  it("is not asked where nobody answers", () => {
    expect(traitSource(new Fake({ pack: packBytes(), view: { ask: false } })).source.ranks).toBeUndefined();
    const dead = new Fake({ pack: packBytes() });
    dead.send = () => {
      throw new Error("the comm is closed");
    };
    return expect(traitSource(dead).source.ranks?.([{ id: 1 }])).rejects.toThrow("closed");
  });
});

describe("the notebook's shade", () => {
  const page = (body: { dataset?: Record<string, string>; className?: string }, theme: string | null = null, html = "") => {
    const list = (names: string) => ({ contains: (name: string) => names.split(" ").includes(name) });
    return {
      body: { dataset: body.dataset ?? {}, className: body.className ?? "", classList: list(body.className ?? "") },
      documentElement: { getAttribute: () => theme, classList: list(html) },
    } as unknown as Document;
  };
  it.each([
    ["JupyterLab, dark", page({ dataset: { jpThemeLight: "false" } }), true],
    ["JupyterLab, light", page({ dataset: { jpThemeLight: "true" } }), false],
    ["VS Code, dark", page({ className: "vscode-dark" }), true],
    ["VS Code, light", page({ dataset: { vscodeThemeKind: "vscode-light" } }), false],
    ["VS Code, high contrast", page({ dataset: { vscodeThemeKind: "vscode-high-contrast" } }), true],
    ["VS Code, high contrast light", page({ dataset: { vscodeThemeKind: "vscode-high-contrast-light" } }), false],
    ["Colab, dark", page({}, "dark"), true],
    ["marimo, dark", page({ className: "dark" }), true],
    ["a page of classes, light", page({}, null, "light"), false],
    ["a page that says nothing", page({}), null],
  ])("%s", (_, document, dark) => expect(notebookShade(document)).toBe(dark));
});

describe("keys and room", () => {
  it("of the viewer are told from the notebook's", () => {
    const reading = example();
    const state = new State(reading, readySource(reading));
    const key = (name: string, more: object = {}) => means(state, { key: name, ...more } as unknown as KeyboardEvent, null);
    for (const name of ["ArrowDown", "m", "w", "/", "?", "1", "Enter", "0"]) expect(key(name), name).toBe(true);
    for (const name of ["d", "a", "b", "x", "Escape", "Tab", "9"]) expect(key(name), name).toBe(false);
    expect(key("Enter", { shiftKey: true }), "runs the cell").toBe(false);
    expect(key("s", { ctrlKey: true }), "saves").toBe(false);
    expect([state.cursor.value, state.metric.value]).toEqual([{ row: 4, column: 4 }, "rank"]);
  });

  it("grow with the rows within bounds, or as they are told", () => {
    expect([heightFor(3), heightFor(15), heightFor(300)]).toEqual(["430px", "540px", "640px"]);
    expect([heightFor(3, 900), heightFor(3, "50vh"), heightFor(3, 1), heightFor(3, 1e9)]).toEqual(["900px", "50vh", "240px", "4000px"]);
    expect(heightFor(3, "expression(1)")).toBe("430px");
  });
});
