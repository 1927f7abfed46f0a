// Where a reading comes from. The viewer knows nothing else of the world: a file, a server and a notebook look alike.

import { decodePack } from "./reading/pack";
import type { Reading } from "./reading/reading";

/** True numbers of further tokens at every recorded layer and position: cell `row * positions + column`. */
export interface WatchColumns {
  id: number;
  text: string;
  logit: Float32Array;
  prob: Float32Array;
  rank: Float32Array;
  /** All tokens of the text that was asked for: the numbers are the first one's. */
  ids?: number[] | undefined;
  /** What must be said beside the numbers (those of a string's first token, say). */
  note?: string | undefined;
}

export interface Source {
  reading(): Promise<Reading>;
  /** A second reading, to compare with. */
  other?(): Promise<Reading>;
  /** Numbers of tokens that the reading did not record. Without it they are shown as gaps. */
  ranks?(tokens: ({ id: number } | { text: string })[]): Promise<WatchColumns[]>;
}

/** Packs that are at hand: what an exported file holds. */
export function inlineSource(pack: Uint8Array, other?: Uint8Array): Source {
  const source: Source = { reading: () => decodePack(pack) };
  if (other) source.other = () => decodePack(other);
  return source;
}

/** A reading that is already decoded. */
export const readySource = (reading: Reading, other?: Reading): Source => ({
  reading: () => Promise.resolve(reading),
  ...(other ? { other: () => Promise.resolve(other) } : {}),
});

/** What `POST /readings/{id}/ranks` answers. */
export interface RanksAnswer {
  tokens: { id: number; text: string; ids?: number[]; note?: string; logit: (number | null)[]; prob: (number | null)[]; rank: (number | null)[] }[];
}

/** The same as columns. */
export function rankColumns({ tokens }: RanksAnswer): WatchColumns[] {
  const floats = (values: (number | null)[]) => Float32Array.from(values, (value) => value ?? NaN);
  return tokens.map(({ id, text, ids, note, logit, prob, rank }) => ({ id, text, ids, note, logit: floats(logit), prob: floats(prob), rank: floats(rank) }));
}

/** A reading that `fathom serve` keeps: `base` is `/api/v1/readings/{id}`. */
export function httpSource(base: string, other?: string): Source {
  const get = async (url: string) => {
    const answer = await fetch(`${url}?format=pack`);
    if (!answer.ok) throw new Error(await problem(answer));
    return decodePack(new Uint8Array(await answer.arrayBuffer()));
  };
  return {
    reading: () => get(base),
    ...(other ? { other: () => get(other) } : {}),
    async ranks(tokens) {
      const answer = await fetch(`${base}/ranks`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ tokens }),
      });
      if (!answer.ok) throw new Error(await problem(answer));
      return rankColumns((await answer.json()) as RanksAnswer);
    },
  };
}

async function problem(answer: Response): Promise<string> {
  const body = (await answer.json().catch(() => ({}))) as { title?: string; detail?: string };
  return body.detail ?? body.title ?? `${answer.status} ${answer.statusText}`;
}

/** The bytes of a base64 text. */
export function fromBase64(text: string): Uint8Array {
  const binary = atob(text.trim());
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
