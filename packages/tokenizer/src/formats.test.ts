import { readFileSync } from 'node:fs';
import { Tokenizer as Native } from 'tokenizers';
import { describe, expect, test } from 'vitest';
import { namedPatterns } from './formats/named-patterns.js';
import { formats } from './formats.js';
import { loadTokenizer } from './load-tokenizer.js';
import { patternSplit } from './split/pattern-split.js';
import { qwen2Pattern } from './split/qwen2-pattern.js';
import { fileOf, fixture, fixtureFiles } from './testing/fixture.js';
import { randomText, seededRandom, wellFormed } from './testing/random.js';

const gguf = new Uint8Array(readFileSync(fixture('tokenizers/smollm2-cut.gguf')));

describe('GGUF', () => {
  const tokenizer = loadTokenizer({ 'SmolLM2.gguf': gguf }, { formats });

  test('reads a real one', () => {
    expect(tokenizer.vocabularySize).toBe(4000);
    expect(tokenizer.encode('<|im_start|>the World! 12\n').tokens).toEqual([
      '<|im_start|>',
      'the',
      'ĠWorld',
      '!',
      'Ġ',
      '1',
      '2',
      'Ċ',
    ]);
    expect(tokenizer.addedTokens.map(({ content }) => content)).toContain('<|im_end|>');
    expect([tokenizer.bosId, tokenizer.eosId, tokenizer.unknownId]).toEqual([1, 2, 0]);
  });

  test('gives the ids of the same vocabulary as a tokenizer.json', async () => {
    const vocab = Object.fromEntries(Array.from({ length: 4000 }, (_, id) => [tokenizer.token(id), id]));
    const merges = readMerges();
    const json = {
      version: '1.0',
      added_tokens: tokenizer.addedTokens.map(({ singleWord, ...token }) => ({
        ...token,
        single_word: singleWord,
      })),
      normalizer: null,
      pre_tokenizer: {
        type: 'Sequence',
        pretokenizers: [
          { type: 'Digits', individual_digits: true },
          { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
        ],
      },
      post_processor: null,
      decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
      model: { type: 'BPE', unk_token: null, vocab, merges },
    };
    const theirs = Native.fromString(JSON.stringify(json));
    const random = seededRandom(5);
    for (let i = 0; i < 300; i++) {
      // Bytes that the vocabulary lacks are left out, before merging in one library and after in the other.
      const text = wellFormed(randomText(random, ['<|im_end|>'])).replace(/[^\n -~]/g, 'é');
      expect(tokenizer.encode(text).ids, JSON.stringify(text)).toEqual((await theirs.encode(text)).getIds());
    }
  });

  test('leaves out bytes that the vocabulary lacks, as llama.cpp does', () => {
    expect(tokenizer.encode('a\x04b').ids).toEqual([
      ...tokenizer.encode('a').ids,
      ...tokenizer.encode('b').ids,
    ]);
  });

  test.each([
    ['cut off', gguf.subarray(0, 60_000), /more bytes/],
    ['of another kind', fileOf('GGML and more than eight bytes'), /a GGUF file/],
  ])('one that is %s is refused', (_, bytes, message) => {
    expect(() => loadTokenizer({ 'x.gguf': bytes }, { formats })).toThrow(
      expect.objectContaining({ code: 'tokenizer-unreadable', message: expect.stringMatching(message) }),
    );
  });

  /** Merges of the file, by walking over it to their key. */
  function readMerges(): string[] {
    const text = new TextDecoder('latin1').decode(gguf);
    const view = new DataView(gguf.buffer, gguf.byteOffset);
    const key = 'tokenizer.ggml.merges';
    let at = text.indexOf(key) + key.length + 8;
    const count = Number(view.getBigUint64(at, true));
    at += 8;
    return Array.from({ length: count }, () => {
      const length = Number(view.getBigUint64(at, true));
      at += 8 + length;
      return new TextDecoder().decode(gguf.subarray(at - length, at));
    });
  }
});

describe('tiktoken', () => {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const bytes = Array.from({ length: 256 }, (_, byte) => Buffer.of(byte).toString('base64'));
  const ranks = [...bytes, base64('he'), base64('ll'), base64('hell'), base64('hello'), base64(' w')].map(
    (token, rank) => `${token} ${rank}`,
  );

  test('merges by rank, whole words first', () => {
    const tokenizer = loadTokenizer({ 'tokenizer.model': fileOf(ranks.join('\n')) }, { formats });
    expect(tokenizer.encode('hello world').ids).toEqual([259, 260, 111, 114, 108, 100]);
    expect(tokenizer.decode([259, 260])).toBe('hello w');
  });

  test.each([
    ['a rank twice', [...ranks, `${base64('x y')} 3`], 'line 262'],
    ['a negative rank', [...ranks, `${base64('x y')} -3`], 'line 262'],
    ['a gap', [...ranks, `${base64('x y')} 300`], 'rank 261'],
    ['a token twice', [...ranks, `${base64('hello')} 261`], 'line 262'],
    ['no rank', [...ranks, base64('hello')], 'line 262'],
  ])('%s is named', (_, lines, place) => {
    expect(() => loadTokenizer({ 'o.tiktoken': fileOf(lines.join('\n')) }, { formats })).toThrow(
      expect.objectContaining({ code: 'tokenizer-unreadable', facts: expect.objectContaining({ place }) }),
    );
  });

  test('Llama-3 brings the special tokens its code adds', () => {
    const many = Array.from(
      { length: 128_000 },
      (_, rank) =>
        `${Buffer.of(rank >> 16, rank >> 8, rank, ...(rank < 256 ? [] : [1]))
          .subarray(rank < 256 ? 2 : 0)
          .toString('base64')} ${rank}`,
    );
    const tokenizer = loadTokenizer({ 'tokenizer.model': fileOf(many.join('\n')) }, { formats });
    expect(tokenizer.bosId).toBe(128_000);
    expect(tokenizer.tokenId('<|eot_id|>')).toBe(128_009);
    expect(tokenizer.tokenId('<|reserved_special_token_250|>')).toBe(128_255);
  });
});

describe('split patterns', () => {
  const cut = (text: string, next: (text: string, from: number) => number): string[] => {
    const words: string[] = [];
    for (let from = 0, to = 0; from < text.length; from = to) {
      to = next(text, from);
      words.push(text.slice(from, to));
    }
    return words;
  };

  test.each([
    ['qwen2', qwen2Pattern],
    ['llama3', namedPatterns.llama3![0]!],
    ['o200k', namedPatterns.o200k![0]!],
  ])('%s as the Rust library cuts', (_, pattern) => {
    // The library takes no pattern from here, so its tokenizer.json does.
    const json = {
      added_tokens: [],
      normalizer: null,
      post_processor: null,
      decoder: null,
      pre_tokenizer: { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
      model: { type: 'WordLevel', vocab: { '?': 0 }, unk_token: '?' },
    };
    const theirs = Native.fromString(JSON.stringify(json)).getPreTokenizer()!;
    const random = seededRandom(9);
    for (let i = 0; i < 1500; i++) {
      const text = wellFormed(randomText(random, []));
      const expected = theirs.preTokenizeString(text).map(([word]) => word);
      expect(cut(text, patternSplit('', pattern)), JSON.stringify(text)).toEqual(expected);
    }
  });

  test('one that JavaScript cannot express is refused', () => {
    expect(() => patternSplit('tokenizer.json', '(?>a)')).toThrow(
      expect.objectContaining({ code: 'tokenizer-unreadable' }),
    );
  });

  test('names need the option formats', () => {
    const files = { 'merges.txt': fixtureFiles('checkpoints/v2-1b')['merges.txt']! };
    expect(() => loadTokenizer(files, { split: 'gpt2' })).toThrow(
      expect.objectContaining({ code: 'tokenizer-unreadable' }),
    );
    expect(loadTokenizer(files, { split: 'gpt2', formats }).encode("a'S").tokens).toEqual(['a', "'", 'S']);
  });
});
