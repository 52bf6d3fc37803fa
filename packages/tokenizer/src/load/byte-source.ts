import { byteWords } from '../model/byte-words.js';
import type { MergeTable } from '../model/merge-table.js';
import { makeModel } from '../model/model.js';
import type { Vocabulary } from '../model/vocabulary.js';
import type { ReadContext } from './context.js';
import type { Source } from './source.js';

/** A byte-level vocabulary with merges; Qwen2's pattern brings NFC with it. */
export function byteSource(
  file: string,
  vocabulary: Vocabulary,
  merges: MergeTable,
  pattern: string,
  wholeWords: boolean,
  { split }: ReadContext,
): Source {
  return {
    model: makeModel(vocabulary, merges, byteWords(file, vocabulary, split(file, [pattern]), wholeWords)),
    rules: { prefix: 'none', invalid: 'subpart', normalForm: pattern === 'qwen2' ? 'NFC' : undefined },
  };
}
