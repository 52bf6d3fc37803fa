import type { DecoderRun } from './decoder-run.js';
import type { LanguageModelSpec } from './language-model-spec.js';
import type { TokenEmbedding } from './token-embedding.js';

/** What prefill and step run on. */
export interface LoadedModel {
  readonly spec: LanguageModelSpec;
  /** Tokens a conversation may have, prompt and answer together. */
  readonly contextTokens: number;
  readonly embedding: TokenEmbedding;
  readonly decoder: DecoderRun;
}
