// Elements made by hand. Strings become text nodes, never markup; styles go through CSSOM, which the policy allows.

type Child = Node | string | null | undefined | false;
type Props = Record<string, string | number | boolean | null | undefined | ((event: never) => void)>;

function fill(element: Element, props: Props, children: Child[]): void {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value as unknown as EventListener);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child !== null && child !== undefined && child !== false) element.append(child);
}

export function h<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[T] {
  const element = document.createElement(tag);
  fill(element, props, children);
  return element;
}

/** A landmark where the viewer is the page; a plain part of one where it is not, as a page has each landmark once. */
export type Landmark = "header" | "nav" | "main" | "aside" | "footer";
export type Land = (tag: Landmark, props: Props, ...children: Child[]) => HTMLElement;
export const landmarks = (page: boolean): Land => (tag, props, ...children) =>
  page ? h(tag, props, ...children) : h("div", { ...props, role: "aria-label" in props ? "group" : null }, ...children);

/** An SVG element. */
export function s<T extends keyof SVGElementTagNameMap>(
  tag: T,
  props: Props = {},
  ...children: Child[]
): SVGElementTagNameMap[T] {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  fill(element, props, children);
  return element;
}

/** A token's text, isolated so that its direction stays its own. `shown` has been made visible. */
export const bdi = (shown: string): HTMLElement => h("bdi", { class: "f-token" }, shown);

/** Icons: one path each, on a 16 x 16 grid, drawn with the text's colour. */
const ICONS = {
  sun: "M8 5.2A2.8 2.8 0 1 0 8 10.8 2.8 2.8 0 1 0 8 5.2M8 1.5v1.6M8 12.9v1.6M1.5 8h1.6M12.9 8h1.6M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M3.4 12.6l1.1-1.1M11.5 4.5l1.1-1.1",
  moon: "M13.5 9.7A6 6 0 0 1 6.3 2.5 6 6 0 1 0 13.5 9.7z",
  auto: "M8 2A6 6 0 1 0 8 14 6 6 0 1 0 8 2M8 2v12M8 5h4.8M8 8h6M8 11h4.8",
  save: "M8 2v8M4.8 7.2 8 10.4l3.2-3.2M2.5 11.5v2h11v-2",
  help: "M5.6 6a2.4 2.4 0 1 1 3.5 2.1c-.7.4-1.1.8-1.1 1.6M8 12.2v.1",
  find: "M7 2.5A4.5 4.5 0 1 0 7 11.5 4.5 4.5 0 1 0 7 2.5M10.3 10.3l3.2 3.2",
  close: "M4 4l8 8M12 4l-8 8",
  plus: "M8 3.5v9M3.5 8h9",
  minus: "M3.5 8h9",
  pin: "M6 2.5h4l-.6 4.2 2.1 2.1h-7l2.1-2.1zM8 8.8v4.7",
} as const;

export function icon(name: keyof typeof ICONS): SVGElement {
  return s(
    "svg",
    { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true", class: "f-icon" },
    s("path", { d: ICONS[name] }),
  );
}
