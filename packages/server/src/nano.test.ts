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
import type { LogEntry } from './server-options.js';
import { mutated, seeded } from './testing/mutate.js';
import { until } from './testing/requests.js';

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

  test('answers are their own beside clients that leave midway and others that send nonsense', async () => {
    const log: LogEntry[] = [];
    const crowded = await serve(
      createHandler({ models: { nano: chat }, running: 4, waiting: 60, log: (entry) => log.push(entry) }),
      { port: 0 },
    );
    const crowd = new OpenAI({ baseURL: `${crowded.url}/v1`, apiKey: 'none', maxRetries: 0 });
    const clients = Array.from({ length: 40 }, async (_, index) => {
      const { file, question, response } = recorded[index % recorded.length]!;
      const asked = await asking(file, question);
      if (index % 10 === 7) {
        const refused = crowd.chat.completions.create({ ...asked, model: index % 20 === 7 ? 'other' : '' });
        await expect(refused).rejects.toMatchObject({ status: 404 });
        return 'refused';
      }
      const stream = await crowd.chat.completions.create({ ...asked, stream: true });
      let text = '';
      let pieces = 0;
      for await (const { choices } of stream) {
        text += choices[0]?.delta.content ?? '';
        if (index % 5 === 3 && ++pieces === 2) return 'left';
      }
      expect(text).toBe(response);
      return 'answered';
    });
    const ends = await Promise.all(clients);
    expect(ends.filter((end) => end === 'answered').length).toBe(28);
    await until(() => log.length === 40);
    const metrics = await (await fetch(`${crowded.url}/metrics`)).text();
    for (const gauge of ['running', 'waiting', 'held_bytes'])
      expect(metrics).toContain(`internvl_${gauge} 0\n`);
    expect(log.filter(({ status }) => ![200, 404, 499].includes(status))).toEqual([]);
    await crowded.close();
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

  test('an answer in JSON always parses, whatever the model would rather say', async () => {
    const schema = {
      type: 'object',
      properties: { shapes: { enum: [1, 2, 3, 4] }, colour: { enum: ['orange', 'blue'] } },
      required: ['shapes', 'colour'],
      additionalProperties: false,
    };
    const asked = {
      ...(await asking('shapes-1.png', 'How many shapes are there?')),
      max_tokens: 64,
      response_format: {
        type: 'json_schema' as const,
        json_schema: { name: 'shapes', strict: true, schema },
      },
    };
    const { choices } = await client.chat.completions.create(asked);
    expect(choices[0]?.finish_reason, choices[0]?.message.content ?? '').toBe('stop');
    expect(JSON.parse(choices[0]?.message.content ?? '')).toEqual({
      shapes: expect.any(Number),
      colour: expect.stringMatching(/^(?:orange|blue)$/),
    });
    const streamed = await client.chat.completions
      .stream({ ...asked, temperature: 1, seed: 1 })
      .finalChatCompletion();
    expect(() => JSON.parse(streamed.choices[0]?.message.content ?? '')).not.toThrow();
  });

  test('a grammar, and forms that are none', async () => {
    const asked = { ...(await asking('shapes-1.png', 'How many shapes are there?')) };
    const chosen = { ...asked, grammar: 'root ::= "seven" | "eight"' };
    const { choices } = await client.chat.completions.create(chosen);
    expect(['seven', 'eight']).toContain(choices[0]?.message.content);
    const broken = { ...asked, grammar: 'root ::= (' };
    await expect(client.chat.completions.create(broken)).rejects.toMatchObject({
      status: 400,
      code: 'invalid_value',
    });
    const schema = { type: 'object', properties: { a: { type: 'no such type' } } };
    const wrong = { type: 'json_schema' as const, json_schema: { name: 'a', schema } };
    const refused = client.chat.completions.create({ ...asked, response_format: wrong, stream: true });
    await expect(refused).rejects.toMatchObject({ status: 400 });
  });

  test('odd schemas and grammars are answered or refused, never an internal error', async () => {
    const random = seeded(8);
    const schema = {
      type: 'object',
      properties: {
        a: { type: 'array', items: { anyOf: [{ type: 'string', pattern: '^x+$' }, { $ref: '#/$defs/b' }] } },
      },
      $defs: { b: { type: ['integer', 'null'], minimum: 3 } },
      required: ['a'],
    };
    const statuses = new Set<number>();
    const failed: string[] = [];
    for (let round = 0; round < 150; round++) {
      const form =
        round % 5 === 0
          ? { grammar: `root ::= ${JSON.stringify(mutated('"a" | [b-d]+ ("e" | x)*', random))}` }
          : {
              response_format: {
                type: 'json_schema',
                json_schema: { name: 'a', schema: mutated(schema, random) },
              },
            };
      const body = { model: 'nano', messages: [{ role: 'user', content: '?' }], max_tokens: 2, ...form };
      const response = await fetch(`${server.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const text = await response.text();
      if (response.status !== 200 && response.status !== 400) failed.push(`${JSON.stringify(form)} ${text}`);
      statuses.add(response.status);
    }
    expect(failed).toEqual([]);
    expect(statuses).toEqual(new Set([200, 400]));
  });

  test('logprobs: the likeliest first, the chosen one among them, texts that join to the answer', async () => {
    const asked = {
      ...(await asking('shapes-1.png', 'Describe the image.')),
      logprobs: true,
      top_logprobs: 3,
    };
    const { choices, usage } = await client.chat.completions.create(asked);
    const tokens = choices[0]?.logprobs?.content ?? [];
    // The end token was made, and is not part of the content.
    expect(choices[0]?.finish_reason).toBe('stop');
    expect(tokens).toHaveLength((usage?.completion_tokens ?? Number.NaN) - 1);
    for (const { token, logprob, top_logprobs: top } of tokens) {
      expect(top).toHaveLength(3);
      // Greedy: the chosen one is the likeliest.
      expect(top[0]).toMatchObject({ token, logprob });
      expect(top[0]!.logprob).toBeGreaterThanOrEqual(top[1]!.logprob);
    }
    const bytes = tokens.flatMap((token) => token.bytes ?? []);
    expect(Buffer.from(bytes).toString().trim()).toBe(choices[0]?.message.content);
    const streamed = [];
    for await (const chunk of await client.chat.completions.create({ ...asked, stream: true })) {
      streamed.push(...(chunk.choices[0]?.logprobs?.content ?? []));
    }
    expect(streamed).toHaveLength(tokens.length);
    // The second prompt was cached, so its arithmetic went in other pieces.
    for (const [index, { token, bytes, logprob }] of streamed.entries()) {
      expect([token, bytes]).toEqual([tokens[index]!.token, tokens[index]!.bytes]);
      expect(logprob).toBeCloseTo(tokens[index]!.logprob, 4);
    }
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
