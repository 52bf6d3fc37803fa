import { describe, expect, test } from 'vitest';
import { loadTokenizer } from './load-tokenizer.js';
import { fixtureFiles, readJson } from './testing/fixture.js';

/* What Google's SentencePiece did: scripts/record_sentencepiece.py, and samples of the recorded reference vectors. */

interface Recorded {
  readonly encoded: readonly (readonly [text: string, ids: readonly number[]])[];
  readonly decoded: readonly (readonly [ids: readonly number[], text: string])[];
}

interface Vectors {
  readonly added_tokens?: readonly (readonly [id: number, content: string])[];
  readonly vectors: readonly { readonly text: string; readonly ids: readonly number[] }[];
}

describe.each(['ties', 'internlm2'])('%s, recorded', (name) => {
  const tokenizer = loadTokenizer(fixtureFiles(`tokenizers/${name}`));
  const { decoded, encoded } = readJson<Recorded>(`tokenizers/${name}/sentencepiece.json`);

  test('encodes', () => {
    for (const [text, ids] of encoded) expect(tokenizer.encode(text).ids, JSON.stringify(text)).toEqual(ids);
  });

  test('decodes', () => {
    for (const [ids, text] of decoded) expect(tokenizer.decode(ids), ids.join()).toBe(text);
  });
});

describe('internlm2, samples of the reference vectors', () => {
  const files = fixtureFiles('tokenizers/internlm2');
  const read = (name: string): Vectors => readJson(`tokenizers/internlm2/${name}.json`);

  test('texts', () => {
    const tokenizer = loadTokenizer(files);
    for (const { ids, text } of read('sentencepiece-internlm2').vectors)
      expect(tokenizer.encode(text).ids).toEqual(ids);
  });

  test('prompts', () => {
    const { added_tokens: added = [], vectors } = read('sentencepiece-internlm2-prompts');
    const decoder = Object.fromEntries(added.map(([id, content]) => [id, { content, special: true }]));
    const tokenizer = loadTokenizer(files, { config: { added_tokens_decoder: decoder } });
    for (const { ids, text } of vectors) expect(tokenizer.encode(text).ids).toEqual(ids);
  });

  test('ids', () => {
    const tokenizer = loadTokenizer(files);
    for (const { ids, text } of read('sentencepiece-internlm2-decode').vectors)
      expect(tokenizer.decode(ids)).toBe(text);
  });
});
