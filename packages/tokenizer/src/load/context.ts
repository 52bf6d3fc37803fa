import type { LoadOptions, TokenizerFiles } from '../load-options.js';
import type { Split } from '../model/byte-words.js';

/** What a reader has to know besides its file. */
export interface ReadContext {
  readonly files: TokenizerFiles;
  readonly options: LoadOptions;
  /** Slow semantics. */
  readonly slow: boolean;
  /** `LlamaTokenizer`, also of `LlamaTokenizerFast`; '' where no class is named. */
  readonly className: string;
  /** A switch of `tokenizer_config.json`. */
  readonly flag: (key: string, otherwise: boolean) => boolean;
  /** Ids that added tokens have, which the vocabulary may leave out. */
  readonly addedIds: ReadonlySet<number>;
  /** A word's end by split patterns, given by name or text. */
  readonly split: (file: string, patterns: readonly string[]) => Split;
}
