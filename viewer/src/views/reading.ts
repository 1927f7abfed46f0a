// The heatmap of the state's reading.

import { computed } from "@preact/signals-core";
import { heatmap } from "../grid/heatmap";
import { readingGrid } from "../grid/model";
import { tableOf } from "../metric";
import type { Reading } from "../reading/reading";
import type { State } from "../state";
import { visible } from "../text/visible";
import { blanks, made, titleText } from "../ui/about";
import { found } from "../ui/find";
import { legendDrawing } from "../ui/legend";
import type { ViewPart } from "./part";

/** What the grid is, for a screen reader. */
const gridLabel = ({ columns, axis }: Reading): string =>
  `Layers by ${axis ? visible(axis.name) : "positions"}: ${columns.has("top_id") ? "the top token of each" : "a number of each"}`;

export function readingView(state: State): ViewPart {
  const model = computed(() => readingGrid(state.reading.value, state.column.value, tableOf(state.column.value, state.ramp.value, state.shade.value)));
  const grid = heatmap(state, { label: gridLabel(state.reading.peek()), model, found: found(state) });
  const about = () => ({ titles: [titleText(state.reading.peek())], legends: [legendDrawing(state)], captions: [...(made(state.reading.peek())), ...blanks(state.reading.peek())] });
  return { ...grid, drawing: { draw: grid.drawing, fits: grid.fits, about } };
}
