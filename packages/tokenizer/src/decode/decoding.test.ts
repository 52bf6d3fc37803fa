import { describe, expect, test } from 'vitest';
import { loadTokenizer } from '../load-tokenizer.js';
import { fixtureFiles } from '../testing/fixture.js';
import type { Tokenizer } from '../tokenizer-spec.js';

const pieces = loadTokenizer(fixtureFiles('checkpoints/chat-v1-5'));
const words = loadTokenizer(fixtureFiles('checkpoints/v2-1b'));
const fastPieces = loadTokenizer(fixtureFiles('checkpoints/hf-llama'));

/** What comes out after each id, and at the end. */
function steps(tokenizer: Tokenizer, ids: readonly number[], skipSpecialTokens = false): string[] {
  const stream = tokenizer.decodeStream({ skipSpecialTokens });
  return [...ids.map((id) => stream.push(id)), stream.end()];
}

/** The ids of bytes. */
const bytesOf = (tokenizer: Tokenizer, ...bytes: number[]): number[] =>
  bytes.map((byte) => {
    const piece = tokenizer.tokenId(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
    return piece ?? tokenizer.encode(String.fromCharCode(byte)).ids[0]!;
  });

describe('bytes', () => {
  test('a character comes out when it is whole', () => {
    expect(steps(pieces, bytesOf(pieces, 0xe7, 0x8c, 0xab))).toEqual(['', '', '猫', '']);
  });

  test('SentencePiece replaces each invalid byte', () => {
    expect(pieces.decode(bytesOf(pieces, 0xe7, 0x8c))).toBe('\ufffd\ufffd');
    expect(pieces.decode(bytesOf(pieces, 0xe7, 0x8c, 0x41))).toBe('\ufffd\ufffdA');
    expect(steps(pieces, bytesOf(pieces, 0xe7, 0x41))).toEqual(['', '\ufffdA', '']);
  });

  test('byte-level vocabularies replace the longest part of a character at once', () => {
    const [first = 0, second = 0] = words.encode('猫').ids;
    const text = words.decode([first, second]);
    expect(text.replaceAll('\ufffd', '')).toBe('');
    expect(words.decode(words.encode('猫🐼').ids)).toBe('猫🐼');
  });

  test('the Rust library gives up a whole run of byte tokens', () => {
    expect(fastPieces.decode(bytesOf(fastPieces, 0xe7, 0x8c, 0xab, 0xff))).toBe('\ufffd'.repeat(4));
    expect(fastPieces.decode(bytesOf(fastPieces, 0xe7, 0x8c, 0xab))).toBe('猫');
  });

  test('a special token that is left out does not join the halves of a character', () => {
    const [e7 = 0, ...rest] = bytesOf(pieces, 0xe7, 0x8c, 0xab);
    const end = pieces.tokenId('<|im_end|>')!;
    expect(pieces.decode([e7, end, ...rest], { skipSpecialTokens: true })).toBe('\ufffd\ufffd\ufffd');
  });
});

describe('added tokens', () => {
  const end = pieces.tokenId('<|im_end|>')!;
  const box = pieces.tokenId('<box>')!;
  const text = pieces.encode('user', { bos: false }).ids;

  test('are left out on demand, all but those to keep', () => {
    const ids = [box, ...text, end];
    expect(pieces.decode(ids, { skipSpecialTokens: true })).toBe('user');
    expect(pieces.decode(ids, { skipSpecialTokens: true, keep: ['<box>'] })).toBe('<box> user');
    expect(pieces.isSpecial(end)).toBe(true);
    expect(pieces.isSpecial(text[0]!)).toBe(false);
  });

  test('stand between spaces where the slow class puts them', () => {
    expect(pieces.decode([...text, box, ...text])).toBe('user <box> user');
    expect(words.decode([...words.encode('user').ids, words.tokenId('<box>')!])).toBe('user<box>');
  });
});

test('ids outside the vocabulary decode to nothing, and leave no trace', () => {
  for (const tokenizer of [pieces, words, fastPieces]) {
    const { ids } = tokenizer.encode('a b', { bos: false });
    const odd = [tokenizer.vocabularySize, 2 ** 31, -1, 0.5, Number.NaN];
    expect(tokenizer.decode([...odd, ...ids, ...odd])).toBe('a b');
    expect(odd.map((id) => tokenizer.token(id))).toEqual(odd.map(() => undefined));
  }
});

test('spaces are cleaned up where the configuration says so, in portions as at once', () => {
  const clean = loadTokenizer(fixtureFiles('checkpoints/v2-76b'));
  const { ids } = clean.encode("I do n't , know ' x ' .", { bos: false });
  expect(clean.decode(ids)).toBe("I don't, know'x '.");
  expect(steps(clean, ids).join('')).toBe("I don't, know'x '.");
});
