import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Chat } from '@internvl/chat';
import { load } from '@internvl/chat/node';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHandler } from './create-handler.js';
import { type ListeningServer, serve } from './node/serve.js';

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
    .slice(0, 3)
    .map((turn) => ({ file, ...turn })),
);

let cache: string;
let chat: Chat;
let server: ListeningServer;
let client: OpenAI;

beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'internvl-server-'));
  chat = await load(nano, { backend: 'cpu', cache });
  server = await serve(createHandler({ models: { nano: chat } }), { port: 0 });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
});
afterAll(async () => {
  await server.close();
  await chat.dispose();
  await rm(cache, { recursive: true, force: true });
});

const dataUrl = async (file: string) =>
  `data:image/png;base64,${await readFile(`${nano}samples/${file}`, 'base64')}`;

async function asking(file: string, question: string) {
  return {
    model: 'nano',
    messages: [
      {
        role: 'user' as const,
        content: [
          { type: 'image_url' as const, image_url: { url: await dataUrl(file) } },
          { type: 'text' as const, text: question },
        ],
      },
    ],
  };
}

describe('nano behind the official client', () => {
  test('answers as the reference did, all at once, each its own', async () => {
    const answers = await Promise.all(
      recorded.map(async ({ file, question }, index) => {
        const asked = await asking(file, question);
        if (index % 2 === 0) {
          const { choices, usage } = await client.chat.completions.create(asked);
          return { text: choices[0]?.message.content, tokens: usage?.completion_tokens };
        }
        const stream = client.chat.completions.stream({ ...asked, stream_options: { include_usage: true } });
        const { choices, usage } = await stream.finalChatCompletion();
        return { text: choices[0]?.message.content, tokens: usage?.completion_tokens };
      }),
    );
    expect(answers).toEqual(recorded.map(({ response, ids }) => ({ text: response, tokens: ids.length })));
  });

  test('a prompt longer than the context, and an image that is cut short', async () => {
    const long = client.chat.completions.create({
      model: 'nano',
      messages: [{ role: 'user', content: 'red '.repeat(5000) }],
      stream: true,
    });
    await expect(long).rejects.toMatchObject({ status: 400, code: 'context_length_exceeded' });
    const asked = await asking('shapes-1.png', '?');
    const url = (await dataUrl('shapes-1.png')).slice(0, 2000);
    const broken = client.chat.completions.create({
      ...asked,
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }],
    });
    await expect(broken).rejects.toMatchObject({ status: 400, code: 'invalid_image' });
  });

  test('a seed makes sampling repeatable; choices differ', async () => {
    const asked = {
      ...(await asking('shapes-1.png', 'Describe the image.')),
      temperature: 1.5,
      seed: 3,
      n: 3,
    };
    const texts = async () =>
      (await client.chat.completions.create(asked)).choices.map(({ message }) => message.content);
    const first = await texts();
    expect(await texts()).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(1);
  });

  test('embeddings are of unit length, and near where images are alike', async () => {
    const files = ['shapes-0.png', 'shapes-1.png', 'receipt-5.png'];
    const { data } = await client.embeddings.create({
      model: 'nano',
      input: await Promise.all(files.map(dataUrl)),
    });
    const [one, two, receipt] = data.map(({ embedding }) => embedding);
    const cosine = (a: number[], b: number[]) => a.reduce((sum, value, index) => sum + value * b[index]!, 0);
    expect(one).toHaveLength(128);
    expect(cosine(one!, one!)).toBeCloseTo(1, 5);
    expect(cosine(one!, two!)).toBeGreaterThan(cosine(one!, receipt!));
  });
});
