// What stands around the views: title, tabs, metric, tools, the honest line.

import { effect, type ReadonlySignal } from "@preact/signals-core";
import { METRIC_KINDS, METRIC_NAMES, type Metric } from "../metric";
import type { Reading } from "../reading/reading";
import type { State, Theme, View } from "../state";
import { joined, visible } from "../text/visible";
import { ground, RAMPS, type Ramp } from "../theme";
import { bdi, h, icon, type Land } from "./dom";
import { savePng, saveSvg, type Drawing, type Frame } from "./export";
import { findNext } from "./find";
import { legend, legendDrawing } from "./legend";

interface Piece {
  element: HTMLElement;
  dispose(): void;
}

/** `smollm2-135m · Q4_1 weights, f32 · logit lens, RMSNorm on every row · greedy`. */
export function provenance(reading: Reading): string {
  const { model, lens, precision, sampling } = reading.info;
  const method = sampling ? { greedy: "greedy", sampled: "sampled", forced: "continuation supplied" }[sampling.method] : null;
  const parts = [`${model.name}`, `${model.weights} weights, ${precision}`, `${lens.kind} lens, ${lens.norm}`, method];
  return parts.filter((part) => part).map((part) => visible(part as string)).join(" · ");
}

/** The prompt as a title, and the output after it. */
function titleWords(reading: Reading): Node[] {
  const text = (origins: string[]) => joined(reading.tokens.filter((token) => origins.includes(token.origin)));
  const cut = (text: string, most: number) => (text.length > most ? `${Array.from(text).slice(0, most).join("")}…` : text);
  const words = (text: string) => text.split(" ").map(visible).join(" ");
  const prompt = bdi(words(cut(text(["prompt"]) || text(["template"]), 160)));
  const output = bdi(words(cut(text(["output"]), 120)));
  output.classList.add("f-output");
  return [prompt, output];
}

/** What the export menu asks of the view that is open. */
interface Exported {
  view(): View;
  drawing(whole: boolean): Drawing | null;
  fits(): boolean;
}

export function header(state: State, land: Land, host: Exported & { help(): void }): Piece & { find(): void } {
  const title = h("h1", { class: "f-title" });
  const sub = h("p", { class: "f-sub" });
  const search = h("input", {
    class: "f-search",
    type: "search",
    placeholder: "Find a token  /",
    "aria-label": "Find a token",
    spellcheck: "false",
    autocomplete: "off",
  });
  search.addEventListener("input", () => (state.find.value = search.value));
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") findNext(state, event.shiftKey);
    if (event.key === "Escape") {
      state.find.value = "";
      search.blur();
    }
  });
  const element = land(
    "header",
    { class: "f-header" },
    h("div", { class: "f-titles" }, title, sub),
    h("div", { class: "f-tools" }, search, themeButton(state), exportMenu(state, host), h("button", { class: "f-button f-quiet", type: "button", title: "Keys (?)", "aria-label": "Keys", onclick: host.help }, icon("help"))),
  );
  const stops = [
    effect(() => {
      const reading = state.reading.value;
      title.replaceChildren(...titleWords(reading));
      sub.textContent = provenance(reading);
    }),
    effect(() => {
      if (search.value !== state.find.value) search.value = state.find.value;
    }),
  ];
  const find = () => {
    search.focus();
    search.select();
  };
  return { element, find, dispose: () => stops.forEach((stop) => stop()) };
}

function themeButton(state: State): HTMLElement {
  const next: Record<Theme, Theme> = { auto: "light", light: "dark", dark: "auto" };
  const names: Record<Theme, string> = { auto: "as the system", light: "light", dark: "dark" };
  const button = h("button", { class: "f-button f-quiet", type: "button", onclick: () => (state.theme.value = next[state.theme.peek()]) });
  effect(() => {
    const theme = state.theme.value;
    button.replaceChildren(icon(theme === "auto" ? "auto" : theme === "light" ? "sun" : "moon"));
    button.title = `Theme: ${names[theme]}`;
    button.setAttribute("aria-label", button.title);
  });
  return button;
}

