// Adds the stylesheet once per document or shadow root, however many widgets and copies of this module share it.

import css from "../style.css?inline";

/** Where a root keeps this program's stylesheets, each with the number of widgets that use it. */
const SHEETS = Symbol.for("fathom.sheets");
interface SharedSheet {
  sheet: CSSStyleSheet;
  /** Copies of this module may be of other versions: they read this name too. */
  by: number;
}
type Root = (Document | ShadowRoot) & { [SHEETS]?: Map<string, SharedSheet> };

const isRoot = (node: Node): node is Root => node instanceof Document || node instanceof ShadowRoot;

/** Adds the stylesheet to the root that contains `element`, now or as soon as it is in one; the result removes it. */
export function addStylesheet(element: HTMLElement): () => void {
  let frame = 0;
  let release = () => {};
  const attempt = () => {
    const root = element.getRootNode();
    if (isRoot(root)) release = acquire(root);
    else frame = requestAnimationFrame(attempt);
  };
  attempt();
  return () => {
    cancelAnimationFrame(frame);
    release();
  };
}

/** Counts one more user of the root's stylesheet; the last one to release it removes it. */
function acquire(root: Root): () => void {
  root[SHEETS] ??= new Map();
  const sheets = root[SHEETS];
  let entry = sheets.get(css);
  if (!entry) {
    // A sheet belongs to the document whose constructor made it.
    const owner = (root instanceof Document ? root : root.ownerDocument).defaultView ?? window;
    const sheet = new owner.CSSStyleSheet();
    sheet.replaceSync(css);
    entry = { sheet, by: 0 };
    sheets.set(css, entry);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  }
  const shared = entry;
  shared.by++;
  return () => {
    if (--shared.by > 0) return;
    sheets.delete(css);
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((sheet) => sheet !== shared.sheet);
  };
}
