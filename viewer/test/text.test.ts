import { describe, expect, it } from "vitest";
import { bits, percent, rank, rankShort } from "../src/text/numbers";
import { joined, token, visible } from "../src/text/visible";
import { textCases } from "./support";

describe("text and numbers are written as Rust writes them", () => {
  const cases = textCases();
  it("tokens", () => {
    for (const [text, shown] of cases.visible) expect(visible(text), JSON.stringify(text)).toBe(shown);
    expect(cases.visible.length).toBeGreaterThan(200);
  });
  it("probabilities", () => {
    for (const [value, shown] of cases.percent) expect(percent(Math.fround(value)), String(value)).toBe(shown);
  });
  it("bits", () => {
    for (const [value, shown] of cases.bits) expect(bits(Math.fround(value)), String(value)).toBe(shown);
  });
  it("ranks", () => {
    for (const [value, long, short] of cases.rank) expect([rank(value), rankShort(value)]).toEqual([long, short]);
  });
  it("a character that is spread over tokens is whole in their text", () => {
    const tokens = ["e697", "a5", "20e282ac", "ff"].map((bytes) => ({ bytes }));
    expect(joined(tokens)).toBe("日 €\ufffd");
  });
  it("an empty token is seen", () => expect(token("")).toBe("''"));
});
