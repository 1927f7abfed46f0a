// The stylesheet, once a document or shadow root, however many widgets and copies of this module there are.

import css from "../style.css?inline";

/** Where a root keeps the sheets of this program, each with how many widgets wear it. */
const WARDROBE = Symbol.for("fathom.sheets");
interface Worn {
  sheet: CSSStyleSheet;
  by: number;
}
type Root = (Document | ShadowRoot) & { [WARDROBE]?: Map<string, Worn> };

const isRoot = (node: Node): node is Root => node instanceof Document || node instanceof ShadowRoot;

/** Dresses the root that `element` stands in, now or as soon as it stands in one; undone by what it returns. */
export function dress(element: HTMLElement): () => void {
  let frame = 0;
  let undress = () => {};
  const attempt = () => {
    const root = element.getRootNode();
    if (isRoot(root)) undress = wear(root);
    else frame = requestAnimationFrame(attempt);
  };
  attempt();
  return () => {
    cancelAnimationFrame(frame);
    undress();
  };
}

function wear(root: Root): () => void {
  const worn = (root[WARDROBE] ??= new Map());
  let entry = worn.get(css);
  if (!entry) {
    // A sheet belongs to the document whose constructor made it.
    const owner = (root instanceof Document ? root : root.ownerDocument).defaultView ?? window;
    const sheet = new owner.CSSStyleSheet();
    sheet.replaceSync(css);
    entry = { sheet, by: 0 };
    worn.set(css, entry);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  }
  const found = entry;
  found.by++;
  return () => {
    if (--found.by > 0) return;
    worn.delete(css);
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((sheet) => sheet !== found.sheet);
  };
}
