import { describe, expect, test } from 'vitest';
import type { Chat, Conversation } from './chat.js';
import type { ChatEvent } from './event.js';
import { finishedAnswer } from './finished-answer.js';
import { LocalChat } from './local-chat.js';
import { type TinyChatModelOptions, tinyChatModel } from './testing/tiny-chat-model.js';
import type { Part, Turn } from './turn.js';

function tiny(options?: TinyChatModelOptions) {
  const model = tinyChatModel(options);
  return { chat: new LocalChat(model), seen: model.seen };
}

const text = (said: string): Part => ({ type: 'text', text: said });
const user = (...parts: (string | Part)[]): Turn => ({
  role: 'user',
  parts: parts.map((part) => (typeof part === 'string' ? text(part) : part)),
});

/** A grey image that grows lighter from left to right, so that no two of its tiles are the same. */
function image(width: number, height: number, value = 100): Part {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => {
    return value + (Math.floor(index / 3) % width);
  });
  return { type: 'image', image: { data, width, height } };
}

async function all(events: AsyncIterable<ChatEvent>): Promise<ChatEvent[]> {
  const seen = [];
  for await (const event of events) seen.push(event);
  return seen;
}

const ask = (chat: Chat, ...turns: Turn[]) => finishedAnswer(chat.answer(turns, { maxNewTokens: 8 }));
const say = (conversation: Conversation, ...parts: (string | Part)[]) =>
  finishedAnswer(conversation.ask(user(...parts).parts, { maxNewTokens: 8 }));

describe('an answer', () => {
  test('tells tiles, prompt, encoder, prefill and text in this order', async () => {
    const { chat } = tiny({ says: 'A cat.' });
    const events = await all(chat.answer([user(image(56, 28), 'What?')]));
    expect(events.map(({ type }) => type)).toEqual([
      'image-tiled',
      'prompt-built',
      ...Array(3).fill('vision-progress'),
      'prefill-progress',
      ...Array(5).fill('text-delta'),
      'answer-finished',
    ]);
    expect(events[0]).toMatchObject({
      image: 0,
      width: 56,
      height: 28,
      columns: 2,
      rows: 1,
      tiles: 3,
      thumbnail: true,
      notices: [],
    });
    expect(events[1]).toMatchObject({ imageTokens: 3 });
    expect(events[4]).toEqual({ type: 'vision-progress', image: 0, loaded: 3, total: 3 });
  });

  test('is whole at the end', async () => {
    const { chat } = tiny({ says: 'A cat.' });
    const answer = await finishedAnswer(chat.answer([user(image(56, 28), 'What?')]));
    expect(answer).toEqual({
      text: 'A cat.',
      ids: [65, 32, 99, 97, 116, 46, 1],
      finishReason: 'stop',
      prompt: { text: '>\nWhat?<', ids: expect.any(Array), imageTokens: 3 },
      tiles: [{ image: 0, width: 56, height: 28, columns: 2, rows: 1, tiles: 3 }],
      encodedTiles: 3,
      boxes: [],
      usage: { inputTokens: answer.prompt.ids.length, cachedTokens: 0, outputTokens: 7 },
      timings: {
        loadMs: 5,
        visionMs: expect.any(Number),
        prefillMs: expect.any(Number),
        decodeMs: expect.any(Number),
      },
      backend: 'tiny',
      precision: 'fp32',
    });
  });

  test('deltas are the text, ids of held back letters come with the next', async () => {
    const { chat } = tiny({ says: ' a b |c ' });
    const deltas = (await all(chat.answer([user('?')]))).filter((event) => event.type === 'text-delta');
    expect(deltas).toEqual([
      { type: 'text-delta', text: 'a', ids: [32, 97] },
      { type: 'text-delta', text: ' b', ids: [32, 98] },
    ]);
  });

  test('ends at a stop text, which is not part of it', async () => {
    const { chat } = tiny({ says: 'one two three' });
    const answer = await finishedAnswer(chat.answer([user('?')], { stop: ['two'] }));
    expect(answer).toMatchObject({ text: 'one', finishReason: 'stop' });
    expect(answer.ids).toHaveLength(7);
  });

  test('ends by length', async () => {
    const { chat } = tiny({ says: 'one two' });
    expect(await finishedAnswer(chat.answer([user('?')], { maxNewTokens: 3 }))).toMatchObject({
      text: 'one',
      finishReason: 'length',
    });
  });

  test('gives boxes in pixels of the last image', async () => {
    const { chat } = tiny({ says: '<ref>it</ref><box>[[0, 0, 500, 1000]]</box>' });
    const { boxes } = await finishedAnswer(chat.answer([user(image(28, 28), image(200, 100), '?')]));
    expect(boxes).toEqual([{ label: 'it', image: 1, left: 0, top: 0, right: 100, bottom: 100 }]);
  });
});

