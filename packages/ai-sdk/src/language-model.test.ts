import {
  APICallError,
  type LanguageModelV3CallOptions,
  UnsupportedFunctionalityError,
} from '@ai-sdk/provider';
import { InternVLError } from '@internvl/backend';
import { describe, expect, test } from 'vitest';
import { createInternVL } from './create-internvl.js';
import { embeddingModel } from './embedding-model.js';
import { languageModel } from './language-model.js';
import { aiVersions } from './testing/ai-versions.js';
import { ScriptedChat } from './testing/scripted-chat.js';

const png = 'iVBORw0KGgo=';
const bytes = Uint8Array.from(Buffer.from(png, 'base64'));

type Prompt = LanguageModelV3CallOptions['prompt'];

const asks = (text: string): Prompt => [{ role: 'user', content: [{ type: 'text', text }] }];

async function partsOf<T>(stream: ReadableStream<T>): Promise<T[]> {
  const parts: T[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}

describe('a call in the words of a chat', () => {
  test('settings go by their names here, and only those that were set', async () => {
    const chat = new ScriptedChat(['a']);
    const model = languageModel(chat);
    await model.doGenerate({ prompt: asks('?') });
    expect(Object.keys(chat.asked[0]!.options)).toEqual(['signal']);
    await model.doGenerate({
      prompt: asks('?'),
      maxOutputTokens: 5,
      temperature: 0.5,
      topP: 0.9,
      topK: 3,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      seed: 7,
      stopSequences: ['.'],
      responseFormat: { type: 'json', schema: { type: 'object' } },
      providerOptions: { internvl: { maxTiles: 6, minP: 0.05, labels: 'none' }, other: { x: 1 } },
    });
    const { signal: _, ...options } = chat.asked[1]!.options;
    expect(options).toEqual({
      maxNewTokens: 5,
      temperature: 0.5,
      topP: 0.9,
      topK: 3,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      seed: 7,
      stop: ['.'],
      responseFormat: { type: 'json', schema: { type: 'object' } },
      maxTiles: 6,
      minP: 0.05,
      labels: 'none',
    });
  });

  test('messages become turns: systems joined, neighbours one, images in their places', async () => {
    const chat = new ScriptedChat(['a']);
    const image = { type: 'file', mediaType: 'image/png' } as const;
    await languageModel(chat, { urls: 'pass' }).doGenerate({
      prompt: [
        { role: 'system', content: 'One.' },
        { role: 'system', content: 'Two.' },
        { role: 'user', content: [{ type: 'text', text: 'a' }] },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'b' },
            { ...image, data: bytes, providerOptions: { internvl: { maxTiles: 3 } } },
          ],
        },
        { role: 'assistant', content: [{ type: 'text', text: 'c' }] },
        {
          role: 'user',
          content: [
            { ...image, data: png },
            { ...image, data: `data:image/png;base64,${png}` },
            { ...image, data: new URL('https://example.com/a.png') },
          ],
        },
      ],
      providerOptions: { internvl: { maxTiles: 9 } },
    });
    expect(chat.asked[0]).toMatchObject({
      options: { system: 'One.\nTwo.', maxTiles: [3, 9, 9, 9] },
      turns: [
        {
          role: 'user',
          parts: [
            { type: 'text', text: 'a' },
            { type: 'text', text: '\n' },
            { type: 'text', text: 'b' },
            { type: 'image', image: bytes },
          ],
        },
        { role: 'assistant', parts: [{ type: 'text', text: 'c' }] },
        {
          role: 'user',
          parts: [
            { type: 'image', image: bytes },
            { type: 'image', image: bytes },
            { type: 'image', image: 'https://example.com/a.png' },
          ],
        },
      ],
    });
  });

  const refused: [string, Prompt][] = [
    ['a PDF', [{ role: 'user', content: [{ type: 'file', mediaType: 'application/pdf', data: png }] }]],
    [
      'a file of the assistant',
      [{ role: 'assistant', content: [{ type: 'file', mediaType: 'image/png', data: png }] }],
    ],
    ['a late system message', [...asks('?'), { role: 'system', content: 'x' }]],
    [
      'a tool call',
      [{ role: 'assistant', content: [{ type: 'tool-call', toolCallId: '1', toolName: 't', input: {} }] }],
    ],
    ['a tool result', [{ role: 'tool', content: [] }]],
  ];
  test.each(refused)('%s is refused', async (_, prompt) => {
    const chat = new ScriptedChat(['a']);
    const calling = languageModel(chat).doGenerate({ prompt });
    await expect(calling).rejects.toSatisfy(UnsupportedFunctionalityError.isInstance);
    expect(chat.asked).toEqual([]);
  });

  test.each([
    ['https://example.com/a.png', 'image-unsupported'],
    ['data:image/png,%89PNG', 'image-unreadable'],
    ['§', 'image-unreadable'],
  ])('an image as %s is refused', async (data, code) => {
    const prompt: Prompt = [{ role: 'user', content: [{ type: 'file', mediaType: 'image/*', data }] }];
    await expect(languageModel(new ScriptedChat(['a'])).doGenerate({ prompt })).rejects.toMatchObject({
      code,
    });
  });

  test('options of ours are checked', async () => {
    const model = languageModel(new ScriptedChat(['a']));
    const calling = model.doGenerate({
      prompt: asks('?'),
      providerOptions: { internvl: { maxTiles: 'many' } },
    });
    await expect(calling).rejects.toMatchObject({ code: 'invalid-option' });
  });

  test('what there is none of is warned about', async () => {
    const { warnings } = await languageModel(new ScriptedChat(['a'])).doGenerate({
      prompt: [{ role: 'assistant', content: [{ type: 'reasoning', text: 'hm' }] }, ...asks('?')],
      tools: [{ type: 'function', name: 't', inputSchema: { type: 'object' } }],
      responseFormat: { type: 'json' },
      providerOptions: { internvl: { colour: 1, grammar: 'root ::= "a"' } },
    });
    expect(warnings.map((warning) => 'feature' in warning && warning.feature)).toEqual([
      'tools',
      'providerOptions.internvl.colour',
      'reasoning parts of earlier answers',
      'providerOptions.internvl.grammar',
    ]);
  });
});

