import { describe, expect, test } from 'vitest';
import { loadTokenizer } from '../load-tokenizer.js';
import { fixtureFiles } from '../testing/fixture.js';
import { randomText, seededRandom } from '../testing/random.js';
import type { Segment } from '../tokenizer-spec.js';

describe.each(['chat-v1-5', 'mini-4b', 'v2-40b', 'v2-1b', 'v2-76b', 'hf-llama'])('%s', (name) => {
  const tokenizer = loadTokenizer(fixtureFiles(`checkpoints/${name}`));

  test('stretches that may hold nothing special give the ids of the whole string', () => {
    const random = seededRandom(21);
    for (let i = 0; i < 200; i++) {
      // Composition across a border is the one thing that cutting changes.
      const parts = Array.from({ length: 4 }, () =>
        randomText(random, []).replace(/[\u0300-\u0345\u1100-\u11ff\ud800-\udfff\uac00-\ud7a3]/g, 'x'),
      );
      const segments: Segment[] = parts.map((text, index) => ({
        text,
        addedTokens: index % 2 === 0 ? 'parse' : 'text',
      }));
      expect(tokenizer.encodeSegments(segments).ids).toEqual(tokenizer.encode(parts.join('')).ids);
    }
  });

  test('an added token is found only where it may be', () => {
    const id = tokenizer.tokenId('<|im_end|>') ?? tokenizer.tokenId('<|end|>')!;
    const content = tokenizer.token(id)!;
    const count = (segments: readonly Segment[]): number =>
      tokenizer.encodeSegments(segments).ids.filter((other) => other === id).length;
    expect(count([{ text: content }, { text: content, addedTokens: 'text' }])).toBe(1);
    expect(count([{ text: content, addedTokens: [content] }])).toBe(1);
    expect(count([{ text: content, addedTokens: ['<img>'] }])).toBe(0);
    expect(count([{ text: content.slice(0, 3) }, { text: content.slice(3), addedTokens: 'text' }])).toBe(0);
    expect(count([{ token: content, count: 3 }])).toBe(3);
    expect(count([{ token: content, count: 0 }])).toBe(0);
  });

  test('many slots cost no more than their number', () => {
    const slot = tokenizer.tokenId('<IMG_CONTEXT>');
    const { ids, offsets } = tokenizer.encodeSegments([
      { text: 'a' },
      { token: '<IMG_CONTEXT>', count: 256 * 41 },
      { text: 'b' },
    ]);
    expect(ids.filter((id) => id === slot)).toHaveLength(256 * 41);
    expect(offsets.at(-1)![1]).toBe(2 + 13 * 256 * 41);
  });
});

test('an unknown added token is an error', () => {
  const tokenizer = loadTokenizer(fixtureFiles('tokenizers/ties'));
  expect(() => tokenizer.encodeSegments([{ token: '<img>' }])).toThrow(
    expect.objectContaining({ code: 'invalid-option' }),
  );
});

test('reserved pieces are whole in text that is parsed, and broken up in text that is not', () => {
  const tokenizer = loadTokenizer(fixtureFiles('tokenizers/internlm2'));
  expect(tokenizer.encode('[UNUSED_TOKEN_145]').ids).toEqual([92542]);
  const { ids, offsets } = tokenizer.encode('x[UNUSED_TOKEN_145]y——', { addedTokens: 'text' });
  expect(ids).not.toContain(92542);
  expect(ids.at(-1)).toBe(92395);
  expect(tokenizer.decode(ids)).toBe('x[UNUSED_TOKEN_145]y——');
  expect(offsets.at(-1)).toEqual([20, 22]);
  expect(tokenizer.reservedPieces).toContain('[UNUSED_TOKEN_145]');
  expect(tokenizer.encode('[UNUSED_TOKEN_3]', { addedTokens: ['[UNUSED_TOKEN_3]'] }).ids).toHaveLength(1);
});
