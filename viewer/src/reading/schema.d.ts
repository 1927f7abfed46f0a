// Written by scripts/types.mjs from crates/fathom-reading/schema/reading.schema.json: do not edit.

/**
 * Where a hidden state sits in its run, 0 .. T-1. Position `p` predicts token `p + 1`.
 */
export type Position = number;
/**
 * How a column colours cells.
 */
export type Scale =
  | {
      /**
       * Beyond this number, as seen from `strong`, a cell stays blank.
       */
      blank: number;
      /**
       * The curve between its ends.
       */
      curve: "log" | "root" | "linear";
      /**
       * The number of strength 0.
       */
      faint: number;
      kind: "fixed";
      /**
       * The ends of the four steps that stand in for colour, strongest first.
       *
       * @minItems 4
       * @maxItems 4
       */
      steps: [number, number, number, number];
      /**
       * The number of strength 1: the sure, settled end.
       */
      strong: number;
      /**
       * What a legend names, strongest first.
       */
      ticks: number[];
    }
  | {
      kind: "own";
    }
  | {
      /**
       * The number without colour.
       */
      centre: number;
      kind: "diverging";
      /**
       * How far from the centre colours are strongest; absent: as far as the grid's own numbers go.
       */
      reach?: number | null;
    };
/**
 * Which token a position's distribution is about.
 */
export type Predicts = "next";
/**
 * A token of the model's vocabulary, 0 .. V-1. [`TokenId::NONE`] is written as null.
 */
export type TokenId = number;

/**
 * What a logit lens saw at each layer and position of one run of a language model.
 */
export interface Reading {
  /**
   * What a grid is that is no lens reading. Left out in a reading.
   */
  about?: About | null;
  /**
   * What a grid's columns stand for, where that is not positions.
   */
  axis?: Axis | null;
  /**
   * One record a site and position, site by site.
   */
  cells: Cell[];
  /**
   * The definitions of a grid's columns. Left out in a reading, whose columns this schema defines.
   */
  columns?: Column[];
  lens: LensInfo;
  model: ModelInfo;
  /**
   * The first number of the run that is not finite, and so why cells are without numbers. Left out when all are finite.
   */
  not_finite?: NotFinite | null;
  /**
   * The other side of a comparison, B. Left out where there is none.
   */
  other?: Info | null;
  /**
   * The positions read, ascending; none where the columns stand for something else. Optional when reading: then
   * those of the cells.
   */
  positions: Position[];
  /**
   * How the matrices were held: `f32`, `bf16`, `f16` or `packed` (`packed 83%` where that is the share).
   */
  precision: string;
  /**
   * Which token a position's distribution is about. Left out in a reading, where it is the next.
   */
  predicts?: Predicts | null;
  /**
   * The program and version that wrote this.
   */
  program: string;
  /**
   * The sites read, in order of depth. Optional when reading: then those of the cells.
   */
  rows: Row[];
  /**
   * The run's id: the same for every reading of one run.
   */
  run_id: string;
  /**
   * How the output tokens were chosen; null when there are none.
   */
  sampling: Sampling | null;
  /**
   * Name and version of this form. Another number after the slash is another form.
   */
  schema: string;
  /**
   * The run's tokens, all of them.
   */
  tokens: Token[];
  /**
   * Texts of tokens that no cell names (further tokens of watched strings, say). Left out when there are none.
   */
  vocabulary?: Text[];
  /**
   * The strings watched, in the order of each cell's `watch`.
   */
  watched: Watched[];
}
/**
 * What a grid is, for its title and for programs that read it.
 */
export interface About {
  /**
   * What its cells say, and what they can't, in a sentence or two.
   */
  says: string;
  /**
   * The title of its figures.
   */
  title: string;
  /**
   * The kind of result, one word: `lens`, `divergence`.
   */
  what: string;
}
/**
 * What the columns stand for.
 */
export interface Axis {
  /**
   * Each column, as cells name it.
   */
  labels: string[];
  /**
   * What one is called: `span`, `receiver`, `layer_b`. A cell names its own under this name.
   */
  name: string;
}
/**
 * What the lens saw at one site and position. What is not finite is null; a cell whose logits have no distribution (its state is not finite, or the head overflows) has no number and no candidate.
 */