describe('an answer in the words of the AI SDK', () => {
  const outcome = {
    finishReason: { unified: 'length', raw: 'length' },
    usage: {
      inputTokens: { total: 10, noCache: 6, cacheRead: 4, cacheWrite: undefined },
      outputTokens: { total: 2, text: 2, reasoning: undefined },
    },
    providerMetadata: {
      internvl: {
        backend: 'scripted',
        tiles: [{ columns: 2, tiles: 3 }],
        boxes: [{ label: 'it', right: 2 }],
        timings: { visionMs: 2 },
        imageTokens: 2,
      },
    },
  };

  test('whole', async () => {
    const result = await languageModel(new ScriptedChat(['a ', 'b'])).doGenerate({ prompt: asks('?') });
    expect(result).toMatchObject({ content: [{ type: 'text', text: 'a b' }], ...outcome });
  });

  test('as a stream', async () => {
    const model = languageModel(new ScriptedChat(['a ', 'b']), { modelId: 'nano' });
    const { stream } = await model.doStream({ prompt: asks('?') });
    expect(await partsOf(stream)).toMatchObject([
      { type: 'stream-start', warnings: [] },
      { type: 'response-metadata', modelId: 'nano' },
      { type: 'text-start', id: '0' },
      { type: 'text-delta', id: '0', delta: 'a ' },
      { type: 'text-delta', id: '0', delta: 'b' },
      { type: 'text-end', id: '0' },
      { type: 'finish', ...outcome },
    ]);
  });

  test('nothing said is no text', async () => {
    const model = languageModel(new ScriptedChat([]));
    expect((await model.doGenerate({ prompt: asks('?') })).content).toEqual([]);
    const { stream } = await model.doStream({ prompt: asks('?'), includeRawChunks: true });
    expect((await partsOf(stream)).map(({ type }) => type)).toEqual([
      'stream-start',
      'response-metadata',
      'raw',
      'finish',
    ]);
  });

  test('an error behind the first word is a part of the stream; cancelling ends the answer', async () => {
    const broken = new InternVLError('device-lost', 'Expected a device.');
    const model = languageModel(new ScriptedChat(['a'], [broken]));
    const { stream } = await model.doStream({ prompt: asks('?') });
    expect((await partsOf(stream)).at(-1)).toEqual({ type: 'error', error: broken });

    const chat = new ScriptedChat(['a', 'b', 'c']);
    const cancelled = await languageModel(chat).doStream({ prompt: asks('?') });
    const reader = cancelled.stream.getReader();
    await reader.read();
    await reader.cancel();
    expect(chat.ended).toBe(1);
    expect(chat.asked[0]?.options.signal?.aborted).toBe(true);
  });
});

