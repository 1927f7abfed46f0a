// Compare: two readings on common columns, scrolled together, and their difference.

import { computed, effect, signal } from "@preact/signals-core";
import { moved, type Op } from "../draw/ops";
import { alignedGrid, differenceGrid, endsOf } from "../grid/difference";
import { heatmap } from "../grid/heatmap";
import type { GridModel } from "../grid/model";
import type { View } from "../grid/layout";
import { tableOf } from "../metric";
import type { Reading } from "../reading/reading";
import type { Cell, State } from "../state";
import { percent, rank } from "../text/numbers";
import { joined, token, visible } from "../text/visible";
import { ground, lut } from "../theme";
import { blanks, provenances, titleText } from "../ui/about";
import { bdi, h, icon } from "../ui/dom";
import type { About, Drawing } from "../ui/export";
import { differenceDrawing, legendDrawing } from "../ui/legend";
import { PANE_NAMES, PANES, paneSwitch, type Pane } from "./panes";
import type { ViewPart } from "./part";

export function compare(state: State): ViewPart {
  const other = computed(() => state.other.value ?? state.reading.value);
  const alignment = computed(() => state.alignment.value ?? { columns: [], rows: [], byDepth: false, common: 0, how: "" });
  const table = computed(() => tableOf(state.column.value, state.ramp.value, state.shade.value));
  const ownRows = computed(() => state.reading.value.rows.map((_, row) => row));
  const models: Record<Pane, () => GridModel> = {
    a: () => alignedGrid(state.reading.value, alignment.value.columns.map((pair) => pair.a), ownRows.value, state.column.value, table.value),
    b: () => alignedGrid(other.value, alignment.value.columns.map((pair) => pair.b), alignment.value.rows, state.column.value, table.value),
    difference: () => differenceGrid(state.reading.value, other.value, alignment.value, state.column.value, lut("diverging", state.shade.value)),
  };
  const scroll = signal<View>({ x: 0, y: 0 });
  const toState = ({ row, column }: Cell): Cell | null => {
    const a = alignment.peek().columns[column]?.a;
    return a == null ? null : { row, column: a };
  };
  const fromState = ({ row, column }: Cell): Cell | null => {
    const at = alignment.value.columns.findIndex((pair) => pair.a === column);
    return at < 0 ? null : { row, column: at };
  };
  const panes = PANES.map((pane) => {
    const grid = heatmap(state, { label: PANE_NAMES[pane], model: computed(models[pane]), scroll, toState, fromState });
    const title = h("h2", { class: "f-pane-title" });
    const element = h("section", { class: "f-pane", "aria-label": PANE_NAMES[pane] }, title, grid.element);
    return { pane, grid, title, element };
  });
  const box = h("div", { class: "f-panes" }, ...panes.map((pane) => pane.element));
  const choice = paneSwitch(state.uid, box);
  const seen = () => panes.filter(({ pane }) => choice.shown.peek().includes(pane));
  const between = h("p", { class: "f-between", role: "status" });
  const element = h("section", { class: "f-compare", "aria-label": "Two readings" }, h("div", { class: "f-watch-head" }, choice.element, shifter(state)), between, box);
  const stops = [
    effect(() => {
      for (const { pane, element } of panes) element.hidden = !choice.shown.value.includes(pane);
    }),
    effect(() => {
      const [a, b] = [state.reading.value, other.value];
      for (const { pane, title } of panes) {
        title.classList.toggle("f-key", pane === "difference");
        if (pane === "difference") title.replaceChildren(...differenceKey(state));
        else title.replaceChildren(...paneTitle(pane, pane === "a" ? a : b, a, b));
      }
    }),
    effect(() => between.replaceChildren(...words(state, other.value))),
  ];
  return {
    element,
    drawing: {
      draw: (whole) => together(seen().map(({ pane, grid }) => ({ name: PANE_NAMES[pane], drawn: grid.drawing(whole) })), ground(state.shade.peek()).text),
      fits: () => seen().every(({ grid }) => grid.fits()),
      about: () => about(state, other.peek(), choice.shown.peek()),
    },
    focus: () => seen()[0]?.grid.focus(),
    dispose() {
      stops.forEach((stop) => stop());
      choice.dispose();
      panes.forEach(({ grid }) => grid.dispose());
    },
  };
}

/** What a picture of the panes says around them. */
function about(state: State, b: Reading, shown: readonly Pane[]): About {
  const a = state.reading.peek();
  const { how, byDepth } = state.alignment.peek() ?? { how: "", byDepth: false };
  const legends = [...(shown.some((pane) => pane !== "difference") ? [legendDrawing(state)] : []), ...(shown.includes("difference") ? [differenceDrawing(state)] : [])];
  const aligned = [how, byDepth ? "layers matched by relative depth" : ""].filter((part) => part).join(" · ");
  return { titles: [`A  ${titleText(a)}`, `B  ${titleText(b)}`], legends, captions: [aligned, ...provenances(a, b), ...blanks(a, b)] };
}

