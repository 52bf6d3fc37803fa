import { addedToken } from '../added-tokens/added-token.js';
import { unreadable } from '../error.js';
import { ByteModel } from '../model/byte-model.js';
import { MergeTable } from '../model/merge-table.js';
import type { Model } from '../model/model.js';
import { PieceModel } from '../model/piece-model.js';
import { spaceMark, type Vocabulary } from '../model/vocabulary.js';
import type { DecodeRules, EncodeRules, Frame } from '../rules.js';
import { namedSplitters } from '../split/named-splitter.js';
import { PatternSplitter } from '../split/pattern-splitter.js';
import type { Splitter } from '../split/splitter.js';
import type { AddedToken } from '../tokenizer-spec.js';
import { isJson, type Json, jsonOf, kindOf } from './text-file.js';
import { byteVocabulary, pieceVocabulary } from './vocabulary-file.js';

/** What a `tokenizer.json` says. */
export interface TokenizerJson {
  readonly model: Model;
  readonly encode: EncodeRules;
  readonly decode: DecodeRules;
  readonly frame: Frame;
  readonly addedTokens: readonly AddedToken[];
}

const place = {
  model: 'model',
  split: 'pre_tokenizer',
  normalizer: 'normalizer',
  decoder: 'decoder',
} as const;

/**
 * Reads a `tokenizer.json` of the Rust library whose model is BPE: byte-level (GPT-2, Qwen2, Llama-3, o200k) or over characters
 * with byte fallback (Llama, InternLM2, Phi-3). A step this package does not know is an error, never left out.
 *
 * @throws `tokenizer-unreadable` with file and place.
 */
