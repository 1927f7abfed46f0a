// Colours, from the one file that Rust reads too.

import theme from "../../crates/fathom-render/theme.json";

export type Ramp = "cividis" | "viridis" | "rose";
export type Shade = "light" | "dark";
export type Ground = (typeof theme.grounds)["light"];
export const RAMPS: readonly Ramp[] = ["cividis", "viridis", "rose"];
export const DEFAULT_RAMP = theme.ramps.default as Ramp;
export const DASHES = theme.series.dashes;
export const MARKERS = theme.series.markers;

export const ground = (shade: Shade): Ground => theme.grounds[shade];
export const series = (shade: Shade): string[] => theme.series[shade];

/** 256 colours of a ramp, weakest first, each with the ink that can be read on it. */
export interface Lut {
  css: string[];
  ink: string[];
  /** As a canvas's image data wants them: 0xAABBGGRR. */
  packed: Uint32Array;
}

type Rgb = [number, number, number];
const rgb = (hex: string): Rgb => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as Rgb;

function luminance([r, g, b]: Rgb): number {
  const linear = (channel: number) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

/** Black or white, whichever can be read better (of the two, one always reaches 4.5:1). */
function inkOn(color: Rgb): string {
  const y = luminance(color);
  return (y + 0.05) / 0.05 >= 1.05 / (y + 0.05) ? "#000000" : "#ffffff";
}

function lutOf(stops: string[]): Lut {
  const colors = stops.map(rgb);
  const lut: Lut = { css: [], ink: [], packed: new Uint32Array(256) };
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (colors.length - 1);
    const below = Math.min(Math.floor(at), colors.length - 2);
    const [a, b] = [colors[below] as Rgb, colors[below + 1] as Rgb];
    const mixed = a.map((channel, c) => Math.round(channel + ((b[c] as number) - channel) * (at - below))) as Rgb;
    lut.css.push(`#${mixed.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`);
    lut.ink.push(inkOn(mixed));
    lut.packed[i] = ((255 << 24) | (mixed[2] << 16) | (mixed[1] << 8) | mixed[0]) >>> 0;
  }
  return lut;
}

const luts = new Map<string, Lut>();

/** The ramp's colours on this ground. */
export function lut(ramp: Ramp | "diverging", shade: Shade): Lut {
  const key = `${ramp} ${shade}`;
  let found = luts.get(key);
  if (!found) {
    found = lutOf(ramp === "diverging" ? theme.diverging[shade] : theme.ramps[shade][ramp]);
    luts.set(key, found);
  }
  return found;
}

/** A strength of 0..1 as an index into a [`Lut`]; NaN (blank) is -1. */
export const step = (strength: number): number => (strength >= 0 ? Math.round(Math.min(strength, 1) * 255) : -1);
