// The heatmap of the state's reading.

import { computed } from "@preact/signals-core";
import { heatmap } from "../grid/heatmap";
import { readingGrid } from "../grid/model";
import type { State } from "../state";
import { lut } from "../theme";
import { found } from "../ui/find";
import type { ViewPart } from "./part";

export function heat(state: State): ViewPart {
  const model = computed(() => readingGrid(state.reading.value, state.metric.value, lut(state.ramp.value, state.shade.value)));
  return heatmap(state, { label: "Layers by positions: the top token of each", model, found: found(state) });
}
