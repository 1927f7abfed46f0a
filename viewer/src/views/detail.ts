// The shared panel: what one cell says, and how its position came about over the layers.

import { effect, signal } from "@preact/signals-core";
import { paint, resize } from "../draw/canvas";
import type { Reading } from "../reading/reading";
import type { Cell, State } from "../state";
import { cellColumns, valueWords } from "../grid/model";
import { mainColumns, plainName } from "../metric";
import { typedName, type Column } from "../reading/column";
import { bits, percent, rank } from "../text/numbers";
import { token, visible } from "../text/visible";
import { bdi, h, icon, type Land } from "../ui/dom";
import { STRIP_HEIGHT, stripOps, stripRow } from "./strip";

/** A button that whoever mounts the viewer adds to the detail (`branch from here`). */
export interface Action {
  label: string;
  title?: string;
  run(cell: Cell & { position: number }): void;
}

export function detail(state: State, land: Land, actions: Action[]): { element: HTMLElement; dispose(): void } {
  const place = h("h2", { class: "f-place" });
  const context = h("p", { class: "f-context" });
  const pin = h("button", { class: "f-button f-pin", type: "button", onclick: () => (state.pinned.value = !state.pinned.peek()) }, icon("pin"), h("span"));
  const numbers = h("dl", { class: "f-numbers" });
  const list = h("ol", { class: "f-top" });
  const canvas = h("canvas", { class: "f-strip", role: "img" });
  const buttons = h("div", { class: "f-actions" });
  const element = land(
    "aside",
    { class: "f-detail", "aria-label": "Detail of a cell", tabindex: "0" },
    h("div", { class: "f-detail-head" }, place, pin),
    context,
    numbers,
    buttons,
    h("div", {}, h("h3", {}, "Candidates"), list),
    h("div", {}, h("h3", {}, "Across the layers: rank of the next token"), canvas),
  );
  for (const action of actions) {
    const run = () => {
      const cell = state.shown.peek();
      action.run({ ...cell, position: state.reading.peek().positions[cell.column] as number });
    };
    buttons.append(h("button", { class: "f-button", type: "button", title: action.title, onclick: run }, action.label));
  }
  const bars = candidates(state, list);
  const room = signal(280);
  let frame = 0;
  const observer = new ResizeObserver(() => {
    room.value = Math.max(160, element.clientWidth - 32);
  });
  observer.observe(element);
  canvas.addEventListener("click", (event) => {
    const { column } = state.shown.peek();
    state.move(stripRow(state.reading.peek(), event.offsetX, room.peek()), column);
  });
  const stops = [
    effect(() => {
      const reading = state.reading.value;
      const cell = state.shown.value;
      place.replaceChildren(...placeWords(reading, cell));
      context.replaceChildren(...contextWords(reading, cell.column));
      numbers.replaceChildren(...(reading.isLens ? numberList(reading, cell) : everyNumber(reading, cell)));
      numbers.classList.toggle("f-every", !reading.isLens);
      (list.parentElement as HTMLElement).hidden = !reading.columns.has("top_id");
      (canvas.parentElement as HTMLElement).hidden = !reading.columns.has("target_rank");
      canvas.setAttribute("aria-label", stripWords(reading, cell.column));
      bars(reading, cell);
    }),
    effect(() => {
      const pinned = state.pinned.value;
      pin.setAttribute("aria-pressed", String(pinned));
      pin.title = pinned ? "Release (Esc)" : "Pin this cell (Enter)";
      (pin.lastChild as HTMLElement).textContent = pinned ? "Pinned" : "Pin";
    }),
    effect(() => {
      const wide = room.value;
      const ops = stripOps(state.reading.value, state.shown.value, state.column.value, state.ramp.value, state.shade.value, wide);
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        const drawing = canvas.getContext("2d");
        if (!drawing) return;
        resize(canvas, wide, STRIP_HEIGHT);
        const ratio = window.devicePixelRatio || 1;
        drawing.setTransform(ratio, 0, 0, ratio, 0, 0);
        drawing.clearRect(0, 0, wide, STRIP_HEIGHT);
        paint(drawing, ops);
      });
    }),
  ];
  const dispose = () => {
    stops.forEach((stop) => stop());
    observer.disconnect();
    cancelAnimationFrame(frame);
  };
  return { element, dispose };
}

function placeWords(reading: Reading, { row, column }: Cell): Node[] {
  const name = reading.rowName(row);
  const layer = /^\d+$/.test(name) ? `Layer ${name}` : name === "embed" ? "Embedding" : name;
  return [
    document.createTextNode(layer),
    h("span", { class: "f-soft" }, ` · ${visible(reading.columnWords(column))}`),
  ];
}

