// The number of a cell that its colour shows, on a scale that is fixed, so that two readings compare.

import type { Reading } from "./reading/reading";
import * as write from "./text/numbers";
import { METRICS } from "./theme";

export type Metric = "rank" | "prob" | "logit" | "entropy" | "kl" | "surprisal";

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
  logit: { name: "Logit", describe: "logit of the token that came next, on this reading’s own range", write: write.bits, ofTarget: true },
  entropy: { name: "Entropy", describe: "entropy of the prediction, in bits", write: write.bits, ofTarget: false },
  kl: { name: "KL", describe: "KL divergence of the last layer from this one, in bits", write: write.bits, ofTarget: false },
  surprisal: { name: "Surprisal", describe: "surprisal of the token that came next, in bits", write: write.bits, ofTarget: true },
};

export const METRIC_NAMES = Object.keys(METRIC_KINDS) as Metric[];

/** The metric's column. */
export function values(reading: Reading, metric: Metric): Float32Array {
  const c = reading.columns;
  const columns = { rank: c.targetRank, prob: c.targetProb, logit: c.targetLogit, entropy: c.entropyBits, kl: c.klBits, surprisal: c.surprisalBits };
  return columns[metric];
}

/** Strength of a value's colour, 0..1; NaN where the scale ends and the cell stays blank. */
export type Scale = (value: number) => number;

const ranges = new WeakMap<Reading, [number, number]>();

/** Smallest and largest logit of a reading's targets: the one scale that is a reading's own. */
function logitRange(reading: Reading): [number, number] {
  let range = ranges.get(reading);
  if (!range) {
    range = [Infinity, -Infinity];
    for (const value of reading.columns.targetLogit) {
      if (value < range[0]) range[0] = value;
      if (value > range[1]) range[1] = value;
    }
    if (range[0] > range[1]) range = [0, 0];
    ranges.set(reading, range);
  }
  return range;
}

export function scale(metric: Metric, reading: Reading): Scale {
  if (metric !== "logit") return (value) => strength(metric, value);
  const [low, high] = logitRange(reading);
  return (value) => (high > low ? (value - low) / (high - low) : value === low ? 1 : NaN);
}

/** On the scales that are fixed. */
export function strength(metric: Exclude<Metric, "logit">, value: number): number {
  const { curve, strong, faint, blank } = METRICS[metric];
  // NaN has no strength on any curve.
  if (curve === "log") return value > blank ? NaN : 1 - Math.log(value / strong) / Math.log(faint / strong);
  if (strong > faint) return value < blank ? NaN : Math.sqrt((value - faint) / (strong - faint));
  // NaN fails the comparison and stays NaN.
  return value <= blank ? 1 - Math.sqrt(Math.max(0, value - strong) / (faint - strong)) : NaN;
}

/** Ticks of the legend, strongest first, and what is blank. */
export function ticks(metric: Metric, reading: Reading): { ticks: { label: string; strength: number }[]; blank: string } {
  if (metric === "logit") {
    const [low, high] = logitRange(reading);
    const marks = [1, 0.75, 0.5, 0.25, 0].map((strength) => ({ label: (low + (high - low) * strength).toFixed(1), strength }));
    return { ticks: marks, blank: "scale: this reading’s own" };
  }
  const label = (value: number) =>
    metric === "prob" ? `${+(value * 100).toPrecision(2)}%` : metric === "rank" ? write.rank(value) : String(value);
  const { ticks, blank } = METRICS[metric];
  const beyond = metric === "prob" ? `blank: below ${label(blank)}` : `blank: beyond ${label(blank)}`;
  return { ticks: ticks.map((value) => ({ label: label(value), strength: strength(metric, value) })), blank: beyond };
}
