// The heatmap of the state's reading.

import { computed } from "@preact/signals-core";
import { heatmap } from "../grid/heatmap";
import { readingGrid } from "../grid/model";
import type { State } from "../state";
import { lut } from "../theme";
import { blanks, provenance, titleText } from "../ui/about";
import { found } from "../ui/find";
import { legendDrawing } from "../ui/legend";
import type { ViewPart } from "./part";

export function readingView(state: State): ViewPart {
  const model = computed(() => readingGrid(state.reading.value, state.metric.value, lut(state.ramp.value, state.shade.value)));
  const grid = heatmap(state, { label: "Layers by positions: the top token of each", model, found: found(state) });
  const about = () => ({ titles: [titleText(state.reading.peek())], legends: [legendDrawing(state)], captions: [provenance(state.reading.peek()), ...blanks(state.reading.peek())] });
  return { ...grid, drawing: { draw: grid.drawing, fits: grid.fits, about } };
}
