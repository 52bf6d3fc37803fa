import { plainToken } from '../added-tokens/added-token.js';
import { unreadable } from '../error.js';
import { type GgufValue, readGguf } from '../files/gguf-file.js';
import type { LoadOptions, SplitName } from '../load-options.js';
import { MergeTable } from '../model/merge-table.js';
import { ByteVocabulary, PieceVocabulary, pieceKind } from '../model/vocabulary.js';
import type { Frame } from '../rules.js';
import type { AddedToken, Semantics } from '../tokenizer-spec.js';
import { byteSource } from './byte-source.js';
import { pieceSource } from './piece-source.js';
import type { Source } from './source.js';
import type { TokenizerConfig } from './tokenizer-config.js';

const prefix = 'tokenizer.ggml.';

/** What llama.cpp calls the split patterns. */
const splits: Readonly<Record<string, SplitName>> = {
  default: 'gpt2',
  'gpt-2': 'gpt2',
  'gpt-4o': 'o200k',
  'llama-bpe': 'llama3',
  llama3: 'llama3',
  qwen2: 'qwen2',
  smollm: 'smollm',
};

/**
 * A vocabulary out of the metadata of a GGUF file: `llama` (SentencePiece scores) or `gpt2` (byte-level merges). The first
 * megabytes of the file are enough.
 *
 * @throws `tokenizer-unreadable` with file and byte or key.
 */
export function ggufSource(
  file: string,
  bytes: Uint8Array,
  config: TokenizerConfig,
  semantics: Semantics,
  { cacheSize = 65_536, split }: LoadOptions,
): Source {
  const metadata = readGguf(file, bytes, prefix);
  const list = (key: string): readonly GgufValue[] => {
    const value = metadata.get(prefix + key);
    if (Array.isArray(value)) return value;
    throw unreadable(file, prefix + key, 'expected a list, got none', { key: prefix + key });
  };
  const id = (key: string): number | undefined => {
    const value = metadata.get(prefix + key);
    return typeof value === 'number' && value < tokens.length ? value : undefined;
  };
  const flag = (key: string, otherwise: boolean): boolean => {
    const value = metadata.get(prefix + key);
    return typeof value === 'boolean' ? value : otherwise;
  };
  const tokens = list('tokens').map((token, index) => {
    if (typeof token === 'string') return token;
    throw unreadable(file, `${prefix}tokens ${index}`, `expected a text, got ${typeof token}`, { index });
  });
  const types = list('token_type').map(Number);
  const name = metadata.get(`${prefix}model`);
  const ofKind = (...kinds: readonly number[]): AddedToken[] =>
    tokens.flatMap((content, at) =>
      content !== '' && kinds.includes(types[at]!)
        ? [{ ...plainToken(at, content, types[at] === pieceKind.control), normalized: false }]
        : [],
    );
  const ids = {
    bosId: id('bos_token_id'),
    eosId: id('eos_token_id'),
    padId: id('padding_token_id'),
    unknownId: id('unknown_token_id'),
  };
  const frame = (bos: boolean): Frame => {
    const before = flag('add_bos_token', bos) && ids.bosId !== undefined ? [ids.bosId] : [];
    const after = flag('add_eos_token', false) && ids.eosId !== undefined ? [ids.eosId] : [];
    return { before, between: [...after, ...before], after };
  };
  if (name === 'llama') {
    const vocabulary = new PieceVocabulary(tokens.length);
    const encoder = new TextEncoder();
    for (const [at, token] of tokens.entries()) {
      const piece = encoder.encode(token);
      vocabulary.add(piece, 0, piece.length, types[at] === pieceKind.unused ? pieceKind.control : types[at]!);
    }
    const scores = Float32Array.from(list('scores'), Number);
    const source = pieceSource(
      {
        vocabulary,
        scores,
        byteFallback: true,
        addDummyPrefix: flag('add_space_prefix', true),
        removeExtraSpaces: flag('remove_extra_whitespaces', false),
        unknownId: ids.unknownId ?? 0,
        bosId: ids.bosId ?? -1,
        eosId: ids.eosId ?? -1,
        padId: ids.padId ?? -1,
      },
      config,
      semantics,
      cacheSize,
    );
    return { ...source, ...ids, frame: frame(true), addedTokens: ofKind(pieceKind.control) };
  }
  if (name !== 'gpt2')
    throw unreadable(file, `${prefix}model`, `expected llama or gpt2, got ${name}`, { unsupported: name });
  const pre = metadata.get(`${prefix}pre`) ?? 'default';
  const known = split ?? (typeof pre === 'string' ? splits[pre] : undefined);
  if (!known) {
    const expected = Object.keys(splits).join(', ');
    throw unreadable(file, `${prefix}pre`, `expected one of ${expected}, got ${pre}`, { unsupported: pre });
  }
  const vocabulary = new ByteVocabulary(tokens.length);
  for (const token of tokens) vocabulary.add(token);
  const merges = new MergeTable(tokens.length);
  for (const [rank, merge] of list('merges').entries()) {
    const [left = '', right = ''] = String(merge).split(' ');
    const parts = [left, right, left + right].map((part) => vocabulary.find(part));
    if (parts.some((part) => part < 0)) {
      throw unreadable(
        file,
        `${prefix}merges ${rank}`,
        `expected tokens of the vocabulary, got ${JSON.stringify(merge)}`,
        { merge: rank },
      );
    }
    merges.add(parts[0]!, parts[1]!, rank, parts[2]!);
  }
  const source = byteSource(vocabulary, merges, {
    file,
    split: known,
    semantics,
    wholeWords: known === 'llama3',
    cacheSize,
  });
  const addedTokens = ofKind(pieceKind.control, pieceKind.userDefined);
  return { ...source, ...ids, frame: frame(false), addedTokens };
}