/** The tokens around a position, and what it predicts. */
function contextWords(reading: Reading, column: number): Node[] {
  const position = reading.positions[column];
  if (position === undefined) return [];
  const from = Math.max(0, position - 5);
  const before = reading.tokens.slice(from, position);
  const words: Node[] = from > 0 ? [document.createTextNode("… ")] : [];
  for (const { text } of before) words.push(bdi(token(text)));
  const here = bdi(token(reading.input(column)?.text ?? ""));
  here.classList.add("f-here");
  words.push(here);
  if (!reading.targets.length && !reading.next(column)) return words;
  const next = bdi(token(reading.targetText(column)));
  next.classList.add("f-next");
  words.push(h("span", { class: "f-soft" }, " → "), next);
  const target = reading.targets[column];
  const choice = target && target.id < 0 ? " (nothing came next, and the model has no choice of its own)" : " (the model’s choice)";
  if (target?.isArgmax) words.push(h("span", { class: "f-soft" }, choice));
  return words;
}

const pair = (name: string, title: string, value: string): HTMLElement => h("div", { title }, h("dt", {}, name), h("dd", {}, value));

function numberList(reading: Reading, { row, column }: Cell): HTMLElement[] {
  const cell = reading.cell(row, column);
  // The row has room for short names.
  const name = (of: Column) => (of.unit === "probability" ? typedName(of) : plainName(of));
  return mainColumns(reading).map((of) => pair(name(of), of.says, valueWords(reading, of, cell)));
}

/** All that a grid says of a cell, each by its name. */
function everyNumber(reading: Reading, { row, column }: Cell): HTMLElement[] {
  const cell = reading.cell(row, column);
  return cellColumns(reading).map((of) => pair(of.type === "token" ? visible(of.label) : plainName(of), visible(of.says), valueWords(reading, of, cell)));
}

/** The candidates' bars. Rows are made once and filled anew, as hovering asks for them every frame. */
function candidates(state: State, list: HTMLElement): (reading: Reading, cell: Cell) => void {
  const rows: { row: HTMLElement; place: HTMLElement; name: HTMLElement; bar: HTMLElement; share: HTMLElement; watch: HTMLButtonElement; id: number }[] = [];
  const grow = () => {
    const place = h("span", { class: "f-rank" });
    const name = bdi("");
    const bar = h("span", { class: "f-fill" });
    const share = h("span", { class: "f-share" });
    const watch = h("button", { class: "f-watch", type: "button" });
    const row = h("li", {}, h("span", { class: "f-bar" }, bar), place, name, share, watch);
    const entry = { row, place, name, bar, share, watch, id: -1 };
    watch.addEventListener("click", () => state.toggleWatch({ id: entry.id, text: state.reading.peek().text(entry.id) }));
    rows.push(entry);
    list.append(row);
    return entry;
  };
  return (reading, { row, column }) => {
    const top = reading.top(row, column);
    const target = reading.target(row, column);
    // A target beyond the candidates has a row of its own below them.
    const beyond = target.id >= 0 && !top.some((candidate) => candidate.id === target.id);
    const all = beyond ? [...top, target] : top;
    all.forEach((candidate, i) => {
      const entry = rows[i] ?? grow();
      const shown = token(reading.text(candidate.id));
      const watched = state.isWatched(candidate.id);
      entry.id = candidate.id;
      entry.row.hidden = false;
      entry.row.className = `${candidate.id === target.id ? "f-target" : ""}${beyond && i === top.length ? " f-beyond" : ""}`;
      entry.place.textContent = rank(candidate.rank);
      entry.name.textContent = shown;
      entry.name.title = `token ${candidate.id}, logit ${bits(candidate.logit)}`;
      entry.share.textContent = percent(candidate.prob);
      entry.bar.style.width = `${100 * Math.max(0, Math.min(1, candidate.prob || 0))}%`;
      entry.watch.textContent = watched ? "−" : "+";
      entry.watch.setAttribute("aria-label", `${watched ? "Stop watching" : "Watch"} ${shown}`);
      entry.watch.title = watched ? "Stop watching" : "Watch this token";
    });
    rows.slice(all.length).forEach((entry) => (entry.row.hidden = true));
  };
}

function stripWords(reading: Reading, column: number): string {
  const first = reading.rows.findIndex((_, row) => reading.columns.at("target_rank", reading.cell(row, column)) === 1);
  const shown = token(reading.targetText(column));
  if ((reading.targets[column]?.id ?? -1) < 0) return "nothing came next, and the model has no choice of its own";
  if (first < 0) return `${shown} is at rank 1 after no layer`;
  return `${shown} is first at rank 1 after layer ${reading.rowName(first)}`;
}
