import type { ReadContext } from './load/context.js';
import type { Source } from './load/source.js';
import type { Split } from './model/byte-words.js';
import type { Semantics } from './tokenizer-spec.js';

/** Tokenizer files by name, as they lie in the checkpoint's folder. Names that mean nothing here are passed over. */
export type TokenizerFiles = Readonly<Record<string, Uint8Array>>;

/** File kinds and split patterns beyond those of InternVL checkpoints; `@internvl/tokenizer/formats` has them. */
export interface Formats {
  /** Reads a file of one of its kinds; undefined for any other. */
  read(file: string, bytes: Uint8Array, context: ReadContext): Source | undefined;
  /** Several split patterns by their names or texts, each for the words of the one before; `one` is the split of one. */
  split(patterns: readonly string[], one: (pattern: string) => Split): Split;
}

/** What the files leave open, or what to do against them. Everything has the default of the checkpoint's reference code. */
export interface LoadOptions {
  readonly semantics?: Semantics | undefined;
  /** Entries that replace those of `tokenizer_config.json`: `legacy`, `add_prefix_space`, `added_tokens_decoder`, `tokenizer_class`. */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  /** Split pattern of byte-level files that do not name theirs: `qwen2` (default of `merges.txt`), a regular expression, or a name that `formats` knows. */
  readonly split?: string | undefined;
  readonly formats?: Formats | undefined;
}
