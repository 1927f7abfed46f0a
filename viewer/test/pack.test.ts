import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { BadReading, decodePack } from "../src/reading/pack";
import { example, packBytes } from "./support";

/** The example's pack with another head or other columns. */
// biome-ignore lint/suspicious/noExplicitAny: tests put things there that no type allows.
function altered(head: (head: any) => void, columns: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes): Uint8Array {
  const bytes = new Uint8Array(gunzipSync(packBytes()));
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  head(value);
  const text = new TextEncoder().encode(JSON.stringify(value));
  const rest = columns(bytes.slice(4 + length));
  const whole = new Uint8Array(4 + text.length + rest.length);
  new DataView(whole.buffer).setUint32(0, text.length, true);
  whole.set(text, 4);
  whole.set(rest, 4 + text.length);
  return new Uint8Array(gzipSync(whole));
}

/** A pack of which `start` is the beginning, and any number of zeros follow. */
function bomb(start: Uint8Array, zeros: number): Uint8Array {
  const bytes = new Uint8Array(start.length + zeros);
  bytes.set(start);
  return new Uint8Array(gzipSync(bytes, { level: 1 }));
}

describe("a pack", () => {
  it("that Rust wrote holds the same reading as Rust's JSON", async () => {
    const [packed, stored] = [await decodePack(packBytes()), example()];
    expect(packed.columns).toEqual(stored.columns);
    expect(packed.targets).toEqual(stored.targets);
    expect(packed.tokens).toEqual(stored.tokens);
    expect(packed.watched).toEqual(stored.watched);
    expect(packed.info).toEqual(stored.info);
    expect([packed.rows, packed.positions]).toEqual([stored.rows, stored.positions]);
    for (const [id, text] of stored.vocabulary) expect(packed.text(id)).toBe(text);
  });

  it("of another version is refused by name", async () => {
    await expect(decodePack(altered((head) => (head.pack = "fathom.pack/2")))).rejects.toThrow("fathom.pack/2");
  });

  it("skips columns that it does not know", async () => {
    const more = altered(
      (head) => head.columns.push({ name: "gradient", type: "f32", values: 1 }),
      (bytes) => Uint8Array.from([...bytes, 0, 0, 0, 0]),
    );
    expect((await decodePack(more)).width).toBe(7);
  });

  it("is not inflated beyond what its head says", async () => {
    const inflated = new Uint8Array(gunzipSync(packBytes()));
    let bytes = 0;
    const Real = globalThis.DecompressionStream;
    class Counting {
      readable: ReadableStream<Uint8Array>;
      writable: WritableStream;
      constructor(format: CompressionFormat) {
        const real = new Real(format);
        const count = new TransformStream<Uint8Array, Uint8Array>({
          transform(chunk, out) {
            bytes += chunk.length;
            out.enqueue(chunk);
          },
        });
        this.readable = real.readable.pipeThrough(count);
        this.writable = real.writable;
      }
    }
    globalThis.DecompressionStream = Counting as unknown as typeof DecompressionStream;
    try {
      await expect(decodePack(bomb(inflated, 2 ** 26))).rejects.toThrow("more after the columns");
    } finally {
      globalThis.DecompressionStream = Real;
    }
    expect(bytes).toBeGreaterThanOrEqual(inflated.length);
    expect(bytes).toBeLessThan(2 ** 24);
  });

  it.each([
    ["a short column", altered((head) => (head.columns[4].values = 3))],
    ["a foreign type", altered((head) => (head.columns[3].type = "f32"))],
    ["a missing column", altered((head) => (head.columns[1].name = "other"))],
    ["a doubled column", altered((head) => (head.columns[1].name = "target_prob"))],
    ["a huge column", altered((head) => (head.columns[0].values = 2 ** 60))],
    ["a foreign target", altered(() => undefined, (bytes) => Uint8Array.from(bytes, (byte, i) => (i === 0 ? byte ^ 1 : byte)))],
    ["more bytes", altered(() => undefined, (bytes) => Uint8Array.from([...bytes, 7]))],
    ["a head that claims more than any has", new Uint8Array(gzipSync(new Uint8Array([255, 255, 255, 255, 123])))],
    ["an unknown column of any size", altered((head) => head.columns.push({ name: "x", type: "f32", values: 2 ** 40 }))],
    ["no list of columns", altered((head) => (head.columns = "x"))],
    ["no gzip", new Uint8Array([1, 2, 3])],
    ["nothing", new Uint8Array()],
    ["half a pack", packBytes().slice(0, 900)],
  ])("with %s is refused", async (_, pack) => {
    await expect(decodePack(pack)).rejects.toBeInstanceOf(BadReading);
  });
});
