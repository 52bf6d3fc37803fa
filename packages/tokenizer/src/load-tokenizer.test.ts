import { describe, expect, test } from 'vitest';
import { loadTokenizer } from './load-tokenizer.js';
import { fileOf, fixtureFiles } from './testing/fixture.js';

describe('what the files say', () => {
  const qwen = fixtureFiles('checkpoints/v3-5');

  test('the same vocabulary from each of its layouts', () => {
    const { 'merges.txt': merges, 'tokenizer.json': json, 'vocab.json': vocab } = qwen;
    const text = "Let's 看 123 tokens.\n\n  I'LL";
    const expected = loadTokenizer(qwen).encode(text).ids;
    expect(loadTokenizer({ 'merges.txt': merges!, 'vocab.json': vocab! }).encode(text).ids).toEqual(expected);
    expect(loadTokenizer({ 'tokenizer.json': json! }).encode(text).ids).toEqual(expected);
    expect(loadTokenizer(qwen, { semantics: 'fast' }).encode(text).ids).toEqual(expected);
  });

  test('merges alone number their tokens as Qwen2 does', () => {
    const merges = new TextEncoder().encode('#version: 0.2\nh e\nhe l\nl o\nhel lo\n');
    const tokenizer = loadTokenizer({ 'merges.txt': merges });
    expect(tokenizer.vocabularySize).toBe(260);
    expect(tokenizer.encode('hello!').ids).toEqual([259, 0]);
    expect(tokenizer.decode([259, 0])).toBe('hello!');
  });

  test('config entries replace those of the file', () => {
    const files = fixtureFiles('checkpoints/mini-4b');
    const text = '<|user|>hello';
    const modern = loadTokenizer(files).encode(text).tokens;
    const legacy = loadTokenizer(files, { config: { legacy: true } }).encode(text).tokens;
    expect(modern.slice(0, 3)).toEqual(['<s>', '▁', '<|user|>']);
    expect(legacy[1]).toBe('<|user|>');
    expect(legacy[2]).toMatch(/^▁/);
  });

  test('begin and end tokens by the class, by option, and in pairs', () => {
    const llama = loadTokenizer(fixtureFiles('tokenizers/ties'), {
      config: { tokenizer_class: 'LlamaTokenizer', add_eos_token: true },
    });
    const { bosId: bos, eosId: eos } = llama;
    const plain = llama.encode('a', { bos: false, eos: false }).ids;
    expect(llama.encode('a').ids).toEqual([bos, ...plain, eos]);
    expect(llama.encode('a', { eos: false }).ids).toEqual([bos, ...plain]);
    expect(llama.encodePair('a', 'a').ids).toEqual([bos, ...plain, eos, bos, ...plain, eos]);
    const internlm2 = loadTokenizer(fixtureFiles('checkpoints/chat-v1-5'));
    expect(internlm2.encodePair('a', 'a').ids).toEqual([
      internlm2.bosId,
      ...internlm2.encode('a', { bos: false }).ids,
      ...internlm2.encode('a', { bos: false }).ids,
    ]);
    const bare = loadTokenizer(fixtureFiles('tokenizers/ties'));
    expect(bare.encode('a').ids).toEqual(bare.encode('a', { bos: false }).ids);
    expect(bare.encode('a', { bos: true }).ids[0]).toBe(1);
    expect(() => loadTokenizer({ 'merges.txt': qwen['merges.txt']! }).encode('a', { bos: true })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });

  test('special tokens without an id are appended', () => {
    const tokenizer = loadTokenizer({
      ...fixtureFiles('tokenizers/ties'),
      'special_tokens_map.json': fileOf({ pad_token: '<pad>' }),
    });
    expect(tokenizer.padId).toBe(900);
    expect(tokenizer.vocabularySize).toBe(901);
  });

  test('several texts at once', () => {
    const tokenizer = loadTokenizer(qwen);
    const texts = ['one', 'two 三'];
    const rows = tokenizer.encodeBatch(texts).map(({ ids }) => ids);
    expect(rows).toEqual(texts.map((text) => tokenizer.encode(text).ids));
    expect(tokenizer.decodeBatch(rows)).toEqual(texts);
  });
});
