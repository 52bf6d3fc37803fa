import type { SentencePieceFile } from '../files/sentencepiece-file.js';
import { scoredModel } from '../model/scored-model.js';
import { spaceMark } from '../model/vocabulary.js';
import type { DecodeRules, EncodeRules } from '../rules.js';
import type { Semantics } from '../tokenizer-spec.js';
import { noFrame, plainDecoding, type Source } from './source.js';
import type { TokenizerConfig } from './tokenizer-config.js';

/** A SentencePiece model under the rules of the class that the configuration names, or of SentencePiece itself. */
export function pieceSource(
  file: SentencePieceFile,
  config: TokenizerConfig,
  semantics: Semantics,
  cacheSize: number,
): Source {
  const { addDummyPrefix, byteFallback, removeExtraSpaces, scores, unknownId, vocabulary } = file;
  const id = (given: number): number | undefined =>
    given >= 0 && given < vocabulary.count ? given : undefined;
  const rules = semantics === 'fast' ? fastRules(addDummyPrefix, config) : slowRules(addDummyPrefix, config);
  return {
    model: scoredModel(vocabulary, scores, { byteFallback, unknownId: id(unknownId), cacheSize }),
    encode: { prefixText: spaceMark, removeExtraSpaces, ...rules.encode },
    decode: { ...plainDecoding, ...rules.decode },
    frame: noFrame,
    addedTokens: [],
    bosId: id(file.bosId),
    eosId: id(file.eosId),
    padId: id(file.padId),
    unknownId: id(unknownId),
    semantics,
  };
}

interface Rules {
  readonly encode: Pick<EncodeRules, 'prefix' | 'plainMarks'>;
  readonly decode: Partial<DecodeRules>;
}

/** What the Rust library does with a converted model: before version 4.39 always as with `legacy: true`. */
function fastRules(dummy: boolean, { addPrefixSpace, legacy }: TokenizerConfig): Rules {
  const prefixed = dummy && addPrefixSpace;
  return {
    encode: { prefix: prefixed ? (legacy ? 'each' : 'first') : 'none' },
    decode: { invalid: 'run', strip: prefixed ? 'start' : 'none' },
  };
}

function slowRules(dummy: boolean, { addPrefixSpace, className, legacy }: TokenizerConfig): Rules {
  const each = dummy ? 'each' : 'none';
  const stretch = dummy ? 'stretch' : 'none';
  const joined = { invalid: 'byte', spaced: true } as const;
  if (className === '')
    return { encode: { prefix: each }, decode: { invalid: 'byte', strip: dummy ? 'start' : 'none' } };
  if (className === 'InternLM2Tokenizer') {
    return {
      encode: { prefix: each },
      decode: { ...joined, gap: 'always', strip: stretch, cleanUpStretch: true },
    };
  }
  if (legacy)
    return {
      encode: { prefix: each },
      decode: { ...joined, gap: 'inner', strip: stretch, stripToken: true },
    };
  return {
    encode: { prefix: addPrefixSpace ? 'whole' : 'none', plainMarks: true },
    decode: { ...joined, stripToken: addPrefixSpace },
  };
}
