// The shell: a source becomes a viewer in an element.

import { computed, effect, type ReadonlySignal } from "@preact/signals-core";
import type { Metric } from "./metric";
import type { Reading } from "./reading/reading";
import type { Source } from "./source";
import { firstWatched, State, type Theme, type View, type WatchedToken } from "./state";
import { announcing } from "./ui/announce";
import { bar, footer, header } from "./ui/chrome";
import { h, landmarks, type Land } from "./ui/dom";
import { help } from "./ui/help";
import { onKey } from "./ui/keys";
import { deepLinks } from "./ui/link";
import { theming } from "./ui/theming";
import { compare } from "./views/compare";
import { detail, type Action } from "./views/detail";
import { readingView } from "./views/reading";
import type { ViewPart } from "./views/part";
import { table } from "./views/table";
import { watch } from "./views/watch";

export interface MountOptions {
  view?: View;
  metric?: Metric;
  theme?: Theme;
  /** The viewer is the whole page: it fills the window, listens to all keys, and keeps its state in the address. */
  page?: boolean;
  /** Keep the state in the address's fragment; by default as `page`. */
  deepLinks?: boolean;
  /** Height of a viewer that is no page: any CSS length. */
  height?: string;
  /** Tells whether what stands around is dark, now and at every change, until what it returns is called; by default the system. */
  dark?: (tell: (dark: boolean) => void) => () => void;
  /** Buttons of the detail panel. */
  actions?: Action[];
}

/** A viewer that stands. */
export interface Viewer {
  /** Its state, as signals: read them in an `effect`, set them to steer. */
  state: State;
  /** Shows another reading (the same one grown by a column, say) with the state kept as far as it can be. */
  update(reading: Reading): void;
  /** Sets or takes away the reading to compare with. */
  compareWith(other: Reading | null): void;
  destroy(): void;
}

const VIEWS: Record<View, (state: State) => ViewPart> = { heatmap: readingView, watch, compare, table };

export async function mount(element: HTMLElement, source: Source, options: MountOptions = {}): Promise<Viewer> {
  const [reading, other] = await Promise.all([source.reading(), source.other?.() ?? null]);
  const state = new State(reading, source);
  state.other.value = other;
  comparable(state);
  if (options.view) state.view.value = options.view;
  if (options.metric) state.metric.value = options.metric;
  if (options.theme) state.theme.value = options.theme;
  const root = h("div", { class: options.page ? "fathom f-page" : "fathom" });
  if (!options.page) stand(root, options.height ?? "640px");
  const stops = [theming(root, state, options.dark)];
  if (options.deepLinks ?? options.page) stops.push(deepLinks(state));

  const current = computed(() => (state.has(state.view.value) ? state.view.value : "heatmap"));
  const land = landmarks(options.page ?? false);
  const stage = views(state, land, current);
  const dialog = help();
  const panel = detail(state, land, options.actions ?? []);
  const heading = header(state, land, current, {
    view: () => current.peek(),
    part: () => stage.part(current.peek()),
    help: () => dialog.showModal(),
  });
  const tools = bar(state, land, current);
  const live = h("div", { class: "f-hidden", role: "status", "aria-live": "polite" });
  root.append(heading.element, tools.element, h("div", { class: "f-body" }, stage.element, panel.element), footer(state, land), dialog, live);
  element.replaceChildren(root);

  stops.push(
    effect(() => {
      live.textContent = state.message.value;
    }),
    announcing(state),
  );
  const listen: HTMLElement | Document = options.page ? document : root;
  const key = (event: Event) => {
    const handled = onKey(state, { find: heading.find, help: () => dialog.showModal() }, event as KeyboardEvent);
    if (!handled) return;
    event.preventDefault();
    // A page around it (a notebook) does not take the key as well.
    if (!options.page) event.stopPropagation();
  };
  listen.addEventListener("keydown", key);
  return {
    state,
    update: (reading) => update(state, reading),
    compareWith(other) {
      state.other.value = other;
      comparable(state);
      if (!other && state.view.peek() === "compare") state.view.value = "heatmap";
    },
    destroy() {
      listen.removeEventListener("keydown", key);
      stops.forEach((stop) => stop());
      [heading, tools, panel, stage].forEach((piece) => piece.dispose());
      root.remove();
    },
  };
}

/** Gives a viewer that is no page its height, which narrow views are measured by too: of what surrounds it they know nothing. */
export function stand(root: HTMLElement, height: string): void {
  root.style.height = height;
  if (!height.endsWith("%")) root.style.setProperty("--f-window", height);
}

/** The views, each made when it is first shown. */
function views(state: State, land: Land, current: ReadonlySignal<View>): { element: HTMLElement; part(view: View): ViewPart; dispose(): void } {
  const parts = new Map<View, ViewPart>();
  const element = land("main", { class: "f-stage" });
  const part = (view: View): ViewPart => {
    let made = parts.get(view);
    if (!made) {
      made = VIEWS[view](state);
      made.element.id = `f-panel-${view}-${state.uid}`;
      made.element.setAttribute("aria-labelledby", `f-tab-${view}-${state.uid}`);
      made.element.setAttribute("role", "tabpanel");
      parts.set(view, made);
      element.append(made.element);
    }
    return made;
  };
  const stop = effect(() => {
    const view = current.value;
    part(view);
    for (const [name, { element }] of parts) element.hidden = name !== view;
  });
  const dispose = () => {
    stop();
    parts.forEach((made) => made.dispose());
  };
  return { element, part, dispose };
}

/** Ranks of different tokens don't compare: where what comes next differs at the blank, two readings are first seen by what does. */
export function comparable(state: State): void {
  const [a, b] = [state.reading.peek(), state.other.peek()];
  const blank = a.blank();
  const beside = state.alignment.peek()?.columns.find((pair) => pair.a === blank)?.b;
  if (!b || beside == null || state.column.peek().name !== "target_rank") return;
  if (a.targetText(blank) !== b.targetText(beside)) state.metric.value = "entropy";
}

/** The keyboard stays at its position and layer; at the last ones it follows what is added. */
export function update(state: State, reading: Reading): void {
  const before = state.reading.peek();
  const { row, column } = state.cursor.peek();
  const [position, name] = [before.columnName(column), before.rowName(row)];
  const follow = column === before.width - 1 && !state.pinned.peek() && before.width > 1;
  state.hover.value = null;
  // What nobody chose to watch is what the whole reading would begin with.
  const ids = (watched: WatchedToken[]) => watched.map(({ id }) => id).join();
  const chosen = ids(state.watched.peek()) !== ids(firstWatched(before));
  const at = reading.columnNames.indexOf(position);
  const layer = reading.rows.findIndex((_, index) => reading.rowName(index) === name);
  const cell = {
    row: layer < 0 ? reading.lastRow : layer,
    column: follow || at < 0 ? reading.width - 1 : at,
  };
  // Never a moment at which the cell lies outside of the reading.
  if (reading.width >= before.width && reading.height >= before.height) {
    state.reading.value = reading;
    state.cursor.value = cell;
  } else {
    state.cursor.value = { row: 0, column: 0 };
    state.reading.value = reading;
    state.cursor.value = cell;
  }
  if (!chosen) state.watched.value = firstWatched(reading);
}