export function readTokenizerJson(file: string, bytes: Uint8Array, cacheSize: number): TokenizerJson {
  const json = jsonOf(file, bytes);
  const at = (where: string, value: unknown): Json => {
    if (isJson(value)) return value;
    throw unreadable(file, where, `expected an object, got ${kindOf(value)}`);
  };
  const unsupported = (where: string, what: unknown): Error =>
    unreadable(
      file,
      where,
      `expected a step this package knows, got ${JSON.stringify(what)?.slice(0, 120)}`,
      { unsupported: what },
    );
  /** A step and, where it is a sequence, its parts. */
  const steps = (where: string, value: unknown, parts: string): Json[] => {
    if (value === null || value === undefined) return [];
    const step = at(where, value);
    if (step.type !== 'Sequence') return [step];
    const list = step[parts];
    return Array.isArray(list) ? list.flatMap((part) => steps(where, part, parts)) : [];
  };

  const addedTokens = readAdded(file, json.added_tokens);
  let encode: EncodeRules = { prefix: 'none', prefixText: spaceMark, removeExtraSpaces: false };
  for (const step of steps(place.normalizer, json.normalizer, 'normalizers')) {
    const { type } = step;
    if (type === 'NFC' || type === 'NFD' || type === 'NFKC' || type === 'NFKD')
      encode = { ...encode, normalForm: type };
    else if (type === 'Prepend' && step.prepend === spaceMark) encode = { ...encode, prefix: 'each' };
    else if (!(type === 'Replace' && replaces(step, ' ', spaceMark)))
      throw unsupported(place.normalizer, step);
  }

  const splitters: Splitter[] = [];
  let byteLevel = false;
  let splitAtSpaces = false;
  for (const step of steps(place.split, json.pre_tokenizer, 'pretokenizers')) {
    if (step.type === 'ByteLevel') {
      byteLevel = true;
      if (step.use_regex !== false) splitters.push(...namedSplitters('gpt2'));
      if (step.add_prefix_space === true) encode = { ...encode, prefix: 'always', prefixText: ' ' };
    } else if (step.type === 'Digits') {
      splitters.push(new PatternSplitter(step.individual_digits === true ? /\p{N}/gu : /\p{N}+/gu));
    } else if (step.type === 'Split' && isJson(step.pattern) && keepsAll(step)) {
      const { Regex: regex, String: text } = step.pattern;
      const pattern =
        typeof regex === 'string' ? regex : typeof text === 'string' ? literal(text) : undefined;
      if (pattern === undefined) throw unsupported(place.split, step);
      splitters.push(...splittersOf(pattern));
    } else if (step.type === 'Metaspace' && (step.replacement ?? spaceMark) === spaceMark) {
      const scheme = step.prepend_scheme ?? (step.add_prefix_space === false ? 'never' : 'always');
      if (scheme === 'first' || scheme === 'always') encode = { ...encode, prefix: scheme };
      splitAtSpaces = step.split !== false;
    } else throw unsupported(place.split, step);
  }

  const said = at(place.model, json.model);
  if (said.type !== 'BPE' && said.type !== undefined) throw unsupported(`${place.model} type`, said.type);
  for (const name of ['dropout', 'continuing_subword_prefix', 'end_of_word_suffix']) {
    if (said[name]) throw unsupported(`${place.model} ${name}`, said[name]);
  }
  const ids = new Set(addedTokens.map((token) => token.id));
  const table = `${place.model} vocab`;
  const decoders = steps(place.decoder, json.decoder, 'decoders');
  let model: Model;
  if (byteLevel) {
    const vocabulary = byteVocabulary(file, table, said.vocab, ids);
    const { merges } = readMerges(file, said.merges, said.vocab, vocabulary);
    model = new ByteModel(vocabulary, merges, splitters, {
      wholeWords: said.ignore_merges === true,
      cacheSize,
      file,
    });
  } else {
    if (splitters.length > 0) throw unsupported(place.split, json.pre_tokenizer);
    if (said.ignore_merges === true) throw unsupported(`${place.model} ignore_merges`, true);
    const vocabulary = pieceVocabulary(file, table, said.vocab, ids);
    const unknown = typeof said.unk_token === 'string' ? vocabulary.find(said.unk_token) : -1;
    model = new PieceModel(vocabulary, {
      ...readMerges(file, said.merges, said.vocab, vocabulary),
      extra: new Map(),
      byteFallback: said.byte_fallback === true,
      unknownId: unknown < 0 ? undefined : unknown,
      fuseUnknown: said.fuse_unk === true,
      splitAtSpaces,
      cacheSize,
    });
  }
  return {
    model,
    encode,
    decode: readDecoder(decoders, unsupported),
    frame: readFrame(file, json.post_processor),
    addedTokens,
  };
}

/** `Isolated` keeps matches and gaps; `Removed` inverted keeps the matches, which leave no gap in the patterns that use it. */
function keepsAll(step: Json): boolean {
  return step.behavior === 'Isolated' || (step.behavior === 'Removed' && step.invert === true);
}

