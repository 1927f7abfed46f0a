// The number of a cell that its colour shows, on a scale that is fixed, so that two readings compare.

import type { Reading } from "./reading/reading";
import * as write from "./text/numbers";
import { METRICS } from "./theme";

export type Metric = "rank" | "prob" | "entropy" | "kl" | "surprisal";

interface Kind {
  name: string;
  describe: string;
  /** What one cell shows. */
  write(value: number): string;
  /** Whether it is a number of the column's target (and so only compares where the target is the same). */
  ofTarget: boolean;
}

export const METRIC_KINDS: Record<Metric, Kind> = {
  rank: { name: "Rank", describe: "rank of the token that came next", write: write.rankShort, ofTarget: true },
  prob: { name: "Probability", describe: "probability of the token that came next", write: write.percent, ofTarget: true },
  entropy: { name: "Entropy", describe: "entropy of the prediction, in bits", write: write.bits, ofTarget: false },
  kl: { name: "KL", describe: "KL divergence of the last layer from this one, in bits", write: write.bits, ofTarget: false },
  surprisal: { name: "Surprisal", describe: "surprisal of the token that came next, in bits", write: write.bits, ofTarget: true },
};

export const METRIC_NAMES = Object.keys(METRIC_KINDS) as Metric[];

/** The metric's column. */
export function values(reading: Reading, metric: Metric): Float32Array | Uint32Array {
  const c = reading.columns;
  const columns = { rank: c.targetRank, prob: c.targetProb, entropy: c.entropyBits, kl: c.klBits, surprisal: c.surprisalBits };
  return columns[metric];
}

/** Strength of a value's colour, 0..1; NaN where the scale ends and the cell stays blank. */
export function strength(metric: Metric, value: number): number {
  const { curve, strong, faint, blank } = METRICS[metric];
  if (curve === "log") return value > blank ? NaN : 1 - Math.log(value / strong) / Math.log(faint / strong);
  if (strong > faint) return value < blank ? NaN : Math.sqrt((value - faint) / (strong - faint));
  // NaN fails the comparison and stays NaN.
  return value <= blank ? 1 - Math.sqrt(Math.max(0, value - strong) / (faint - strong)) : NaN;
}

/** Ticks of the legend: label and strength, in the order of the scale, and what lies beyond. */
export function ticks(metric: Metric): { ticks: { label: string; strength: number }[]; beyond: string } {
  const label = (value: number) =>
    metric === "prob" ? `${+(value * 100).toPrecision(2)}%` : metric === "rank" ? write.rank(value) : String(value);
  const { ticks, blank } = METRICS[metric];
  const beyond = metric === "prob" ? `below ${label(blank)}` : `beyond ${label(blank)}`;
  return { ticks: ticks.map((value) => ({ label: label(value), strength: strength(metric, value) })), beyond };
}
