export { TokenizerError, type TokenizerErrorCode } from './error.js';
export type { Formats, LoadOptions, TokenizerFiles } from './load-options.js';
export { loadTokenizer } from './load-tokenizer.js';
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
