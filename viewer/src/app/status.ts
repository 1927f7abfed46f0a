// How a run stands: waiting, loading, computing, refused. One line, read out as it changes.

import { h } from "../ui/dom";

export interface StatusLine {
  element: HTMLElement;
  /** Work under way; `fraction` null where nobody knows how much is left. */
  busy(words: string, fraction: number | null, stop: (() => void) | null): void;
  error(words: string): void;
  note(words: string): void;
  clear(): void;
}

export function statusLine(): StatusLine {
  const words = h("span", { class: "a-words" });
  const bar = h("progress", { max: 1, "aria-label": "Progress" });
  const stop = h("button", { type: "button", class: "a-button" }, "Cancel");
  const close = h("button", { type: "button", class: "a-button", onclick: () => clear() }, "Dismiss");
  const element = h("div", { class: "a-status", role: "status", hidden: true }, words, bar, stop, close);
  let stopping: (() => void) | null = null;
  stop.addEventListener("click", () => stopping?.());
  const show = (text: string, kind: string, parts: { bar: boolean; stop: boolean; close: boolean }) => {
    if (words.textContent !== text) words.textContent = text;
    element.dataset.kind = kind;
    element.hidden = false;
    [bar.hidden, stop.hidden, close.hidden] = [!parts.bar, !parts.stop, !parts.close];
  };
  function clear() {
    element.hidden = true;
    words.textContent = "";
  }
  return {
    element,
    busy(text, fraction, stopper) {
      stopping = stopper;
      if (fraction === null) bar.removeAttribute("value");
      else bar.value = fraction;
      show(text, "busy", { bar: true, stop: stopper !== null, close: false });
    },
    error: (text) => show(text, "error", { bar: false, stop: false, close: true }),
    note: (text) => show(text, "note", { bar: false, stop: false, close: true }),
    clear,
  };
}
