// Watch: ranks, probabilities or logit differences of up to eight tokens over the layers of one position.

import { computed, effect, signal } from "@preact/signals-core";
import { paint, resize } from "../draw/canvas";
import type { Op } from "../draw/ops";
import { MOST_WATCHED, watchedToken, type State, type WatchedToken, type WatchScale } from "../state";
import { percent, rank } from "../text/numbers";
import { token } from "../text/visible";
import { DASHES, ground, MARKERS, series } from "../theme";
import { blanks, provenance, titleText } from "../ui/about";
import { bdi, h, icon, s } from "../ui/dom";
import type { About } from "../ui/export";
import { ask, byText, pieceWords } from "./asking";
import { chartRow, marker, paintChart, type Chart } from "./chart";
import { lines, named, scores } from "./series";
import type { ViewPart } from "./part";

const SCALES: readonly [WatchScale, string][] = [["rank", "Rank"], ["prob", "Probability"], ["logit", "Logit difference"]];

export function watch(state: State): ViewPart {
  const size = signal({ width: 0, height: 0 });
  const canvas = h("canvas", { class: "f-chart", role: "img" });
  const box = h("div", { class: "f-chart-box", tabindex: "0", "aria-label": "Chart over the layers: arrows move" , role: "group" }, canvas);
  const chips = h("ul", { class: "f-chips", "aria-label": "Watched tokens" });
  const place = h("p", { class: "f-watch-place" });
  const element = h("section", { class: "f-watch-view", "aria-label": "Watched tokens over the layers" }, h("div", { class: "f-watch-head" }, place, scaleSwitch(state)), h("div", { class: "f-watch-tokens" }, chips, adder(state)), box);

  const chart = computed((): Chart => {
    const reading = state.reading.value;
    const { row, column } = state.shown.value;
    const scale = state.watchScale.value;
    return {
      lines: lines(state, reading, column, scale),
      scale,
      rows: reading.rows.map((_, index) => reading.rowName(index)),
      row,
      vocabulary: reading.info.model.vocabulary,
      topK: reading.columns.topK,
      finite: !reading.info.not_finite,
      ...size.value,
    };
  });
  let ops: Op[] = [];
  let frame = 0;
  const stops = [
    effect(() => {
      const drawn = chart.value;
      const shade = state.shade.value;
      if (!drawn.width || !drawn.height) return;
      ops = paintChart(drawn, ground(shade), series(shade));
      canvas.setAttribute("aria-label", inWords(state, drawn));
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        const context = canvas.getContext("2d");
        if (!context) return;
        resize(canvas, drawn.width, drawn.height);
        const ratio = canvas.width / drawn.width;
        context.setTransform(ratio, 0, 0, ratio, 0, 0);
        context.clearRect(0, 0, drawn.width, drawn.height);
        paint(context, ops);
      });
    }),
    effect(() => chips.replaceChildren(...state.watched.value.map((watched, i) => chip(state, watched, i)))),
    effect(() => {
      const reading = state.reading.value;
      const { column } = state.shown.value;
      place.replaceChildren(
        h("strong", {}, `Position ${reading.positions[column]}`),
        " after ",
        bdi(token(reading.input(column)?.text ?? "")),
        h("span", { class: "f-soft" }, reading.targets[column]?.isArgmax ? ", then the model's choice " : ", before "),
        bdi(token(reading.targetText(column))),
      );
    }),
    ask(state),
  ];
  listen(state, canvas, () => chart.peek());
  const observer = new ResizeObserver(() => {
    size.value = { width: box.clientWidth, height: box.clientHeight };
  });
  observer.observe(box);
  return {
    element,
    drawing: { draw: () => ({ ops, ...size.peek() }), fits: () => true, about: () => about(state) },
    focus: () => box.focus(),
    dispose() {
      stops.forEach((stop) => stop());
      observer.disconnect();
      cancelAnimationFrame(frame);
    },
  };
}

/** What a picture of the chart says around it: of which position, and of which words where a token is but one's beginning. */
function about(state: State): About {
  const reading = state.reading.peek();
  const { column } = state.shown.peek();
  const then = reading.targets[column]?.isArgmax ? "then the model’s choice" : "before";
  const place = `Position ${reading.positions[column]}, after ${token(reading.input(column)?.text ?? "")}, ${then} ${token(reading.targetText(column))}`;
  const pieces = state.watched.peek().filter(({ of }) => of).map((watched) => `${token(watched.text)}: ${pieceWords(watched)}`);
  return { titles: [titleText(reading)], place, legends: [], captions: [...pieces, provenance(reading), ...blanks(reading)] };
}

