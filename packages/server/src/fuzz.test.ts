import { expect, test } from 'vitest';
import { createHandler } from './create-handler.js';
import { mutated, seeded } from './testing/mutate.js';
import { CHAT, PIXEL, post } from './testing/requests.js';
import { ScriptedChat } from './testing/scripted-chat.js';

const bodies: Readonly<Record<string, unknown>> = {
  [CHAT]: {
    model: 'scripted',
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'image_url', image_url: { url: PIXEL, detail: 'low' } },
        ],
      },
      { role: 'assistant', content: 'b' },
      { role: 'user', content: 'c d e' },
    ],
    n: 2,
    stream: true,
    stream_options: { include_usage: true },
    stop: ['e'],
    seed: 1,
    temperature: 0.5,
    max_tokens: 5,
    response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' } } },
  },
  '/v1/responses': {
    model: 'scripted',
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'a' },
          { type: 'input_image', image_url: PIXEL },
        ],
      },
    ],
    text: { format: { type: 'text' } },
    max_output_tokens: 5,
  },
  '/v1/embeddings': { model: 'scripted', input: [PIXEL], encoding_format: 'base64' },
};

test('no body is an internal error, and nothing is left behind', async () => {
  const chat = new ScriptedChat();
  const failures: unknown[] = [];
  const handler = createHandler({
    models: { scripted: chat },
    log: (entry) => entry.status >= 500 && failures.push(entry),
  });
  const random = seeded(8);
  const statuses = new Map<number, number>();
  for (let round = 0; round < 3000; round++) {
    const paths = Object.keys(bodies);
    const path = paths[Math.floor(random() * paths.length)]!;
    let body = mutated(bodies[path], random);
    while (random() < 0.5) body = mutated(body, random);
    let text = JSON.stringify(body) ?? '';
    if (random() < 0.1) text = text.slice(0, Math.floor(random() * text.length));
    const bytes = new TextEncoder().encode(text);
    while (random() < 0.1) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    const response = await handler(post(path, '', { body: bytes }));
    const shown = await response.text();
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    if (response.status >= 400)
      expect(JSON.parse(shown)).toMatchObject({ error: { code: expect.any(String) } });
  }
  expect(failures).toEqual([]);
  // Both kinds came up often, or the fuzz says little.
  expect(statuses.get(200)).toBeGreaterThan(100);
  expect(statuses.get(400)).toBeGreaterThan(1000);
  expect([...statuses.keys()].filter((status) => ![200, 400, 404].includes(status))).toEqual([]);
  expect(chat.active).toBe(0);
  const metrics = await (await handler(new Request('http://localhost/metrics'))).text();
  expect(metrics).toMatch(/^internvl_running 0$/m);
  expect(metrics).toMatch(/^internvl_waiting 0$/m);
  expect(metrics).toMatch(/^internvl_held_bytes 0$/m);
});
