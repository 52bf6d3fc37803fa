/** How an added token is found in text; the fields of Hugging Face's `AddedToken`. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Skipped by `skipSpecialTokens` where the reference class goes by this flag. */
  readonly special: boolean;
  /** Swallows white space in front of it. */
  readonly lstrip: boolean;
  /** Swallows white space behind it. */
  readonly rstrip: boolean;
  /** Found only where no word character touches it. */
  readonly singleWord: boolean;
  /** Looked for after normalisation instead of before (fast semantics only). */
  readonly normalized: boolean;
}

/**
 * Which reference class decides: `slow`, the Python classes that every original InternVL checkpoint is used with
 * (`use_fast=False`), or `fast`, the Rust `tokenizers` library that the Hugging Face-native checkpoints use.
 */
export type Semantics = 'slow' | 'fast';

/**
 * Which added tokens are recognised in a text: all of them (`'parse'`, as the reference does), none (`'text'`: whatever a
 * user writes stays text, and no other spelling reaches a control id either), or those listed by their content.
 */
export type AddedTokensMode = 'parse' | 'text' | readonly string[];

export interface EncodeOptions {
  /** `'parse'` by default. */
  readonly addedTokens?: AddedTokensMode | undefined;
  /** Whether the begin-of-sequence id is put in front; the checkpoint's rule by default. */
  readonly bos?: boolean | undefined;
  /** Whether the end-of-sequence id is put behind; the checkpoint's rule by default. */
  readonly eos?: boolean | undefined;
}

/** What encoding gives. `tokens` and `offsets` are computed when they are first read. */
export interface Encoding {
  /** `[tokens]` */
  readonly ids: readonly number[];
  /** The token of each id as the vocabulary spells it: `▁the`, `Ġthe`, `<0x0A>`, `<|im_end|>`. */
  readonly tokens: readonly string[];
  /**
   * Start and end of each token in the input, in UTF-16 units. Bytes of one character all get the whole character; a
   * token that is nowhere in the input (BOS, EOS) gets an empty range where it stands.
   */
  readonly offsets: readonly (readonly [start: number, end: number])[];
}

/** A stretch of a prompt: text with its own rule for added tokens, or one added token, `count` times. */
export type Segment =
  | { readonly text: string; readonly addedTokens?: AddedTokensMode | undefined }
  | { readonly token: string; readonly count?: number | undefined };

export interface DecodeOptions {
  /** Leaves out the tokens that the reference class leaves out for `skip_special_tokens`; false by default. */
  readonly skipSpecialTokens?: boolean | undefined;
  /** Contents that stay in the text although they would be skipped: `['<ref>', '</ref>', '<box>', '</box>']`. */
  readonly keep?: readonly string[] | undefined;
}

export interface DecodeStreamOptions extends DecodeOptions {}

/** Turns ids into text as they come. What `push` has returned is never taken back. */
export interface DecodeStream {
  /** The text that is certain after this id: often one token, empty while a character is incomplete. */
  push(id: number): string;
  /** The text that was still held back, once no further id comes. */
  end(): string;
}

/** Text ↔ ids of one checkpoint. Immutable but for a bounded cache of words. */
export interface Tokenizer {
  readonly semantics: Semantics;
  /** One more than the largest id, added tokens included. Logits may have more columns; those ids decode to nothing. */
  readonly vocabularySize: number;
  readonly addedTokens: readonly AddedToken[];
  /**
   * Pieces of the vocabulary that stand for control ids or for nothing: `[UNUSED_TOKEN_145]`. Text that may not hold added tokens
   * does not reach them.
   */
  readonly reservedPieces: readonly string[];
  readonly bosId: number | undefined;
  readonly eosId: number | undefined;
  readonly padId: number | undefined;
  readonly unknownId: number | undefined;

  /** Ids, tokens and offsets of a text, or of two as one sequence. Lone surrogates are read as U+FFFD. */
  encode(text: string, options?: EncodeOptions): Encoding;
  encodePair(first: string, second: string, options?: EncodeOptions): Encoding;
  encodeBatch(texts: readonly string[], options?: EncodeOptions): Encoding[];
  /**
   * A prompt made of stretches, as if their texts were one string, except that added tokens are found only inside a
   * stretch that allows them, never across a border. Offsets count in the joined text.
   */
  encodeSegments(segments: readonly Segment[], options?: Omit<EncodeOptions, 'addedTokens'>): Encoding;

  /** The text of ids. Ids outside the vocabulary decode to nothing. */
  decode(ids: Iterable<number>, options?: DecodeOptions): string;
  decodeBatch(rows: Iterable<Iterable<number>>, options?: DecodeOptions): string[];
  decodeStream(options?: DecodeStreamOptions): DecodeStream;

  /** The id of exactly this token, added tokens first; undefined when there is none. */
  tokenId(token: string): number | undefined;
  /** The token as the vocabulary spells it; undefined outside the vocabulary. */
  token(id: number): string | undefined;
  /**
   * The bytes that an ordinary token puts into a text, UTF-8, parts of a character too; undefined for added, user-defined, control and
   * unknown tokens, and outside the vocabulary. `constrain` of `@internvl/llm/grammar` goes by them.
   */
  tokenBytes(id: number): Uint8Array | undefined;
  /** Whether `skipSpecialTokens` leaves this id out. */
  isSpecial(id: number): boolean;
}
