import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Chat } from '@internvl/chat';
import { load, remoteChat } from '@internvl/chat/node';
import { createHandler } from '@internvl/server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { embeddingModel } from './embedding-model.js';
import { languageModel } from './language-model.js';
import { aiVersions } from './testing/ai-versions.js';

interface Sample {
  readonly file: string;
  readonly turns: readonly {
    readonly question: string;
    readonly ids: readonly number[];
    readonly response: string;
    readonly smallest_gap: number;
  }[];
}

const nano = fileURLToPath(new URL('../../../models/nano/', import.meta.url));
const samples: Sample[] = JSON.parse(await readFile(`${nano}samples/samples.json`, 'utf8'));
// Below a gap of 0.001 between the two best tokens, the records say, a later id may differ.
const recorded = samples.flatMap(({ file, turns }) =>
  turns
    .filter(({ smallest_gap: gap }) => gap >= 0.001)
    .slice(0, 1)
    .map((turn) => ({ file, ...turn })),
);
const [first] = recorded;
if (!first) throw new Error('no recorded answers');

let local: Chat;
let remote: Chat;
let handler: ReturnType<typeof createHandler>;

beforeAll(async () => {
  local = await load(nano, { backend: 'cpu' });
  handler = createHandler({ models: { nano: local } });
  remote = await remoteChat({
    baseUrl: 'http://server/v1',
    model: 'nano',
    fetch: async (url, init) => handler(new Request(url, init)),
  });
});
afterAll(async () => {
  await handler.close();
  await local.dispose();
});

const image = (file: string) => readFile(`${nano}samples/${file}`);

async function asking({ file, question }: { readonly file: string; readonly question: string }) {
  return [
    {
      role: 'user' as const,
      content: [
        { type: 'image' as const, image: await image(file) },
        { type: 'text' as const, text: question },
      ],
    },
  ];
}

const cosine = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, index) => sum + value * b[index]!, 0);

describe.each(
  aiVersions.flatMap((ai) => [
    { ai, name: ai.name, place: 'in a worker', here: true },
    { ai, name: ai.name, place: 'behind a server', here: false },
  ]),
)('$name, nano $place', ({ ai, here }) => {
  const chat = () => (here ? local : remote);
  const model = () => languageModel(chat(), { modelId: 'nano' });

  test('answers as the reference did, whole and as a stream', async () => {
    for (const sample of recorded) {
      const messages = await asking(sample);
      const whole = await ai.generateText({ model: model(), messages });
      expect(whole.text).toBe(sample.response);
      expect(whole.finishReason).toBe('stop');
      expect(whole.usage.outputTokens).toBe(sample.ids.length);
      const stream = ai.streamText({ model: model(), messages });
      let text = '';
      for await (const delta of stream.textStream) text += delta;
      expect(text).toBe(sample.response);
      // The same prompt was answered a moment ago.
      expect(await stream.usage).toMatchObject({
        inputTokens: whole.usage.inputTokens,
        outputTokens: sample.ids.length,
      });
      const { internvl } = { ...(await stream.providerMetadata) };
      expect(internvl).toMatchObject(
        here
          ? { backend: 'ort-node:cpu', ids: sample.ids, tiles: [{ image: 0 }] }
          : { backend: 'remote:ort-node:cpu', tiles: [] },
      );
    }
  });

  test('cached tokens are told', async () => {
    const messages = await asking(first);
    await ai.generateText({ model: model(), messages });
    const { usage } = await ai.generateText({ model: model(), messages });
    const { cacheReadTokens, noCacheTokens } = usage.inputTokenDetails;
    expect(cacheReadTokens).toBeGreaterThan(0);
    expect((cacheReadTokens ?? Number.NaN) + (noCacheTokens ?? Number.NaN)).toBe(usage.inputTokens);
  });

  test('objects keep to their schema', async () => {
    const shape = z.enum(['circle', 'square', 'star']);
    const schema = z.object({ shape, count: z.number().int().min(0).max(9) });
    const call = { model: model(), messages: await asking(first), maxOutputTokens: 200 };
    const [object, ...others] = await ai.objects(call, schema);
    expect(schema.parse(object)).toEqual(object);
    expect(others).toEqual([object, object, object]);
  });

  test('a stream ends when it is aborted, and the next answer is right', async () => {
    const controller = new AbortController();
    const messages = await asking({ file: first.file, question: 'Describe the image.' });
    const { fullStream } = ai.streamText({
      model: model(),
      messages,
      abortSignal: controller.signal,
    });
    const types: string[] = [];
    for await (const { type } of fullStream) {
      types.push(type);
      if (type === 'text-delta') controller.abort();
    }
    expect(types.filter((type) => type === 'text-delta').length).toBeLessThan(5);
    expect(types.at(-1)).toBe('abort');
    const before = ai.generateText({ model: model(), messages, abortSignal: AbortSignal.abort() });
    await expect(before).rejects.toMatchObject({ name: 'AbortError' });
    const { text } = await ai.generateText({ model: model(), messages: await asking(first) });
    expect(text).toBe(first.response);
  });

  test('images that look alike have embeddings that do; a server gives none', async () => {
    const files = ['shapes-0.png', 'shapes-1.png', 'receipt-5.png'];
    const values = await Promise.all(
      files.map(async (file) => `data:image/png;base64,${(await image(file)).toString('base64')}`),
    );
    const embedding = ai.embedMany({ model: embeddingModel(chat()), values });
    if (!here) {
      await expect(embedding).rejects.toMatchObject({ code: 'remote-unsupported' });
      return;
    }
    const [one, two, receipt] = (await embedding).embeddings;
    expect(one).toHaveLength(128);
    expect(cosine(one!, one!)).toBeCloseTo(1, 5);
    expect(cosine(one!, two!)).toBeGreaterThan(cosine(one!, receipt!));
  });
});