describe('images', () => {
  test('each has its own tile limit; frames of a video are one tile', async () => {
    const { chat } = tiny();
    const frames = [image(56, 28), image(56, 28)].map((part) => part.type === 'image' && part.image);
    const video: Part = {
      type: 'video',
      frames: frames.filter((frame) => typeof frame === 'object' && 'width' in frame),
    };
    const answer = await finishedAnswer(
      chat.answer([user(image(112, 28), image(112, 28), video, '?')], { maxTiles: [4, 2], maxNewTokens: 2 }),
    );
    expect(answer.tiles.map(({ tiles }) => tiles)).toEqual([5, 3, 1, 1]);
    expect(answer.prompt.text).toBe('>Image-1: \nImage-2: \nFrame1: \nFrame2: \n?<');
    expect(answer.prompt.imageTokens).toBe(10);
  });

  test('several together share a placeholder', async () => {
    const { chat } = tiny();
    const [one, two] = [image(56, 28), image(28, 28)];
    const together: Part = {
      type: 'image',
      image: [one, two].flatMap((part) => (part.type === 'image' ? part.image : [])),
    };
    const answer = await ask(chat, user(together, '?'));
    expect(answer.prompt).toMatchObject({ text: '>\n?<', imageTokens: 4 });
    expect(answer.tiles).toHaveLength(2);
  });

  test('a list of limits must fit', async () => {
    const { chat } = tiny();
    const answering = finishedAnswer(chat.answer([user(image(28, 28), '?')], { maxTiles: [1, 2] }));
    await expect(answering).rejects.toMatchObject({ code: 'invalid-option' });
  });

  test('files need a decoder, which is told about EXIF', async () => {
    const turns = [user({ type: 'image', image: 'a.png' }, '?')];
    await expect(finishedAnswer(tiny().chat.answer(turns))).rejects.toMatchObject({
      code: 'image-unreadable',
    });
    const asked: unknown[] = [];
    const { chat } = tiny({
      decodeFile: async (file, { exif }) => {
        asked.push(file, exif);
        return { data: new Uint8Array(3), width: 1, height: 1 };
      },
    });
    await finishedAnswer(chat.answer(turns, { exif: true, maxNewTokens: 1 }));
    expect(asked).toEqual(['a.png', true]);
  });
});

describe('turns that make no sense', () => {
  test.each<[string, unknown]>([
    ['none', []],
    ['an assistant last', [user('a'), { role: 'assistant', parts: [text('b')] }]],
    ['an unknown role', [{ role: 'system', parts: [text('a')] }, user('b')]],
    ['an unknown part', [{ role: 'user', parts: [{ type: 'audio' }] }]],
    ['an image of the assistant', [{ role: 'assistant', parts: [image(1, 1)] }, user('b')]],
    ['an empty video', [user({ type: 'video', frames: [] })]],
    ['a text that is none', [{ role: 'user', parts: [{ type: 'text', text: 5 }] }]],
  ])('%s', async (_, turns) => {
    await expect(finishedAnswer(tiny().chat.answer(turns as Turn[]))).rejects.toMatchObject({
      code: 'invalid-option',
    });
  });

  test('an image that is none', async () => {
    const turns = [user({ type: 'image', image: null as never }, '?')];
    await expect(finishedAnswer(tiny().chat.answer(turns))).rejects.toMatchObject({
      code: 'image-unreadable',
    });
  });
});

