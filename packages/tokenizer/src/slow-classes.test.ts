import { describe, expect, test } from 'vitest';
import { loadTokenizer } from './load-tokenizer.js';
import { fixtureFiles, readJson } from './testing/fixture.js';
import type { Tokenizer } from './tokenizer-spec.js';

/* What the slow Hugging Face classes did with seeded texts and ids: scripts/record_slow.py. */

interface Recorded {
  readonly encoded: readonly (readonly [text: string, ids: readonly number[]])[];
  readonly pairs: readonly (readonly [first: string, second: string, ids: readonly number[]])[];
  readonly decoded: readonly (readonly [ids: readonly number[], all: string, skipped: string])[];
}

/** Whether leaving out special ids would put two halves of a character side by side, which the reference then joins and we don't. */
function joinsHalves(tokenizer: Tokenizer, ids: readonly number[]): boolean {
  const half = (id: number | undefined): boolean =>
    id !== undefined && tokenizer.decode([id]).includes('\ufffd');
  return ids.some((id, at) => {
    if (!tokenizer.isSpecial(id)) return false;
    const kept = (list: readonly number[]): number | undefined =>
      list.find((other) => !tokenizer.isSpecial(other));
    return half(kept(ids.slice(0, at).reverse())) && half(kept(ids.slice(at + 1)));
  });
}

describe.each(['chat-v1-5', 'mini-4b', 'v2-40b', 'v2-1b', 'v2-5-system', 'v3-5'])('%s', (name) => {
  const tokenizer = loadTokenizer(fixtureFiles(`checkpoints/${name}`));
  const { decoded, encoded, pairs } = readJson<Recorded>(`tokenizers/slow/${name}.json`);

  test('encodes', () => {
    for (const [text, ids] of encoded) expect(tokenizer.encode(text).ids, JSON.stringify(text)).toEqual(ids);
  });

  test('encodes pairs', () => {
    for (const [first, second, ids] of pairs) expect(tokenizer.encodePair(first, second).ids).toEqual(ids);
  });

  test('decodes', () => {
    for (const [ids, all, skipped] of decoded) {
      expect(tokenizer.decode(ids), ids.join()).toBe(all);
      if (joinsHalves(tokenizer, ids)) continue;
      expect(tokenizer.decode(ids, { skipSpecialTokens: true }), ids.join()).toBe(skipped);
    }
  });

  test('streams the same text when special tokens are left out', () => {
    for (const [ids] of decoded) {
      const stream = tokenizer.decodeStream({ skipSpecialTokens: true });
      const text = ids.map((id) => stream.push(id)).join('') + stream.end();
      expect(text, ids.join()).toBe(tokenizer.decode(ids, { skipSpecialTokens: true }));
    }
  });
});
