import { describe, expect, test } from 'vitest';
import { loadTokenizer } from '../load-tokenizer.js';
import { fixtureFiles } from '../testing/fixture.js';
import { randomText, seededRandom } from '../testing/random.js';
import { stripSpaces } from '../text/white-space.js';

const names = ['chat-v1-5', 'mini-4b', 'v2-40b', 'v2-1b', 'v2-76b', 'hf-llama', 'hf-qwen2'] as const;

describe.each(names)('%s', (name) => {
  const tokenizer = loadTokenizer(fixtureFiles(`checkpoints/${name}`));

  test('cover the text in order', () => {
    const random = seededRandom(11);
    const contents = tokenizer.addedTokens.map(({ content }) => content);
    for (let i = 0; i < 200; i++) {
      const text = randomText(random, contents);
      const { ids, offsets } = tokenizer.encode(text);
      expect(offsets).toHaveLength(ids.length);
      let covered = 0;
      for (const [start, end] of offsets) {
        // What lies between two tokens was white space beside a token that swallows it.
        expect(stripSpaces(text.slice(covered, start).replaceAll('▁', ' ')), JSON.stringify(text)).toBe('');
        expect(end).toBeGreaterThanOrEqual(start);
        expect(end).toBeGreaterThanOrEqual(covered);
        covered = end;
      }
      expect(stripSpaces(text.slice(covered).replaceAll('▁', ' '))).toBe('');
    }
  });

  test('cut out of the text what the token says', () => {
    const text = 'the question of InternVL, 2 times<|im_end|>';
    const { offsets, tokens } = tokenizer.encode(text, { bos: false });
    const cut = offsets.map(([start, end]) => text.slice(start, end));
    expect(cut.join('')).toBe(text);
    for (const [index, token] of tokens.entries()) {
      if (/^[▁Ġ]*\w+$/.test(token)) expect(cut[index]!.trim()).toBe(token.replace(/^[▁Ġ]+/, ''));
    }
  });
});

test('count UTF-16 units, a character belonging whole to each of its tokens', () => {
  const { offsets } = loadTokenizer(fixtureFiles('checkpoints/v2-1b')).encode('a🐼b');
  expect(offsets).toEqual([[0, 1], ...Array.from({ length: offsets.length - 2 }, () => [1, 3]), [3, 4]]);
});

test('are those of the input where that is normalised', () => {
  for (const semantics of ['slow', 'fast'] as const) {
    const { offsets, tokens } = loadTokenizer(fixtureFiles('checkpoints/hf-qwen2'), { semantics }).encode(
      'e\u0301x',
    );
    expect(tokens.at(-1)).toBe('x');
    expect(offsets.at(0)).toEqual([0, 2]);
    expect(offsets.at(-1)).toEqual([2, 3]);
  }
});

test('of a pair count in each text, and tokens that are nowhere have empty ranges', () => {
  const tokenizer = loadTokenizer(fixtureFiles('checkpoints/chat-v1-5'));
  const { offsets } = tokenizer.encodePair('user', 'user');
  expect(offsets[0]).toEqual([0, 0]);
  expect(offsets[1]).toEqual([0, 4]);
  expect(offsets.at(-1)).toEqual([0, 4]);
});
