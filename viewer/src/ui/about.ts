// What a reading is of and how it was made, in words: above the views, and around a picture of them.

import type { Maker, Reading } from "../reading/reading";
import { joined, visible } from "../text/visible";
import { bdi } from "./dom";

/** `smollm2-135m · Q4_1 weights, f32 · logit lens, RMSNorm on every row · greedy`. */
export const provenance = (reading: Reading): string => makerWords(reading.info);

function makerWords({ model, lens, precision, sampling }: Maker): string {
  const method = sampling ? { greedy: "greedy", sampled: "sampled", forced: "continuation supplied" }[sampling.method] : null;
  const parts = [`${model.name}`, `${model.weights} weights, ${precision}`, `${lens.kind} lens, ${lens.norm}`, method];
  return parts.filter((part) => part).map((part) => visible(part as string)).join(" · ");
}

/** How a grid was made: both sides of one that compares. */
export const made = ({ info }: Reading): string[] => (info.other ? sides(info, info.other) : [makerWords(info)]);

/** How two readings were made. */
export const provenances = (a: Reading, b: Reading): string[] => sides(a.info, b.info);

/** Once where it is the same. */
function sides(a: Maker, b: Maker): string[] {
  const [of, from] = [makerWords(a), makerWords(b)];
  return of === from ? [of] : [`A: ${of}`, `B: ${from}`];
}

/** Why cells are blank that are not beyond a scale: a sentence a reading that has some, named where there are two. */
export function blanks(a: Reading, b?: Reading): string[] {
  const of = (name: string, reading: Reading | undefined) => {
    const note = reading?.info.not_finite?.note;
    return note ? [name + note.split(" ").map(visible).join(" ")] : [];
  };
  return b ? [...of("A: ", a), ...of("B: ", b)] : of("", a);
}

/** What the cells of a grid say, and what they can't; null: those of a lens reading. */
export const says = ({ info }: Reading): string | null => info.about?.says.split(" ").map(visible).join(" ") ?? null;

/** The prompt, and the output after it. */
function texts(reading: Reading): [string, string] {
  const text = (origins: string[]) => joined(reading.tokens.filter((token) => origins.includes(token.origin)));
  const cut = (text: string, most: number) => (text.length > most ? `${Array.from(text).slice(0, most).join("")}…` : text);
  const words = (text: string) => text.split(" ").map(visible).join(" ");
  return [words(cut(text(["prompt"]) || text(["template"]), 160)), words(cut(text(["output"]), 120))];
}

/** What a grid is that is no lens reading, before the text that it is of. */
function kind({ info }: Reading): string {
  return info.about ? `${info.about.title.split(" ").map(visible).join(" ")}: ` : "";
}

export const titleText = (reading: Reading): string => kind(reading) + texts(reading).join("");

export function titleWords(reading: Reading): Node[] {
  const [prompt, output] = texts(reading).map(bdi) as [HTMLElement, HTMLElement];
  output.classList.add("f-output");
  return [document.createTextNode(kind(reading)), prompt, output];
}
