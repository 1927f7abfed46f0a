// `fathom.pack/1`, the binary form of a reading. crates/fathom-reading/src/pack/mod.rs says what it is; as there,
// everything is checked, as the file may be anybody's.

import { NONE, Reading, ranksOf, type Columns, type Info, type Target, type Token, type Watched } from "./reading";
import type { Reading as Document } from "./schema";

const VERSION = "fathom.pack/1";

interface Head {
  pack: string;
  top_k: number;
  columns: { name: string; type: string; values: number }[];
  reading: Omit<Document, "cells">;
}

/** Why a file is no reading. */
export class BadReading extends Error {
  override name = "BadReading";
}

async function inflate(pack: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([pack as BlobPart]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw new BadReading("the pack is no whole gzip stream");
  }
}

/** The values of one column out of its planes. */
function words(planes: Uint8Array): Uint32Array {
  const n = planes.length / 4;
  const values = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    values[i] =
      ((planes[i] as number) |
        ((planes[n + i] as number) << 8) |
        ((planes[2 * n + i] as number) << 16) |
        ((planes[3 * n + i] as number) << 24)) >>>
      0;
  }
  return values;
}

function cut(head: Head, bytes: Uint8Array, start: number): Map<string, { type: string; words: Uint32Array }> {
  const columns = new Map<string, { type: string; words: Uint32Array }>();
  let at = start;
  for (const { name, type, values } of head.columns) {
    const end = at + 4 * values;
    if (!Number.isSafeInteger(end) || values < 0 || end > bytes.length) throw new BadReading(`${name}: cut off`);
    if (columns.has(name)) throw new BadReading(`column ${name} stands twice`);
    columns.set(name, { type, words: words(bytes.subarray(at, end)) });
    at = end;
  }
  if (at !== bytes.length) throw new BadReading("there is more after the columns");
  return columns;
}

/** What stands around the numbers, from a head or from a JSON document. */
export function frame(doc: Omit<Document, "cells">): {
  info: Info;
  tokens: Token[];
  watched: Watched[];
  vocabulary: Map<number, string>;
} {
  const { model, lens, precision, run_id, program } = doc;
  if (!model || !lens || !Array.isArray(doc.tokens)) throw new BadReading("the reading names no model or tokens");
  const watched = (doc.watched ?? []).map((w): Watched => ({
    text: w.text,
    ids: w.ids,
    sequence: w.sequence ? { position: w.sequence.position, logprobBits: w.sequence.logprob_bits } : undefined,
  }));
  const vocabulary = new Map((doc.vocabulary ?? []).map((t): [number, string] => [t.id, t.text]));
  const info = { model, lens, precision, sampling: doc.sampling ?? null, run_id, program, not_finite: doc.not_finite ?? undefined };
  return { info, tokens: doc.tokens, watched, vocabulary };
}

/** Reads a pack. */
export async function decodePack(pack: Uint8Array): Promise<Reading> {
  const bytes = await inflate(pack);
  const length = bytes.length < 4 ? Infinity : new DataView(bytes.buffer).getUint32(0, true);
  if (4 + length > bytes.length) throw new BadReading("the pack's head is cut off");
  let head: Head;
  try {
    head = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(4, 4 + length))) as Head;
  } catch {
    throw new BadReading("the pack's head is no JSON");
  }
  if (head.pack !== VERSION && !String(head.pack).startsWith(`${VERSION}.`)) {
    throw new BadReading(`this reading's form is ${String(head.pack)}, and this viewer reads ${VERSION}`);
  }
  const stored = cut(head, bytes, 4 + length);
  const { rows, positions } = head.reading;
  const parts = frame(head.reading);
  const cells = rows.length * positions.length;
  const take = (name: string, type: string, expected: number): Uint32Array => {
    const column = stored.get(name);
    if (!column || column.type !== type || column.words.length !== expected) {
      throw new BadReading(`${name}: expected ${expected} values of ${type}`);
    }
    return column.words;
  };
  const floats = (name: string, each = 1) => new Float32Array(take(name, "f32", cells * each).buffer);
  const ranks = (name: string, each = 1) => {
    const ranks = take(name, "u32", cells * each);
    if (ranks.includes(0)) throw new BadReading(`${name}: 0 is no rank`);
    return ranksOf(ranks);
  };
  const [k, w] = [head.top_k, parts.watched.length];
  const columns: Columns = {
    targetLogit: floats("target_logit"),
    targetProb: floats("target_prob"),
    targetRank: ranks("target_rank"),
    entropyBits: floats("entropy_bits"),
    klBits: floats("kl_bits"),
    klReverseBits: floats("kl_reverse_bits"),
    surprisalBits: floats("surprisal_bits"),
    topK: k,
    topId: take("top_id", "u32", cells * k),
    topLogit: floats("top_logit", k),
    topProb: floats("top_prob", k),
    watchLogit: floats("watch_logit", w),
    watchProb: floats("watch_prob", w),
    watchRank: ranks("watch_rank", w),
  };
  const ids = take("target_id", "u32", positions.length);
  const targets = positions.map((position, column): Target => {
    const [id, next] = [ids[column] as number, parts.tokens[position + 1]];
    if (!parts.tokens[position] || (next && next.id !== id)) throw new BadReading(`target of position ${position}`);
    return { id: id === NONE ? -1 : id, isArgmax: next === undefined };
  });
  return new Reading({ ...parts, rows, positions, targets, columns });
}
