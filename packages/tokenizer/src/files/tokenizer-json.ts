import { unreadable } from '../error.js';
import { addedToken, distinct } from '../load/added-token.js';
import type { ReadContext } from '../load/context.js';
import { rulesOf } from '../load/piece-source.js';
import type { Source } from '../load/source.js';
import { byteWords } from '../model/byte-words.js';
import { makeModel } from '../model/model.js';
import { pieceWords } from '../model/piece-words.js';
import { spaceMark } from '../model/vocabulary.js';
import type { Frame, NormalForm, Prefix } from '../rules.js';
import { mergeEntry, takeTable, unescaped } from './json-tables.js';
import { mergeList } from './merges-file.js';
import { isJson, type Json, objectOf, parseJson, textOf } from './read-json.js';
import { takeTokens, vocabularyOf } from './vocabulary-of.js';

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/**
 * Reads a `tokenizer.json` of the Rust library whose model is BPE: byte-level (Qwen2, Llama-3) or over characters with byte fallback
 * (Llama, InternLM2, Phi-3). A step this package does not know is an error, never left out.
 *
 * @throws `tokenizer-unreadable` with file and place.
 */
export function readTokenizerJson(file: string, bytes: Uint8Array, context: ReadContext): Source {
  const { rest, tokens } = takeTokens(file, textOf(file, bytes), /"vocab"\s*:\s*\{/);
  const merges: string[] = [];
  const json = parseJson(
    file,
    takeTable(file, rest, /"merges"\s*:\s*\[/, mergeEntry, (match) => {
      const [left, right, more] = match[1]?.split(' ') ?? [match[2], match[3]];
      merges.push(more === undefined ? unescaped(left) : '', unescaped(right));
    }),
  );
  const expect = (known: unknown, place: string, came: unknown): void => {
    if (!known) throw unreadable(file, place, 'what this package knows', came);
  };
  /** A step, or the parts of a sequence of steps. */
  const steps = (place: string, value: unknown): Json[] => {
    if (value === null || value === undefined) return [];
    const step = objectOf(file, place, value);
    const { type } = step;
    return type === 'Sequence'
      ? asList(step[`${place.replace(/^post_|_/, '')}s`]).flatMap((part) => steps(place, part))
      : [step];
  };
  const replaces = ({ content, pattern, type }: Json, from: string, to: string): boolean =>
    type === 'Replace' && isJson(pattern) && pattern.String === from && content === to;

  let prefix: Prefix = 'none';
  let normalForm: NormalForm | undefined;
  for (const step of steps('normalizer', json.normalizer)) {
    if (step.type === 'NFC') normalForm = step.type;
    else if (step.type === 'Prepend' && step.prepend === spaceMark) prefix = 'each';
    else expect(replaces(step, ' ', spaceMark), 'normalizer', step);
  }
  let byteLevel = false;
  const patterns: string[] = [];
  for (const step of steps('pre_tokenizer', json.pre_tokenizer)) {
    const { pattern, prepend_scheme: scheme, type } = step;
    if (type === 'ByteLevel' && step.add_prefix_space !== true) {
      byteLevel = true;
      if (step.use_regex !== false) patterns.push('gpt2');
    } else if (type === 'Split' && step.behavior === 'Isolated')
      patterns.push(String(isJson(pattern) && pattern.Regex));
    else {
      const known = type === 'Metaspace' && step.split === false && step.replacement === spaceMark;
      expect(known && (scheme === 'first' || scheme === 'never'), 'pre_tokenizer', step);
      if (scheme === 'first') prefix = scheme;
    }
  }
  let invalid: 'subpart' | 'run' = 'subpart';
  let strip: 'start' | undefined;
  for (const step of steps('decoder', json.decoder)) {
    const { type } = step;
    if (type === 'ByteFallback') invalid = 'run';
    else if (type === 'Strip' || (type === 'Metaspace' && step.prepend_scheme !== 'never')) strip = 'start';
    else
      expect(
        ['ByteLevel', 'Fuse', 'Metaspace'].includes(String(type)) || replaces(step, spaceMark, ' '),
        'decoder',
        step,
      );
  }

  const model = objectOf(file, 'model', json.model);
  const plain = !model.dropout && !model.continuing_subword_prefix && !model.end_of_word_suffix;
  const pieces = model.byte_fallback && !model.ignore_merges && patterns.length === 0;
  expect((model.type ?? 'BPE') === 'BPE' && plain && (byteLevel || pieces), 'model', model);
  const addedTokens = asList(json.added_tokens).map((token) => {
    const flags = objectOf(file, 'added_tokens', token);
    return addedToken(file, flags.id, flags);
  });
  const addedIds = new Set([...context.addedIds, ...addedTokens.map((token) => token.id)]);
  const vocabulary = vocabularyOf(file, tokens, byteLevel, addedIds);
  const list = mergeList(file, vocabulary, merges.length / 2);
  for (let i = 0; i < merges.length; i += 2) list.add(merges[i]!, merges[i + 1]!, `merge ${i / 2}`);
  const words = byteLevel
    ? byteWords(file, vocabulary, context.split(file, patterns), model.ignore_merges === true)
    : pieceWords(file, vocabulary);

  // Begin and end ids as the template of the post-processor puts them.
  let frame: Frame = { before: [], between: [], after: [] };
  for (const step of steps('post_processor', json.post_processor)) {
    const { pair, single, special_tokens: table, type } = step;
    if (type === 'ByteLevel') continue;
    expect(type === 'TemplateProcessing', 'post_processor', step);
    /** Ids before the first sequence, between it and the next, and so on. */
    const parts = (template: unknown): number[][] => {
      const found: number[][] = [[]];
      for (const item of asList(template)) {
        const { SpecialToken: special } = objectOf(file, 'post_processor', item);
        const entry = isJson(special) && isJson(table) ? table[String(special.id)] : undefined;
        if (isJson(entry)) found[found.length - 1]!.push(...asList(entry.ids).map(Number));
        else found.push([]);
      }
      return found;
    };
    const [before = [], after = []] = parts(single);
    frame = { before, between: parts(pair)[1] ?? [], after };
  }
  return {
    model: makeModel(vocabulary, list.merges, words),
    // The slow classes have rules of their own for the same pieces.
    rules:
      context.slow && !byteLevel
        ? rulesOf(prefix !== 'none', context)
        : { normalForm, prefix, invalid, strip },
    frame,
    addedTokens: distinct(file, addedTokens),
  };
}
