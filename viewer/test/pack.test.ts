import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { BadReading, decodePack } from "../src/reading/pack";
import { example, packBytes } from "./support";

/** The example's pack with another head or other columns. */
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

  it.each([
    ["a short column", altered((head) => (head.columns[4].values = 3))],
    ["a foreign type", altered((head) => (head.columns[3].type = "f32"))],
    ["a missing column", altered((head) => (head.columns[1].name = "other"))],
    ["a doubled column", altered((head) => (head.columns[1].name = "target_prob"))],
    ["a huge column", altered((head) => (head.columns[0].values = 2 ** 60))],
    ["a foreign target", altered(() => undefined, (bytes) => Uint8Array.from(bytes, (byte, i) => (i === 0 ? byte ^ 1 : byte)))],
    ["more bytes", altered(() => undefined, (bytes) => Uint8Array.from([...bytes, 7]))],
    ["no gzip", new Uint8Array([1, 2, 3])],
    ["nothing", new Uint8Array()],
    ["half a pack", packBytes().slice(0, 900)],
  ])("with %s is refused", async (_, pack) => {
    await expect(decodePack(pack)).rejects.toBeInstanceOf(BadReading);
  });
});
