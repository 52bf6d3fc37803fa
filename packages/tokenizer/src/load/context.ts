import type { TokenizerFiles } from '../load-options.js';
import type { Split } from '../model/byte-words.js';
import type { Semantics } from '../tokenizer-spec.js';

/** What a reader has to know besides its file. */
export interface ReadContext {
  readonly files: TokenizerFiles;
  readonly semantics: Semantics;
  /** `LlamaTokenizer`, also of `LlamaTokenizerFast`; '' where no class is named. */
  readonly className: string;
  readonly legacy: boolean;
  readonly addPrefixSpace: boolean;
  readonly cacheSize: number;
  /** Ids that added tokens have, which the vocabulary may leave out. */
  readonly addedIds: ReadonlySet<number>;
  /** A split pattern by its name or its text. */
  readonly split: (file: string, pattern: string) => Split;
  /** The name the caller gives. */
  readonly splitName: string | undefined;
}
