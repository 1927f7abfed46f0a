// Text made visible and harmless: the same forms as Rust's `fathom_reading::text::visible`, which the tests compare.

/** Most combining marks on one base character; further ones are escaped. */
const MOST_MARKS = 3;

/** Invisible, blank, or an instruction rather than a sign: the ranges of Rust's `is_unseen`. */
const UNSEEN =
  /[\0-\x1f\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u3164\uffa0\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\ufff0-\ufffb\u{110bd}\u{110cd}\u{13430}-\u{1345f}\u{1bca0}-\u{1bca3}\u{1d159}\u{1d173}-\u{1d17a}\u{e0000}-\u{10ffff}\ud800-\udfff]/u;

/** Draws over its neighbour rather than beside it. */
const MARK = /[\p{Mn}\p{Me}\p{Grapheme_Extend}\u1160-\u11ff\ud7b0-\ud7c6\ud7cb-\ud7fb]/u;

const unseen = (c: string) => UNSEEN.test(c) || ((c.codePointAt(0) as number) & 0xfffe) === 0xfffe;

const cache = new Map<string, string>();

/** `text` as it is shown to a person: nothing invisible, nothing that can disturb the page. */
export function visible(text: string): string {
  let shown = cache.get(text);
  if (shown === undefined) {
    shown = compute(text);
    if (cache.size > 100_000) cache.clear();
    cache.set(text, shown);
  }
  return shown;
}

function compute(text: string): string {
  const leading = text.length - text.replace(/^ +/, "").length;
  const trailing = text.replace(/ +$/, "").length;
  let shown = "";
  let marks = 0;
  let at = 0;
  for (const c of text) {
    const mark = !unseen(c) && MARK.test(c);
    marks = mark ? marks + 1 : 0;
    if (c === " " && (at < leading || at >= trailing)) shown += "␣";
    else if (c === "\n") shown += "⏎";
    else if (c === "\t") shown += "⇥";
    else if (unseen(c) || marks > MOST_MARKS) {
      shown += `⟨U+${(c.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0")}⟩`;
    } else shown += mark && shown === "" ? `◌${c}` : c;
    at += c.length;
  }
  return shown;
}

// A byte order mark is a character of the text, to be seen.
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/** The text that tokens are of together, from their bytes: a character that is spread over several is whole again. */
export function joined(tokens: readonly { bytes: string }[]): string {
  const hex = tokens.map(({ bytes }) => bytes).join("");
  return utf8.decode(Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16)));
}

/** A token: its visible text, or `''` for one whose bytes stand on another token. */
export const token = (text: string): string => (text === "" ? "''" : visible(text));