test('a prompt that is too long says what would fit, before the encoder works', async () => {
  const { chat, seen } = tiny({ contextTokens: 20 });
  const turns = [user(image(280, 28), '0123456789')];
  await expect(finishedAnswer(chat.answer(turns))).rejects.toMatchObject({
    code: 'context-overflow',
    facts: { limit: 20, promptTokens: 25, imageTokens: 11, excessTokens: 5, fittingTiles: 6 },
  });
  expect(seen.tiles).toBe(0);
});

describe('a conversation', () => {
  test('answers as a fresh prompt would, and prefills only what is new', async () => {
    const { chat, seen } = tiny();
    const conversation = chat.conversation();
    const first = await say(conversation, image(56, 28), 'What is it?');
    expect(seen.prefilled).toEqual([first.prompt.ids.length]);
    const second = await say(conversation, 'And now?');
    expect(second.usage.cachedTokens).toBe(first.prompt.ids.length + first.ids.length - 1);
    expect(seen.prefilled.at(-1)).toBe(second.prompt.ids.length - second.usage.cachedTokens);
    expect(seen.tiles).toBe(3);
    const third = await say(conversation, image(28, 28, 30), 'This?');
    expect(third.tiles.map(({ image: index, tiles }) => [index, tiles])).toEqual([
      [0, 3],
      [1, 1],
    ]);
    expect(seen.tiles).toBe(4);

    const fresh = await ask(tiny().chat, ...conversation.turns.slice(0, -1));
    expect(fresh.ids).toEqual(third.ids);
    expect(fresh.prompt).toEqual(third.prompt);
    expect(third.usage.cachedTokens).toBeGreaterThan(second.usage.cachedTokens);
  });

  test('other images are not taken from the cache', async () => {
    const { chat } = tiny();
    const conversation = chat.conversation();
    await say(conversation, image(56, 28, 10), 'What is it?');
    conversation.rewind(0);
    const again = await say(conversation, image(56, 28, 200), 'What is it?');
    expect(again.usage.cachedTokens).toBe(1);
    expect(again.ids).toEqual((await ask(tiny().chat, user(image(56, 28, 200), 'What is it?'))).ids);
  });

  test('the same question again answers the same', async () => {
    const { chat } = tiny();
    const conversation = chat.conversation();
    const first = await say(conversation, 'Why?');
    conversation.rewind(0);
    const again = await say(conversation, 'Why?');
    expect(again.ids).toEqual(first.ids);
    expect(again.usage.cachedTokens).toBe(first.prompt.ids.length - 1);
  });

  test('an aborted answer leaves no trace, and the next one is right', async () => {
    const { chat } = tiny();
    const conversation = chat.conversation();
    await say(conversation, image(56, 28), 'What is it?');
    const controller = new AbortController();
    const events = conversation.ask('Tell me more.', { signal: controller.signal });
    for (let event = await events.next(); event.value?.type !== 'text-delta'; ) event = await events.next();
    controller.abort('enough');
    await expect(events.next()).rejects.toBe('enough');
    expect(conversation.turns).toHaveLength(2);
    const next = await say(conversation, 'And?');
    expect(next.ids).toEqual((await ask(tiny().chat, ...conversation.turns.slice(0, -1))).ids);
    expect(next.usage.cachedTokens).toBeGreaterThan(0);
  });

  test('one answer at a time; leaving it early frees it', async () => {
    const { chat } = tiny();
    const conversation = chat.conversation();
    const events = conversation.ask('One');
    await events.next();
    await expect(conversation.ask('Two').next()).rejects.toMatchObject({ code: 'conversation-busy' });
    expect(() => conversation.rewind(0)).toThrow(expect.objectContaining({ code: 'conversation-busy' }));
    await events.return();
    expect(await say(conversation, 'Three')).toMatchObject({ finishReason: 'length' });
    await conversation.dispose();
    await expect(conversation.ask('Four').next()).rejects.toMatchObject({ code: 'conversation-disposed' });
  });

  test('keeps its options and its history', async () => {
    const { chat } = tiny();
    const history: Turn[] = [user('Hi'), { role: 'assistant', parts: [text('Hello')] }];
    const conversation = chat.conversation({ system: 'S', maxNewTokens: 2, history });
    const answer = await finishedAnswer(conversation.ask('Well?'));
    expect(answer.prompt.text).toBe('S>Hi<Hello>Well?<');
    expect(answer.ids).toHaveLength(2);
  });
});

