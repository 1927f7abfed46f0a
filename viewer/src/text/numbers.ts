// Numbers as people read them: the same forms as Rust's `fathom_reading::text`, which the tests compare.

const NONE = "–";

/** `<0.01%`, `3.12%`, `45.7%`, `>99.99%`: never 0 or 100. */
export function percent(prob: number): string {
  if (Number.isNaN(prob)) return NONE;
  if (prob < Math.fround(0.0001)) return "<0.01%";
  if (prob > Math.fround(0.9999)) return ">99.99%";
  const percent = prob * 100;
  return `${percent.toFixed(percent >= 9.995 && percent < 98.95 ? 1 : 2)}%`;
}

/** Entropy, divergence, surprisal, logits: two decimals, one from 100 on, no `-0.00`. */
export function bits(bits: number): string {
  if (Number.isNaN(bits)) return NONE;
  if (!Number.isFinite(bits)) return bits > 0 ? "∞" : "-∞";
  const written = bits.toFixed(Math.abs(bits) < 99.995 ? 2 : 1);
  return written === "-0.00" ? "0.00" : written;
}

/** The same, where small numbers count: those below 0.01 by their power of ten, `3.2e-5`. */
export const small = (value: number): string => (value !== 0 && Math.abs(value) < Math.fround(0.01) ? value.toExponential(1) : bits(value));

/** `1`, `987`, `49,152`. */
export const rank = (rank: number): string => (Number.isNaN(rank) ? NONE : String(rank)).replace(/\B(?=(\d{3})+$)/g, ",");

/** At most four characters: `1`, `9999`, `12k`, `2M`; rounded down. */
export function rankShort(rank: number): string {
  if (Number.isNaN(rank)) return NONE;
  if (rank < 10_000) return String(rank);
  return rank < 1_000_000 ? `${Math.floor(rank / 1000)}k` : `${Math.floor(rank / 1_000_000)}M`;
}
