// What a view is to the shell.

import type { Op } from "../draw/ops";

export interface ViewPart {
  element: HTMLElement;
  /** What is in view as a draw list, for SVG and PNG; null where the view is no drawing. */
  drawing(): { ops: Op[]; width: number; height: number } | null;
  focus(): void;
  dispose(): void;
}
