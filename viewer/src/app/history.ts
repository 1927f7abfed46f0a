// The readings made so far: opened, compared with, named, saved as files, deleted.

import { bdi, h } from "../ui/dom";
import { visible } from "../text/visible";
import type { Summary } from "./api";

export interface HistoryActions {
  open(id: string): void;
  compare(id: string): void;
  rename(id: string, name: string): void;
  remove(id: string, name: string): void;
  save(id: string, format: string): void;
  share(id: string): void;
}

const WORDS: Partial<Record<Summary["status"], string>> = {
  queued: "waiting", running: "running", failed: "failed", cancelled: "stopped",
};

const words = (text: string) => text.split(" ").map(visible).join(" ");

export function historyList(actions: HistoryActions): { element: HTMLElement; show(all: Summary[], current: string): void; inUse(): boolean } {
  const list = h("ul", { class: "a-list" });
  const empty = h("p", { class: "a-soft" }, "Readings that you make are kept here.");
  const element = h("nav", { class: "a-history", "aria-label": "History" }, h("h2", {}, "History"), list, empty);
  return {
    element,
    show(all, current) {
      empty.hidden = all.length > 0;
      list.replaceChildren(...newestFirst(all).map((one) => item(one, one.id === current, actions)));
    },
    inUse: () => element.querySelector(".a-rename, .a-menu:not([hidden])") !== null,
  };
}

/** Whatever became of them: those stopped among those finished. */
export const newestFirst = (all: readonly Summary[]): Summary[] => [...all].sort((a, b) => b.created - a.created || (a.id < b.id ? 1 : -1));

function item(one: Summary, current: boolean, actions: HistoryActions): HTMLElement {
  const name = h("span", { class: "a-name" }, bdi(words(one.name)));
  const output = one.output ? h("span", { class: "a-output" }, bdi(words(one.output))) : null;
  const status = WORDS[one.status];
  const at = new Date(one.created);
  const today = at.toDateString() === new Date().toDateString();
  const when = today
    ? at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" })
    : at.toLocaleDateString(undefined, { month: "short", day: "numeric" });
  const facts = [status, one.model, `${one.tokens} tokens`, when].filter((fact) => fact).join(" · ");
  const open = h("a", { class: "a-open", href: `/r/${one.id}`, title: at.toLocaleString(), "aria-current": current ? "page" : null,
    onclick: (event: MouseEvent) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      actions.open(one.id);
    } }, name, output, h("span", { class: `a-facts a-${one.status}` }, facts));
  const done = one.status === "done";
  const menu = h("div", { class: "a-menu", hidden: true });
  const act = (label: string, run: () => void) => {
    const close = () => {
      menu.hidden = true;
      run();
    };
    return h("button", { type: "button", onclick: close }, label);
  };
  const begin = () => edit(open, name, one.name, (value) => actions.rename(one.id, value));
  menu.append(
    ...(done && !current ? [act("Compare with the one shown", () => actions.compare(one.id))] : []),
    act("Rename", begin),
    ...(done ? [act("Copy link", () => actions.share(one.id))] : []),
    ...(done ? ["html", "svg", "png", "json", "csv", "parquet", "pack"].map((format) => act(`Save as ${format}`, () => actions.save(one.id, format))) : []),
    act("Delete", () => actions.remove(one.id, words(one.name))),
  );
  const more = h("button", { class: "a-dots", type: "button", "aria-label": `Actions for ${words(one.name)}`, "aria-expanded": "false",
    onclick: () => {
      menu.hidden = !menu.hidden;
      more.setAttribute("aria-expanded", String(!menu.hidden));
      if (menu.hidden) return;
      beside(menu, more);
      menu.querySelector("button")?.focus({ preventScroll: true });
    } }, "⋯");
  const row = h("li", {}, open, more, menu);
  row.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !menu.hidden) {
      menu.hidden = true;
      more.focus();
    }
  });
  // It stands still while the list scrolls under it: it goes.
  const scrolled = () => (menu.hidden = true);
  more.addEventListener("click", () => row.closest(".a-history")?.addEventListener("scroll", scrolled, { once: true }));
  row.addEventListener("focusout", (event) => {
    if (!row.contains(event.relatedTarget as Node | null)) menu.hidden = true;
  });
  return row;
}

/** Below a button, or as far up as it must be to stand in the window: the list, which scrolls, would cut it off. */
function beside(menu: HTMLElement, button: HTMLElement): void {
  const box = button.getBoundingClientRect();
  const [width, height] = [menu.offsetWidth, menu.offsetHeight];
  menu.style.left = `${Math.max(4, Math.min(box.right - width, window.innerWidth - width - 4))}px`;
  menu.style.top = `${Math.max(4, Math.min(box.bottom + 4, window.innerHeight - height - 4))}px`;
}

/** A name becomes a field; Enter keeps, Escape leaves it. */
function edit(link: HTMLElement, name: HTMLElement, old: string, keep: (name: string) => void): void {
  const input = h("input", { class: "a-rename", type: "text", maxlength: 200, "aria-label": "Name", value: old });
  let over = false;
  const end = (kept: boolean) => {
    if (over) return;
    over = true;
    link.hidden = false;
    input.remove();
    if (kept && input.value.trim() && input.value !== old) keep(input.value.trim());
  };
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") end(true);
    if (event.key === "Escape") end(false);
  });
  input.addEventListener("blur", () => end(true));
  name.closest("li")?.prepend(input);
  link.hidden = true;
  input.select();
}
