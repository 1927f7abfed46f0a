// The one state of the page: which reading it is about, and how far that has come.

import type { Reading } from "../reading/reading";

interface About {
  id: string;
  /** The prompt of the reading that was asked for or opened last. */
  prompt: string;
}

/** Every variant names its reading; `reading` is null until its first columns are there. */
export type PageState = About &
  (
    | { kind: "opening" | "loading"; reading: null }
    | { kind: "running"; reading: Reading | null; words: string; fraction: number | null }
    | { kind: "stopped"; reading: Reading | null }
    | { kind: "failed"; reading: Reading | null; words: string }
    | { kind: "done"; reading: Reading }
  );
