// Whether the notebook is dark: its own word for it where it has one, else the system's.

/** `true` or `false` as the notebook's page says; null where it says nothing. */
export function notebookShade(document: Document): boolean | null {
  const { body, documentElement: html } = document;
  // JupyterLab and Notebook 7.
  const lab = body.dataset.jpThemeLight;
  if (lab === "true" || lab === "false") return lab === "false";
  // VS Code (and Cursor).
  const code = body.dataset.vscodeThemeKind ?? body.className;
  if (/vscode-(dark|high-contrast(?!-light))/.test(code)) return true;
  if (/vscode-(light|high-contrast-light)/.test(code)) return false;
  // Colab: an attribute of the page; marimo: a class of the body.
  const theme = html.getAttribute("theme");
  if (theme === "dark" || theme === "light") return theme === "dark";
  for (const element of [body, html]) {
    if (element.classList.contains("dark") || element.classList.contains("dark-theme")) return true;
    if (element.classList.contains("light") || element.classList.contains("light-theme")) return false;
  }
  return null;
}

/** Tells of the shade now and at every change; what it returns ends that. */
export const darkness = (element: HTMLElement) => (tell: (dark: boolean) => void): (() => void) => {
  const document = element.ownerDocument;
  const query = (document.defaultView ?? window).matchMedia("(prefers-color-scheme: dark)");
  const look = () => tell(notebookShade(document) ?? query.matches);
  const observer = new MutationObserver(look);
  const attributeFilter = ["class", "theme", "data-jp-theme-light", "data-vscode-theme-kind"];
  for (const watched of [document.body, document.documentElement]) observer.observe(watched, { attributes: true, attributeFilter });
  query.addEventListener("change", look);
  look();
  return () => {
    observer.disconnect();
    query.removeEventListener("change", look);
  };
};
