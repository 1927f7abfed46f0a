// What a view is to the shell.

import type { Drawing } from "../ui/export";

export interface ViewPart {
  element: HTMLElement;
  /** What is in view, or all of it, as a draw list for SVG and PNG; null where the view is no drawing. */
  drawing(whole: boolean): Drawing | null;
  /** Whether all of it is in view. */
  fits(): boolean;
  focus(): void;
  dispose(): void;
}
