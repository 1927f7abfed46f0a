// `fathom.pack/1`, the binary form of a reading. crates/fathom-reading/src/pack/mod.rs says what it is; as there,
// everything is checked, as the file may be anybody's.

import { NONE, Reading, ranksOf, type Columns, type Info, type Target, type Token, type Watched } from "./reading";
import type { Reading as Document } from "./schema";

const VERSION = "fathom.pack/1";
/** The most bytes of a head, and of a pack's columns: as in Rust. */
const MOST_HEAD = 2 ** 26;
const MOST_BYTES = 2 ** 30;

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

/** What a pack holds, inflated as it is asked for: a small file may promise any number of bytes. */
class Inflated {
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private chunk = new Uint8Array();

  constructor(pack: Uint8Array) {
    const stream = new Blob([pack as BlobPart]).stream().pipeThrough(new DecompressionStream("gzip"));
    this.reader = stream.getReader();
  }

  /** At most `most` of the bytes that come next; none at the end. */
  private async some(most: number): Promise<Uint8Array> {
    while (this.chunk.length === 0) {
      const next = await this.reader.read().catch(() => {
        throw new BadReading("the pack is no whole gzip stream");
      });
      if (next.done) return this.chunk;
      this.chunk = next.value as Uint8Array<ArrayBuffer>;
    }
    const some = this.chunk.subarray(0, most);
    this.chunk = this.chunk.subarray(some.length);
    return some;
  }

  /** The next `length` bytes, which are `what`'s. */
  async read(length: number, what: string): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    for (let left = length; left > 0; left -= (parts[parts.length - 1] as Uint8Array).length) {
      const some = await this.some(left);
      if (some.length === 0) throw new BadReading(`${what}: cut off`);
      parts.push(some);
    }
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  async end(): Promise<void> {
    if ((await this.some(1)).length > 0) throw new BadReading("there is more after the columns");
  }

  /** Nothing more is wanted. */
  close(): void {
    this.reader.cancel().catch(() => undefined);
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

/** Reads the columns that the head names; before any is inflated they have to be those that the reading has. */
async function cut(
  head: Head,
  inflated: Inflated,
): Promise<Map<string, { type: string; words: Uint32Array }>> {
  const { rows, positions, watched } = head.reading ?? {};
  if (![rows, positions, head.columns].every(Array.isArray)) throw new BadReading("the pack's head lacks a list");
  const cells = rows.length * positions.length;
  const each: Record<string, number> = { target_id: positions.length };
  for (const name of ["target_logit", "target_prob", "target_rank", "entropy_bits"]) each[name] = cells;
  for (const name of ["kl_bits", "kl_reverse_bits", "surprisal_bits"]) each[name] = cells;
  for (const name of ["top_id", "top_logit", "top_prob"]) each[name] = cells * head.top_k;
  for (const name of ["watch_logit", "watch_prob", "watch_rank"]) each[name] = cells * (watched ?? []).length;
  const seen = new Set<string>();
  let bytes = 0;
  for (const { name, values } of head.columns) {
    if (seen.has(name)) throw new BadReading(`column ${shown(name)} stands twice`);
    seen.add(name);
    const expected = Object.hasOwn(each, name) ? each[name] : values;
    bytes += 4 * values;
    if (!Number.isSafeInteger(values) || values < 0 || values !== expected || !(bytes <= MOST_BYTES)) {
      throw new BadReading(`${shown(name)}: ${values} values are not as many as there should be`);
    }
  }
  const columns = new Map<string, { type: string; words: Uint32Array }>();
  for (const { name, type, values } of head.columns) {
    const planes = await inflated.read(4 * values, shown(name));
    if (Object.hasOwn(each, name)) columns.set(name, { type, words: words(planes) });
  }
  await inflated.end();
  return columns;
}

/** A name out of a file for a message. */
function shown(name: unknown): string {
  return String(name).slice(0, 100);
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
  const inflated = new Inflated(pack);
  try {
    const head = await readHead(inflated);
    return readingOf(head, await cut(head, inflated));
  } finally {
    inflated.close();
  }
}

async function readHead(inflated: Inflated): Promise<Head> {
  const length = new DataView((await inflated.read(4, "the pack's head")).buffer).getUint32(0, true);
  if (length > MOST_HEAD) throw new BadReading(`the pack's head claims ${length} bytes, and ${MOST_HEAD} are the most`);
  const bytes = await inflated.read(length, "the pack's head");
  let head: Head;
  try {
    head = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as Head;
  } catch {
    throw new BadReading("the pack's head is no JSON");
  }
  if (head.pack !== VERSION && !String(head.pack).startsWith(`${VERSION}.`)) {
    throw new BadReading(`this reading's form is ${shown(head.pack)}, and this viewer reads ${VERSION}`);
  }
  return head;
}

function readingOf(head: Head, stored: Map<string, { type: string; words: Uint32Array }>): Reading {
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