export interface Cell {
  /**
   * How far the hidden states of two sides are apart: `‖h_b - h_a‖ / ‖h_a‖`; none where `h_a` alone is zero.
   */
  distance?: number | null;
  /**
   * Entropy of the cell's distribution, `-sum p log2 p`.
   */
  entropy_bits: number | null;
  /**
   * The attention head, where only its part is meant.
   */
  head?: number | null;
  /**
   * `KL(p_a ‖ p_b)` of two sides' distributions at the same place and position.
   */
  kl_ab_bits?: number | null;
  /**
   * `KL(p_b ‖ p_a)` of two sides' distributions at the same place and position.
   */
  kl_ba_bits?: number | null;
  /**
   * `KL(p_last ‖ p)`, from the last layer to this one: zero at the last layer; none where the last layer has no distribution.
   */
  kl_bits: number | null;
  /**
   * `KL(p ‖ p_last)`, from this layer to the last one: zero at the last layer; none where the last layer has no distribution.
   */
  kl_reverse_bits: number | null;
  /**
   * The block, -1 for the embedding.
   */
  layer: number;
  /**
   * Where the hidden state sits in the run. Position p predicts token p + 1.
   */
  position: number;
  /**
   * Rank of the target in side A, the reference.
   */
  rank_a?: number | null;
  /**
   * Rank of the target in side B.
   */
  rank_b?: number | null;
  /**
   * Which place of a block.
   */
  site: "embed" | "resid_pre" | "z" | "attn_out" | "resid_mid" | "mlp_out" | "resid_post";
  /**
   * The position that the head read from, where only that is meant.
   */
  source?: Position | null;
  /**
   * Surprisal of the target, `-log2 p[target]`, from logit and log-sum-exp.
   */
  surprisal_bits: number | null;
  /**
   * The token that came next, or the model's choice where none came.
   */
  target: {
    /**
     * The token.
     */
    id: number | null;
    /**
     * True where no token came next and the last layer's best stands in.
     */
    is_argmax: boolean;
    /**
     * Logit of the target: the token that came next, or where none came, the last layer's best.
     */
    logit: number | null;
    /**
     * Probability of the target over the whole vocabulary, `p[target]`, 0..1.
     */
    prob: number | null;
    /**
     * Rank of the target: `1 + #{u : z[u] > z[target]}`; 1 is best, and ties share the better rank.
     */
    rank: number | null;
    /**
     * Its text on its own.
     */
    text: string | null;
  };
  /**
   * The most likely tokens, best first; none in a cell without numbers.
   */
  top: {
    /**
     * The token.
     */
    id: number;
    /**
     * Logits of the candidates.
     */
    logit: number | null;
    /**
     * Probabilities of the candidates over the whole vocabulary.
     */
    prob: number | null;
    /**
     * Its text on its own.
     */
    text: string;
  }[];
  /**
   * The best token of side A, the reference.
   */
  top_a_id?: number | null;
  /**
   * The best token of side B.
   */
  top_b_id?: number | null;
  /**
   * The neuron, where only its part is meant.
   */
  unit?: number | null;
  /**
   * The watched tokens (first tokens of watched strings), in the order of `watched`.
   */
  watch: {
    /**
     * The token.
     */
    id: number;
    /**
     * Logits of the watched tokens (first tokens of watched strings).
     */
    logit: number | null;
    /**
     * Probabilities of the watched tokens over the whole vocabulary.
     */
    prob: number | null;
    /**
     * Ranks of the watched tokens, as the target's.
     */
    rank: number | null;
    /**
     * Its text on its own.
     */
    text: string;
  }[];
}
/**
 * The definition of a column. Those that Fathom itself computes stand in [`known`](crate::known); a grid's file holds
 * the definitions of its own.
 */
