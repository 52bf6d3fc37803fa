import type { Sequence } from './sequence.js';
import type { ConstraintFactory } from './token-constraint.js';

/** The numbers behind one choice, for whoever records or compares them. All arrays are borrowed: copy to keep. */
export interface ScoredStep {
  /** 0 for the first new token. */
  readonly index: number;
  /** What the model gave, `[vocabulary]`. */
  readonly logits: Float32Array;
  /** After penalties, the constraint and, when sampling, temperature and cuts, `[vocabulary]`; the very `logits` when none apply. */
  readonly scores: Float32Array;
}

/** How the next token is chosen. Defaults are greedy and without penalties. */
export interface ChoiceOptions {
  /** 0 (default) is greedy: the first largest score. Above 0 scores are divided by it and a token is drawn. */
  readonly temperature?: number | undefined;
  /** Keep the likeliest tokens whose probabilities reach this sum, 0 to 1; 1 (default) keeps all. */
  readonly topP?: number | undefined;
  /** Keep the this many best scores, ties included; 0 (default) keeps all. */
  readonly topK?: number | undefined;
  /** Keep tokens at least this share as likely as the likeliest, 0 to 1; 0 (default) keeps all. */
  readonly minP?: number | undefined;
  /** Above 1 discourages tokens of `penaltyIds` and new ones (transformers' rule); 1 (default) is off. */
  readonly repetitionPenalty?: number | undefined;
  /**
   * Ids before the first new token that the repetition penalty counts; none by default. As the references do it:
   * the whole prompt for HF-native checkpoints; `bos_token_id` of `llm_config` alone for the original layout up to
   * InternVL 3 (transformers 4.37 puts it in front); nothing for InternVL 3.5 (transformers 4.55).
   */
  readonly penaltyIds?: ArrayLike<number> | undefined;
  /** Taken off the score of every token that is among the new ones (OpenAI's rule); 0 (default) is off. */
  readonly presencePenalty?: number | undefined;
  /** Taken off once per occurrence among the new ones (OpenAI's rule); 0 (default) is off. */
  readonly frequencyPenalty?: number | undefined;
  /** Makes sampling repeatable: the same seed, prompt and options give the same tokens. */
  readonly seed?: number | undefined;
  /** A source of numbers in [0, 1) to sample with instead of `seed`. Default: `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Number of likeliest tokens to report with each token; 0 reports the chosen token's logprob alone. */
  readonly logprobs?: number | undefined;
  /** Ids that end the answer. */
  readonly stopIds?: readonly number[] | undefined;
  /** Stop ids cannot come before this many new tokens; 0 by default. */
  readonly minNewTokens?: number | undefined;
  /** At most this many new tokens; 1024 by default. */
  readonly maxNewTokens?: number | undefined;
  /**
   * Called with all new ids after each new token; `true` ends the answer with `stop-string`. Matching text is the
   * caller's: decode the ids and look for the string.
   */
  readonly stopWhen?: ((ids: readonly number[]) => boolean) | undefined;
  /**
   * Makes what says, token by token, which ones may come: `constrain` of `@internvl/llm/grammar` does. The answer ends with
   * `stop` as soon as nothing can follow. Not with beams.
   */
  readonly constraint?: ConstraintFactory | undefined;
  /** Called with the numbers of each step, before the token is yielded. */
  readonly onScores?: ((step: ScoredStep) => void) | undefined;
}

/** How beam search works; names and meaning are transformers'. */
export interface BeamOptions {
  /** Beams kept at each step. */
  readonly count: number;
  /** Exponent of the length that a beam's score is divided by; 1 by default, above 0 favours longer answers. */
  readonly lengthPenalty?: number | undefined;
  /**
   * `true` ends with `count` finished beams; `false` (default) when the best open beam cannot win at its present
   * length; `'never'` only when it cannot win at any length.
   */
  readonly earlyStopping?: boolean | 'never' | undefined;
}

/** How a prompt goes through the model. */
export interface PrefillOptions {
  /** Ends the work between chunks and, where the backend can, within; rethrows `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /** Tokens of the prompt that go through the model in one run; 512 by default. */
  readonly chunkTokens?: number | undefined;
  /** Called after each chunk with the tokens that are in and all that will be. */
  readonly onProgress?: ((progress: { readonly tokens: number; readonly total: number }) => void) | undefined;
}

/** Options of `generate`. */
export interface GenerateOptions extends ChoiceOptions, PrefillOptions {
  /**
   * A cache that goes on: the prompt is what follows the tokens in it. It stays the caller's to dispose, and holds
   * afterwards everything but the last new token. Without it, a fresh cache is made and freed.
   */
  readonly sequence?: Sequence | undefined;
  /** Beam search instead of a single path; the tokens of the best beam are yielded at the end. */
  readonly beams?: BeamOptions | undefined;
}
