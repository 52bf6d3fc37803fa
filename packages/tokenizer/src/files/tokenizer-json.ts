import { unreadable } from '../error.js';
import { addedToken, distinct } from '../load/added-token.js';
import type { ReadContext } from '../load/context.js';
import type { Source } from '../load/source.js';
import { ByteWords } from '../model/byte-words.js';
import { Model } from '../model/model.js';
import { PieceWords } from '../model/piece-words.js';
import { spaceMark } from '../model/vocabulary.js';
import type { Frame, NormalForm, Prefix } from '../rules.js';
import { nested } from '../split/nested.js';
import { takeMerges } from './json-tables.js';
import { MergeList } from './merges-file.js';
import { isJson, type Json, objectOf, parseJson, textOf } from './read-json.js';
import { takeTokens, vocabularyOf } from './vocabulary-of.js';

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
    takeMerges(file, rest, /"merges"\s*:\s*\[/, (left, right) => merges.push(left, right)),
  );
  const unknown = (place: string, came: unknown): Error =>
    unreadable(file, place, `expected what this package knows, got ${JSON.stringify(came)?.slice(0, 160)}`, {
      unsupported: came,
    });
  /** A step, or the parts of a sequence of steps. */
  const steps = (place: string, value: unknown): Json[] => {
    if (value === null || value === undefined) return [];
    const step = objectOf(file, place, value);
    const parts = step[`${place.replace('_', '')}s`];
    return step.type === 'Sequence' && Array.isArray(parts)
      ? parts.flatMap((part) => steps(place, part))
      : [step];
  };
  const spaces = (step: Json, from: string, to: string): boolean =>
    step.type === 'Replace' && isJson(step.pattern) && step.pattern.String === from && step.content === to;

  let prefix: Prefix = 'none';
  let normalForm: NormalForm | undefined;
  for (const step of steps('normalizer', json.normalizer)) {
    if (step.type === 'NFC' || step.type === 'NFD' || step.type === 'NFKC' || step.type === 'NFKD')
      normalForm = step.type;
    else if (step.type === 'Prepend' && step.prepend === spaceMark) prefix = 'each';
    else if (!spaces(step, ' ', spaceMark)) throw unknown('normalizer', step);
  }
  let byteLevel = false;
  const patterns: string[] = [];
  for (const step of steps('pre_tokenizer', json.pre_tokenizer)) {
    const { pattern, type } = step;
    if (type === 'ByteLevel' && step.add_prefix_space !== true) {
      byteLevel = true;
      if (step.use_regex !== false) patterns.push('gpt2');
    } else if (type === 'Digits') patterns.push(step.individual_digits === true ? '\\p{N}' : '\\p{N}+');
    else if (type === 'Split' && isJson(pattern) && typeof pattern.Regex === 'string' && keepsAll(step))
      patterns.push(pattern.Regex);
    else if (type === 'Metaspace' && step.split === false && step.replacement === spaceMark) {
      if (step.prepend_scheme === 'first' || step.prepend_scheme === 'always') prefix = step.prepend_scheme;
    } else throw unknown('pre_tokenizer', step);
  }
  let invalid: 'subpart' | 'run' = 'subpart';
  let strip: 'start' | undefined;
  for (const step of steps('decoder', json.decoder)) {
    if (step.type === 'ByteFallback') invalid = 'run';
    else if (step.type === 'Strip' && step.content === ' ' && step.start === 1 && step.stop === 0)
      strip = 'start';
    else if (step.type === 'Metaspace') strip = step.prepend_scheme === 'never' ? undefined : 'start';
    else if (step.type !== 'ByteLevel' && step.type !== 'Fuse' && !spaces(step, spaceMark, ' '))
      throw unknown('decoder', step);
  }

  const model = objectOf(file, 'model', json.model);
  const plain = !model.dropout && !model.continuing_subword_prefix && !model.end_of_word_suffix;
  if ((model.type ?? 'BPE') !== 'BPE' || !plain || !(byteLevel || model.byte_fallback))
    throw unknown('model', model);
  if (!byteLevel && (patterns.length > 0 || model.ignore_merges))
    throw unknown('pre_tokenizer', json.pre_tokenizer);
  const listed = Array.isArray(json.added_tokens) ? json.added_tokens : [];
  const addedTokens = listed.map((token: unknown) => {
    const flags = objectOf(file, 'added_tokens', token);
    return addedToken(file, flags.id, flags);
  });
  const addedIds = new Set([...context.addedIds, ...addedTokens.map((token) => token.id)]);
  const vocabulary = vocabularyOf(file, tokens, byteLevel, addedIds);
  const list = new MergeList(file, vocabulary, merges.length / 2);
  for (let i = 0; i < merges.length; i += 2) list.add(merges[i]!, merges[i + 1]!, `merge ${i / 2}`);
  const splits = patterns.map((pattern) => context.split(file, pattern));
  const words = byteLevel
    ? new ByteWords(file, vocabulary, nested(splits), model.ignore_merges === true)
    : new PieceWords(file, vocabulary);
  return {
    model: new Model(vocabulary, list.merges, words, context.cacheSize),
    rules: { normalForm, prefix, invalid, strip },
    frame: frameOf(json.post_processor) ?? { before: [], between: [], after: [] },
    addedTokens: distinct(file, addedTokens),
  };

  /** Begin and end ids as the template of the post-processor puts them. */
  function frameOf(value: unknown): Frame | undefined {
    const [step, ...more] = steps('processor', value).filter(({ type }) => type !== 'ByteLevel');
    if (!step) return undefined;
    const table = isJson(step.special_tokens) ? step.special_tokens : {};
    /** Ids before the first sequence, between it and the next, and so on. */
    const parts = (list: unknown): number[][] => {
      const found: number[][] = [[]];
      for (const item of Array.isArray(list) ? list : []) {
        const name = isJson(item) && isJson(item.SpecialToken) ? String(item.SpecialToken.id) : '';
        const entry = table[name];
        if (!isJson(entry) || !Array.isArray(entry.ids)) found.push([]);
        else found[found.length - 1]!.push(...entry.ids.map(Number));
      }
      return found;
    };
    if (step.type !== 'TemplateProcessing' || more.length > 0) throw unknown('post_processor', value);
    const [before = [], after = []] = parts(step.single);
    return { before, between: parts(step.pair)[1] ?? [], after };
  }
}

/** `Isolated` keeps matches and gaps; `Removed` inverted keeps the matches, which leave no gap in the patterns that use it. */
function keepsAll(step: Json): boolean {
  return step.behavior === 'Isolated' || (step.behavior === 'Removed' && step.invert === true);
}
