export type { LoadOptions, SplitName, TokenizerFiles } from './load-options.js';
export type {
  AddedToken,
  AddedTokensMode,
  DecodeOptions,
  DecodeStream,
  DecodeStreamOptions,
  EncodeOptions,
  Encoding,
  Segment,
  Semantics,
  Tokenizer,
} from './tokenizer-spec.js';
