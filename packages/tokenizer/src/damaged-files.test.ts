import { describe, expect, test } from 'vitest';
import type { TokenizerFiles } from './load-options.js';
import { loadTokenizer } from './load-tokenizer.js';
import { edited, fileOf, fixtureFiles } from './testing/fixture.js';

/* Every damage names its file and the place in it. */

function refuses(files: TokenizerFiles, file: string, place: RegExp): void {
  const error = (() => {
    try {
      loadTokenizer(files);
    } catch (thrown) {
      return thrown;
    }
    return undefined;
  })();
  expect(error).toMatchObject({ name: 'InternVLError', code: 'tokenizer-unreadable' });
  expect(error).toHaveProperty('facts.file', file);
  expect(String((error as { facts: { place: unknown } }).facts.place)).toMatch(place);
}

describe('tokenizer.model', () => {
  const { 'tokenizer.model': model } = fixtureFiles('checkpoints/chat-v1-5');
  const bytes = model!;
  const changed = (change: (copy: Uint8Array) => void): Uint8Array => {
    const copy = bytes.slice();
    change(copy);
    return copy;
  };

  test.each([
    ['cut off in a piece', bytes.subarray(0, 5003), /^byte \d+$/],
    ['empty', new Uint8Array(), /^byte 0$/],
    ['JSON', fileOf('{"version": "1.0"}'), /^byte 0$/],
    [
      'a pointer of Git LFS',
      fileOf('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n'),
      /^byte 0$/,
    ],
    ['tiktoken ranks', fileOf('IQ== 0\nIg== 1\n'), /^byte 0$/],
    ['a length beyond the end', changed((copy) => copy.set([0xff, 0xff, 0xff, 0x7f], 1)), /^byte \d+$/],
    ['a piece twice', Uint8Array.of(...bytes.subarray(0, 2 + bytes[1]!), ...bytes), /^piece 1$/],
    ['an empty piece', Uint8Array.of(0x0a, 0x02, 0x0a, 0x00), /^piece 0$/],
    ['a piece of unknown kind', Uint8Array.of(0x0a, 0x05, 0x0a, 0x01, 0x61, 0x18, 0x09), /^piece 0$/],
    ['a unigram model', Uint8Array.of(0x0a, 0x03, 0x0a, 0x01, 0x61, 0x12, 0x02, 0x18, 0x01), /^settings$/],
    [
      'no bytes to fall back to',
      Uint8Array.of(0x0a, 0x03, 0x0a, 0x01, 0x61, 0x12, 0x02, 0x18, 0x02, 0x1a, 0x02, 0x20, 0x00),
      /^<0x00>$/,
    ],
  ])('%s', (_, file, place) => refuses({ 'tokenizer.model': file }, 'tokenizer.model', place));

  test('never hangs or throws anything else, wherever it is cut or flipped', () => {
    for (let at = 0; at < bytes.length; at += 97) {
      for (const file of [
        bytes.subarray(0, at),
        changed((copy) => copy.fill(copy[at]! ^ 0xff, at, at + 1)),
      ]) {
        try {
          loadTokenizer({ 'tokenizer.model': file });
        } catch (error) {
          expect(error).toMatchObject({ code: 'tokenizer-unreadable' });
        }
      }
    }
  });
});

