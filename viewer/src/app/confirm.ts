// Asks before something is done that can't be undone.

import { h } from "../ui/dom";

export function confirmDialog(): { element: HTMLDialogElement; ask(question: string, consequence: string, yes: string): Promise<boolean> } {
  const [title, words] = [h("h2"), h("p", { class: "a-soft" })];
  const agree = h("button", { type: "submit", class: "a-run", value: "yes" });
  const leave = h("button", { type: "submit", class: "a-button", value: "" }, "Keep it");
  const element = h("dialog", { class: "a-dialog", role: "alertdialog", "aria-label": "Are you sure?" },
    h("form", { method: "dialog" }, title, words, h("div", { class: "a-buttons" }, leave, agree)));
  return {
    element,
    ask(question, consequence, yes) {
      [title.textContent, words.textContent, agree.textContent] = [question, consequence, yes];
      element.returnValue = "";
      element.showModal();
      // Enter, pressed by habit, keeps.
      leave.focus();
      return new Promise((resolve) => element.addEventListener("close", () => resolve(element.returnValue === "yes"), { once: true }));
    },
  };
}
