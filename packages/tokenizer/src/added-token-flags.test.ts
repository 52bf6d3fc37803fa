import { Tokenizer as Native } from 'tokenizers';
import { describe, expect, test } from 'vitest';
import { loadTokenizer } from './load-tokenizer.js';
import { fileOf, fixtureFiles, readJson } from './testing/fixture.js';
import { randomText, seededRandom, wellFormed } from './testing/random.js';

/* lstrip, rstrip, single_word and normalized in fast semantics, beside the Rust library on seeded text. */

interface TokenizerJson {
  added_tokens: { id: number }[];
  normalizer: unknown;
  pre_tokenizer: unknown;
}

const flags = [
  { content: '<L>', lstrip: true },
  { content: '<R>', rstrip: true },
  { content: '<LR>', lstrip: true, rstrip: true },
  { content: '<W>', single_word: true },
  { content: '<N>', normalized: true },
  { content: '<N2>', normalized: true, special: false },
];

function withFlags(name: string, change: (json: TokenizerJson) => void = () => {}): Uint8Array {
  const json = readJson<TokenizerJson>(`checkpoints/${name}/tokenizer.json`);
  const first = Math.max(...json.added_tokens.map(({ id }) => id)) + 1;
  for (const [index, token] of flags.entries()) {
    const plain = { special: true, lstrip: false, rstrip: false, single_word: false, normalized: false };
    json.added_tokens.push({ id: first + index, ...plain, ...token });
  }
  change(json);
  return fileOf(json);
}

const llama = {
  type: 'Sequence',
  normalizers: [
    { type: 'Prepend', prepend: '▁' },
    { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
  ],
};
const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false };

const variants: readonly (readonly [string, Uint8Array])[] = [
  ['Qwen2.5', withFlags('hf-qwen2')],
  ['Llama-3', withFlags('v2-76b')],
  ['InternLM2, no prefix', withFlags('hf-llama')],
  ['Llama, a prefix everywhere', withFlags('hf-llama', (json) => Object.assign(json, { normalizer: llama }))],
  [
    'Llama, a prefix in front',
    withFlags('hf-llama', (json) => Object.assign(json, { normalizer: null, pre_tokenizer: metaspace })),
  ],
];

describe.each(variants)('%s', (_, file) => {
  test('the ids of the Rust library', async () => {
    const ours = loadTokenizer({ 'tokenizer.json': file });
    const theirs = Native.fromString(new TextDecoder().decode(file));
    const random = seededRandom(20261124);
    const contents = ours.addedTokens.map(({ content }) => content);
    for (let i = 0; i < 400; i++) {
      const text = randomText(random, [
        ...contents,
        ...contents.slice(-flags.length),
        ...contents.slice(-flags.length),
      ]);
      const expected = await theirs.encode(wellFormed(text), null, { addSpecialTokens: true });
      expect(ours.encode(text).ids, JSON.stringify(text)).toEqual(expected.getIds());
    }
  });
});

test('in slow semantics lstrip and rstrip take what Python calls white space', () => {
  const tokens = Object.fromEntries(flags.map((token, index) => [900 + index, { ...token, special: true }]));
  const config = { tokenizer_class: 'LlamaTokenizer', add_bos_token: false, added_tokens_decoder: tokens };
  const tokenizer = loadTokenizer(fixtureFiles('tokenizers/ties'), { config });
  const kept = tokenizer.encode('b').ids;
  expect(tokenizer.encode('<R> \x1c\x85\u3000b').ids).toEqual([901, ...kept]);
  expect(tokenizer.encode('<R>\ufeffb').ids).not.toEqual([901, ...kept]);
  expect(tokenizer.encode('b \x1f<L>b').ids).toEqual([...kept, 900, ...kept]);
  expect(tokenizer.encode('b <W> b').ids).toContain(903);
  expect(tokenizer.encode('b<W> b').ids).not.toContain(903);
});
