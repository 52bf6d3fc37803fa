import type { SentencePieceFile } from '../files/sentencepiece-file.js';
import { makeModel } from '../model/model.js';
import { pairMerges } from '../model/pair-merges.js';
import { pieceWords } from '../model/piece-words.js';
import type { Rules } from '../rules.js';
import type { ReadContext } from './context.js';
import type { Source } from './source.js';

/**
 * A SentencePiece model under the rules of the class that the configuration names, or of SentencePiece itself. The pair whose piece has the
 * highest score merges first, the leftmost of equal ones; a list of merges cannot say that, for where thousands of pieces share
 * a score (InternVL-C) its order breaks ties another way.
 */
export function pieceSource(name: string, file: SentencePieceFile, context: ReadContext): Source {
  const { bos, dummyPrefix, eos, pad, scores, unk, vocabulary } = file;
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
    given >= 0 && given < vocabulary.entries.count ? given : undefined;
  return {
    model: makeModel(vocabulary, pairMerges(vocabulary, rankOf), pieceWords(name, vocabulary)),
    rules: rulesOf(dummyPrefix, context),
    bosId: id(bos),
    eosId: id(eos),
    padId: id(pad),
    unknownId: id(unk),
  };
}

/** What the Rust library does with a converted model, or what the slow class does, or SentencePiece where none is named. */
export function rulesOf(dummy: boolean, { className, flag, slow }: ReadContext): Rules {
  const fast = !slow;
  const internlm2 = !fast && className === 'InternLM2Tokenizer';
  const llama = !fast && className !== '' && !internlm2;
  const legacy = flag('legacy', true);
  const prefixed = flag('add_prefix_space', true);
  const modern = llama && !legacy;
  const each = dummy && (fast ? prefixed : !modern);
  return {
    prefix: modern && prefixed ? 'whole' : !each ? 'none' : fast && !legacy ? 'first' : 'each',
    plainMarks: modern,
    invalid: fast ? 'run' : 'byte',
    spaced: internlm2 || llama,
    gap: internlm2 ? 'always' : llama && legacy ? 'inner' : undefined,
    strip: !each ? undefined : internlm2 || llama ? 'stretch' : 'start',
    stripToken: llama && (legacy || prefixed),
    cleanUpStretch: internlm2,
  };
}
