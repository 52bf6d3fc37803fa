import { unreadable } from '../error.js';
import { mergeList } from '../files/merges-file.js';
import { plainToken } from '../load/added-token.js';
import { byteSource } from '../load/byte-source.js';
import type { ReadContext } from '../load/context.js';
import { pieceSource } from '../load/piece-source.js';
import type { Source } from '../load/source.js';
import type { Model } from '../model/model.js';
import { control, userDefined } from '../model/piece-kind.js';
import { makeVocabulary } from '../model/vocabulary.js';
import type { Frame } from '../rules.js';
import type { AddedToken } from '../tokenizer-spec.js';
import { type GgufValue, readGguf } from './gguf-file.js';

const prefix = 'tokenizer.ggml.';

/** Our names for what llama.cpp calls the split patterns. */
const patterns: Readonly<Record<string, string>> = {
  default: 'gpt2',
  'gpt-2': 'gpt2',
  'gpt-4o': 'o200k',
  'llama-bpe': 'llama3',
  llama3: 'llama3',
  qwen2: 'qwen2',
  smollm: 'smollm',
};

/**
 * A vocabulary out of the metadata of a GGUF file: `llama` (SentencePiece scores) or `gpt2` (byte-level merges). The head of the
 * file is enough; the weights behind it may be missing.
 *
 * @throws `tokenizer-unreadable` with file and byte or key.
 */
export function ggufSource(file: string, bytes: Uint8Array, context: ReadContext): Source {
  const metadata = readGguf(file, bytes, prefix);
  const value = (key: string): GgufValue | undefined => metadata.get(prefix + key);
  const fail = (key: string, expected: string, got?: unknown): Error =>
    unreadable(file, prefix + key, expected, got);
  const list = <T extends GgufValue>(key: string, is: (item: GgufValue) => item is T): readonly T[] => {
    const found = value(key);
    if (Array.isArray(found) && found.every(is)) return found;
    throw fail(key, 'a list of texts or of numbers');
  };
  const text = (item: GgufValue): item is string => typeof item === 'string';
  const number = (item: GgufValue): item is number => typeof item === 'number';
  const flag = (key: string, otherwise: boolean): boolean =>
    typeof value(key) === 'boolean' ? value(key) === true : otherwise;
  const tokens = list('tokens', text);
  const kinds = list('token_type', number);
  const id = (key: string): number => {
    const found = value(`${key}_token_id`);
    return number(found ?? '') && Number(found) < tokens.length ? Number(found) : -1;
  };
  if (kinds.length !== tokens.length) throw fail('token_type', `${tokens.length} kinds`, kinds.length);
  const name = value('model');
  const vocabulary = makeVocabulary(name === 'gpt2', tokens.length + 256, 256 + 3 * tokens.join('').length);
  const [bos, eos, pad, unk] = ['bos', 'eos', 'padding', 'unknown'].map(id) as [
    number,
    number,
    number,
    number,
  ];
  const before = bos >= 0 && flag('add_bos_token', name === 'llama') ? [bos] : [];
  const after = eos >= 0 && flag('add_eos_token', false) ? [eos] : [];
  const frame: Frame = { before, between: [...after, ...before], after };
  const ofKind = (...wanted: readonly number[]): AddedToken[] =>
    tokens.flatMap((content, at) =>
      content !== '' && wanted.includes(kinds[at]!)
        ? [{ ...plainToken(at, content, kinds[at] === control), normalized: false }]
        : [],
    );
  const own = (at: number, id: number): void => {
    if (id !== at) throw fail(`tokens ${at}`, `another token than ${id}`, tokens[at]);
  };
  if (name === 'llama') {
    for (const [at, token] of tokens.entries()) {
      const kind = kinds[at]!;
      if (kind < 1 || kind > 6) throw fail('token_type', `a kind from 1 to 6 at ${at}`, kind);
      own(at, vocabulary.add(vocabulary.scratch, 0, vocabulary.write(token), kind));
    }
    const scores = Float32Array.from(list('scores', number));
    if (scores.length !== tokens.length) throw fail('scores', `${tokens.length} scores`, scores.length);
    const dummyPrefix = flag('add_space_prefix', true);
    if (flag('remove_extra_whitespaces', false)) throw fail('remove_extra_whitespaces', 'false');
    const source = pieceSource(
      file,
      { vocabulary, scores, dummyPrefix, unk: Math.max(0, unk), bos, eos, pad },
      context,
    );
    return { ...source, frame, addedTokens: ofKind(control) };
  }
  if (name !== 'gpt2') throw fail('model', 'llama or gpt2', name);
  const pattern = context.options.split ?? patterns[String(value('pre') ?? 'default')];
  if (!pattern) throw fail('pre', `one of ${Object.keys(patterns).join(', ')}`, value('pre'));
  for (const [at, token] of tokens.entries()) own(at, vocabulary.addSpelling(token));
  // Some vocabularies (SmolLM2) lack rare bytes; llama.cpp leaves those out. They get ids that `within` takes away again.
  for (const character of vocabulary.characters) vocabulary.addSpelling(character);
  const merges = mergeList(file, vocabulary, tokens.length);
  for (const [rank, merge] of list('merges', text).entries()) {
    const space = merge.indexOf(' ', 1);
    merges.add(merge.slice(0, space), merge.slice(space + 1), `${prefix}merges ${rank}`);
  }
  const source = byteSource(file, vocabulary, merges.merges, pattern, pattern === 'llama3', context);
  const known = (given: number): number | undefined => (given < 0 ? undefined : given);
  return {
    ...source,
    model: within(source.model, tokens.length),
    frame,
    addedTokens: ofKind(control, userDefined),
    bosId: known(bos),
    eosId: known(eos),
    padId: known(pad),
    unknownId: known(unk),
  };
}

/** A model that gives the first `count` ids only. */
function within(model: Model, count: number): Model {
  const { vocabulary } = model;
  return {
    vocabulary: { ...vocabulary, entries: { ...vocabulary.entries, count } },
    encode(text, ids) {
      const own: number[] = [];
      model.encode(text, own);
      for (const id of own) if (id < count) ids.push(id);
    },
  };
}
