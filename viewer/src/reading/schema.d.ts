// Written by scripts/types.mjs from crates/fathom-reading/schema/reading.schema.json: do not edit.

/**
 * A token of the model's vocabulary, 0 .. V-1. [`TokenId::NONE`] is written as null.
 */
export type TokenId = number;
/**
 * A place in the order of logits, 1 .. V: `1 + #{u : z[u] > z[v]}`, so 1 is best and ties share the better rank.
 * [`Rank::NONE`], behind all others, is written as null.
 */
export type Rank = number;
/**
 * Where a hidden state sits in its run, 0 .. T-1. Position `p` predicts token `p + 1`.
 */
export type Position = number;

/**
 * What a logit lens saw at each layer and position of one run of a language model.
 */
export interface Reading {
  /**
   * One record a site and position, site by site.
   */
  cells: Cell[];
  lens: LensInfo;
  model: ModelInfo;
  /**
   * The first number of the run that is not finite, and so why cells are without numbers. Left out when all are finite.
   */
  not_finite?: NotFinite | null;
  /**
   * The positions read, ascending. Optional when reading: then those of the cells.
   */
  positions: Position[];
  /**
   * How the matrices were held: `f32`, `bf16`, `f16` or `packed` (`packed 83%` where that is the share).
   */
  precision: string;
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
 * What the lens saw at one site and position. What is not finite is null; a cell whose logits have no distribution (its
 * state is not finite, or the head overflows) has no number and no candidate.
 */
export interface Cell {
  /**
   * Entropy of the whole distribution, in bits.
   */
  entropy_bits: number | null;
  /**
   * KL(last layer ‖ this one), in bits: zero at the last layer; null where the last layer has no distribution.
   */
  kl_bits: number | null;
  /**
   * KL(this one ‖ last layer), in bits; null likewise.
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
   * Which place of a block.
   */
  site: "embed" | "resid_pre" | "z" | "attn_out" | "resid_mid" | "mlp_out" | "resid_post";
  /**
   * -log2 of the target's probability.
   */
  surprisal_bits: number | null;
  target: Target;
  /**
   * The most likely tokens, best first; none in a cell without numbers.
   */
  top: Candidate[];
  /**
   * The watched tokens (first tokens of watched strings), in the order of `watched`.
   */
  watch: Score[];
}
/**
 * The token that came next, or the model's choice where none came.
 */
export interface Target {
  /**
   * The token; null where no token came next and the last layer has no best one.
   */
  id: TokenId | null;
  /**
   * True where no token came next and the last layer's best stands in.
   */
  is_argmax: boolean;
  /**
   * Its logit.
   */
  logit: number | null;
  /**
   * Its probability over the whole vocabulary.
   */
  prob: number | null;
  /**
   * One more than the number of tokens with a larger logit; null in a cell without numbers.
   */
  rank: Rank | null;
  /**
   * Its text on its own; null without a token.
   */
  text: string | null;
}
/**
 * A candidate of a cell.
 */
export interface Candidate {
  /**
   * The token.
   */
  id: number;
  /**
   * Its logit.
   */
  logit: number | null;
  /**
   * Its probability.
   */
  prob: number | null;
  /**
   * Its text on its own.
   */
  text: string;
}
/**
 * The numbers of a watched token in a cell.
 */
export interface Score {
  /**
   * A token of the model's vocabulary, 0 .. V-1. [`TokenId::NONE`] is written as null.
   */
  id: number;
  /**
   * Its logit.
   */
  logit: number | null;
  /**
   * Its probability.
   */
  prob: number | null;
  /**
   * Its rank; null in a cell without numbers.
   */
  rank: Rank | null;
  /**
   * Its text on its own.
   */
  text: string;
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
 * A site that was read.
 */
export interface Row {
  /**
   * The block, -1 for the embedding.
   */
  layer: number;
  /**
   * Which place of a block.
   */
  site: "embed" | "resid_pre" | "z" | "attn_out" | "resid_mid" | "mlp_out" | "resid_post";
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
 * A token of the run.
 */
export interface Token {
  /**
   * Its bytes, in lowercase hex.
   */
  bytes: string;
  /**
   * A token of the model's vocabulary, 0 .. V-1. [`TokenId::NONE`] is written as null.
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
   * A token of the model's vocabulary, 0 .. V-1. [`TokenId::NONE`] is written as null.
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
   * The position whose next tokens the string would be.
   */
  position: number;
}
