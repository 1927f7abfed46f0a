// A server that wants a token, and a page that has none.

import { h } from "../ui/dom";
import { setToken } from "./api";

export function tokenPrompt(root: HTMLElement, opened: () => void): void {
  const input = h("input", { type: "password", "aria-label": "Token", autocomplete: "off", required: true });
  const form = h("form", { class: "a-gate" }, h("h1", {}, "Fathom"),
    h("p", {}, "This server asks for its token. It stands in the address that `fathom serve` printed, after #token="), input,
    h("button", { class: "a-run", type: "submit" }, "Open"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    setToken(input.value.trim());
    opened();
  });
  root.replaceChildren(form);
  input.focus();
}