const busy = () =>
  new InternVLError('remote-busy', 'Busy.', { url: 'http://server', status: 429, retryAfterMs: 1 });

describe.each(aiVersions)('$name', (ai) => {
  const messages = [{ role: 'user' as const, content: [{ type: 'text' as const, text: '?' }] }];

  test('tries again what passes on a server, and nothing else', async () => {
    const chat = new ScriptedChat([], [busy(), busy()]);
    const { text } = await ai.generateText({ model: languageModel(chat), messages });
    expect([text, chat.asked.length]).toEqual(['', 3]);

    const streaming = new ScriptedChat([], [busy()]);
    const { finishReason } = ai.streamText({ model: languageModel(streaming), messages });
    expect([await finishReason, streaming.asked.length]).toEqual(['length', 2]);

    const refused = new InternVLError('context-overflow', 'Too long.');
    const once = new ScriptedChat([], [refused]);
    await expect(ai.generateText({ model: languageModel(once), messages })).rejects.toBe(refused);
    expect(once.asked.length).toBe(1);

    const model = languageModel(new ScriptedChat([], [busy()]));
    const failing = ai.generateText({ model, messages, maxRetries: 0 });
    await expect(failing).rejects.toSatisfy(APICallError.isInstance);
  });

  test('refuses URLs unless they are allowed', async () => {
    const image = new URL('https://example.com/a.png');
    const messages = [{ role: 'user' as const, content: [{ type: 'image' as const, image }] }];
    const chat = new ScriptedChat(['a']);
    await expect(ai.generateText({ model: languageModel(chat), messages })).rejects.toMatchObject({
      code: 'image-unsupported',
    });
    await ai.generateText({ model: languageModel(chat, { urls: 'pass' }), messages });
    expect(chat.asked[0]?.turns[0]?.parts).toEqual([{ type: 'image', image: image.href }]);
    const downloaded: string[] = [];
    await ai.generateText({
      model: languageModel(chat, { urls: 'download' }),
      messages,
      experimental_download: async (files) =>
        files.map(({ url, isUrlSupportedByModel }) => {
          downloaded.push(`${url} ${isUrlSupportedByModel}`);
          return { data: bytes, mediaType: 'image/png' };
        }),
    });
    expect(downloaded).toEqual([`${image.href} false`]);
    expect(chat.asked[1]?.turns[0]?.parts).toEqual([{ type: 'image', image: bytes }]);
  });

  test('finds models in a registry; a chat is got once, when it is needed', async () => {
    let loads = 0;
    const chat = new ScriptedChat(['hello']);
    const load = async () => {
      loads++;
      if (loads === 1) throw new Error('no network');
      return chat;
    };
    const providers = { internvl: createInternVL({ models: { nano: load } }) };
    const asking = () => ai.askRegistry(providers, 'internvl:nano');
    await expect(asking()).rejects.toThrow('no network');
    expect([await Promise.all([asking(), asking()]), loads]).toEqual([['hello', 'hello'], 2]);
    const other = ai.askRegistry(providers, 'internvl:other');
    await expect(other).rejects.toThrow("Expected a model of nano, got 'other'");
    const value = `data:image/png;base64,${png}`;
    const embedding = await ai.embedByRegistry(providers, 'internvl:nano', value);
    expect(embedding).toEqual([expect.closeTo(0.6, 5), expect.closeTo(0.8, 5)]);
    expect(loads).toBe(2);
  });

  test('embeds images alone', async () => {
    const chat = new ScriptedChat([]);
    const value = `data:image/png;base64,${png}`;
    const { embedding } = await ai.embed({ model: embeddingModel(chat, { pooling: 'class' }), value });
    expect(embedding).toEqual([0, 1]);
    const text = ai.embed({ model: embeddingModel(chat), value: 'a panda' });
    await expect(text).rejects.toSatisfy(UnsupportedFunctionalityError.isInstance);
    const providerOptions = { internvl: { pooling: 'max' } };
    const pooling = ai.embed({ model: embeddingModel(chat), value, providerOptions });
    await expect(pooling).rejects.toMatchObject({ code: 'invalid-option' });
  });
});
