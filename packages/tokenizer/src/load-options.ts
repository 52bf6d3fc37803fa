import type { ReadContext } from './load/context.js';
import type { Source } from './load/source.js';
import type { Split } from './model/byte-words.js';
import type { AddedToken, Semantics } from './tokenizer-spec.js';

/** Tokenizer files by name, as they lie in the checkpoint's folder. Names that mean nothing here are passed over. */
export type TokenizerFiles = Readonly<Record<string, Uint8Array>>;

/** File kinds and split patterns beyond those of InternVL checkpoints; `@internvl/tokenizer/formats` has them. */
export interface Formats {
  /** Reads a file of one of its kinds; undefined for any other. */
  read(file: string, bytes: Uint8Array, context: ReadContext): Source | undefined;
  /** A split pattern by its name or its text. */
  split(file: string, pattern: string): Split;
}

/** What the files leave open, or what to do against them. Everything has the default of the checkpoint's reference code. */
export interface LoadOptions {
  readonly semantics?: Semantics | undefined;
  /** Llama classes: whether each stretch between added tokens gets a dummy prefix of its own. */
  readonly legacy?: boolean | undefined;
  /** Llama classes: whether text gets a dummy prefix at all. */
  readonly addPrefixSpace?: boolean | undefined;
  /** Pull punctuation to the word before it when decoding (`clean_up_tokenization_spaces`). */
  readonly cleanUpSpaces?: boolean | undefined;
  /** Split pattern of byte-level files that do not name theirs: `qwen2` (default of `merges.txt`), `llama3`, or one that `formats` knows. */
  readonly split?: string | undefined;
  /** Further added tokens, or other flags for known ones. */
  readonly addedTokens?: readonly (Pick<AddedToken, 'id' | 'content'> & Partial<AddedToken>)[] | undefined;
  /** Words kept in the cache; 65,536 by default. */
  readonly cacheSize?: number | undefined;
  readonly formats?: Formats | undefined;
}
