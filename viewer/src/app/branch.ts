// Another token in place of one that stands there, and on from there.

import { bdi, h } from "../ui/dom";
import { token } from "../text/visible";
import type { Reading } from "../reading/reading";

/** Asks what should follow `position`; `go` is given the token and where it stands. */
export function branchDialog(go: (at: number, token: { text: string } | { id: number }) => void): { element: HTMLDialogElement; ask(reading: Reading, position: number): void } {
  const context = h("p", { class: "a-context" });
  const input = h("input", { type: "text", "aria-label": "The new token", spellcheck: "false", autocomplete: "off" });
  const picks = h("div", { class: "a-picks" });
  const close = () => element.close();
  const form = h("form", { method: "dialog" }, h("h2", {}, "Continue from another token"), context, input, picks,
    h("div", { class: "a-buttons" }, h("button", { type: "button", class: "a-button", onclick: close }, "Leave it"), h("button", { type: "submit", class: "a-run" }, "Continue")));
  const element = h("dialog", { class: "a-dialog", "aria-label": "Continue from another token" }, form);
  let at = 0;
  const choose = (chosen: { text: string } | { id: number }) => {
    element.close();
    go(at, chosen);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value !== "") choose({ text: input.value.replace(/␣/g, " ") });
  });
  return {
    element,
    ask(reading, position) {
      at = position + 1;
      const before = reading.tokens.slice(Math.max(0, at - 8), at).map(({ text }) => bdi(token(text)));
      context.replaceChildren(...(at > 8 ? ["… "] : []), ...before, h("span", { class: "a-blank" }, "?"));
      const column = reading.positions.indexOf(position);
      input.value = column >= 0 && (reading.targets[column]?.id ?? -1) >= 0 ? token(reading.targetText(column)) : "";
      const top = column >= 0 ? reading.top(reading.lastRow, column).slice(0, 6) : [];
      picks.replaceChildren(...top.map(({ id }) => h("button", { type: "button", class: "a-button", onclick: () => choose({ id }) }, bdi(token(reading.text(id))))));
      element.showModal();
      input.select();
    },
  };
}