function exportMenu(state: State, host: Exported): HTMLElement {
  const file = () => state.reading.peek().info.model.name.replace(/[^\w.-]+/g, "-") || "reading";
  const save = (write: (drawing: Drawing, frame: Frame, name: string) => unknown, whole: boolean) => () => {
    menu.open = false;
    const drawn = host.drawing(whole);
    if (!drawn) state.message.value = "The table is no drawing: copy it instead.";
    else if (write(drawn, frame(state, host.view()), `${file()}-${host.view()}`) === false) {
      state.message.value = "This is too large for a PNG: save it as SVG.";
    }
  };
  const item = (label: string, run: () => void) => h("button", { class: "f-button f-quiet", type: "button", onclick: run }, label);
  const more = [item("Save all as SVG", save(saveSvg, true)), item("Save all as PNG", save(savePng, true))];
  const ramps = h("select", { class: "f-select", "aria-label": "Colours", onchange: () => (state.ramp.value = ramps.value as Ramp) }, ...RAMPS.map((name) => h("option", { value: name }, name)));
  effect(() => {
    ramps.value = state.ramp.value;
  });
  const menu: HTMLDetailsElement = h(
    "details",
    { class: "f-menu" },
    h("summary", { class: "f-button f-quiet", title: "Save this view, choose colours", "aria-label": "Save this view, choose colours" }, icon("save")),
    h("div", { class: "f-menu-list" }, item("Save view as SVG", save(saveSvg, false)), item("Save view as PNG", save(savePng, false)), ...more, h("label", { class: "f-field" }, "Colours", ramps)),
  );
  menu.addEventListener("toggle", () => more.forEach((item) => (item.hidden = host.fits())));
  menu.addEventListener("focusout", (event) => {
    if (!(event.relatedTarget instanceof Node && menu.contains(event.relatedTarget))) menu.open = false;
  });
  return menu;
}

/** What an exported view says around its drawing. */
function frame(state: State, view: View): Frame {
  const reading = state.reading.peek();
  const title = titleWords(reading).map((node) => node.textContent ?? "").join("");
  const colored = view === "heatmap" || view === "compare";
  return { title, legend: colored ? legendDrawing(state) : null, caption: provenance(reading), colors: ground(state.shade.peek()) };
}

const TABS: readonly [View, string][] = [["heatmap", "Heatmap"], ["watch", "Watch"], ["compare", "Compare"], ["table", "Table"]];

export function bar(state: State, land: Land, current: ReadonlySignal<View>): Piece {
  const tabs = new Map(TABS.map(([view, label]) => [view, h("button", { class: "f-tab", type: "button", role: "tab", id: `f-tab-${view}-${state.uid}`, onclick: () => (state.view.value = view) }, label)]));
  const strip = h("div", { class: "f-tabs", role: "tablist", "aria-label": "Views" }, ...tabs.values());
  strip.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const open = TABS.map(([view]) => view).filter((view) => !(tabs.get(view) as HTMLElement).hidden);
    const view = open[(open.indexOf(current.peek()) + step + open.length) % open.length] as View;
    state.view.value = view;
    tabs.get(view)?.focus();
    event.preventDefault();
    event.stopPropagation();
  });
  const metric = h("select", { class: "f-select", onchange: () => (state.metric.value = metric.value as Metric) }, ...METRIC_NAMES.map((name) => h("option", { value: name }, METRIC_KINDS[name].name)));
  const key = legend(state);
  const zoom = (by: number) => (state.zoom.value = by === 0 ? 0 : Math.max(-16, Math.min(6, state.zoom.peek() + by)));
  const zooms = h(
    "div",
    { class: "f-zoom", role: "group", "aria-label": "Zoom" },
    h("button", { class: "f-button f-quiet", type: "button", title: "Zoom out (−)", "aria-label": "Zoom out", onclick: () => zoom(-1) }, icon("minus")),
    h("button", { class: "f-button f-quiet", type: "button", title: "Zoom in (+)", "aria-label": "Zoom in", onclick: () => zoom(1) }, icon("plus")),
  );
  const colour = h("div", { class: "f-colour" }, h("label", { class: "f-field" }, "Colour", metric), key.element, zooms);
  const element = land("nav", { class: "f-bar", "aria-label": "Views and colour" }, strip, colour);
  const stops = [
    effect(() => {
      const view = current.value;
      for (const [name, tab] of tabs) {
        tab.setAttribute("aria-selected", String(name === view));
        tab.tabIndex = name === view ? 0 : -1;
        if (name === view) tab.setAttribute("aria-controls", `f-panel-${name}-${state.uid}`);
        else tab.removeAttribute("aria-controls");
      }
      colour.classList.toggle("f-off", view === "watch" || view === "table");
    }),
    effect(() => {
      (tabs.get("compare") as HTMLElement).hidden = !state.other.value;
    }),
    effect(() => {
      metric.value = state.metric.value;
    }),
  ];
  return { element, dispose: () => [...stops, key.dispose].forEach((stop) => stop()) };
}

/** What this lens can and cannot show, once. */
export function footer(state: State, land: Land): HTMLElement {
  const raw = state.reading.peek().info.lens.kind === "raw";
  const words = raw
    ? "Raw lens: rows before the last skip the final norm, so their probabilities look too sure; and every layer is read as if it were the last."
    : "Each layer is read as if it were the last: what early layers hold in another form stays unseen, so a poor rank there means “not readable yet”, not “not known”.";
  const element = land("footer", { class: "f-honest" }, h("p", {}, words));
  element.append(h("button", { class: "f-button f-quiet", type: "button", "aria-label": "Dismiss this note", onclick: () => element.remove() }, icon("close")));
  return element;
}
