import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { AnswerOptions } from '../options.js';
import { type RecordedResponse, replayingFetch } from '../testing/replaying-fetch.js';
import type { Part } from '../turn.js';
import { remoteChat } from './remote-chat.js';

interface Exchange {
  readonly models: object;
  readonly model: string;
  readonly asked: { readonly images: number; readonly text: string; readonly options: AnswerOptions };
  readonly request?: object;
  readonly response: RecordedResponse;
  readonly answer: object;
}

interface Failure {
  readonly response: RecordedResponse;
  readonly error: { readonly code: string; readonly facts: object };
}

const folder = new URL('../../../../fixtures/remote-chat/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const png = readFileSync(new URL('../../../../models/nano/samples/shapes-1.png', import.meta.url));
const url = `data:image/png;base64,${png.toString('base64')}`;
const ok = { status: 200, headers: { 'content-type': 'application/json' } };
const NOW = Date.UTC(2025, 10, 24, 16);

describe.each(names.filter((name) => !name.startsWith('error-')))('%s', (name) => {
  test.each([1, 7, Number.POSITIVE_INFINITY])('in pieces of %s bytes', async (pieceBytes) => {
    const { models, model, asked, request, response, answer }: Exchange = read(name);
    const { fetch, requests } = replayingFetch(
      ({ method }) => (method === 'GET' ? { ...ok, body: [JSON.stringify(models)] } : response),
      { pieceBytes },
    );
    const chat = await remoteChat({ baseUrl: 'http://server/v1', apiKey: 'secret', model, fetch });
    const parts: Part[] = [
      ...Array.from({ length: asked.images }, () => ({ type: 'image', image: png }) as const),
      { type: 'text', text: asked.text },
    ];
    let text = '';
    const events = [];
    for await (const event of chat.answer([{ role: 'user', parts }], asked.options)) {
      events.push(event);
      if (event.type === 'text-delta') text += event.text;
    }
    expect(requests.map(({ url, method }) => `${method} ${url}`)).toEqual([
      'GET http://server/v1/models',
      'POST http://server/v1/chat/completions',
    ]);
    expect(requests[1]?.headers.get('authorization')).toBe('Bearer secret');
    const sent = JSON.parse(JSON.stringify(requests[1]?.body).replaceAll(url, 'data:image/png;base64,IMAGE'));
    if (request) expect(sent).toEqual(request);
    expect(events.at(-1)).toMatchObject({ type: 'answer-finished', answer: { ...answer, text } });
  });
});

test('logprobs are told with each delta and with the answer; ids where the server gave them', async () => {
  const { model, asked, response }: Exchange = read('vllm-two-images.json');
  const { fetch } = replayingFetch(() => response);
  const chat = await remoteChat({ baseUrl: 'http://server/v1', model, dialect: 'vllm', fetch });
  const told = [];
  for await (const event of chat.answer(
    [{ role: 'user', parts: [{ type: 'text', text: '?' }] }],
    asked.options,
  )) {
    if (event.type === 'text-delta') told.push(...(event.logprobs ?? []));
    if (event.type === 'answer-finished') {
      expect(event.answer.logprobs?.map(({ id, text, logprob }) => [id, text, logprob])).toEqual([
        [576, ' The', -0.25],
        [12884, ' sky', -1.5],
        [13, '. ', -0.125],
      ]);
      expect(event.answer.logprobs?.[1]?.top).toEqual([
        { id: -1, text: ' sea', bytes: [32, 115, 101, 97], logprob: -0.5 },
      ]);
    }
  }
  expect(told).toHaveLength(3);
});

test.each(names.filter((name) => name.startsWith('error-')))('%s', async (name) => {
  const { response, error }: Failure = read(name);
  for (const pieceBytes of [1, Number.POSITIVE_INFINITY]) {
    const { fetch, requests } = replayingFetch(() => response, { pieceBytes });
    const chat = await remoteChat({
      baseUrl: 'http://server/v1/?key=secret',
      model: 'x',
      dialect: 'openai',
      fetch,
      clock: () => NOW,
    });
    const reading = async () => {
      for await (const _ of chat.answer([{ role: 'user', parts: [{ type: 'text', text: '?' }] }]));
    };
    await expect(reading()).rejects.toMatchObject(error);
    await reading().catch((thrown: Error) => expect(`${thrown.stack}`).not.toContain('secret'));
    expect(requests[0]?.url).toBe('http://server/v1/chat/completions?key=secret');
  }
});
