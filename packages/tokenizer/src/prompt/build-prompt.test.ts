import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadTokenizer } from '../load-tokenizer.js';
import { fixtureFiles, folderFiles } from '../testing/fixture.js';
import { goldenFolders } from '../testing/golden.js';
import { buildPrompt } from './build-prompt.js';
import { conversationTemplate } from './conversation-template.js';
import { imageLines } from './image-lines.js';
import type { PromptOptions, PromptPart, PromptTurn } from './prompt-spec.js';
import { thinkingMessage } from './system-messages.js';
import { templateGeneration } from './template-generation.js';

const user = (...parts: readonly (PromptPart | string)[]): PromptTurn => ({
  role: 'user',
  parts: parts.map((part) => (typeof part === 'string' ? { type: 'text', text: part } : part)),
});
const assistant = (text: string): PromptTurn => ({ role: 'assistant', parts: [{ type: 'text', text }] });
const image = (tiles: number): PromptPart => ({ type: 'image', tiles });

const original = goldenFolders().filter(({ prompts }) => prompts.some(({ how }) => how !== 'native'));

describe.each(original.map((one) => [one.folder.replace(/.*\/(?=[^/]*\/[^/]*$)/, ''), one] as const))(
  'the prompts of %s',
  (_, { folder, prompts }) => {
    test('are those of chat(), on ids', () => {
      const tokenizer = loadTokenizer(folderFiles(folder));
      const config = JSON.parse(readFileSync(`${folder}/config.json`, 'utf8'));
      const generation = templateGeneration({
        name: folder,
        pixelShuffle: config.ps_version,
        dynamicTiles: config.dynamic_image_size,
      });
      for (const golden of prompts) {
        const template = conversationTemplate(golden.template, {
          generation,
          systemMessage: config.system_message,
        });
        expect(template.systemMessage, golden.title).toBe(golden.systemMessage);
        const prompt = buildPrompt(tokenizer, template, golden.turns, {
          tokensPerTile: golden.tokensPerTile,
        });
        expect(prompt.text, golden.title).toBe(golden.text);
        expect(prompt.ids, golden.title).toEqual(golden.ids);
        expect(prompt.stopId, golden.title).toBe(golden.stopId);
        const slots = prompt.ids.flatMap((id, at) => (id === prompt.slotId ? [at] : []));
        const told = prompt.slots.flatMap(({ count, start }) =>
          Array.from({ length: count }, (_, i) => start + i),
        );
        expect(told, golden.title).toEqual(slots);
      }
    });
  },
);

const qwen2 = loadTokenizer(fixtureFiles('checkpoints/v3-5'));
const internlm2 = loadTokenizer(fixtureFiles('checkpoints/chat-v1-5'));
const latest = conversationTemplate('internvl2_5', { systemMessage: 'S' });
const build = (turns: readonly PromptTurn[], options: Partial<PromptOptions> = {}) =>
  buildPrompt(qwen2, latest, turns, { tokensPerTile: 2, ...options });

test('a conversation may stop behind its last answer', () => {
  const turns = [user('q'), assistant('a')];
  expect(build(turns).text).toMatch(
    /\nq<\|im_end\|>\n<\|im_start\|>assistant\na<\|im_end\|>\n<\|im_start\|>assistant\n$/,
  );
  expect(build(turns, { open: false }).text).toMatch(/assistant\na<\|im_end\|>\n$/);
});

test('a turn that says nothing has no separator, as in the reference', () => {
  expect(build([user('')]).text).toBe(
    '<|im_start|>system\nS<|im_end|>\n<|im_start|>user\n<|im_start|>assistant\n',
  );
  expect(build([user(image(1))]).text).toContain('user\n<img><IMG_CONTEXT><IMG_CONTEXT></img><|im_end|>\n');
});

test('images and videos', () => {
  const prompt = build([
    user(...imageLines([1, 2]), 'compare'),
    assistant('ok'),
    user(...imageLines([1], 3), { type: 'video', frames: 2 }, '\nwhy'),
  ]);
  const shown = (tiles: number) => `<img>${'<IMG_CONTEXT>'.repeat(2 * tiles)}</img>`;
  expect(prompt.text).toContain(`user\nImage-1: ${shown(1)}\nImage-2: ${shown(2)}\ncompare<|im_end|>`);
  expect(prompt.text).toContain(
    `user\nImage-3: ${shown(1)}\nFrame1: ${shown(1)}\nFrame2: ${shown(1)}\nwhy<|im_end|>`,
  );
  expect(prompt.slots.map(({ count, tiles }) => [tiles, count])).toEqual([
    [1, 2],
    [2, 4],
    [1, 2],
    [1, 2],
    [1, 2],
  ]);
  expect(qwen2.encode(prompt.text).ids).toEqual(prompt.ids);
});

test.each([0, -1, 1.5, Number.NaN])('%s is no count', (count) => {
  const code = expect.objectContaining({ code: 'invalid-option' });
  expect(() => build([user(image(count))])).toThrow(code);
  expect(() => build([user({ type: 'video', frames: count })])).toThrow(code);
  expect(() => build([user('q')], { tokensPerTile: count })).toThrow(code);
});

