import { seededRandom } from '@internvl/llm';
import { describe, expect, test } from 'vitest';
import type { Answer } from './answer.js';
import type { Chat } from './chat.js';
import { finishedAnswer } from './finished-answer.js';
import { LocalChat } from './local-chat.js';
import type { AnswerOptions } from './options.js';
import { tinyChatModel } from './testing/tiny-chat-model.js';
import type { Part, Turn } from './turn.js';

const user = (...parts: (string | Part)[]): Turn => ({
  role: 'user',
  parts: parts.map((part) => (typeof part === 'string' ? { type: 'text', text: part } : part)),
});

function image(width: number, height: number, value: number): Part {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => {
    return value + (Math.floor(index / 3) % width);
  });
  return { type: 'image', image: { data, width, height } };
}

const ask = (chat: Chat, turns: readonly Turn[], options: AnswerOptions = {}) =>
  finishedAnswer(chat.answer(turns, { maxNewTokens: 8, ...options }));

interface Question {
  readonly turns: readonly Turn[];
  readonly options: AnswerOptions;
}

function randomQuestion(random: () => number): Question {
  const below = (count: number) => Math.floor(random() * count);
  const parts: (string | Part)[] = [];
  for (let count = below(3); count > 0; count--) {
    parts.push(image(28 * (1 + below(3)), 28, 40 * below(4)));
  }
  parts.push('What is to be seen here, and why? '.slice(0, 5 + below(30)));
  return {
    turns: [user(...parts)],
    options: {
      maxNewTokens: 1 + below(20),
      chunkTokens: 2 + below(20),
      ...(below(2) === 0 && { temperature: 50, seed: below(100) }),
      ...(below(4) === 0 && { stop: ['a', 'e'] }),
      ...(below(4) === 0 && { system: 'Be brief and kind, whatever they ask.' }),
    },
  };
}

const told = ({ text, ids, finishReason, prompt, tiles }: Answer) => ({
  text,
  ids,
  finishReason,
  prompt,
  tiles,
});

describe('answers that are asked at the same time', () => {
  test.each([1, 2, 3, 4, 5])(
    'are those asked alone, whoever goes away beside them, seed %i',
    async (seed) => {
      const random = seededRandom(seed);
      const questions = Array.from({ length: 20 }, () => randomQuestion(random));
      const chat = new LocalChat(tinyChatModel(), {
        parallelAnswers: 1 + Math.floor(random() * 6),
        visionCacheBytes: seed % 2 === 0 ? 100 : undefined,
        prefixCacheBytes: seed % 3 === 0 ? 20_000 : undefined,
      });
      const leaving = questions.map(({ turns, options }, index) => {
        const events = Math.floor(random() * 12);
        return leave(chat, turns, options, events, index % 2 === 0);
      });
      const answers = await Promise.all(questions.map(({ turns, options }) => ask(chat, turns, options)));
      await Promise.all(leaving);
      for (const [index, { turns, options }] of questions.entries()) {
        expect(told(answers[index]!)).toEqual(
          told(await ask(new LocalChat(tinyChatModel()), turns, options)),
        );
      }
      await chat.dispose();
    },
  );

  test('end with the chat, those that wait for a row too', async () => {
    const chat = new LocalChat(tinyChatModel(), { parallelAnswers: 1 });
    const all = [1, 2, 3].map((index) => ask(chat, [user(`Question ${index}`)], { maxNewTokens: 2000 }));
    const settled = Promise.allSettled(all);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await chat.dispose();
    for (const outcome of await settled) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'chat-disposed' } });
    }
  });

  test('encode an image that two of them show once, also when the first one goes away', async () => {
    const model = tinyChatModel();
    const chat = new LocalChat(model);
    const turns = [user(image(84, 28, 0), 'What?')];
    await Promise.all([ask(chat, turns), ask(chat, turns), ask(chat, turns)]);
    expect(model.seen.tiles).toBe(4);
    const other = [user(image(84, 28, 90), 'What?')];
    const first = leave(chat, other, {}, 2, true);
    const second = await ask(chat, other);
    await first;
    expect(told(second)).toEqual(told(await ask(new LocalChat(tinyChatModel()), other)));
  });
});

describe('a beginning that was there before', () => {
  const long = 'Here is a picture; tell me what it shows. ';

  test('is taken from another answer, images included, and counted', async () => {
    const chat = new LocalChat(tinyChatModel());
    const shown = image(84, 28, 10);
    const first = await ask(chat, [user(long, shown, 'First?')]);
    expect(first.usage.cachedTokens).toBe(0);
    const second = await ask(chat, [user(long, shown, 'Second?')]);
    const { ids } = second.prompt;
    const differs = ids.findIndex((id, index) => id !== first.prompt.ids[index]);
    expect(second.usage.cachedTokens).toBe(differs);
    const other = await ask(chat, [user(long, image(84, 28, 11), 'Second?')]);
    // Another picture in the same slots.
    expect(other.usage.cachedTokens).toBe(ids.indexOf(2));
    for (const [answer, value] of [
      [second, 10],
      [other, 11],
    ] as const) {
      const alone = await ask(new LocalChat(tinyChatModel()), [user(long, image(84, 28, value), 'Second?')]);
      expect(told(answer)).toEqual(told(alone));
    }
  });

  test('is taken by a server that sends all turns each time', async () => {
    const chat = new LocalChat(tinyChatModel());
    const turns = [user(long, image(56, 28, 30), 'What?')];
    const first = await ask(chat, turns);
    const next = [
      ...turns,
      { role: 'assistant', parts: [{ type: 'text', text: first.text }] } as const,
      user('And?'),
    ];
    const second = await ask(chat, next);
    expect(second.usage.cachedTokens).toBeGreaterThanOrEqual(first.prompt.ids.length);
    expect(told(second)).toEqual(told(await ask(new LocalChat(tinyChatModel()), next)));
  });

  test('is not kept where there are no bytes for it', async () => {
    const chat = new LocalChat(tinyChatModel(), { prefixCacheBytes: 0 });
    await ask(chat, [user(long, 'First?')]);
    expect((await ask(chat, [user(long, 'Second?')])).usage.cachedTokens).toBe(0);
  });
});

/** Reads a few events and goes away, by leaving the loop or by its signal. */
async function leave(
  chat: Chat,
  turns: readonly Turn[],
  options: AnswerOptions,
  events: number,
  breaks: boolean,
): Promise<void> {
  const controller = new AbortController();
  let read = 0;
  try {
    for await (const _ of chat.answer(turns, { ...options, signal: controller.signal })) {
      if (++read < events) continue;
      if (breaks) return;
      controller.abort('gone');
    }
  } catch (error) {
    if (error !== 'gone') throw error;
  }
}
