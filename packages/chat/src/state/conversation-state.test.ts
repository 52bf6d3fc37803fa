import { describe, expect, test } from 'vitest';
import type { Conversation } from '../chat.js';
import type { ChatModel } from '../chat-model.js';
import { finishedAnswer } from '../finished-answer.js';
import { LocalChat, type LocalChatOptions } from '../local-chat.js';
import { tinyChatModel } from '../testing/tiny-chat-model.js';
import type { ImageInput, Part } from '../turn.js';
import { packState, unpackState } from './state-file.js';

const identity = { checkpoint: 'c0ffee', vision: 'v', language: 'l' };

/** A program of its own: a model that was loaded for it. */
function program(changes: Partial<ChatModel> = {}, options: LocalChatOptions = {}) {
  const model = tinyChatModel({
    decodeFile: async (file) => {
      const value = typeof file === 'string' ? file.length : file[0]!;
      return { data: new Uint8Array(56 * 28 * 3).map((_, at) => value + (at % 171)), width: 56, height: 28 };
    },
  });
  return { chat: new LocalChat({ ...model, identity, ...changes }, options), seen: model.seen };
}

const short = { maxNewTokens: 8 };
const say = (conversation: Conversation, parts: string | readonly Part[]) =>
  finishedAnswer(conversation.ask(parts, short));
const show = (image: ImageInput | readonly ImageInput[], text = 'What is it?'): Part[] => [
  { type: 'image', image },
  { type: 'text', text },
];

const pixels = (value: number) => ({
  data: new Uint8Array(28 * 28 * 3).fill(value),
  width: 28,
  height: 28,
});

/** A conversation with every kind of image, answered, and another image at its end. */
async function begun(conversation: Conversation) {
  await say(conversation, show(pixels(3)));
  await say(conversation, show([Uint8Array.of(9, 9), 'a/path.png']));
  await say(conversation, [
    { type: 'video', frames: [new Blob([Uint8Array.of(5)]), pixels(4)] },
    { type: 'text', text: 'And now?' },
  ]);
}

describe('a restored conversation', () => {
  test('answers as the one that was never interrupted, and computes only what is new', async () => {
    const one = program();
    const kept = one.chat.conversation({ system: 'Be brief.', maxTiles: 2 });
    await begun(kept);
    const state = await kept.save();

    const two = program();
    const restored = await two.chat.restore(state);
    expect(restored.turns).toHaveLength(6);
    for (const next of ['Why?', show(pixels(7))]) {
      const [expected, answer] = [await say(kept, next), await say(restored, next)];
      expect(answer.ids).toEqual(expected.ids);
      expect(answer.prompt).toEqual(expected.prompt);
      expect(answer.tiles).toEqual(expected.tiles);
      expect(answer.usage).toEqual(expected.usage);
      expect(answer.usage.cachedTokens).toBeGreaterThan(20);
    }
    expect(two.seen.tiles).toBe(1);
    expect(await restored.save()).toEqual(await kept.save());
  });

  test('has its images, as they were given', async () => {
    const { chat } = program();
    const kept = chat.conversation();
    await begun(kept);
    const { turns } = await program().chat.restore(await kept.save());
    const images = turns.flatMap(({ parts }) =>
      parts.flatMap((part) =>
        part.type === 'image' ? part.image : part.type === 'video' ? part.frames : [],
      ),
    );
    expect(images).toEqual([pixels(3), Uint8Array.of(9, 9), 'a/path.png', Uint8Array.of(5), pixels(4)]);
  });

  test('can be taken back, and asked otherwise', async () => {
    const { chat } = program();
    const kept = chat.conversation();
    await begun(kept);
    const state = await kept.save();
    const restored = await program().chat.restore(state);
    for (const conversation of [kept, restored]) conversation.rewind(4);
    const [expected, answer] = [await say(kept, 'Otherwise?'), await say(restored, 'Otherwise?')];
    expect(answer.ids).toEqual(expected.ids);
    expect(answer.usage).toEqual(expected.usage);
    expect(answer.usage.cachedTokens).toBeGreaterThan(0);
  });

  test('keeps the options it was saved with, but for those that are given', async () => {
    const { chat } = program();
    const kept = chat.conversation({ system: 'Be brief.', maxNewTokens: 3 });
    await finishedAnswer(kept.ask('Who?'));
    const state = await kept.save();
    const next = await finishedAnswer(kept.ask('Why?'));
    const same = await finishedAnswer((await chat.restore(state)).ask('Why?'));
    expect(same).toMatchObject({ ids: next.ids, prompt: next.prompt, finishReason: 'length' });
    const longer = await finishedAnswer((await chat.restore(state, { maxNewTokens: 5 })).ask('Why?'));
    expect(longer.ids).toHaveLength(5);
    expect(longer.ids.slice(0, 3)).toEqual(next.ids);
  });

  test('may be empty, or have turns that were never asked', async () => {
    const { chat } = program();
    const empty = await chat.restore(await chat.conversation().save());
    expect(empty.turns).toEqual([]);
    const history = [
      { role: 'user', parts: show(pixels(3)) },
      { role: 'assistant', parts: [{ type: 'text', text: 'A thing.' }] },
    ] as const;
    const told = await chat.restore(await chat.conversation({ history }).save());
    expect(told.turns).toEqual(history);
    const answer = await say(told, 'Which?');
    expect(answer.ids).toEqual((await say(chat.conversation({ history }), 'Which?')).ids);
  });

  test('computes its prompt again on another backend, with the images it has', async () => {
    const one = program();
    const kept = one.chat.conversation();
    await begun(kept);
    const state = await kept.save();
    const two = program({ backend: 'another' });
    const restored = await two.chat.restore(state);
    const answer = await say(restored, 'Why?');
    expect(answer).toMatchObject({ ids: (await say(kept, 'Why?')).ids, usage: { cachedTokens: 0 } });
    expect(two.seen.tiles).toBe(0);
    const further = await say(restored, 'And?');
    expect(further.usage.cachedTokens).toBeGreaterThan(0);
    expect(further.ids).toEqual((await say(kept, 'And?')).ids);
  });

  test('needs no room for tiles', async () => {
    const { chat } = program({}, { visionCacheBytes: 0, prefixCacheBytes: 0 });
    const kept = chat.conversation();
    await begun(kept);
    const restored = await program({}, { visionCacheBytes: 0 }).chat.restore(await kept.save());
    const [expected, answer] = [await say(kept, 'Why?'), await say(restored, 'Why?')];
    expect(answer.usage).toEqual(expected.usage);
    expect(answer.ids).toEqual(expected.ids);
  });
});