describe('merges.txt and vocab.json', () => {
  const { 'merges.txt': merges, 'vocab.json': vocab } = fixtureFiles('checkpoints/v2-1b');
  const files = { 'merges.txt': merges!, 'vocab.json': vocab! };
  const withMerges = (text: string): TokenizerFiles => ({ ...files, 'merges.txt': fileOf(text) });

  test.each([
    ['a merge of an unknown token', 'Ġ t\nzzz y', /^line 2$/],
    ['a merge that makes no token', '! ~', /^line 1$/],
    ['one token in a line', 'Ġ t\nĠ', /^line 2$/],
    ['three tokens in a line', 'Ġ t\nĠ t a', /^line 2$/],
    ['a character that stands for no byte', 'Ġ 中', /^line 1$/],
    ['nothing', '', /^lines$/],
  ])('%s', (_, text, place) =>
    refuses(withMerges(`#version: 0.2\n${text}`.replace(/^#version.*\n(?=.)/, '')), 'merges.txt', place),
  );

  test('merges that are no text', () =>
    refuses({ ...files, 'merges.txt': Uint8Array.of(0xff, 0xfe, 0x00) }, 'merges.txt', /^text$/));

  test.each([
    ['cut off', (text: string) => text.slice(0, 4000), /^character \d+$/],
    ['an id twice', (text: string) => text.replace('"#": 2', '"#": 1'), /^#$/],
    ['a negative id', (text: string) => text.replace('"#": 2', '"#": -2'), /^#$/],
    ['a broken id', (text: string) => text.replace('"#": 2', '"#": 2.5'), /^#$/],
    ['an id far out', (text: string) => text.replace('"#": 2', '"#": 1e12'), /^#$/],
    ['a gap', (text: string) => text.replace('"#": 2', '"#": 5000'), /^id 2$/],
    ['a token twice', (text: string) => text.replace('"#": 2', '"!": 2'), /^id 2$/],
    ['a bad escape', (text: string) => text.replace('"#"', '"\\x"'), /^character \d+$/],
    ['a list', () => '[1, 2]', /^text$/],
    ['empty', () => '{}', /^character 1$/],
    ['more behind its end', (text: string) => `${text}]`, /^text$/],
  ])('a vocabulary that is %s', (_, change, place) =>
    refuses(edited(files, 'vocab.json', change), 'vocab.json', place),
  );

  test('a vocabulary without some byte', () => {
    refuses(
      edited(files, 'vocab.json', (text) => text.replace(/"ý":/, '"ýý":')),
      'vocab.json',
      /^ý$/,
    );
  });
});

describe('tokenizer.json', () => {
  const { 'tokenizer.json': json } = fixtureFiles('checkpoints/hf-qwen2');
  const files = { 'tokenizer.json': json! };
  const change = (
    edit: (json: Record<string, unknown> & { model: Record<string, unknown> }) => void,
  ): TokenizerFiles => {
    const value = JSON.parse(new TextDecoder().decode(json));
    edit(value);
    return { 'tokenizer.json': fileOf(value) };
  };

  test.each([
    [
      'cut off in its vocabulary',
      edited(files, 'tokenizer.json', (text) => text.slice(0, 20_000)),
      /^character \d+$/,
    ],
    [
      'cut off at its end',
      edited(files, 'tokenizer.json', (text) => text.slice(0, -5)),
      /^(text|character \d+)$/,
    ],
    ['another kind of model', change(({ model }) => Object.assign(model, { type: 'Unigram' })), /^model$/],
    ['dropout', change(({ model }) => Object.assign(model, { dropout: 0.1 })), /^model$/],
    ['no model', change((value) => Object.assign(value, { model: null })), /^model$/],
    [
      'a normaliser it does not know',
      change((value) => Object.assign(value, { normalizer: { type: 'Lowercase' } })),
      /^normalizer$/,
    ],
    [
      'a splitter it does not know',
      change((value) => Object.assign(value, { pre_tokenizer: { type: 'BertPreTokenizer' } })),
      /^pre_tokenizer$/,
    ],
    [
      'a decoder it does not know',
      change((value) => Object.assign(value, { decoder: { type: 'CTC' } })),
      /^decoder$/,
    ],
    [
      'a post-processor it does not know',
      change((value) => Object.assign(value, { post_processor: { type: 'BertProcessing' } })),
      /^post_processor$/,
    ],
    [
      'a merge of unknown tokens',
      change(({ model }) =>
        Object.assign(model, {
          merges: [
            ['-', '-'],
            ['zz', 'y'],
          ],
        }),
      ),
      /^merge 1$/,
    ],
    [
      'a merge of one token',
      change(({ model }) => Object.assign(model, { merges: ['- -', 'zz'] })),
      /^merge 1$/,
    ],
    [
      'an added token without content',
      change((value) => Object.assign(value, { added_tokens: [{ id: 900 }] })),
      /^added token/,
    ],
    [
      'an added token with a negative id',
      change((value) => Object.assign(value, { added_tokens: [{ id: -1, content: 'x' }] })),
      /^added token x$/,
    ],
    [
      'an added token twice',
      change((value) =>
        Object.assign(value, {
          added_tokens: [
            { id: 900, content: 'x' },
            { id: 901, content: 'x' },
          ],
        }),
      ),
      /^added token x$/,
    ],
    [
      'added tokens that are no objects',
      change((value) => Object.assign(value, { added_tokens: [1] })),
      /^added_tokens$/,
    ],
  ])('%s', (_, broken, place) => refuses(broken, 'tokenizer.json', place));
});

describe('the configuration beside it', () => {
  const files = fixtureFiles('checkpoints/v2-1b');

  test('JSON that ends early', () =>
    refuses({ ...files, 'tokenizer_config.json': fileOf('{"a": ') }, 'tokenizer_config.json', /^text$/));
  test('an added token that is no object', () => {
    refuses(
      { ...files, 'tokenizer_config.json': fileOf({ added_tokens_decoder: { 900: 'x' } }) },
      'tokenizer_config.json',
      /^added token 900$/,
    );
  });
  test('an id that is no number', () => {
    refuses(
      { ...files, 'tokenizer_config.json': fileOf({ added_tokens_decoder: { x: { content: 'x' } } }) },
      'tokenizer_config.json',
      /^added token x$/,
    );
  });
  test('lists of added tokens that contradict each other', () => {
    refuses(
      edited(files, 'added_tokens.json', (text) => text.replace('901', '999')),
      'added_tokens.json',
      /im_start/,
    );
  });
  test('one id for two added tokens', () => {
    const { 'tokenizer_config.json': _, ...rest } = files;
    refuses(
      edited(rest, 'added_tokens.json', (text) => text.replace('901', '900')),
      'added_tokens.json',
      /im_start/,
    );
  });
});

test('no vocabulary is another code, with what would do', () => {
  expect(() => loadTokenizer({ 'tokenizer_config.json': fileOf({}) })).toThrow(
    expect.objectContaining({
      code: 'file-missing',
      facts: {
        expected: ['tokenizer.model', 'merges.txt', 'tokenizer.json'],
        found: ['tokenizer_config.json'],
      },
    }),
  );
});
