// Table: the numbers of one position or one layer as a real table, for screen readers and for copying.

import { effect, signal } from "@preact/signals-core";
import type { Reading } from "../reading/reading";
import type { Cell, State } from "../state";
import { cellColumns, valueWords } from "../grid/model";
import { mainColumns, plainName } from "../metric";
import { rank } from "../text/numbers";
import { token, visible } from "../text/visible";
import { bdi, h } from "../ui/dom";
import { scores } from "./series";
import type { ViewPart } from "./part";

type Selection = "position" | "layer";
const SHOWN = 5;

interface Row {
  cell: Cell;
  head: string;
  /** Token texts are shown as tokens, numbers as they are. */
  values: { text: string; token?: boolean }[];
}

interface Content {
  caption: string;
  columns: string[];
  rows: Row[];
}

export function content(state: State, reading: Reading, at: Cell, selection: Selection): Content {
  const watched = state.watched.value;
  const tops = Math.min(SHOWN, reading.columns.topK);
  const each = reading.isLens ? mainColumns(reading) : cellColumns(reading);
  // What stands for something else than a position has no tokens.
  const heads = selection === "position" || reading.axis ? [] : ["input", ...(reading.targets.length ? ["next"] : [])];
  const columns = [
    selection === "position" ? "layer" : visible(reading.axis?.name ?? "position"),
    ...heads,
    ...each.map(plainName),
    ...Array.from({ length: tops }, (_, i) => `top ${i + 1}`),
    ...watched.map(({ text, of }) => `rank of ${token(text)}${of ? ` (first of ${of.tokens})` : ""}`),
  ];
  const cells: Cell[] =
    selection === "position"
      ? reading.rows.map((_, row) => ({ row, column: at.column }))
      : reading.columnNames.map((_, column) => ({ row: at.row, column }));
  // A watched token's numbers are those of a whole column.
  const byColumn = new Map<number, (number | null)[][]>();
  const ranks = (column: number) => {
    let found = byColumn.get(column);
    if (!found) {
      found = watched.map(({ id }) => scores(reading, state.asked.value.get(id), id, column).map((score) => score?.rank ?? null));
      byColumn.set(column, found);
    }
    return found;
  };
  const rows = cells.map((cell): Row => {
    const { row, column } = cell;
    const texts = [reading.input(column)?.text ?? "", reading.targetText(column)].slice(0, heads.length);
    return {
      cell,
      head: selection === "position" ? reading.rowName(row) : visible(reading.columnName(column)),
      values: [
        ...texts.map((text) => ({ text: token(text), token: true })),
        ...each.map((of) => ({ text: valueWords(reading, of, reading.cell(row, column)), token: of.type === "token" })),
        ...reading.top(row, column).slice(0, tops).map(({ id }) => ({ text: token(reading.text(id)), token: true })),
        ...ranks(column).map((all) => ({ text: all[row] == null ? "not recorded" : rank(all[row]) })),
      ],
    };
  });
  return { caption: captionOf(reading, at, selection), columns, rows };
}

function captionOf(reading: Reading, at: Cell, selection: Selection): string {
  const name = reading.rowName(at.row);
  const input = reading.input(at.column);
  const place = `${visible(reading.columnWords(at.column))}${input ? `, after ${token(input.text)}` : ""}`.replace(/^./u, (letter) => letter.toUpperCase());
  const layer = name === "embed" ? "The embedding" : `Layer ${name}`;
  if (!reading.isLens) return selection === "position" ? `${place}: every layer` : `${layer}: every ${visible(reading.axis?.name ?? "position")}`;
  const numbers = "rank, probability and surprisal of";
  return selection === "position" ? `${place}: every layer; ${numbers} ${token(reading.targetText(at.column))}` : `${layer}: every position; ${numbers} the token that came next`;
}

/** Tab-separated, as spreadsheets take it. Visible forms hold no tabs or newlines. */
export const toTsv = ({ columns, rows }: Content): string =>
  [columns, ...rows.map((row) => [row.head, ...row.values.map((value) => value.text)])].map((line) => line.join("\t")).join("\n");

/** Comma-separated; fields that hold a comma or a quote are quoted. */
export const toCsv = ({ columns, rows }: Content): string => {
  const field = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  const lines = [columns, ...rows.map((row) => [row.head, ...row.values.map((value) => value.text)])];
  return lines.map((line) => `${line.map(field).join(",")}\r\n`).join("");
};

export function table(state: State): ViewPart {
  const selection = signal<Selection>("position");
  const box = h("div", { class: "f-table-box", tabindex: "0", role: "region", "aria-label": "Table" });
  const radio = (value: Selection, label: string) => {
    const input = h("input", { type: "radio", name: `f-selection-${state.uid}`, value, checked: value === "position", onchange: () => (selection.value = value) });
    return h("label", {}, input, h("span", {}, label));
  };
  let shown: Content | null = null;
  const copy = h("button", { class: "f-button", type: "button" }, "Copy");
  copy.addEventListener("click", () => {
    if (!shown) return;
    void toClipboard(toTsv(shown)).then((done) => {
      copy.textContent = done ? "Copied" : "Select and copy by hand";
      setTimeout(() => (copy.textContent = "Copy"), 2000);
    });
  });
  const switches = h("div", { class: "f-segments", role: "radiogroup", "aria-label": "What the table shows" }, radio("position", "This position, every layer"), radio("layer", "This layer, every position"));
  const element = h("section", { class: "f-table-view", "aria-label": "Table" }, h("div", { class: "f-watch-head" }, switches, copy), box);
  const stop = effect(() => {
    if (state.view.value !== "table") return;
    shown = content(state, state.reading.value, state.cursor.value, selection.value);
    box.replaceChildren(build(state, shown, selection.peek()));
  });
  return { element, csv: () => (shown ? toCsv(shown) : ""), focus: () => box.focus(), dispose: stop };
}

function build(state: State, { caption, columns, rows }: Content, selection: Selection): HTMLTableElement {
  const at = state.cursor.peek();
  const body = rows.map(({ cell, head, values }) => {
    const on = selection === "position" ? cell.row === at.row : cell.column === at.column;
    const cells = values.map((value) => h("td", { class: value.token ? "f-word" : null }, value.token ? bdi(value.text) : value.text));
    return h("tr", { "aria-current": on ? "true" : null, onclick: () => state.move(cell.row, cell.column) }, h("th", { scope: "row" }, head), ...cells);
  });
  const words = (name: string) => (/^(input|next|top)/.test(name) ? "f-word" : null);
  return h("table", { class: "f-table" }, h("caption", {}, caption), h("thead", {}, h("tr", {}, ...columns.map((name) => h("th", { scope: "col", class: words(name) }, name)))), h("tbody", {}, ...body));
}

async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
