// What a view is to the shell.

import type { About, Drawing } from "../ui/export";

export interface ViewPart {
  element: HTMLElement;
  /** The view as a picture, where it is one. */
  drawing?: Drawn;
  /** The view as comma-separated values, where it is a table. */
  csv?(): string;
  focus(): void;
  dispose(): void;
}

export interface Drawn {
  /** What is in view, or all of it, as a draw list for SVG and PNG. */
  draw(whole: boolean): Drawing;
  /** Whether all of it is in view. */
  fits(): boolean;
  /** What the picture must say to be understood on its own. */
  about(): About;
}
