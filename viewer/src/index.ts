// The viewer's one module. `mount(element, source, options)` shows a reading; the rest is what a host may need besides.
// A page that Fathom exported holds its reading in elements of its own, and is shown without being asked to.

import "./style.css";
import { mount } from "./mount";
import { fromBase64, inlineSource } from "./source";

export { mount, type MountOptions, type Viewer } from "./mount";
export { httpSource, inlineSource, readySource, fromBase64, type Source, type WatchColumns } from "./source";
export { BadReading, decodePack } from "./reading/pack";
export { fromJson } from "./reading/json";
export { merge } from "./reading/merge";
export { Reading } from "./reading/reading";
export type { Action } from "./views/detail";
export type { State } from "./state";
export { visible, token } from "./text/visible";
export * as numbers from "./text/numbers";
export { effect, signal, computed } from "@preact/signals-core";

const data = document.getElementById("fathom-reading");
const place = document.getElementById("fathom");
if (data && place) {
  const other = document.getElementById("fathom-other");
  const source = inlineSource(fromBase64(data.textContent ?? ""), other ? fromBase64(other.textContent ?? "") : undefined);
  mount(place, source, { page: true, view: other ? "compare" : "heatmap" }).catch((error: unknown) => {
    place.textContent = `This reading can't be shown: ${error instanceof Error ? error.message : String(error)}`;
  });
}