describe('a batch', () => {
  test('gives each row what it gets alone', async () => {
    const { chat } = tiny();
    const rows = [
      [user(image(56, 28), 'What?')],
      [user('And a longer one, without?')],
      [user(image(28, 28, 3), '?')],
    ];
    const answers = await chat.batch(
      rows.map((turns) => ({ turns })),
      { maxNewTokens: 8 },
    );
    for (const [index, turns] of rows.entries()) {
      const alone = await ask(tiny().chat, ...turns);
      expect(answers[index]).toMatchObject({
        ids: alone.ids,
        text: alone.text,
        prompt: alone.prompt,
        tiles: alone.tiles,
      });
    }
  });

  test('rows have their own tiles, and stop texts end rows', async () => {
    const { chat } = tiny();
    const turns = [user(image(112, 28), '?')];
    const [alone] = await chat.batch([{ turns, maxTiles: 1 }], { maxNewTokens: 8 });
    expect(alone!.tiles[0]!.tiles).toBe(1);
    const stop = [alone!.text.slice(2, 4)];
    const [stopped] = await chat.batch([{ turns, maxTiles: 1 }], { maxNewTokens: 8, stop });
    expect(stopped).toMatchObject({ text: alone!.text.slice(0, 2), finishReason: 'stop' });
  });

  test('nothing asked, nothing answered', async () => {
    expect(await tiny().chat.batch([])).toEqual([]);
  });
});

test('a trace holds every stage', async () => {
  const { chat } = tiny();
  const { answer, tensors } = await chat.trace([user(image(56, 28), '?')], { maxNewTokens: 3 });
  expect(Object.fromEntries(Object.entries(tensors).map(([name, { dims }]) => [name, dims]))).toEqual({
    pixel_values: [3, 3, 28, 28],
    vit_last_hidden_state: [3, 5, 2],
    visual_tokens: [3, 1, 8],
    inputs_embeds: [1, answer.prompt.ids.length, 8],
    logits: [3, 128],
  });
  const { data } = tensors.inputs_embeds!;
  expect(data[8]).toBe(tensors.visual_tokens!.data[0]);
  expect(answer.ids).toEqual(
    (await finishedAnswer(chat.answer([user(image(56, 28), '?')], { maxNewTokens: 3 }))).ids,
  );
});

describe('features', () => {
  test('come tile by tile with their crop', async () => {
    const { chat, seen } = tiny();
    const tiles = [];
    for await (const tile of chat.features({ data: new Uint8Array(56 * 28 * 3), width: 56, height: 28 })) {
      expect(seen.tiles).toBe(tile.index + 1);
      tiles.push(tile);
    }
    expect(tiles.map(({ index, thumbnail, total }) => [index, thumbnail, total])).toEqual([
      [0, false, 3],
      [1, false, 3],
      [2, true, 3],
    ]);
    expect(tiles[1]).toMatchObject({
      box: { x: 28, y: 0, width: 28, height: 28 },
      image: { width: 28, height: 28 },
      classEmbedding: { dims: [2] },
      patchEmbeddings: { dims: [4, 2] },
      visualTokens: { dims: [1, 8] },
    });
  });

  test('of a vision tower alone; it cannot answer', async () => {
    const { language: _, ...model } = tinyChatModel();
    const chat = new LocalChat(model);
    expect(await chat.features({ data: new Uint8Array(3), width: 1, height: 1 }).next()).toMatchObject({
      done: false,
    });
    await expect(ask(chat, user('?'))).rejects.toMatchObject({ code: 'architecture-unsupported' });
  });
});

describe('dispose', () => {
  test('frees the graphs once, ends work and refuses more', async () => {
    const { chat, seen } = tiny();
    const events = chat.answer([user('?')]);
    await events.next();
    await Promise.all([chat.dispose(), chat.dispose()]);
    expect(seen.disposed).toBe(3);
    await expect(events.next()).rejects.toMatchObject({ code: 'chat-disposed' });
    await expect(ask(chat, user('?'))).rejects.toMatchObject({ code: 'chat-disposed' });
  });
});

