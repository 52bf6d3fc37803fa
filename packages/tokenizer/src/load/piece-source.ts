import type { SentencePieceFile } from '../files/sentencepiece-file.js';
import { Model } from '../model/model.js';
import { pairMerges } from '../model/pair-merges.js';
import { PieceWords } from '../model/piece-words.js';
import type { Rules } from '../rules.js';
import type { ReadContext } from './context.js';
import type { Source } from './source.js';

/**
 * A SentencePiece model under the rules of the class that the configuration names, or of SentencePiece itself. The pair whose piece has the
 * highest score merges first, the leftmost of equal ones; a list of merges cannot say that, for where thousands of pieces share
 * a score (InternVL-C) its order breaks ties another way.
 */
export function pieceSource(name: string, file: SentencePieceFile, context: ReadContext): Source {
  const { bos, dummyPrefix, eos, pad, scores, trims, unk, vocabulary } = file;
  const sorted = scores.slice().sort().reverse();
  /** Place of the first equal score, the same for equal ones. */
  const rankOf = (id: number): number => {
    const score = scores[id]!;
    let low = 0;
    for (let high = sorted.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (sorted[middle]! > score) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const id = (given: number): number | undefined =>
    given >= 0 && given < vocabulary.count ? given : undefined;
  return {
    model: new Model(
      vocabulary,
      pairMerges(vocabulary, rankOf),
      new PieceWords(name, vocabulary),
      context.cacheSize,
    ),
    rules: {
      trims,
      ...(context.semantics === 'fast' ? fastRules(dummyPrefix, context) : slowRules(dummyPrefix, context)),
    },
    bosId: id(bos),
    eosId: id(eos),
    padId: id(pad),
    unknownId: id(unk),
  };
}

/** What the Rust library does with a converted model. */
function fastRules(dummy: boolean, { addPrefixSpace, legacy }: ReadContext): Rules {
  const prefixed = dummy && addPrefixSpace;
  return {
    prefix: prefixed ? (legacy ? 'each' : 'first') : 'none',
    invalid: 'run',
    strip: prefixed ? 'start' : undefined,
  };
}

function slowRules(dummy: boolean, { addPrefixSpace, className, legacy }: ReadContext): Rules {
  const prefix = dummy ? 'each' : 'none';
  const strip = dummy ? 'stretch' : undefined;
  if (className === '') return { prefix, invalid: 'byte', strip: strip && 'start' };
  const joined = { invalid: 'byte', spaced: true } as const;
  if (className === 'InternLM2Tokenizer')
    return { ...joined, prefix, strip, gap: 'always', cleanUpStretch: true };
  if (legacy) return { ...joined, prefix, strip, gap: 'inner', stripToken: true };
  return {
    ...joined,
    prefix: addPrefixSpace ? 'whole' : 'none',
    plainMarks: true,
    stripToken: addPrefixSpace,
  };
}