export interface Column {
  /**
   * What it measures, in a few words: `KL from the last layer, bits`.
   */
  describes: string;
  /**
   * Name and unit, for a legend: `KL, bits`.
   */
  label: string;
  /**
   * The name in data: `kl_bits`.
   */
  name: string;
  /**
   * Whether it is a number of the column's target token, and not of the cell as a whole.
   */
  of_target?: boolean;
  /**
   * How many values a cell has of it.
   */
  per: "cell" | "candidate" | "watched";
  /**
   * The definition: a formula, its source, and where there is no number.
   */
  says: string;
  /**
   * How it colours a cell; absent where it can't.
   */
  scale?: Scale | null;
  /**
   * The name that people type to colour by it: `kl`; the whole name where there is no shorter one.
   */
  short?: string | null;
  /**
   * A figure's title, where it has another than `describes`.
   */
  title?: string | null;
  /**
   * The type of its values.
   */
  type: "number" | "rank" | "token";
  /**
   * What its numbers are.
   */
  unit: "token" | "rank" | "logit" | "probability" | "bits" | "ratio";
}
/**
 * The lens that turned hidden states into logits.
 */
export interface LensInfo {
  /**
   * Which lens.
   */
  kind: "logit" | "raw";
  /**
   * The model's final norm, in words: `RMSNorm on every row`, `LayerNorm on the last row only`.
   */
  norm: string;
  /**
   * How far sums over the vocabulary can be off, where they were screened; absent where every logit was exact.
   */
  screening?: Screening | null;
}
/**
 * What screening did to a reading. Ranks, candidates and logits are exact all the same; probabilities, entropies and KL can
 * differ from exact ones by at most this, at the cell where it is most. These are proved bounds, far from real errors:
 * docs/performance.md measures both.
 */
export interface Screening {
  /**
   * Cells whose sums were screened.
   */
  cells: number;
  /**
   * Of an entropy, in bits.
   */
  entropy_bits: number;
  /**
   * Of `KL(last layer ‖ this one)`, in bits.
   */
  kl_bits: number;
  /**
   * Of `KL(this one ‖ last layer)`, in bits.
   */
  kl_reverse_bits: number;
  /**
   * Of a probability in the reading.
   */
  prob: number;
  /**
   * Of a surprisal (and of the logarithm of every probability), in bits.
   */
  surprisal_bits: number;
}
/**
 * The model that ran.
 */
export interface ModelInfo {
  /**
   * The architecture: `llama`, `gpt2`, …
   */
  family: string;
  /**
   * Number of decoder blocks, L.
   */
  layers: number;
  /**
   * The name it was asked for by: a catalogue name, `org/name@revision`, or a file name (never a whole path).
   */
  name: string;
  /**
   * Number of weights (a tied head counts once).
   */
  parameters: number;
  /**
   * SHA-256 of the weights, lowercase hex (of the shards' hashes, in order, where there are several).
   */
  sha256: string;
  /**
   * Size of the vocabulary, V.
   */
  vocabulary: number;
  /**
   * How the weights are stored: `Q4_1`, `F16`, `mixed Q4_K/Q6_K`, …
   */
  weights: string;
  /**
   * Width of the residual stream, d.
   */
  width: number;
}
/**
 * The first place of a run at which a number is NaN or infinite: the shallowest site, and the first position there.
 * Everything that rests on it has no number: see [`Columns`](crate::Columns).
 */
export interface NotFinite {
  /**
   * The block, -1 for the embedding.
   */
  layer: number;
  /**
   * The same in words. For people; not read back.
   */
  note: string;
  /**
   * Where in the run.
   */
  position: number;
  /**
   * Which place of a block.
   */
  site: "embed" | "resid_pre" | "z" | "attn_out" | "resid_mid" | "mlp_out" | "resid_post";
  /**
   * What is not finite.
   */
  what: "state" | "logits";
}
/**
 * What a grid is, and everything that must stand beside its numbers for them to be repeatable.
 */
export interface Info {
  about?: About1;
  lens: LensInfo1;
  model: ModelInfo1;
  /**
   * The first number of the run that is not finite; absent where all that was read is.
   */
  not_finite?: NotFinite | null;
  /**
   * The other side of a comparison, B, where there is one.
   */
  other?: Info | null;
  /**
   * How the matrices were held: `f32`, `bf16`, `f16` or `packed` (`packed 83%` where that is the share).
   */
  precision: string;
  /**
   * Which token a position's distribution is about.
   */
  predicts: "next";
  /**
   * The program and version that wrote it: `fathom 0.1.0`.
   */
  program: string;
  /**
   * The run's id: the same for every reading of one run.
   */
  run_id: string;
  /**
   * How the output tokens were chosen; absent when there are none.
   */
  sampling?: Sampling | null;
}
/**
 * What the grid is; absent in a lens reading.
 */
