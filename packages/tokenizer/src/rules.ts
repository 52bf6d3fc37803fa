/**
 * Where a text gets a `▁` (or, in GPT-2's layout, a space) in front: before every stretch between added tokens, before the whole
 * text whatever it starts with, or, in the Rust library's other scheme, before a first or every stretch that has none.
 */
export type Prefix = 'none' | 'each' | 'whole' | 'first' | 'always';

/** What is done with text before and after the model, as the reference class does it. */
export interface EncodeRules {
  /** Unicode normal form, and whether it comes before added tokens are looked for (slow) or between them (fast). */
  readonly normalForm?: 'NFC' | 'NFD' | 'NFKC' | 'NFKD' | undefined;
  readonly prefix: Prefix;
  readonly prefixText: string;
  /** Slow Llama class with `legacy: false`: a `▁` in the text is a space from the start. */
  readonly plainMarks?: boolean | undefined;
  /** SentencePiece's `remove_extra_whitespaces`. */
  readonly removeExtraSpaces: boolean;
}

export interface DecodeRules {
  /**
   * What becomes U+FFFD in invalid UTF-8: the longest prefix of a character (`subpart`, WHATWG and Rust), each byte (`byte`,
   * SentencePiece), or each byte of a run of byte tokens that holds any invalid one (`run`, Rust's ByteFallback).
   */
  readonly invalid: 'subpart' | 'byte' | 'run';
  /** Slow SentencePiece classes: added tokens and the text between them are joined with spaces. */
  readonly spaced: boolean;
  /** The same classes: a special token within the vocabulary puts a space in front of the text before it. */
  readonly gap: 'none' | 'inner' | 'always';
  /** A leading space is dropped: nowhere, at the very start, or at the start of every stretch. */
  readonly strip: 'none' | 'start' | 'stretch';
  /** Slow Llama class: a stretch loses the space of its first token before anything else. */
  readonly stripToken: boolean;
  /** `clean_up_tokenization_spaces`, and InternLM2's class, which always does it stretch by stretch. */
  readonly cleanUp: boolean;
  readonly cleanUpStretch: boolean;
}

/** Ids around a sequence and between two of a pair. */
export interface Frame {
  readonly before: readonly number[];
  readonly between: readonly number[];
  readonly after: readonly number[];
}
