import { describe, expect, test } from 'vitest';
import type { ChatEvent } from '../event.js';
import { finishedAnswer } from '../finished-answer.js';
import { LocalChat } from '../local-chat.js';
import type { AnswerOptions } from '../options.js';
import { tinyChatModel } from '../testing/tiny-chat-model.js';
import type { Turn } from '../turn.js';

const turns: Turn[] = [{ role: 'user', parts: [{ type: 'text', text: 'How many?' }] }];
const schema = {
  type: 'object',
  properties: { name: { type: 'string', maxLength: 6 }, count: { type: 'integer', minimum: 0, maximum: 12 } },
  required: ['name', 'count'],
};

function ask(options: AnswerOptions, says?: string) {
  return finishedAnswer(
    new LocalChat(tinyChatModel(says === undefined ? {} : { says })).answer(turns, options),
  );
}

describe('an answer in JSON', () => {
  test.each(Array.from({ length: 12 }, (_, seed) => seed))('is valid, seed %i', async (seed) => {
    const answer = await ask({ responseFormat: { type: 'json', schema }, temperature: seed / 4, seed });
    expect(answer.finishReason).toBe('stop');
    const { name, count } = JSON.parse(answer.text);
    expect(Object.keys(JSON.parse(answer.text))).toEqual(['name', 'count']);
    expect(Array.from(name).length).toBeLessThanOrEqual(6);
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]).toContain(count);
  });

  test('is any object without a schema', async () => {
    const { text } = await ask({
      responseFormat: { type: 'json' },
      temperature: 3,
      seed: 3,
      maxNewTokens: 2000,
    });
    expect(JSON.parse(text)).toBeTypeOf('object');
  });

  test('ends with length when the tokens run out, and is the beginning of one', async () => {
    const { text, finishReason, ids } = await ask({
      responseFormat: { type: 'json', schema },
      maxNewTokens: 5,
    });
    expect([finishReason, ids.length]).toEqual(['length', 5]);
    expect('{"name":'.startsWith(text.replaceAll(/\s/g, ''))).toBe(true);
  });

  test('is the same in a batch, and streamed it is the text', async () => {
    const options = { responseFormat: { type: 'json', schema }, temperature: 1, seed: 7 } as const;
    const chat = new LocalChat(tinyChatModel());
    const alone = await finishedAnswer(chat.answer(turns, options));
    const [first, second] = await chat.batch([{ turns }, { turns }], options);
    expect([first!.text, second!.text]).toEqual([alone.text, alone.text]);
    let streamed = '';
    for await (const event of chat.answer(turns, options))
      if (event.type === 'text-delta') streamed += event.text;
    expect(streamed).toBe(alone.text);
  });

  test('may hold what ends other answers', async () => {
    const { text } = await ask({ responseFormat: { type: 'grammar', grammar: 'root ::= " |" [a-z] "| "' } });
    expect(text).toMatch(/^ \|[a-z]\| $/);
  });
});

describe('a grammar', () => {
  test('chooses among what it allows, as the model would', async () => {
    const format = { type: 'grammar', grammar: 'root ::= "yes" | "no" | "maybe"' } as const;
    expect((await ask({ responseFormat: format }, 'no')).text).toBe('no');
  });

  test('lets the model end only where the text is complete', async () => {
    const format = { type: 'grammar', grammar: 'root ::= [a-z]{3,}' } as const;
    const { text, finishReason } = await ask({ responseFormat: format }, 'a');
    expect(text).toMatch(/^a[a-z]{2}$/);
    expect(finishReason).toBe('stop');
  });
});

describe('refused before any work', () => {
  test.each<[string, AnswerOptions['responseFormat'], object]>([
    [
      'schema-unsupported',
      { type: 'json', schema: { type: 'array', uniqueItems: true } },
      { pointer: '/uniqueItems' },
    ],
    ['grammar-invalid', { type: 'grammar', grammar: 'root ::= [a-' }, { line: 1 }],
    ['invalid-option', JSON.parse('{"type":"xml"}'), { option: 'responseFormat' }],
  ])('%s', async (code, responseFormat, facts) => {
    const model = tinyChatModel();
    const chat = new LocalChat(model);
    const expected = expect.objectContaining({ code, facts: expect.objectContaining(facts) });
    await expect(finishedAnswer(chat.answer(turns, { responseFormat }))).rejects.toEqual(expected);
    await expect(chat.batch([{ turns }], { responseFormat })).rejects.toEqual(expected);
    expect(model.seen.prefilled).toEqual([]);
  });
});

describe('logprobs', () => {
  test('of each token, with its rivals, in the stream and in the answer', async () => {
    const chat = new LocalChat(tinyChatModel({ says: 'ab' }));
    const deltas: ChatEvent[] = [];
    for await (const event of chat.answer(turns, { logprobs: 2 })) deltas.push(event);
    const last = deltas.at(-1)!;
    const { logprobs, ids } = last.type === 'answer-finished' ? last.answer : { logprobs: [], ids: [] };
    expect(logprobs!.map(({ id }) => id)).toEqual(ids);
    const total = Math.log(127 + Math.E);
    expect(logprobs![0]).toEqual({
      id: 97,
      text: 'a',
      bytes: [97],
      logprob: expect.closeTo(1 - total, 5),
      top: [
        { id: 97, text: 'a', bytes: [97], logprob: expect.closeTo(1 - total, 5) },
        { id: 0, text: '\0', bytes: [0], logprob: expect.closeTo(-total, 5) },
      ],
    });
    const streamed = deltas.flatMap((event) => (event.type === 'text-delta' ? (event.logprobs ?? []) : []));
    expect(streamed).toEqual(logprobs!.slice(0, 2));
  });

  test('0 reports the chosen token alone, nothing is reported unasked', async () => {
    const chat = new LocalChat(tinyChatModel({ says: 'ab' }));
    const [answer] = await chat.batch([{ turns }], { logprobs: 0 });
    expect(answer!.logprobs!.map(({ top }) => top)).toEqual([[], [], []]);
    expect(await finishedAnswer(chat.answer(turns))).not.toHaveProperty('logprobs');
  });
});