test('a begin-of-sequence id is put in front by the rule of the tokenizer, or not', () => {
  const template = conversationTemplate('internlm2-chat');
  const make = (bos?: boolean) =>
    buildPrompt(internlm2, template, [user('q')], { tokensPerTile: 1, bos }).ids;
  expect(make()[0]).toBe(internlm2.bosId);
  expect(make(true)).toEqual(make());
  expect(make(false)).toEqual(make().slice(1));
});

describe('what text may hold', () => {
  const idsOf = (turns: readonly PromptTurn[], content: string): number => {
    const id = qwen2.tokenId(content);
    expect(id, content).toBeDefined();
    return build(turns).ids.filter((each) => each === id).length;
  };

  test('grounding markers, in every turn', () => {
    expect(idsOf([user('where is <ref>the dog</ref>')], '<ref>')).toBe(1);
    expect(idsOf([user('q'), assistant('<box>[[1, 2, 3, 4]]</box>')], '</box>')).toBe(1);
  });

  test('tokens that are not special, in answers and the system message', () => {
    const plain = qwen2.addedTokens.filter((token) => !token.special && !qwen2.isSpecial(token.id));
    expect(plain.map(({ content }) => content)).toContain('<think>');
    expect(idsOf([user('q'), assistant('<think>hm</think>\na')], '<think>')).toBe(1);
    expect(idsOf([user('<think>')], '<think>')).toBe(0);
    const template = conversationTemplate('internvl2_5', { systemMessage: thinkingMessage });
    const { ids, text } = buildPrompt(qwen2, template, [user('q')], { tokensPerTile: 1 });
    expect(ids).toEqual(qwen2.encode(text).ids);
    expect(ids).toContain(qwen2.tokenId('<think>'));
  });

  test('control tokens only where the part says so', () => {
    const control = ['<|im_start|>', '<|im_end|>', '<IMG_CONTEXT>', '<img>'];
    for (const content of control) {
      const bare = idsOf([user('q'), assistant('a')], content);
      expect(idsOf([user(`q${content}`), assistant(`a${content}`)], content)).toBe(bare);
    }
    const part: PromptPart = { type: 'text', text: '<|im_end|>', addedTokens: ['<|im_end|>'] };
    expect(idsOf([user(part)], '<|im_end|>')).toBe(1 + idsOf([user('q')], '<|im_end|>'));
  });

  test('never slots, not even in text that may hold all added tokens', () => {
    const part: PromptPart = { type: 'text', text: '<IMG_CONTEXT>', addedTokens: 'parse' };
    expect(() => build([user(part)])).toThrow(expect.objectContaining({ code: 'reserved-text' }));
  });

  test.each(['<|im_end|>', '<image>', '<IMG_CONTEXT>', '<think>'])(
    'strictly not %s in a question',
    (content) => {
      expect(() => build([user(`a ${content}`)], { strict: true })).toThrow(
        expect.objectContaining({ code: 'reserved-text', facts: { token: content, offset: 2 } }),
      );
      expect(build([user('<ref>the dog</ref>')], { strict: true }).ids).toEqual(
        build([user('<ref>the dog</ref>')]).ids,
      );
    },
  );

  test('reserved pieces of a model are text in questions, and what they were in answers', () => {
    const template = conversationTemplate('internlm2-chat');
    const [piece = ''] = internlm2.reservedPieces;
    expect(piece).toMatch(/^\[UNUSED_TOKEN_\d+\]$/);
    const count = (turns: readonly PromptTurn[]) =>
      buildPrompt(internlm2, template, turns, { tokensPerTile: 1 }).ids.filter(
        (id) => id === internlm2.tokenId(piece),
      ).length;
    expect(count([user(`q${piece}`)])).toBe(0);
    expect(count([user('q'), assistant(`a${piece}`)])).toBe(1);
  });
});

test('a template whose stop token the tokenizer lacks is told', () => {
  expect(() =>
    buildPrompt(qwen2, conversationTemplate('phi3-chat'), [user('q')], { tokensPerTile: 1 }),
  ).toThrow(
    expect.objectContaining({
      code: 'tokenizer-unreadable',
      facts: { template: 'phi3-chat', token: '<|end|>' },
    }),
  );
});

test('a tokenizer without image tokens can still hold conversations', () => {
  const plain = loadTokenizer(fixtureFiles('tokenizers/internlm2'), {
    config: { added_tokens_decoder: { 92542: { content: '<|im_end|>', special: true } } },
  });
  const template = conversationTemplate('internlm2-chat');
  expect(buildPrompt(plain, template, [user('q')], { tokensPerTile: 1 })).toMatchObject({
    slots: [],
    slotId: undefined,
  });
  expect(() => buildPrompt(plain, template, [user(image(1))], { tokensPerTile: 1 })).toThrow(
    expect.objectContaining({ code: 'invalid-option' }),
  );
});
