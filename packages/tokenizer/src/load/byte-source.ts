import type { SplitName } from '../load-options.js';
import { ByteModel } from '../model/byte-model.js';
import type { MergeTable } from '../model/merge-table.js';
import { type ByteVocabulary, spaceMark } from '../model/vocabulary.js';
import { namedSplitters } from '../split/named-splitter.js';
import type { Semantics } from '../tokenizer-spec.js';
import { noFrame, plainDecoding, type Source } from './source.js';

export interface ByteSourceOptions {
  readonly file: string;
  readonly split: SplitName;
  readonly semantics: Semantics;
  readonly wholeWords: boolean;
  readonly cacheSize: number;
}

/** A byte-level vocabulary with merges; the name of its split pattern says the rest: Qwen2 normalises to NFC first. */
export function byteSource(
  vocabulary: ByteVocabulary,
  merges: MergeTable,
  options: ByteSourceOptions,
): Source {
  const { cacheSize, file, semantics, split, wholeWords } = options;
  const splitters = namedSplitters(split, semantics === 'slow');
  return {
    model: new ByteModel(vocabulary, merges, splitters, { wholeWords, cacheSize, file }),
    encode: {
      prefix: 'none',
      prefixText: spaceMark,
      removeExtraSpaces: false,
      normalForm: split === 'qwen2' ? 'NFC' : undefined,
    },
    decode: plainDecoding,
    frame: noFrame,
    addedTokens: [],
    semantics,
  };
}