export interface About1 {
  /**
   * What its cells say, and what they can't, in a sentence or two.
   */
  says: string;
  /**
   * The title of its figures.
   */
  title: string;
  /**
   * The kind of result, one word: `lens`, `divergence`.
   */
  what: string;
}
/**
 * The lens that turned hidden states into logits.
 */
export interface LensInfo1 {
  /**
   * Which lens.
   */
  kind: "logit" | "raw";
  /**
   * The model's final norm, in words: `RMSNorm on every row`, `LayerNorm on the last row only`.
   */
  norm: string;
  /**
   * How far sums over the vocabulary can be off, where they were screened; absent where every logit was exact.
   */
  screening?: Screening | null;
}
/**
 * The model that ran.
 */
export interface ModelInfo1 {
  /**
   * The architecture: `llama`, `gpt2`, …
   */
  family: string;
  /**
   * Number of decoder blocks, L.
   */
  layers: number;
  /**
   * The name it was asked for by: a catalogue name, `org/name@revision`, or a file name (never a whole path).
   */
  name: string;
  /**
   * Number of weights (a tied head counts once).
   */
  parameters: number;
  /**
   * SHA-256 of the weights, lowercase hex (of the shards' hashes, in order, where there are several).
   */
  sha256: string;
  /**
   * Size of the vocabulary, V.
   */
  vocabulary: number;
  /**
   * How the weights are stored: `Q4_1`, `F16`, `mixed Q4_K/Q6_K`, …
   */
  weights: string;
  /**
   * Width of the residual stream, d.
   */
  width: number;
}
/**
 * The sampling settings, complete enough to draw the same tokens again.
 */
export interface Sampling {
  /**
   * Name of the random generator, where drawn.
   */
  generator?: string | null;
  /**
   * The method.
   */
  method: "greedy" | "sampled" | "forced";
  /**
   * Seed of the generator, where drawn.
   */
  seed?: number | null;
  /**
   * Softmax temperature, where drawn.
   */
  temperature?: number | null;
  /**
   * Candidates kept, where limited.
   */
  top_k?: number | null;
  /**
   * Probability mass kept, where limited.
   */
  top_p?: number | null;
}
/**
 * What a row is about: a site, or a part of one.
 */
export interface Row {
  /**
   * The attention head, where only its part is meant.
   */
  head?: number | null;
  /**
   * The block, -1 for the embedding.
   */
  layer: number;
  /**
   * Which place of a block.
   */
  site: "embed" | "resid_pre" | "z" | "attn_out" | "resid_mid" | "mlp_out" | "resid_post";
  /**
   * The position that the head read from, where only that is meant.
   */
  source?: Position | null;
  /**
   * The neuron, where only its part is meant.
   */
  unit?: number | null;
}
/**
 * A token of the run.
 */
export interface Token {
  /**
   * Its bytes, in lowercase hex.
   */
  bytes: string;
  /**
   * Its number in the vocabulary.
   */
  id: number;
  /**
   * Where it came from.
   */
  origin: "special" | "prompt" | "output" | "template";
  /**
   * Its text within the run: a character spread over tokens stands on the last of them, other bytes are ⟨E2⟩.
   */
  text: string;
}
/**
 * The text of a token on its own.
 */
export interface Text {
  /**
   * The token.
   */
  id: number;
  /**
   * Its text.
   */
  text: string;
}
/**
 * A watched string.
 */
export interface Watched {
  /**
   * Its tokens. The cells hold the first one's numbers.
   *
   * @minItems 1
   */
  ids: [TokenId, ...TokenId[]];
  /**
   * For several tokens: says that the cells hold the first one's numbers. For people; not read back.
   */
  note?: string | null;
  /**
   * For several tokens: how likely the whole string is after one position.
   */
  sequence?: SequenceScore | null;
  /**
   * What was asked for.
   */
  text: string;
}
/**
 * The probability of a watched string of several tokens.
 */
export interface SequenceScore {
  /**
   * Per row: the sum over the string's tokens of log2 of the token's probability given all before it; null where that
   * is not finite.
   */
  logprob_bits: (number | null)[];
  /**
   * Where a hidden state sits in its run, 0 .. T-1. Position `p` predicts token `p + 1`.
   */
  position: number;
}
