import { readFileSync } from 'node:fs';
import { InternVLError } from '@internvl/backend';
import { decodeImage } from '@internvl/tiling/node';
import { describe, expect, test } from 'vitest';
import { finishedAnswer } from '../finished-answer.js';
import { remoteChat as remoteChatInNode } from '../node/remote-chat.js';
import type { AnswerOptions } from '../options.js';
import { type RecordedResponse, replayingFetch, type SentRequest } from '../testing/replaying-fetch.js';
import { tinyConfig } from '../testing/tiny-config.js';
import type { ImageInput, Turn } from '../turn.js';
import { encodePng } from './encode-png.js';
import { remoteChat } from './remote-chat.js';
import type { RemoteChatOptions } from './remote-chat-options.js';

const path = new URL('../../../../models/nano/samples/shapes-1.png', import.meta.url);
const png = new Uint8Array(readFileSync(path));
const url = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;

const asks = (text: string, ...images: readonly ImageInput[]): Turn => ({
  role: 'user',
  parts: [...images.map((image) => ({ type: 'image', image }) as const), { type: 'text', text }],
});

/** A stream of pieces that ends well. */
function streamed(...pieces: readonly string[]): RecordedResponse {
  const chunk = (delta: object, finish_reason: string | null) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason }] })}\n`;
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    body: [...pieces.map((content) => chunk({ content }, null)), chunk({}, 'stop'), 'data: [DONE]\n'],
  };
}

async function chatOver(
  options: Partial<RemoteChatOptions> = {},
  respond: (request: SentRequest) => RecordedResponse = () => streamed('yes'),
) {
  const { fetch, requests } = replayingFetch(respond);
  const chat = await remoteChat({
    baseUrl: 'http://server/v1',
    model: 'm',
    dialect: 'internvl',
    fetch,
    ...options,
  });
  const bodies = () => requests.map(({ body }) => Object(body));
  return { chat, requests, bodies };
}

describe('connecting', () => {
  test('a model that the server does not have is named beside those it has', async () => {
    const { fetch } = replayingFetch(() => ({
      status: 200,
      headers: {},
      body: [JSON.stringify({ data: [{ id: 'a' }, { id: 'b' }] })],
    }));
    await expect(remoteChat({ baseUrl: 'http://server/v1', model: 'm', fetch })).rejects.toMatchObject({
      code: 'remote-not-found',
      facts: { models: ['a', 'b'] },
    });
  });

  test.each(['server', 'ftp://server', '', '/v1'])("'%s' is no address", async (baseUrl) => {
    await expect(remoteChat({ baseUrl, model: 'm' })).rejects.toMatchObject({ code: 'invalid-option' });
  });

  test('nobody there', async () => {
    const fetch = async () => {
      throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    };
    await expect(remoteChat({ baseUrl: 'http://server/v1', model: 'm', fetch })).rejects.toMatchObject({
      code: 'network',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('what the server tells of itself', async () => {
    const entry = { id: 'm', owned_by: 'internvl', backend: 'ort-node:cpu', precision: 'int8' };
    const { fetch } = replayingFetch(() => ({
      status: 200,
      headers: {},
      body: [JSON.stringify({ data: [entry] })],
    }));
    const { facts } = await remoteChat({ baseUrl: 'http://server/v1', model: 'm', fetch });
    expect(facts).toMatchObject({ backend: 'remote:ort-node:cpu', precision: 'int8' });
    expect(() => facts.config).toThrow('pass it as `config`');
    const known = await remoteChat({ baseUrl: 'http://server/v1', model: 'm', fetch, config: tinyConfig });
    expect(known.facts.config).toBe(tinyConfig);
  });
});

describe('images', () => {
  test.each<[string, ImageInput]>([
    ['bytes', png],
    ['a blob', new Blob([png])],
    ['a data: URL', url],
  ])('%s go as they are', async (_, image) => {
    const { chat, bodies } = await chatOver();
    await finishedAnswer(chat.answer([asks('?', image)]));
    expect(bodies()[0].messages[0].content[0].image_url.url).toBe(url);
  });

  test('pixels become a PNG of the same pixels', async () => {
    const data = Uint8Array.from({ length: 5 * 3 * 3 }, (_, index) => (index * 37) % 256);
    const decoded = await decodeImage(await encodePng({ data, width: 5, height: 3 }));
    expect([decoded.width, decoded.height, [...decoded.data]]).toEqual([5, 3, [...data]]);
    const rgba = Uint8Array.from({ length: 15 * 4 }, (_, at) =>
      at % 4 === 3 ? 128 : data[Math.floor(at / 4) * 3 + (at % 4)]!,
    );
    const opaque = await decodeImage(await encodePng({ data: rgba, width: 5, height: 3 }));
    expect([...opaque.data]).toEqual([...data]);
  });

  test('a path where there are files', async () => {
    const { fetch, requests } = replayingFetch(() => streamed('yes'));
    const chat = await remoteChatInNode({
      baseUrl: 'http://server/v1',
      model: 'm',
      dialect: 'openai',
      fetch,
    });
    await finishedAnswer(chat.answer([asks('?', path.pathname)]));
    expect(Object(requests[0]?.body).messages[0].content[0].image_url.url).toBe(url);
    await expect(finishedAnswer(chat.answer([asks('?', 'missing.png')]))).rejects.toMatchObject({
      code: 'image-unreadable',
      facts: { path: 'missing.png' },
    });
  });

  test('an http(s) URL only where it is allowed', async () => {
    const image = 'https://example.com/panda.jpg';
    const { chat, requests } = await chatOver();
    await expect(finishedAnswer(chat.answer([asks('?', image)]))).rejects.toMatchObject({
      code: 'image-unsupported',
    });
    expect(requests).toEqual([]);
    const allowing = await chatOver({ imageUrls: true });
    await finishedAnswer(allowing.chat.answer([asks('?', image)]));
    expect(allowing.bodies()[0].messages[0].content[0].image_url.url).toBe(image);
  });

  test.each<[string, ImageInput, string]>([
    ['no bytes', new Uint8Array(0), 'image-empty'],
    ['a text', new TextEncoder().encode('hello, I am text'), 'image-unreadable'],
    ['too few pixels', { data: new Uint8Array(5), width: 2, height: 2 }, 'shape-mismatch'],
    ['a path without files', 'panda.jpg', 'image-unreadable'],
  ])('%s', async (_, image, code) => {
    const { chat, requests } = await chatOver();
    await expect(finishedAnswer(chat.answer([asks('?', image)]))).rejects.toMatchObject({ code });
    expect(requests).toEqual([]);
  });

  test('our server hears limits as detail where it has a word, else as a number', async () => {
    const { chat, bodies } = await chatOver();
    const maxTiles = [6, 12, 24, 5];
    await finishedAnswer(chat.answer([asks('?', png, png, png, png)], { maxTiles, minTiles: 2 }));
    const [body] = bodies();
    expect(body.messages[0].content.slice(0, 4).map((part: object) => Object(part).image_url)).toEqual([
      { url, detail: 'low' },
      { url, detail: 'medium' },
      { url, detail: 'high' },
      { url, max_dynamic_patch: 5 },
    ]);
    expect(body.min_dynamic_patch).toBe(2);
  });

  test('boxes of an answer are in pixels of the last image', async () => {
    const { chat } = await chatOver({}, () => streamed('<ref>it</ref><box>[[0, 0, 500, 1000]]</box>'));
    const image = { data: new Uint8Array(40 * 20 * 3), width: 40, height: 20 };
    const { boxes } = await finishedAnswer(chat.answer([asks('Where?', png, image)]));
    expect(boxes).toEqual([{ label: 'it', image: 1, left: 0, top: 0, right: 20, bottom: 20 }]);
  });
});

describe('what a server cannot be asked for is refused by name, before anything is sent', () => {
  const cases: [RemoteChatOptions['dialect'], AnswerOptions][] = [
    ['vllm', { maxTiles: [1, 2] }],
    ['lmdeploy', { minTiles: 2 }],
    ['lmdeploy', { presencePenalty: 1 }],
    ['lmdeploy', { responseFormat: { type: 'grammar', grammar: 'root ::= "a"' } }],
    ['openai', { maxTiles: 6 }],
    ['openai', { topK: 5 }],
    ['openai', { repetitionPenalty: 1.1 }],
    ['internvl', { keepGrounding: true }],
    ['internvl', { thumbnail: false }],
    ['internvl', { exif: true }],
    ['internvl', { labels: 'none' }],
  ];
  test.each(cases)('%s %j', async (dialect, options) => {
    const { chat, requests } = await chatOver({ dialect });
    await expect(finishedAnswer(chat.answer([asks('?', png, png)], options))).rejects.toMatchObject({
      code: 'remote-unsupported',
    });
    expect(requests).toEqual([]);
  });

  test('videos, shared placeholders, features, traces', async () => {
    const { chat, requests } = await chatOver();
    const refused = { code: 'remote-unsupported' };
    const showing = (part: Turn['parts'][number]) =>
      finishedAnswer(chat.answer([{ role: 'user', parts: [part] }]));
    await expect(showing({ type: 'video', frames: [png] })).rejects.toMatchObject(refused);
    await expect(showing({ type: 'image', image: [png, png] })).rejects.toMatchObject(refused);
    await expect(chat.features(png).next()).rejects.toMatchObject(refused);
    await expect(chat.trace([asks('?')])).rejects.toMatchObject(refused);
    await expect(chat.conversation().save()).rejects.toMatchObject(refused);
    await expect(chat.restore(new Uint8Array(9))).rejects.toMatchObject(refused);
    expect(requests).toEqual([]);
  });

  test.each<[readonly Turn[], AnswerOptions]>([
    [[], {}],
    [[{ role: 'assistant', parts: [] }], {}],
    [[asks('?', png)], { maxTiles: [1, 2] }],
    [[asks('?', png)], { maxTiles: 0 }],
  ])('turns and options that make no sense anywhere: %#', async (turns, options) => {
    const { chat } = await chatOver();
    await expect(finishedAnswer(chat.answer(turns, options))).rejects.toMatchObject({
      code: 'invalid-option',
    });
  });
});

test('LMDeploy is asked for one likeliest token where none is wanted, or it would give no logprobs', async () => {
  const token = { token: 'a', bytes: [97], logprob: -1 };
  const chunk = {
    choices: [
      {
        delta: { content: 'a' },
        logprobs: { content: [{ ...token, top_logprobs: [token] }] },
        finish_reason: 'stop',
      },
    ],
  };
  const { chat, bodies } = await chatOver({ dialect: 'lmdeploy' }, () => ({
    status: 200,
    headers: {},
    body: [`data: ${JSON.stringify(chunk)}\n`],
  }));
  const { logprobs } = await finishedAnswer(chat.answer([asks('?')], { logprobs: 0 }));
  expect(bodies()[0]).toMatchObject({ logprobs: true, top_logprobs: 1 });
  expect(logprobs).toEqual([{ id: -1, text: 'a', bytes: [97], logprob: -1, top: [] }]);
});

describe('forms', () => {
  const grammar = 'root ::= "a"';
  test.each<[RemoteChatOptions['dialect'], object]>([
    ['internvl', { grammar }],
    ['vllm', { structured_outputs: { grammar } }],
    ['sglang', { ebnf: grammar }],
  ])('a grammar for %s', async (dialect, members) => {
    const { chat, bodies } = await chatOver({ dialect });
    await finishedAnswer(chat.answer([asks('?')], { responseFormat: { type: 'grammar', grammar } }));
    expect(bodies()[0]).toMatchObject(members);
  });

  test('any object; members of the caller win', async () => {
    const { chat, bodies } = await chatOver({ extraBody: { temperature: 0.1, mine: true } });
    await finishedAnswer(chat.answer([asks('?')], { responseFormat: { type: 'json' } }));
    expect(bodies()[0]).toMatchObject({
      response_format: { type: 'json_object' },
      temperature: 0.1,
      mine: true,
    });
  });
});

describe('ending', () => {
  /** A server that says one word and then nothing, and tells when it is left. */
  function hanging(onLeft: () => void = () => {}): typeof globalThis.fetch {
    return async (_url, init) => {
      const word = new TextEncoder().encode(streamed('one ', 'two').body[0]!.concat('\n'));
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(word);
          init?.signal?.addEventListener('abort', onLeft);
        },
      });
      return new Response(stream);
    };
  }

  test('aborting rejects with the very reason, at once', async () => {
    let left = false;
    const { chat } = await chatOver({ fetch: hanging(() => (left = true)) });
    const controller = new AbortController();
    const reason = { mine: true };
    const reading = async () => {
      for await (const event of chat.answer([asks('?')], { signal: controller.signal })) {
        if (event.type === 'text-delta') controller.abort(reason);
      }
    };
    await expect(reading()).rejects.toBe(reason);
    expect(left).toBe(true);
  });

  test('aborted before, nothing is sent', async () => {
    const { chat, requests } = await chatOver();
    const signal = AbortSignal.abort('enough');
    await expect(finishedAnswer(chat.answer([asks('?')], { signal }))).rejects.toBe('enough');
    expect(requests).toEqual([]);
  });

  test('leaving the loop ends the request', async () => {
    let left = false;
    const { chat } = await chatOver({ fetch: hanging(() => (left = true)) });
    for await (const _ of chat.answer([asks('?')])) break;
    expect(left).toBe(true);
  });

  test('silence ends in remote-timeout, before the first byte and behind it', async () => {
    const silent: typeof globalThis.fetch = () => new Promise(() => {});
    for (const fetch of [silent, hanging()]) {
      const { chat } = await chatOver({ fetch, timeoutMs: 20 });
      await expect(finishedAnswer(chat.answer([asks('?')]))).rejects.toMatchObject({
        code: 'remote-timeout',
        facts: { timeoutMs: 20 },
      });
    }
  });

  test('a reader may take longer than the server may', async () => {
    const { chat } = await chatOver({ timeoutMs: 10 }, () => streamed('a', 'b'));
    let text = '';
    for await (const event of chat.answer([asks('?')])) {
      if (event.type !== 'text-delta') continue;
      text += event.text;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    expect(text).toBe('ab');
  });

  test('disposing ends what is under way and refuses the rest', async () => {
    const { chat } = await chatOver({ fetch: hanging() });
    const reading = async () => {
      for await (const event of chat.answer([asks('?')]))
        if (event.type === 'text-delta') await chat.dispose();
    };
    await expect(reading()).rejects.toMatchObject({ code: 'chat-disposed' });
    await expect(chat.answer([asks('?')]).next()).rejects.toMatchObject({ code: 'chat-disposed' });
    await chat.dispose();
  });
});

describe('conversations', () => {
  test('keep their turns and the tiles of earlier images; one that was left is not in them', async () => {
    const { chat, bodies } = await chatOver();
    const conversation = chat.conversation({ maxTiles: 3, system: 'Be brief.' });
    await finishedAnswer(
      conversation.ask([
        { type: 'image', image: png },
        { type: 'text', text: 'one' },
      ]),
    );
    for await (const _ of conversation.ask('left')) break;
    await finishedAnswer(conversation.ask(asks('two', png).parts, { maxTiles: 12 }));
    expect(bodies().at(-1).messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url, max_dynamic_patch: 3 } },
          { type: 'text', text: 'one' },
        ],
      },
      { role: 'assistant', content: 'yes' },
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url, detail: 'medium' } },
          { type: 'text', text: 'two' },
        ],
      },
    ]);
    conversation.rewind(2);
    await finishedAnswer(conversation.ask('three'));
    expect(conversation.turns).toHaveLength(4);
    expect(bodies().at(-1).messages).toHaveLength(4);
    expect(() => conversation.rewind(9)).toThrow(InternVLError);
  });

  test('answer one question at a time, and none when disposed', async () => {
    const { chat } = await chatOver();
    const conversation = chat.conversation();
    const first = conversation.ask('one');
    await first.next();
    await expect(conversation.ask('two').next()).rejects.toMatchObject({ code: 'conversation-busy' });
    await first.return();
    await conversation.dispose();
    await expect(conversation.ask('two').next()).rejects.toMatchObject({ code: 'conversation-disposed' });
  });
});

describe('batches', () => {
  const questions = ['a', 'b', 'c', 'd', 'e'].map((text) => ({ turns: [asks(text)] }));
  const echo = ({ body }: SentRequest) => streamed(Object(body).messages[0].content);

  test('keep their order', async () => {
    const { chat } = await chatOver({ concurrency: 2 }, echo);
    expect((await chat.batch(questions)).map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await chat.batch([])).toEqual([]);
  });

  test('end as a whole where one fails', async () => {
    const { chat, requests } = await chatOver({ concurrency: 2 }, (request) => {
      if (Object(request.body).messages[0].content !== 'b') return echo(request);
      return { status: 500, headers: {}, body: ['no'] };
    });
    await expect(chat.batch(questions)).rejects.toMatchObject({ code: 'remote-failed' });
    expect(requests.length).toBeLessThan(5);
  });
});