describe('refused is', () => {
  const state = async () => {
    const conversation = program().chat.conversation();
    await say(conversation, show(pixels(3)));
    return conversation.save();
  };

  test.each([
    ['another checkpoint', { identity: { ...identity, checkpoint: 'other' } }, 'checkpoint'],
    ['another precision', { precision: 'int8' }, 'precision'],
    ['another way to write the encoder', { identity: { ...identity, vision: 'w' } }, 'conversion'],
    ['another way to write the language model', { identity: { ...identity, language: 'w' } }, 'conversion'],
  ])('%s', async (_, changes, difference) => {
    await expect(program(changes).chat.restore(await state())).rejects.toMatchObject({
      code: 'state-mismatch',
      facts: { difference },
    });
  });

  test('what is damaged or something else', async () => {
    const { chat } = program();
    const whole = await state();
    whole[whole.length - 30]! ^= 1;
    for (const bytes of [whole, new Uint8Array(), new Uint8Array(100), whole.slice(0, 200)]) {
      await expect(chat.restore(bytes)).rejects.toMatchObject({ code: 'state-unreadable' });
    }
  });

  test('what was put together wrongly, though its hash is right', async () => {
    const { chat } = program();
    const { json, parts } = await unpackState(await state());
    const saved = json as Record<string, unknown>;
    const broken = [
      { json: saved, parts: parts.slice(0, 1) },
      { json: saved, parts: parts.map((part) => part.slice(4)) },
      { json: { ...saved, turns: 5 }, parts },
      { json: { ...saved, turns: [] }, parts },
      { json: { ...saved, shown: [{}] }, parts },
    ];
    for (const content of broken) {
      await expect(chat.restore(await packState(content))).rejects.toMatchObject({
        code: 'state-unreadable',
      });
    }
    const prefix = { ...(saved.prefix as object), ids: [1, 2] };
    const shorter = await packState({ json: { ...saved, prefix }, parts });
    await expect(chat.restore(shorter)).rejects.toMatchObject({ code: 'shape-mismatch' });
    const nothing = await packState({ json: null, parts: [] });
    await expect(chat.restore(nothing)).rejects.toMatchObject({ code: 'state-mismatch' });
  });

  test('a conversation that is busy or gone, a chat that is gone, a model without identity', async () => {
    const { chat } = program();
    const conversation = chat.conversation();
    const answer = conversation.ask('Who?', short);
    await answer.next();
    await expect(conversation.save()).rejects.toMatchObject({ code: 'conversation-busy' });
    await answer.return();
    const saved = await conversation.save();
    await conversation.dispose();
    await expect(conversation.save()).rejects.toMatchObject({ code: 'conversation-disposed' });
    const other = chat.conversation();
    await chat.dispose();
    await expect(other.save()).rejects.toMatchObject({ code: 'chat-disposed' });
    await expect(chat.restore(saved)).rejects.toMatchObject({ code: 'chat-disposed' });
    const nameless = program({ identity: undefined }).chat;
    await expect(nameless.conversation().save()).rejects.toMatchObject({ code: 'invalid-option' });
    await expect(nameless.restore(saved)).rejects.toMatchObject({ code: 'invalid-option' });
  });
});
