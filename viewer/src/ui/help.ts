// `?`: the keys.

import { h, icon } from "./dom";
import { KEYS } from "./keys";

export function help(): HTMLDialogElement {
  const rows = KEYS.map(([keys, what]) => {
    const caps = keys.split(" ").map((key) => (key === "to" ? " to " : h("kbd", {}, key.replace(/,$/, ""))));
    return h("tr", {}, h("th", { scope: "row" }, ...caps), h("td", {}, what));
  });
  const dialog: HTMLDialogElement = h(
    "dialog",
    { class: "f-help", "aria-label": "Keys" },
    h(
      "div",
      { class: "f-help-head" },
      h("h2", {}, "Keys"),
      h("button", { class: "f-button f-quiet", type: "button", "aria-label": "Close", onclick: () => dialog.close() }, icon("close")),
    ),
    h("table", {}, h("tbody", {}, ...rows)),
    h("p", { class: "f-soft" }, "Ctrl and the wheel zoom. The address names what you see: copy it to share the place."),
  );
  return dialog;
}
