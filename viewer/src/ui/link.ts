// Deep links: the state in the URL's fragment, so that they work from a file.

import { effect } from "@preact/signals-core";
import { metricNames, type Metric } from "../metric";
import { typedName } from "../reading/column";
import { MOST_WATCHED, watchedToken, type State, type Theme, type View, type WatchScale } from "../state";
import { RAMPS, type Ramp } from "../theme";

const VIEWS: readonly string[] = ["heatmap", "watch", "compare", "table"];
const THEMES: readonly string[] = ["auto", "light", "dark"];
const SCALES: readonly string[] = ["rank", "prob", "logit"];

/** `view=watch&metric=kl&at=29.4&pin=1&watch=262.123`: layers and positions by their names, not their indices. */
export function toFragment(state: State): string {
  const reading = state.reading.value;
  const { row, column } = state.cursor.value;
  const parts: [string, string | null][] = [
    ["view", state.view.value],
    ["metric", typedName(state.column.value)],
    ["at", `${reading.rowName(row)},${reading.columnName(column)}`],
    ["pin", state.pinned.value ? "1" : null],
    ["watch", state.watched.value.map((token) => token.id).join(",")],
    ["scale", state.watchScale.value === "rank" ? null : state.watchScale.value],
    ["shift", state.shift.value === null ? null : String(state.shift.value)],
    ["zoom", state.zoom.value === 0 ? null : String(state.zoom.value)],
    ["ramp", state.ramp.value === RAMPS[0] ? null : state.ramp.value],
    ["theme", state.theme.value === "auto" ? null : state.theme.value],
  ];
  return parts.flatMap(([name, value]) => (value === null ? [] : [`${name}=${encodeURIComponent(value).replace(/%2C/g, ",")}`])).join("&");
}

/** Takes what a fragment says and can be meant; the rest is left as it is. */
export function fromFragment(state: State, fragment: string): void {
  const params = new URLSearchParams(fragment.replace(/^#/, ""));
  const one = <T extends string>(name: string, allowed: readonly string[], take: (value: T) => void) => {
    const value = params.get(name);
    if (value !== null && allowed.includes(value)) take(value as T);
  };
  one<View>("view", VIEWS, (view) => (state.view.value = state.has(view) ? view : "heatmap"));
  one<Metric>("metric", metricNames(state.reading.peek()), (metric) => (state.metric.value = metric));
  one<Theme>("theme", THEMES, (theme) => (state.theme.value = theme));
  one<Ramp>("ramp", RAMPS, (ramp) => (state.ramp.value = ramp));
  one<WatchScale>("scale", SCALES, (scale) => (state.watchScale.value = scale));
  const reading = state.reading.peek();
  const [, rowName, name] = /^([^,]*),(.*)$/s.exec(params.get("at") ?? "") ?? [];
  const row = reading.rows.findIndex((_, index) => reading.rowName(index) === rowName);
  const column = reading.columnNames.indexOf(name ?? "");
  if (row >= 0 && column >= 0) state.move(row, column);
  if (params.has("at")) state.pinned.value = params.get("pin") === "1";
  const number = (name: string, low: number, high: number): number | null => {
    const value = params.get(name);
    return value !== null && /^-?\d{1,4}$/.test(value) ? Math.max(low, Math.min(high, Number(value))) : null;
  };
  state.zoom.value = number("zoom", -16, 6) ?? state.zoom.peek();
  state.shift.value = number("shift", -9999, 9999);
  const watch = params.get("watch");
  if (watch !== null) {
    const ids = watch.split(",").filter((id) => /^\d{1,9}$/.test(id)).map(Number).slice(0, MOST_WATCHED);
    state.watched.value = [...new Set(ids)].map((id) => watchedToken(reading, id));
  }
}

/** Keeps the page's fragment and the state together. */
export function deepLinks(state: State): () => void {
  fromFragment(state, location.hash);
  let timer = 0;
  let written = "";
  // An application that has gone on to another reading keeps this one in sight until there is something to see of that.
  const { pathname } = location;
  const keep = () => {
    if (location.pathname !== pathname) return;
    try {
      history.replaceState(history.state, "", `#${written}`);
    } catch {
      // A page within a page (`srcdoc`) has no address of its own.
    }
  };
  const stop = effect(() => {
    written = toFragment(state);
    clearTimeout(timer);
    // Browsers slow down pages that change their address at every key.
    timer = window.setTimeout(keep, 250);
  });
  const follow = () => {
    if (location.hash !== `#${written}`) fromFragment(state, location.hash);
  };
  window.addEventListener("hashchange", follow);
  return () => {
    stop();
    clearTimeout(timer);
    window.removeEventListener("hashchange", follow);
  };
}
