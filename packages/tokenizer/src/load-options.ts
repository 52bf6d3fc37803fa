import type { AddedToken, Semantics } from './tokenizer-spec.js';

/** How text is cut before merging, for files that do not say it. */
export type SplitName = 'gpt2' | 'llama3' | 'o200k' | 'qwen2' | 'smollm';

/** Tokenizer files by name, as they lie in the checkpoint's folder. Names that mean nothing here are passed over. */
export type TokenizerFiles = Readonly<Record<string, Uint8Array>>;

/** What the files leave open, or what to do against them. Everything has the default of the checkpoint's reference code. */
export interface LoadOptions {
  readonly semantics?: Semantics | undefined;
  /** Llama classes: whether each stretch between added tokens gets a dummy prefix of its own. */
  readonly legacy?: boolean | undefined;
  /** Llama classes: whether text gets a dummy prefix at all. */
  readonly addPrefixSpace?: boolean | undefined;
  readonly bos?: boolean | undefined;
  readonly eos?: boolean | undefined;
  /** Pull punctuation to the word before it when decoding (`clean_up_tokenization_spaces`). */
  readonly cleanUpSpaces?: boolean | undefined;
  readonly split?: SplitName | undefined;
  /** Further added tokens, or other flags for known ones. */
  readonly addedTokens?: readonly (Pick<AddedToken, 'id' | 'content'> & Partial<AddedToken>)[] | undefined;
  /** Words kept in the cache; 65,536 by default. */
  readonly cacheSize?: number | undefined;
}
