// Keys in a notebook: those that the viewer uses are its own while it has the focus, all others stay the notebook's.
//
// JupyterLab hears keys on their way down, at the document, before any element of a widget. It leaves alone what goes to
// an element with `data-lm-suppress-shortcuts`: so that is set, key by key, from one listener at the window that stands
// only while the focus is within the widget. Notebooks that listen on the way up are kept out by `mount` itself.

import type { State } from "../state";
import { isTyping, means } from "../ui/keys";

const OURS = "data-lm-suppress-shortcuts";
/** What a button, a tab or a select does something with. */
const CONTROLS = new Set(["Enter", " ", "Escape", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown", "Tab"]);
const EDITING = new Set(["a", "c", "v", "x", "z"]);

/** Whether a key is the widget's. */
export function isOurs(state: State, event: KeyboardEvent, target: EventTarget | null): boolean {
  const command = event.ctrlKey || event.metaKey;
  if (isTyping(target)) return !command || EDITING.has(event.key.toLowerCase());
  if (means(state, event, target)) return true;
  const control = target instanceof Element && target.closest("button, a, summary, select, [role=tab], [role=radio], .f-detail, table") !== null;
  return control && !command && !event.altKey && !event.shiftKey && CONTROLS.has(event.key);
}

/** Until what it returns is called. */
export function keepKeys(root: HTMLElement, state: State): () => void {
  const host = root.ownerDocument.defaultView ?? window;
  const mark = (event: KeyboardEvent) => {
    const target = event.composedPath()[0] ?? event.target;
    // Of a shadow root, outside is only told of its host.
    const outer = root.getRootNode();
    const marked = outer instanceof ShadowRoot ? [root, outer.host] : [root];
    const ours = isOurs(state, event, target);
    marked.forEach((element) => element.toggleAttribute(OURS, ours));
  };
  const enter = () => host.addEventListener("keydown", mark, { capture: true });
  const leave = () => {
    host.removeEventListener("keydown", mark, { capture: true });
    root.removeAttribute(OURS);
    const outer = root.getRootNode();
    if (outer instanceof ShadowRoot) outer.host.removeAttribute(OURS);
  };
  root.addEventListener("focusin", enter);
  root.addEventListener("focusout", leave);
  return () => {
    root.removeEventListener("focusin", enter);
    root.removeEventListener("focusout", leave);
    leave();
  };
}
