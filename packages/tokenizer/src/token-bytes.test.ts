import { expect, test } from 'vitest';
import { loadTokenizer } from './load-tokenizer.js';
import { fixtureFiles } from './testing/fixture.js';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const text = 'Hello,  wörld: 图形 🙂\n{"a": [1, 2]}';

test.each(['tokenizers/qwen2', 'tokenizers/internlm2', 'checkpoints/mini-4b', 'checkpoints/v2-1b'])(
  '%s: the bytes of tokens, one behind the other, are the text',
  (name) => {
    const tokenizer = loadTokenizer(fixtureFiles(name));
    const { ids } = tokenizer.encode(text, { bos: false });
    const bytes = ids.flatMap((id) => [...tokenizer.tokenBytes(id)!]);
    // SentencePiece puts a space in front.
    expect(decoder.decode(Uint8Array.from(bytes)).replace(/^ /, '')).toBe(text);
  },
);

test('what is no text has none', () => {
  for (const name of ['tokenizers/internlm2', 'checkpoints/mini-4b', 'checkpoints/v2-1b']) {
    const tokenizer = loadTokenizer(fixtureFiles(name));
    const { addedTokens, bosId, eosId, unknownId, vocabularySize, reservedPieces } = tokenizer;
    const reserved = reservedPieces.map((piece) => tokenizer.tokenId(piece));
    const ids = [
      ...addedTokens.map(({ id }) => id),
      ...reserved,
      bosId,
      eosId,
      unknownId,
      -1,
      0.5,
      vocabularySize,
    ];
    for (const id of ids) if (id !== undefined) expect(tokenizer.tokenBytes(id)).toBeUndefined();
  }
});
