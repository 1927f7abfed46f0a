// A reading, or another grid, in memory: columns over cells, as in Rust (crates/fathom-reading/src/grid.rs).

import { OF_READING } from "./column";
import { type Columns, NONE } from "./columns";
import type { LensInfo, ModelInfo, NotFinite, Sampling } from "./schema";

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

/** What a row is about: a site, or a part of one. */
export interface Place {
  site: string;
  layer: number;
  head?: number | null;
  /** A neuron. */
  unit?: number | null;
  /** The position that a head read from. */
  source?: number | null;
}

/** What the columns stand for, where that is not positions. */
export interface Axis {
  name: string;
  labels: string[];
}

/** Who made the numbers. */
export interface Maker {
  model: ModelInfo;
  lens: LensInfo;
  precision: string;
  sampling: Sampling | null;
}

export interface Info extends Maker {
  run_id: string;
  program: string;
  /** The first number of the run that is not finite. */
  not_finite?: NotFinite | undefined;
  /** What a grid is that is no lens reading. */
  about?: { what: string; title: string; says: string };
  /** The other side of a comparison, B. */
  other?: Maker;
}

export interface ReadingParts {
  info: Info;
  tokens: Token[];
  rows: Place[];
  positions: number[];
  axis?: Axis | null;
  /** One per column; none where nothing is asked of a position. */
  targets: Target[];
  watched: Watched[];
  columns: Columns;
  vocabulary: Map<number, string>;
}

/** `embed`, `12`, `12.attn_out`, `26.h0`, `28.n1042`, `27.h8.s1`: as Rust names places. */
export function placeName({ site, layer, head, unit, source }: Place): string {
  const usual = head != null ? "attn_out" : unit != null ? "mlp_out" : "resid_post";
  const whole = layer < 0 ? site : site === usual ? String(layer) : `${layer}.${site}`;
  const parts = [["h", head], ["n", unit], ["s", source]].flatMap(([letter, part]) => (part == null ? [] : [`.${letter}${part}`]));
  return whole + parts.join("");
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
  readonly rows: Place[];
  /** Those that the columns stand for; none where they stand for something else. */
  readonly positions: number[];
  readonly axis: Axis | null;
  readonly targets: Target[];
  readonly watched: Watched[];
  readonly columns: Columns;
  readonly vocabulary: Map<number, string>;

  constructor(parts: ReadingParts) {
    this.info = parts.info;
    this.tokens = parts.tokens;
    this.rows = parts.rows;
    this.positions = parts.positions;
    this.axis = parts.axis ?? null;
    this.targets = parts.targets;
    this.watched = parts.watched;
    this.columns = parts.columns;
    this.vocabulary = parts.vocabulary;
  }

  get width(): number {
    return this.axis ? this.axis.labels.length : this.positions.length;
  }

  get height(): number {
    return this.rows.length;
  }

  cell(row: number, column: number): number {
    return row * this.width + column;
  }

  /** Text of a token on its own, raw. */
  text(id: number): string {
    return this.vocabulary.get(id) ?? (id < 0 ? "(none)" : `⟨id ${id}⟩`);
  }

  /** Whether a lens made it: whether it has all that a lens reading has. */
  get isLens(): boolean {
    return this.targets.length === this.width && !this.axis && OF_READING.every(({ name }) => this.columns.has(name));
  }

  rowName(row: number): string {
    const place = this.rows[row];
    return place ? placeName(place) : "";
  }

  /** What the column stands for: a position, or what the grid calls it. */
  columnName(column: number): string {
    return this.axis ? (this.axis.labels[column] ?? "") : String(this.positions[column] ?? "");
  }

  get columnNames(): string[] {
    return this.axis?.labels ?? this.positions.map(String);
  }

  /** The same in words: `position 4`. */
  columnWords(column: number): string {
    return `${this.axis?.name ?? "position"} ${this.columnName(column)}`;
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
    const id = i < k ? (this.columns.tokens("top_id")[this.cell(row, column) * k + i] ?? NONE) : NONE;
    return id === NONE ? -1 : id;
  }

  /** The best candidates, best first; none in a cell without numbers. Their ranks are exact: all that beat them are among them. */
  top(row: number, column: number): Candidate[] {
    const c = this.columns;
    const candidates: Candidate[] = [];
    for (let i = 0; i < c.topK; i++) {
      const id = this.topId(row, column, i);
      if (id < 0) break;
      const at = this.cell(row, column) * c.topK + i;
      const logit = c.at("top_logit", at);
      const before = candidates[i - 1];
      const rank = before && before.logit === logit ? before.rank : i + 1;
      candidates.push({ id, logit, prob: c.at("top_prob", at), rank });
    }
    return candidates;
  }

  target(row: number, column: number): Candidate {
    const i = this.cell(row, column);
    const c = this.columns;
    const id = this.targets[column]?.id ?? -1;
    return { id, logit: c.at("target_logit", i), prob: c.at("target_prob", i), rank: c.at("target_rank", i) };
  }

  /** Tokens before the first output token. */
  promptLength(): number {
    const first = this.tokens.findIndex((token) => token.origin === "output");
    return first < 0 ? this.tokens.length : first;
  }

  /** The column of the blank: the last prompt token's, or the nearest that was read. */
  blank(): number {
    const blank = this.promptLength() - 1;
    let best = this.width - 1;
    for (let c = 0; c < this.positions.length; c++) if ((this.positions[c] as number) <= blank) best = c;
    return this.positions.includes(blank) ? this.positions.indexOf(blank) : Math.max(0, best);
  }

  /** The row of the model's own output. */
  get lastRow(): number {
    return this.rows.length - 1;
  }
}
