// What stands around the views: title, tabs, metric, tools, the honest line.

import { effect, type ReadonlySignal } from "@preact/signals-core";
import { colours, title as titleOf } from "../metric";
import { typedName } from "../reading/column";
import type { Reading } from "../reading/reading";
import type { State, Theme, View } from "../state";
import { blanks, made, provenances, says, titleWords } from "./about";
import { h, icon, type Land } from "./dom";
import { findNext, nowhere, places } from "./find";
import { legend } from "./legend";
import { saveMenu, type Open } from "./saving";

interface Piece {
  element: HTMLElement;
  dispose(): void;
}

export function header(state: State, land: Land, current: ReadonlySignal<View>, host: Open & { help(): void }): Piece & { find(): void } {
  const title = h("h1", { class: "f-title" });
  const sub = h("p", { class: "f-sub" });
  const blank = h("p", { class: "f-blank", role: "status", hidden: true });
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
  const note = h("span", { class: "f-find-note", hidden: true });
  const element = land(
    "header",
    { class: "f-header" },
    h("div", { class: "f-titles" }, title, sub, blank),
    h("div", { class: "f-tools" }, h("div", { class: "f-find" }, search, note), themeButton(state), saveMenu(state, host), h("button", { class: "f-button f-quiet", type: "button", title: "Keys (?)", "aria-label": "Keys", onclick: host.help }, icon("help"))),
  );
  const stops = [
    effect(() => {
      const reading = state.reading.value;
      const other = current.value === "compare" ? state.other.value : null;
      const named = (name: string, of: Reading) => h("span", { class: "f-titled" }, h("span", { class: "f-pane-name" }, name), ...titleWords(of));
      title.replaceChildren(...(other ? [named("A", reading), named("B", other)] : titleWords(reading)));
      title.classList.toggle("f-both", other !== null);
      sub.textContent = (other ? provenances(reading, other) : made(reading)).join(" | ");
      const why = blanks(reading, other ?? undefined);
      blank.textContent = why.map((words) => `Note: ${words}.`).join(" ");
      blank.hidden = why.length === 0;
    }),
    effect(() => {
      const count = places(state).length;
      note.hidden = state.find.value === "";
      note.textContent = count ? `${count} ${count === 1 ? "place" : "places"}: Enter goes to the next` : nowhere(state);
      search.setAttribute("aria-invalid", String(!count && !note.hidden));
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
  const metric = h("select", { class: "f-select", onchange: () => (state.metric.value = metric.value) });
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
      for (const [view, tab] of tabs) tab.hidden = !state.has(view);
    }),
    effect(() => {
      const options = colours(state.reading.value).map((column) => h("option", { value: typedName(column) }, titleOf(column)));
      const names = (all: Iterable<HTMLOptionElement>) => Array.from(all, ({ value }) => value).join();
      if (names(options) !== names(metric.options)) metric.replaceChildren(...options);
      metric.value = typedName(state.column.value);
    }),
  ];
  return { element, dispose: () => [...stops, key.dispose].forEach((stop) => stop()) };
}

/** What this lens, or this grid, can and cannot show, once. */
export function footer(state: State, land: Land): HTMLElement {
  const raw = state.reading.peek().info.lens.kind === "raw";
  const words = says(state.reading.peek()) ?? (raw
    ? "Raw lens: rows before the last skip the final norm, so their probabilities look too sure; and every layer is read as if it were the last."
    : "Each layer is read as if it were the last: what early layers hold in another form stays unseen, so a poor rank there means “not readable yet”, not “not known”.");
  const element = land("footer", { class: "f-honest" }, h("p", {}, words));
  element.append(h("button", { class: "f-button f-quiet", type: "button", "aria-label": "Dismiss this note", onclick: () => element.remove() }, icon("close")));
  return element;
}