/** The panes side by side in one drawing. */
function together(panes: { name: string; drawn: Drawing }[], ink: string): Drawing {
  const ops: Op[] = [];
  let x = 0;
  let height = 0;
  for (const { name, drawn } of panes) {
    ops.push({ op: "text", x: x + 8, y: 12, text: name, size: 12, bold: true, fill: ink });
    ops.push(...drawn.ops.map((op) => moved(op, x, 24)));
    x += drawn.width + 16;
    height = Math.max(height, drawn.height + 24);
  }
  return { ops, width: x, height };
}

/** What tells a pane from the other: the prompt, and the model or lens where those differ. */
function paneTitle(pane: Pane, reading: Reading, a: Reading, b: Reading): Node[] {
  const text = joined(reading.tokens.filter(({ origin }) => origin === "prompt" || origin === "output"));
  const cut = text.length > 70 ? `${Array.from(text).slice(0, 70).join("")}…` : text;
  const facts: string[] = [];
  if (a.info.model.name !== b.info.model.name) facts.push(reading.info.model.name);
  if (a.info.model.weights !== b.info.model.weights || a.info.precision !== b.info.precision) facts.push(`${reading.info.model.weights} ${reading.info.precision}`);
  if (a.info.lens.kind !== b.info.lens.kind) facts.push(`${reading.info.lens.kind} lens`);
  const shown = h("bdi", {}, cut.split(" ").map(visible).join(" "));
  return [h("span", { class: "f-pane-name" }, pane.toUpperCase()), shown, h("span", { class: "f-soft" }, facts.length ? ` · ${facts.map(visible).join(" · ")}` : "")];
}

/** The diverging scale with its ends. */
function differenceKey(state: State): Node[] {
  const { low, high, unit } = endsOf(state.column.value);
  const bar = h("span", { class: "f-diverging" });
  bar.style.background = `linear-gradient(to right, ${lut("diverging", state.shade.value).css.filter((_, i) => i % 15 === 0).join(", ")})`;
  return [h("span", { class: "f-pane-name" }, "Δ"), h("span", { class: "f-soft", title: unit }, low), bar, h("span", { class: "f-soft" }, high), h("span", { class: "f-soft f-unit" }, unit)];
}

/** By hand: B moved against A, a column at a time. */
function shifter(state: State): HTMLElement {
  const label = h("span", { class: "f-shift", role: "status" });
  const move = (by: number) => () => (state.shift.value = (state.shift.peek() ?? 0) + by);
  const auto = h("button", { class: "f-button f-quiet", type: "button", onclick: () => (state.shift.value = null) }, "Automatic");
  effect(() => {
    label.textContent = state.alignment.value?.how ?? "";
    auto.hidden = state.shift.value === null;
  });
  return h(
    "div",
    { class: "f-field", role: "group", "aria-label": "Alignment" },
    label,
    auto,
    h("button", { class: "f-button f-quiet", type: "button", title: "Move B left", "aria-label": "Move B left", onclick: move(1) }, icon("minus")),
    h("button", { class: "f-button f-quiet", type: "button", title: "Move B right", "aria-label": "Move B right", onclick: move(-1) }, icon("plus")),
  );
}

/** The cell at hand in both readings, in a line of words. */
function words(state: State, other: Reading): Node[] {
  const reading = state.reading.value;
  const { row, column } = state.shown.value;
  const alignment = state.alignment.value;
  const pair = alignment?.columns.find((pair) => pair.a === column);
  const side = (name: string, r: Reading, row: number, column: number): Node[] => {
    const [best] = r.top(row, column);
    const target = r.target(row, column);
    return [
      h("span", { class: "f-pane-name" }, name),
      bdi(best ? token(r.text(best.id)) : "–"),
      h("span", { class: "f-soft" }, ` ${best ? percent(best.prob) : ""} · next `),
      bdi(token(r.targetText(column))),
      h("span", { class: "f-soft" }, ` rank ${rank(target.rank)}, ${percent(target.prob)}`),
    ];
  };
  const a = h("span", { class: "f-side" }, ...side("A", reading, row, column));
  if (!alignment || !pair || pair.b === null) return [a, h("span", { class: "f-side f-soft" }, "B has no such position")];
  const b = h("span", { class: "f-side" }, ...side("B", other, alignment.rows[row] ?? 0, pair.b));
  const notes = alignment.byDepth ? [h("span", { class: "f-side f-soft" }, "layers matched by relative depth")] : [];
  return [a, b, h("span", { class: "f-side f-soft" }, state.column.value.of_target ? "Δ is blank where the next tokens differ" : ""), ...notes];
}
