// `fathom.pack/1`, the binary form of a reading. crates/fathom-reading/src/pack/mod.rs says what it is; as there,
// everything is checked, as the file may be anybody's.

import { BadReading, shown } from "./bad";
import { KNOWN, type Column } from "./column";
import { Columns, NONE, ranksOf, type Values } from "./columns";
import { expectedColumns, frame, widthOf, type Frame, type Head as Document } from "./document";
import { Reading, type Target } from "./reading";

export { BadReading } from "./bad";

const VERSION = "fathom.pack/1";
/** The most bytes of a head, and of a pack's columns: as in Rust. */
const MOST_HEAD = 2 ** 26;
const MOST_BYTES = 2 ** 30;

interface Head {
  pack: string;
  top_k: number;
  columns: { name: string; type: string; values: number }[];
  reading: Document;
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

/** What the targets' column is called: one per position. */
const TARGET = "target_id";

interface Wanted {
  type: "u32" | "f32";
  values: number;
}

/** Reads the columns that the head names; before any is inflated they have to be those that are `wanted`. */
async function cut(shapes: Head["columns"], wanted: ReadonlyMap<string, Wanted>, inflated: Inflated): Promise<Map<string, Uint32Array>> {
  const seen = new Set<string>();
  let bytes = 0;
  for (const { name, type, values } of shapes) {
    if (seen.has(name)) throw new BadReading(`column ${shown(name)} stands twice`);
    seen.add(name);
    const want = wanted.get(name);
    bytes += 4 * values;
    if (!Number.isSafeInteger(values) || values < 0 || values !== (want?.values ?? values) || !(bytes <= MOST_BYTES)) {
      throw new BadReading(`${shown(name)}: ${values} values are not as many as there should be`);
    }
    if (want && type !== want.type) throw new BadReading(`${shown(name)}: expected ${want.type}, found ${shown(type)}`);
  }
  for (const name of wanted.keys()) if (!seen.has(name)) throw new BadReading(`there is no column ${shown(name)}`);
  const columns = new Map<string, Uint32Array>();
  for (const { name, values } of shapes) {
    const planes = await inflated.read(4 * values, shown(name));
    if (wanted.has(name)) columns.set(name, words(planes));
  }
  await inflated.end();
  return columns;
}

/** Reads a pack. */
export async function decodePack(pack: Uint8Array): Promise<Reading> {
  const inflated = new Inflated(pack);
  try {
    const head = await readHead(inflated);
    return await readingOf(head, inflated);
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

async function readingOf(head: Head, inflated: Inflated): Promise<Reading> {
  const { columns: shapes, top_k } = head;
  if (!Array.isArray(shapes)) throw new BadReading("the pack's head lacks a list");
  if (!Number.isSafeInteger(top_k) || top_k < 0) throw new BadReading(`the pack's head counts ${shown(top_k)} candidates`);
  const { defined, ...parts } = frame(head.reading);
  const named = new Set(shapes.map((shape) => shape?.name));
  const columns = new Columns(parts.rows.length * widthOf(parts), top_k, parts.watched.length);
  const expected = expectedColumns({ ...parts, defined }, KNOWN, (name) => named.has(name));
  const wanted = new Map(expected.map((column): [string, Wanted] => [
    column.name,
    { type: column.type === "number" ? "f32" : "u32", values: columns.cells * columns.each(column) },
  ]));
  if (!defined || named.has(TARGET)) wanted.set(TARGET, { type: "u32", values: parts.positions.length });
  const stored = await cut(shapes, wanted, inflated);
  for (const column of expected) columns.add(column, valuesOf(column, stored.get(column.name) as Uint32Array));
  return new Reading({ ...parts, targets: targetsOf(parts, stored.get(TARGET)), columns });
}

function valuesOf({ name, type }: Column, words: Uint32Array): Values {
  if (type === "token") return words;
  if (type === "number") return new Float32Array(words.buffer);
  if (words.includes(0)) throw new BadReading(`${shown(name)}: 0 is no rank`);
  return ranksOf(words);
}

function targetsOf({ positions, tokens }: Pick<Frame, "positions" | "tokens">, ids: Uint32Array | undefined): Target[] {
  if (!ids) return [];
  return positions.map((position, column): Target => {
    const [id, next] = [ids[column] as number, tokens[position + 1]];
    if (!tokens[position] || (next && next.id !== id)) throw new BadReading(`target of position ${position}`);
    return { id: id === NONE ? -1 : id, isArgmax: next === undefined };
  });
}
