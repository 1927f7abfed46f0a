// What the server tells of a run, as it goes.

import type { fromJson } from "../reading/json";
import type { Problem } from "./api";

/** What events carry, each its part of it. */
export interface RunEvent {
  position: number;
  fraction: number;
  step: string;
  done: number;
  total: number;
  reading: Parameters<typeof fromJson>[0];
  problem: Problem;
}

/** How far a run has come, in words; `fraction` null where nobody knows how much is left. */
export interface RunProgress {
  words: string;
  fraction: number | null;
}

export const problemText = (problem: Problem): string => `${problem.title}: ${problem.detail}`;

/** The progress that an event tells of; null where it tells of none. */
export function progressOf(event: string, data: RunEvent): RunProgress | null {
  if (event === "queued" && data.position > 0) return { words: `Waiting: ${data.position} before this one`, fraction: null };
  if (event === "loading") return { words: "The model is being loaded", fraction: data.fraction };
  if (event === "started") return { words: "Reading the prompt", fraction: 0 };
  if (event !== "progress") return null;
  const words = data.step === "prompt" ? `Prompt: ${data.done} of ${data.total} tokens` : `Token ${data.done} of ${data.total}`;
  return { words, fraction: data.done / data.total };
}
