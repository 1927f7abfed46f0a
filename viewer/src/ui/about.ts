// What a reading is of and how it was made, in words: above the views, and around a picture of them.

import type { Reading } from "../reading/reading";
import { joined, visible } from "../text/visible";
import { bdi } from "./dom";

/** `smollm2-135m · Q4_1 weights, f32 · logit lens, RMSNorm on every row · greedy`. */
export function provenance(reading: Reading): string {
  const { model, lens, precision, sampling } = reading.info;
  const method = sampling ? { greedy: "greedy", sampled: "sampled", forced: "continuation supplied" }[sampling.method] : null;
  const parts = [`${model.name}`, `${model.weights} weights, ${precision}`, `${lens.kind} lens, ${lens.norm}`, method];
  return parts.filter((part) => part).map((part) => visible(part as string)).join(" · ");
}

/** How two readings were made: once where it is the same. */
export function provenances(a: Reading, b: Reading): string[] {
  const [of, from] = [provenance(a), provenance(b)];
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

/** The prompt, and the output after it. */
function texts(reading: Reading): [string, string] {
  const text = (origins: string[]) => joined(reading.tokens.filter((token) => origins.includes(token.origin)));
  const cut = (text: string, most: number) => (text.length > most ? `${Array.from(text).slice(0, most).join("")}…` : text);
  const words = (text: string) => text.split(" ").map(visible).join(" ");
  return [words(cut(text(["prompt"]) || text(["template"]), 160)), words(cut(text(["output"]), 120))];
}

export const titleText = (reading: Reading): string => texts(reading).join("");

export function titleWords(reading: Reading): Node[] {
  const [prompt, output] = texts(reading).map(bdi) as [HTMLElement, HTMLElement];
  output.classList.add("f-output");
  return [prompt, output];
}
