/**
 * Where a text gets a `▁` in front: before every stretch between added tokens, before the whole text whatever it starts with, or, in the
 * Rust library's other scheme, before a text that starts with none.
 */
export type Prefix = 'none' | 'each' | 'whole' | 'first';
export type NormalForm = 'NFC';

/** What is done with text before and after the model, as the reference class does it. */
export interface Rules {
  /** Comes before added tokens are looked for in slow semantics, between them in fast ones. */
  readonly normalForm?: NormalForm | undefined;
  readonly prefix: Prefix;
  /** Slow Llama class with `legacy: false`: a `▁` in the text is a space from the start. */
  readonly plainMarks?: boolean | undefined;

  /**
   * What becomes U+FFFD in invalid UTF-8: the longest prefix of a character (`subpart`, WHATWG and Rust), each byte (`byte`,
   * SentencePiece), or each byte of a run of byte tokens that holds any invalid one (`run`, Rust's ByteFallback).
   */
  readonly invalid: 'subpart' | 'byte' | 'run';
  /** Slow SentencePiece classes: added tokens and the stretches of text between them are joined with spaces. */
  readonly spaced?: boolean | undefined;
  /** The same classes: a special token inside a stretch puts a space in front of the text before it, except (`inner`) at its start. */
  readonly gap?: 'inner' | 'always' | undefined;
  /** A leading space is dropped at the very start, or at the start of every stretch. */
  readonly strip?: 'start' | 'stretch' | undefined;
  /** Slow Llama class: a stretch loses the space of its first token before anything else. */
  readonly stripToken?: boolean | undefined;
  /** InternLM2's class cleans up spaces stretch by stretch, whatever `clean_up_tokenization_spaces` says. */
  readonly cleanUpStretch?: boolean | undefined;
  /** `clean_up_tokenization_spaces` */
  readonly cleanUp?: boolean | undefined;
}

/** Ids around a sequence and between two of a pair. */
export interface Frame {
  readonly before: readonly number[];
  readonly between: readonly number[];
  readonly after: readonly number[];
}