function replaces(step: Json, from: string, to: string): boolean {
  return isJson(step.pattern) && step.pattern.String === from && step.content === to;
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const words = (digits: string): string =>
  `${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

function splittersOf(pattern: string): readonly Splitter[] {
  if (pattern === words('\\p{N}')) return namedSplitters('qwen2');
  if (pattern === words('\\p{N}{1,3}')) return namedSplitters('llama3');
  return [new PatternSplitter(pattern)];
}

function readAdded(file: string, list: unknown): AddedToken[] {
  if (list === null || list === undefined) return [];
  if (!Array.isArray(list)) throw unreadable(file, 'added_tokens', `expected a list, got ${kindOf(list)}`);
  return list.map((token: unknown, index) => {
    const where = `added_tokens ${index}`;
    if (!isJson(token)) throw unreadable(file, where, `expected an object, got ${kindOf(token)}`);
    return addedToken(file, where, token.id, token);
  });
}

/** Merges of tokens by name, as `"a b"` or `["a", "b"]`. */
function readMerges(
  file: string,
  list: unknown,
  table: unknown,
  vocabulary: Vocabulary,
): { merges: MergeTable; merged: Set<number> } {
  if (!Array.isArray(list)) throw unreadable(file, 'model merges', `expected a list, got ${kindOf(list)}`);
  const merges = new MergeTable(list.length);
  const merged = new Set<number>();
  const ids: Json = isJson(table) ? table : {};
  const idOf = (token: string, index: number): number => {
    const id = ids[token];
    if (typeof id === 'number' && vocabulary.count > id) return id;
    throw unreadable(
      file,
      `model merges ${index}`,
      `expected tokens of the vocabulary, got ${JSON.stringify(token)}`,
      {
        merge: index,
        token,
      },
    );
  };
  for (let index = 0; index < list.length; index++) {
    const merge: unknown = list[index];
    const [left, right, more]: unknown[] =
      typeof merge === 'string' ? merge.split(' ') : Array.isArray(merge) ? merge : [];
    if (
      typeof left !== 'string' ||
      typeof right !== 'string' ||
      left === '' ||
      right === '' ||
      more !== undefined
    ) {
      throw unreadable(file, `model merges ${index}`, 'expected two tokens', { merge: index });
    }
    const result = idOf(left + right, index);
    merges.add(idOf(left, index), idOf(right, index), index, result);
    merged.add(result);
  }
  return { merges, merged };
}

function readDecoder(
  steps: readonly Json[],
  unsupported: (where: string, what: unknown) => Error,
): DecodeRules {
  let rules: DecodeRules = {
    invalid: 'subpart',
    spaced: false,
    gap: 'none',
    strip: 'none',
    stripToken: false,
    cleanUp: false,
    cleanUpStretch: false,
  };
  for (const step of steps) {
    if (step.type === 'ByteFallback') rules = { ...rules, invalid: 'run' };
    else if (step.type === 'Strip' && step.content === ' ' && step.start === 1 && step.stop === 0) {
      rules = { ...rules, strip: 'start' };
    } else if (step.type === 'Metaspace') {
      if ((step.prepend_scheme ?? 'always') !== 'never' && step.add_prefix_space !== false)
        rules = { ...rules, strip: 'start' };
    } else if (
      step.type !== 'ByteLevel' &&
      step.type !== 'Fuse' &&
      !(step.type === 'Replace' && replaces(step, spaceMark, ' '))
    ) {
      throw unsupported(place.decoder, step);
    }
  }
  return rules;
}

/** Begin and end ids as the template of the post-processor puts them. */
function readFrame(file: string, value: unknown): Frame {
  const none: Frame = { before: [], between: [], after: [] };
  if (!isJson(value)) return none;
  if (value.type === 'Sequence' && Array.isArray(value.processors)) {
    const made = value.processors.map((part: unknown) => readFrame(file, part));
    return made.find((frame) => frame !== none && frame.before.length + frame.after.length > 0) ?? none;
  }
  if (value.type === 'ByteLevel') return none;
  const { single, pair, special_tokens: table } = value;
  if (value.type !== 'TemplateProcessing' || !Array.isArray(single) || !Array.isArray(pair)) {
    throw unreadable(
      file,
      'post_processor',
      `expected TemplateProcessing, got ${JSON.stringify(value.type)}`,
      {
        unsupported: value.type,
      },
    );
  }
  const [before = [], after = []] = parts(single);
  const [, between = []] = parts(pair);
  return { before, between, after };

  /** Ids before the first sequence, between the sequences, and so on. */
  function parts(list: readonly unknown[]): number[][] {
    const found: number[][] = [[]];
    for (const item of list) {
      const special = isJson(item) && isJson(item.SpecialToken) ? item.SpecialToken.id : undefined;
      const entry = typeof special === 'string' && isJson(table) ? table[special] : undefined;
      if (isJson(entry) && Array.isArray(entry.ids)) found[found.length - 1]!.push(...entry.ids.map(Number));
      else found.push([]);
    }
    return found;
  }
}
