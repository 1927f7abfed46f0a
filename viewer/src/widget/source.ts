// Readings out of a kernel's traits, and further ranks asked of the kernel by messages.

import { decodePack } from "../reading/pack";
import { ranksOf } from "../reading/columns";
import type { Reading } from "../reading/reading";
import type { Source, WatchColumns } from "../source";

/** What anywidget hands over of a widget's model. */
export interface Model {
  get(name: string): unknown;
  on(event: string, hear: (...args: never[]) => void): void;
  off(event: string, hear: (...args: never[]) => void): void;
  send(content: unknown): void;
}

/** How long a kernel may take: it computes one thing at a time, and may be at work in another cell. */
export const PATIENCE = 60_000;

const bytesOf = (value: unknown): Uint8Array => {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  throw new Error("the widget was given no reading: its `pack` trait should hold a reading's pack, as bytes");
};

/** The trait `pack`: a reading's pack, or a list of one or two (the second to compare with). */
export async function packsOf(model: Model): Promise<Reading[]> {
  const value = model.get("pack");
  const packs = Array.isArray(value) ? value : [value];
  if (packs.length < 1 || packs.length > 2) throw new Error(`the widget shows one reading or compares two, and was given ${packs.length}`);
  return Promise.all(packs.map((pack) => decodePack(bytesOf(pack))));
}

interface Answered {
  answer: string;
  error?: string;
  tokens?: { id: number; text: string; note?: string | null; rank?: (number | null)[]; prob?: (number | null)[]; logit?: (number | null)[] }[];
}

/** The source of a widget, and what ends its listening. */
export function traitSource(model: Model): { source: Source; stop(): void } {
  const packs = packsOf(model);
  const source: Source = { reading: async () => (await packs)[0] as Reading };
  const open = new Map<string, { resolve(found: WatchColumns[]): void; reject(error: Error): void; timer: ReturnType<typeof setTimeout> }>();
  const settle = (id: string) => {
    const waiting = open.get(id);
    if (waiting) clearTimeout(waiting.timer);
    open.delete(id);
    return waiting;
  };
  const hear = (content: unknown, buffers?: readonly unknown[]) => {
    const said = content as Answered | null;
    // Answers go to every view of the model: those to other questions are not ours.
    const waiting = typeof said?.answer === "string" ? settle(said.answer) : undefined;
    if (!waiting || !said) return;
    if (said.error !== undefined) waiting.reject(new Error(said.error));
    else {
      try {
        waiting.resolve(columnsOf(said, buffers ?? []));
      } catch (error) {
        waiting.reject(error instanceof Error ? error : new Error(String(error)));
      }
    }
  };
  model.on("msg:custom", hear);
  if (Array.isArray(model.get("pack")) && (model.get("pack") as unknown[]).length > 1) source.other = async () => (await packs)[1] as Reading;
  const asks = (model.get("view") as { ask?: boolean } | null)?.ask !== false;
  if (asks) {
    source.ranks = (tokens) =>
      new Promise((resolve, reject) => {
        const id = Math.random().toString(36).slice(2);
        const timer = setTimeout(() => settle(id)?.reject(new Error("The kernel does not answer: is it still running, and the cell run in it?")), PATIENCE);
        open.set(id, { resolve, reject, timer });
        try {
          model.send({ ask: "ranks", id, tokens });
        } catch (error) {
          settle(id)?.reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
  }
  const stop = () => {
    model.off("msg:custom", hear);
    for (const id of [...open.keys()]) settle(id)?.reject(new Error("the widget was closed"));
  };
  return { source, stop };
}

/** Numbers of each token: three buffers (u32 ranks, f32 probabilities, f32 logits, little-endian), or lists in the JSON. */
function columnsOf(said: Answered, buffers: readonly unknown[]): WatchColumns[] {
  const tokens = said.tokens ?? [];
  if (buffers.length && buffers.length !== 3 * tokens.length) throw new Error(`the kernel sent ${buffers.length} buffers for ${tokens.length} tokens: three each were expected`);
  const words = (at: number) => {
    const bytes = bytesOf(buffers[at]);
    // Copied: a buffer need not start at a multiple of four.
    return bytes.slice(0, bytes.length - (bytes.length % 4)).buffer;
  };
  const floats = (values: readonly (number | null)[] = []) => Float32Array.from(values, (value) => value ?? NaN);
  return tokens.map((token, i) => ({
    id: token.id,
    text: token.text,
    note: token.note ?? undefined,
    rank: buffers.length ? ranksOf(new Uint32Array(words(3 * i))) : floats(token.rank),
    prob: buffers.length ? new Float32Array(words(3 * i + 1)) : floats(token.prob),
    logit: buffers.length ? new Float32Array(words(3 * i + 2)) : floats(token.logit),
  }));
}