function listen(state: State, canvas: HTMLCanvasElement, chart: () => Chart): void {
  canvas.addEventListener("pointermove", (event) => {
    if (state.pinned.peek()) return;
    const row = chartRow(chart(), event.offsetX);
    const column = state.shown.peek().column;
    if (state.hover.peek()?.row !== row) state.hover.value = { row, column };
  });
  canvas.addEventListener("pointerleave", () => (state.hover.value = null));
  canvas.addEventListener("click", (event) => {
    state.move(chartRow(chart(), event.offsetX), state.shown.peek().column);
    state.pinned.value = true;
  });
}

function inWords(state: State, chart: Chart): string {
  const reading = state.reading.peek();
  const { column } = state.shown.peek();
  const last = reading.lastRow;
  const each = state.watched.peek().map((watched) => {
    const score = scores(reading, state.asked.peek().get(watched.id), watched.id, column)[last];
    const piece = pieceWords(watched);
    return `${token(watched.text)}${piece && ` (${piece})`} ${!score ? "not recorded" : Number.isNaN(score.rank) ? "without a number" : `rank ${rank(score.rank)}, ${percent(score.prob)}`}`;
  });
  return `${chart.rows.length} layers at position ${reading.positions[column]}; after the last: ${each.join("; ") || "nothing is watched"}`;
}

function scaleSwitch(state: State): HTMLElement {
  const buttons = SCALES.map(([scale, label]) => {
    const input = h("input", { type: "radio", name: `f-scale-${state.uid}`, value: scale, onchange: () => (state.watchScale.value = scale) });
    return { scale, input, element: h("label", {}, input, h("span", {}, label)) };
  });
  effect(() => buttons.forEach(({ scale, input }) => (input.checked = state.watchScale.value === scale)));
  return h("div", { class: "f-segments", role: "radiogroup", "aria-label": "Scale" }, ...buttons.map(({ element }) => element));
}

/** A watched token with the look of its line. */
function chip(state: State, watched: WatchedToken, index: number): HTMLElement {
  const shown = token(watched.text);
  const piece = pieceWords(watched);
  const color = `var(--f-series-${index})`;
  const dash = (DASHES[index] ?? []).join(" ");
  const line = s("line", { x1: 1, y1: 8, x2: 27, y2: 8, "stroke-width": 2.25, "stroke-dasharray": dash || null });
  line.style.stroke = color;
  const swatch = s("svg", { viewBox: "0 0 28 16", width: 28, height: 16, "aria-hidden": "true" }, line, swatchMarker(index, color));
  const remove = h("button", { class: "f-watch", type: "button", "aria-label": `Stop watching ${shown}`, title: "Stop watching", onclick: () => state.toggleWatch(watched) }, icon("close"));
  return h("li", { class: "f-chip", title: piece || null }, swatch, bdi(shown), piece ? h("span", { class: "f-piece" }, `first of ${watched.of?.tokens}`) : null, remove);
}

function swatchMarker(index: number, color: string): SVGElement {
  const ops: Op[] = [];
  const name = MARKERS[index % MARKERS.length] ?? "circle";
  marker(ops, name, 14, 8, "#000000", ground("light"));
  const op = ops[0];
  const shape =
    op?.op === "path"
      ? s("polygon", { points: op.points.join(" ") })
      : s("circle", { cx: 14, cy: 8, r: 3.5 });
  shape.style.stroke = color;
  shape.style.strokeWidth = "1.75";
  shape.style.fill = name.endsWith("-open") ? "var(--f-surface)" : color;
  return shape;
}

/** Adds a token by its text: one that the reading names, or whatever the source can give numbers for. */
function adder(state: State): HTMLElement {
  const input = h("input", { class: "f-input", type: "text", placeholder: "Watch a token, e.g. ␣is", "aria-label": "Watch a token", spellcheck: "false", autocomplete: "off" });
  const note = h("span", { class: "f-note", role: "status" });
  const form = h("form", { class: "f-adder" }, input, h("button", { class: "f-button", type: "submit" }, "Watch"), note);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = input.value;
    if (!typed) return;
    const found = named(state.reading.peek(), typed);
    note.textContent = "";
    if (state.watched.peek().length >= MOST_WATCHED) note.textContent = `At most ${MOST_WATCHED} tokens can be told apart.`;
    else if (found) {
      if (!state.watched.peek().some((watched) => watched.id === found.id)) state.toggleWatch(watchedToken(state.reading.peek(), found.id));
      if (found.guessed) note.textContent = `Taken as ${token(found.text)}, with the space before it.`;
      input.value = "";
    } else if (state.source.ranks) {
      void byText(state, typed, note).then((done) => {
        if (done) input.value = "";
      });
    } else note.textContent = `This reading holds no token ${token(typed)}. Record it: --watch when the reading is made.`;
  });
  return form;
}
