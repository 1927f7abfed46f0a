// A reading in memory: columns over cells, as in Rust (crates/fathom-reading/src/columns.rs says what each number is).

import type { LensInfo, ModelInfo, NotFinite, Row, Sampling } from "./schema";

export type Origin = "special" | "prompt" | "output" | "template";

export interface Token {
  id: number;
  /** Its text within the run. Raw: shown only through `visible`. */
  text: string;
  /** Its bytes in lowercase hex. */
  bytes: string;
  origin: Origin;
}

export interface Target {
  /** -1: nothing came next, and the model has no choice of its own. */
  id: number;
  /** No token came next: the model's own choice stands in. */
  isArgmax: boolean;
}

export interface Watched {
  text: string;
  ids: number[];
  sequence?: { position: number; logprobBits: (number | null)[] } | undefined;
}

/** What a pack holds where there is no token or no rank. */
export const NONE = 0xffff_ffff;

/** Ranks as they are in memory: NaN where there is none, as of all other numbers. */
export const ranksOf = (words: ArrayLike<number>): Float32Array => Float32Array.from(words, (rank) => (rank === NONE ? NaN : rank));

/** Cell `row * positions + column`; candidate or watched token `cell * each + i`. NaN: the cell has no such number. */
export interface Columns {
  targetLogit: Float32Array;
  targetProb: Float32Array;
  targetRank: Float32Array;
  entropyBits: Float32Array;
  klBits: Float32Array;
  klReverseBits: Float32Array;
  surprisalBits: Float32Array;
  topK: number;
  topId: Uint32Array;
  topLogit: Float32Array;
  topProb: Float32Array;
  watchLogit: Float32Array;
  watchProb: Float32Array;
  watchRank: Float32Array;
}

export interface Info {
  model: ModelInfo;
  lens: LensInfo;
  precision: string;
  sampling: Sampling | null;
  run_id: string;
  program: string;
  /** The first number of the run that is not finite. */
  not_finite?: NotFinite | undefined;
}

export interface ReadingParts {
  info: Info;
  tokens: Token[];
  rows: Row[];
  positions: number[];
  targets: Target[];
  watched: Watched[];
  columns: Columns;
  vocabulary: Map<number, string>;
}

/** A candidate of a cell, or a watched token in it. */
export interface Candidate {
  id: number;
  logit: number;
  prob: number;
  rank: number;
}

export class Reading implements ReadingParts {
  readonly info: Info;
  readonly tokens: Token[];
  readonly rows: Row[];
  readonly positions: number[];
  readonly targets: Target[];
  readonly watched: Watched[];
  readonly columns: Columns;
  readonly vocabulary: Map<number, string>;

  constructor(parts: ReadingParts) {
    this.info = parts.info;
    this.tokens = parts.tokens;
    this.rows = parts.rows;
    this.positions = parts.positions;
    this.targets = parts.targets;
    this.watched = parts.watched;
    this.columns = parts.columns;
    this.vocabulary = parts.vocabulary;
  }

  get width(): number {
    return this.positions.length;
  }

  get height(): number {
    return this.rows.length;
  }

  cell(row: number, column: number): number {
    return row * this.positions.length + column;
  }

  /** Text of a token on its own, raw. */
  text(id: number): string {
    return this.vocabulary.get(id) ?? (id < 0 ? "(none)" : `⟨id ${id}⟩`);
  }

  /** `embed`, `12`, `12.attn_out`. */
  rowName(row: number): string {
    const site = this.rows[row];
    if (!site) return "";
    if (site.layer < 0) return site.site;
    return site.site === "resid_post" ? String(site.layer) : `${site.layer}.${site.site}`;
  }

  /** The token whose state the column reads. */
  input(column: number): Token | undefined {
    return this.tokens[this.positions[column] ?? -1];
  }

  /** The token that came next, if one did. */
  next(column: number): Token | undefined {
    return this.tokens[(this.positions[column] ?? -2) + 1];
  }

  /** Text of the column's target: as it stands in the run where it came, on its own where it is the model's choice. */
  targetText(column: number): string {
    return this.next(column)?.text ?? this.text(this.targets[column]?.id ?? -1);
  }

  /** The id of a candidate, by default the best; -1: there is none. */
  topId(row: number, column: number, i = 0): number {
    const k = this.columns.topK;
    const id = i < k ? (this.columns.topId[this.cell(row, column) * k + i] as number) : NONE;
    return id === NONE ? -1 : id;
  }

  /** The best candidates, best first; none in a cell without numbers. Their ranks are exact: all that beat them are among them. */
  top(row: number, column: number): Candidate[] {
    const { topK: k, topId, topLogit, topProb } = this.columns;
    const start = this.cell(row, column) * k;
    const candidates: Candidate[] = [];
    for (let i = 0; i < k && topId[start + i] !== NONE; i++) {
      const logit = topLogit[start + i] as number;
      const before = candidates[i - 1];
      const rank = before && before.logit === logit ? before.rank : i + 1;
      candidates.push({ id: topId[start + i] as number, logit, prob: topProb[start + i] as number, rank });
    }
    return candidates;
  }

  target(row: number, column: number): Candidate {
    const i = this.cell(row, column);
    const c = this.columns;
    return {
      id: this.targets[column]?.id ?? -1,
      logit: c.targetLogit[i] as number,
      prob: c.targetProb[i] as number,
      rank: c.targetRank[i] as number,
    };
  }

  /** Tokens before the first output token. */
  promptLength(): number {
    const first = this.tokens.findIndex((token) => token.origin === "output");
    return first < 0 ? this.tokens.length : first;
  }

  /** The column of the blank: the last prompt token's, or the nearest that was read. */
  blank(): number {
    const blank = this.promptLength() - 1;
    let best = this.positions.length - 1;
    for (let c = 0; c < this.positions.length; c++) if ((this.positions[c] as number) <= blank) best = c;
    return this.positions.includes(blank) ? this.positions.indexOf(blank) : Math.max(0, best);
  }

  /** The row of the model's own output. */
  get lastRow(): number {
    return this.rows.length - 1;
  }
}
