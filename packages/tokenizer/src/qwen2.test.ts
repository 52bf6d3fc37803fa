import { describe, expect, test } from 'vitest';
import { loadTokenizer } from './load-tokenizer.js';
import { fixtureFiles, readJson } from './testing/fixture.js';

/* The published vocabulary of Qwen2 out of merges.txt alone: samples of what the Rust library and transformers' own tests gave. */

interface Vectors {
  readonly added_tokens?: readonly (
    | readonly [id: number, content: string]
    | { readonly id: number; readonly content: string; readonly special: boolean }
  )[];
  readonly vectors: readonly {
    readonly id: string;
    readonly text: string;
    readonly ids: readonly number[];
  }[];
}

const files = fixtureFiles('tokenizers/qwen2');
const read = (name: string): Vectors => readJson(`tokenizers/qwen2/${name}.json`);

function load({ added_tokens: added = [] }: Vectors) {
  const tokens = added.map((token) =>
    'id' in token ? token : { id: token[0], content: token[1], special: true },
  );
  const decoder = Object.fromEntries(tokens.map(({ id, ...token }) => [id, token]));
  return loadTokenizer(files, { semantics: 'fast', config: { added_tokens_decoder: decoder } });
}

const encoded = read('hf-rust-qwen2.5-internvl');

describe('texts', () => {
  test.each(['hf-rust-qwen2.5-internvl', 'public-internvl-qwen2.5'])('%s', (name) => {
    const recorded = read(name);
    const tokenizer = load(recorded);
    for (const { id, ids, text } of recorded.vectors) expect(tokenizer.encode(text).ids, id).toEqual(ids);
  });
});

test('ids', () => {
  const tokenizer = load(encoded);
  for (const { id, ids, text } of read('hf-rust-qwen2.5-internvl-decode').vectors)
    expect(tokenizer.decode(ids), id).toBe(text);
});

test('ids follow the lines of merges.txt', () => {
  const tokenizer = loadTokenizer(files);
  expect(tokenizer.vocabularySize).toBe(151_643);
  expect(tokenizer.token(0)).toBe('!');
  expect(tokenizer.token(256)).toBe('ĠĠ');
  expect(tokenizer.semantics).toBe('slow');
});