describe('aborting', () => {
  test.each(['image-tiled', 'prompt-built', 'vision-progress', 'prefill-progress', 'text-delta'])(
    'after %s rethrows the reason',
    async (type) => {
      const { chat } = tiny();
      const controller = new AbortController();
      const reason = new Error('stop it');
      const answering = (async () => {
        for await (const event of chat.answer([user(image(56, 28), '?')], { signal: controller.signal })) {
          if (event.type === type) controller.abort(reason);
        }
      })();
      await expect(answering).rejects.toBe(reason);
    },
  );
});

describe('the same image again', () => {
  const askOf = (chat: Chat, part: Part, signal?: AbortSignal) =>
    finishedAnswer(chat.answer([user(part, 'What?')], { maxNewTokens: 4, ...(signal && { signal }) }));

  test('does without the encoder, also in another conversation, and answers the same', async () => {
    const { chat, seen } = tiny();
    const first = await askOf(chat, image(56, 28));
    const again = await askOf(chat, image(56, 28));
    expect([first.encodedTiles, again.encodedTiles, seen.tiles]).toEqual([3, 0, 3]);
    expect(again.ids).toEqual(first.ids);
    // The cache of the language model is another matter: so short a beginning is not worth a copy.
    expect(again.usage.cachedTokens).toBe(0);
    const said = await say(chat.conversation(), image(56, 28), 'What?');
    expect(said).toMatchObject({ encodedTiles: 0, usage: { cachedTokens: 0 } });
    expect(seen.tiles).toBe(3);
  });

  test('progress is told for every tile nevertheless', async () => {
    const { chat } = tiny();
    await askOf(chat, image(56, 28));
    const events = await all(chat.answer([user(image(28, 28, 9), image(56, 28))], { maxNewTokens: 2 }));
    const progress = events.filter((event) => event.type === 'vision-progress');
    expect(progress.map(({ image: index, loaded, total }) => [index, loaded, total])).toEqual([
      [0, 1, 4],
      [1, 2, 4],
      [1, 3, 4],
      [1, 4, 4],
    ]);
    expect(events.at(-1)).toMatchObject({ answer: { encodedTiles: 1 } });
  });

  test('goes on where the encoder was stopped', async () => {
    const { chat, seen } = tiny();
    const controller = new AbortController();
    const reason = new Error('no more');
    const events = chat.answer([user(image(56, 28), 'What?')], { signal: controller.signal });
    const stopped = (async () => {
      for await (const event of events) if (event.type === 'vision-progress') controller.abort(reason);
    })();
    await expect(stopped).rejects.toBe(reason);
    expect(seen.tiles).toBe(1);
    expect((await askOf(chat, image(56, 28))).encodedTiles).toBe(2);
  });

  test('rows of a batch share it', async () => {
    const { chat, seen } = tiny();
    const turns = [user(image(56, 28), 'What?')];
    const answers = await chat.batch([{ turns }, { turns }], { maxNewTokens: 2 });
    expect(answers[0]!.encodedTiles + answers[1]!.encodedTiles).toBe(3);
    expect(seen.tiles).toBe(3);
  });

  test('only as many tiles are kept as there is room for', async () => {
    const model = tinyChatModel();
    // One visual token of eight numbers takes 32 bytes.
    const chat = new LocalChat(model, { visionCacheBytes: 70 });
    await askOf(chat, image(28, 28, 1));
    await askOf(chat, image(28, 28, 2));
    await askOf(chat, image(28, 28, 1));
    await askOf(chat, image(28, 28, 3));
    expect((await askOf(chat, image(28, 28, 1))).encodedTiles).toBe(0);
    expect((await askOf(chat, image(28, 28, 2))).encodedTiles).toBe(1);
    const none = new LocalChat(tinyChatModel(), { visionCacheBytes: 0 });
    await askOf(none, image(28, 28));
    expect((await askOf(none, image(28, 28))).encodedTiles).toBe(1);
    expect(() => new LocalChat(model, { visionCacheBytes: Number.NaN })).toThrow(
      expect.objectContaining({ code: 'invalid-option' }),
    );
  });
});
