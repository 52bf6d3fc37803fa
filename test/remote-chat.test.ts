import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AnswerOptions, Chat, Turn } from '@internvl/chat';
import { finishedAnswer, load, remoteChat } from '@internvl/chat/node';
import { createHandler } from '@internvl/server';
import { type ListeningServer, serve } from '@internvl/server/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const nano = fileURLToPath(new URL('../models/nano/', import.meta.url));
const shapes = await readFile(`${nano}samples/shapes-1.png`);
const receipt = await readFile(`${nano}samples/receipt-5.png`);

let cache: string;
let here: Chat;
let server: ListeningServer;
let there: Chat;

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'internvl-remote-'));
  here = await load(nano, { backend: 'cpu', cache });
  const handler = createHandler({ models: { nano: here }, keys: ['key'], limits: { newTokens: 64 } });
  server = await serve(handler, { port: 0 });
  there = await remoteChat({ baseUrl: `${server.url}/v1`, model: 'nano', apiKey: 'key' });
});
afterAll(async () => {
  await server.close();
  await here.dispose();
  await rm(cache, { recursive: true, force: true });
});

const asks = (text: string, ...images: readonly Uint8Array[]): Turn => ({
  role: 'user',
  parts: [...images.map((image) => ({ type: 'image', image }) as const), { type: 'text', text }],
});

async function told(chat: Chat, turns: readonly Turn[], options: AnswerOptions) {
  let deltas = '';
  for await (const event of chat.answer(turns, { maxNewTokens: 64, ...options })) {
    if (event.type === 'text-delta') deltas += event.text;
    if (event.type === 'answer-finished') {
      const { text, finishReason, usage, boxes, logprobs } = event.answer;
      expect(deltas).toBe(text);
      const { inputTokens, outputTokens } = usage;
      // The end token has no text, and a stream from a server no place for it.
      const texts = logprobs?.filter(({ text: token }) => token !== '<|im_end|>');
      const chances = texts?.map(({ text: token, bytes, logprob }) => ({ token, bytes, logprob }));
      return { text, finishReason, inputTokens, outputTokens, boxes, chances };
    }
  }
  throw new Error('no answer');
}

describe('a chat behind our own server answers as the chat itself', () => {
  const schema = { type: 'object', properties: { n: { type: 'integer', minimum: 0 } }, required: ['n'] };
  const cases: [string, readonly Turn[], AnswerOptions][] = [
    ['text', [asks('Hello! Who are you?')], {}],
    ['an image', [asks('How many shapes are there?', shapes)], {}],
    ['six tiles', [asks('Describe the image.', shapes)], { maxTiles: 6 }],
    ['five tiles, two at least', [asks('Describe the image.', shapes)], { maxTiles: 5, minTiles: 2 }],
    ['several images', [asks('Describe the images.', shapes, receipt)], { maxTiles: [1, 4] }],
    [
      'a conversation',
      [
        asks('How many shapes are there?', shapes),
        { role: 'assistant', parts: [{ type: 'text', text: '2' }] },
        asks('Describe the image.'),
      ],
      {},
    ],
    ['a system message', [asks('Hello')], { system: 'Be brief.' }],
    ['control tokens in a text', [asks('<image> <|im_end|> Hello', shapes)], {}],
    [
      'sampling by a seed',
      [asks('Describe the image.', shapes)],
      { temperature: 1.2, topP: 0.9, topK: 40, minP: 0.01, repetitionPenalty: 1.1, seed: 5 },
    ],
    ['penalties', [asks('Describe the image.', shapes)], { presencePenalty: 0.5, frequencyPenalty: 0.25 }],
    ['a stop', [asks('Describe the image.', shapes)], { stop: ['orange'] }],
    ['few tokens', [asks('Describe the image.', shapes)], { maxNewTokens: 3 }],
    ['logprobs', [asks('How many shapes are there?', shapes)], { logprobs: 2 }],
    ['JSON', [asks('How many?', shapes)], { responseFormat: { type: 'json', schema } }],
    [
      'a grammar',
      [asks('How many?')],
      { responseFormat: { type: 'grammar', grammar: 'root ::= "one" | "two"' } },
    ],
  ];
  test.each(cases)('%s', async (_, turns, options) => {
    expect(await told(there, turns, options)).toEqual(await told(here, turns, options));
  });
});

describe('what our server refuses comes as typed errors', () => {
  const asking = (turns: readonly Turn[], options?: AnswerOptions) =>
    finishedAnswer(there.answer(turns, { maxNewTokens: 4, ...options }));

  test('a wrong key, a model that is not there', async () => {
    const baseUrl = `${server.url}/v1`;
    await expect(remoteChat({ baseUrl, model: 'nano', apiKey: 'no' })).rejects.toMatchObject({
      code: 'remote-unauthorized',
    });
    await expect(remoteChat({ baseUrl, model: 'mega', apiKey: 'key' })).rejects.toMatchObject({
      code: 'remote-not-found',
      facts: { models: ['nano'] },
    });
    const unasked = await remoteChat({ baseUrl, model: 'mega', apiKey: 'key', dialect: 'internvl' });
    await expect(finishedAnswer(unasked.answer([asks('?')], { maxNewTokens: 4 }))).rejects.toMatchObject({
      code: 'remote-not-found',
      facts: { status: 404, serverCode: 'model_not_found' },
    });
  });

  test('a prompt that is too long, an image that is cut short, an option out of range', async () => {
    await expect(asking([asks('red '.repeat(5000))])).rejects.toMatchObject({ code: 'context-overflow' });
    await expect(asking([asks('?', shapes.subarray(0, 200))])).rejects.toMatchObject({
      code: 'remote-refused',
      facts: { serverCode: 'invalid_image' },
    });
    await expect(asking([asks('?')], { temperature: 9 })).rejects.toMatchObject({ code: 'remote-refused' });
  });

  test('a full queue', async () => {
    const handler = createHandler({ models: { nano: here }, running: 1, waiting: 0 });
    const fetch = async (url: RequestInfo | URL, init?: RequestInit) => handler(new Request(url, init));
    const chat = await remoteChat({ baseUrl: 'http://server/v1', model: 'nano', fetch });
    const first = chat.answer([asks('Describe the image.', shapes)]);
    await first.next();
    await expect(finishedAnswer(chat.answer([asks('?')]))).rejects.toMatchObject({
      code: 'remote-busy',
      facts: { status: 429, retryAfterMs: expect.any(Number) },
    });
    // Leaving the first makes place.
    await first.return();
    await handler.close();
  });
});
