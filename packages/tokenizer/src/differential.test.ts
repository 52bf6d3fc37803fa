import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Tokenizer as JavaScriptTokenizer } from '@huggingface/tokenizers';
import { Tokenizer as NativeTokenizer } from 'tokenizers';
import { describe, expect, it } from 'vitest';
import { loadTokenizer } from './load-tokenizer.js';

/* Seeded random text through this package and through Hugging Face's two tokenizers, on the small published-style vocabularies. */

const checkpoints = fileURLToPath(new URL('../../../fixtures/checkpoints/', import.meta.url));

function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const scraps = [
  'The quick brown fox',
  "it's I'LL we'Ve",
  '图中有红色三角形',
  '１２３４ 567890',
  ' \n\n\t  \r\n',
  '\u0085\ufeff\u00a0\u3000',
  'é e\u0301 ﬁ Å',
  '🐼👩‍👩‍👧',
  '\u0000\u001c',
  '<|im_end|>',
  '<img>',
  '<IMG_CONTEXT>',
  '▁_▁',
  'ſ K \u200d',
  '{"a": [1, 2.5e-3]}',
];

/** Scraps of difficult text and random characters of all planes. */
function randomText(random: () => number): string {
  const parts = Array.from({ length: 1 + Math.floor(random() * 8) }, () => {
    if (random() < 0.7) return scraps[Math.floor(random() * scraps.length)]!;
    const code = Math.floor(random() * (random() < 0.5 ? 0x500 : 0x1f9ff));
    return String.fromCodePoint(code >= 0xd800 && code < 0xe000 ? code - 0x800 : code);
  });
  return parts.join(random() < 0.5 ? '' : ' ');
}

describe.each(['hf-qwen2', 'hf-llama', 'hf-old-prefix'])('%s', (name) => {
  const bytes = new Uint8Array(readFileSync(`${checkpoints}${name}/tokenizer.json`));
  const ours = loadTokenizer({ 'tokenizer.json': bytes }, { semantics: 'fast' });
  const texts = (() => {
    const random = seeded(20261124);
    return Array.from({ length: 1500 }, () => randomText(random));
  })();

  it('gives the ids of @huggingface/tokenizers', () => {
    const theirs = new JavaScriptTokenizer(JSON.parse(new TextDecoder().decode(bytes)), {});
    for (const text of texts) {
      expect(ours.encode(text, { bos: false }).ids, JSON.stringify(text)).toEqual(
        theirs.encode(text, { add_special_tokens: false }).ids,
      );
    }
  });

  it('gives the ids of the native tokenizers', async () => {
    const theirs = NativeTokenizer.fromFile(`${checkpoints}${name}/tokenizer.json`);
    for (const text of texts) {
      const encoded = await theirs.encode(text, null, { addSpecialTokens: false });
      expect(ours.encode(text, { bos: false }).ids, JSON.stringify(text)).toEqual(encoded.getIds());
    }
  });

  it('decodes what it encoded as the native tokenizers do', async () => {
    const theirs = NativeTokenizer.fromFile(`${checkpoints}${name}/tokenizer.json`);
    for (const text of texts.slice(0, 300)) {
      const { ids } = ours.encode(text, { bos: false });
      expect(ours.decode(ids), JSON.stringify(text)).toBe(await theirs.decode([...ids], false));
    }
  });
});
